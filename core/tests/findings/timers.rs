//! Connections that are idle for too long.

use pasvaudit::audit::{Check, Severity};

use crate::*;

fn idle(seconds: u32) -> String {
    ROUTER.replace("{", &format!(r#"{{"idle": {seconds}, "#))
}

/// SmartFile advises a command every 100 s.
#[test]
fn t1_the_path_forgets_the_control_connection_in_a_transfer() {
    let rules = forward(&[KNOWN, CONTROL, DATA]);
    let finding = the(Check::IdleControlForgotten, &rules, &idle(240));
    assert_eq!(finding.severity, Severity::Info);
    says(&finding, &["idle for 240 s", "226", "every 100 s"]);
    let finding = the(Check::IdleControlForgotten, &rules, &idle(60));
    assert_eq!(finding.severity, Severity::Warning);
    says(&finding, &["comes too late", "every 30 s"]);
    // RFC 5382: two hours and four minutes are enough.
    none(Check::IdleControlForgotten, &rules, &idle(7440));
    none(Check::IdleControlForgotten, &rules, ROUTER);
    // Where nothing works, nothing is idle.
    none(Check::IdleControlForgotten, &forward(&[KNOWN]), &idle(240));
}
