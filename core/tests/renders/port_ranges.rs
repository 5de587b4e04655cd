//! The ports of a flow, range by range.

use pasvaudit::audit::PortState::{self, Blocked, Open, Partly, Undecided};
use pasvaudit::ftp::FlowKind;

use crate::reports::{audit, hole, router, undecided, works};

fn passive(report: &pasvaudit::Report) -> Vec<(String, PortState)> {
    let flows = report.providers[0].modes.iter().flat_map(|mode| &mode.flows);
    let flow = flows.into_iter().find(|flow| flow.kind == FlowKind::PassiveData).unwrap();
    flow.port_ranges.iter().map(|range| (range.ports.to_string(), range.state)).collect()
}

fn ranges(expected: &[(&str, PortState)]) -> Vec<(String, PortState)> {
    expected.iter().map(|(ports, state)| ((*ports).to_owned(), *state)).collect()
}

#[test]
fn ranges_are_the_longest_of_one_state() {
    assert_eq!(passive(&works()), ranges(&[("21000-21050", Open)]));
    let hole = passive(&hole());
    assert_eq!(hole, ranges(&[("21000-21024", Open), ("21025", Blocked), ("21026-21050", Open)]));
    assert_eq!(passive(&undecided()), ranges(&[("21000-21050", Undecided)]));
}

#[test]
fn a_port_is_in_one_state_by_all_addresses_clients_and_source_ports() {
    let rules = router(
        "-A FORWARD -p tcp --dport 21000:21003 -d 209.43.40.0/25 -j ACCEPT\n\
         -A FORWARD -p tcp --dport 21004:21007 -s 10.1.0.0/17 -j ACCEPT\n\
         -A FORWARD -p tcp --dport 21008 --sport 1024:65534 -j ACCEPT\n\
         -A FORWARD -p tcp --dport 21009:21010 -d 209.43.40.0/25 -m limit --limit 10/min -j ACCEPT\n\
         -A FORWARD -p tcp --dport 21010 -d 209.43.40.0/25 -j ACCEPT\n\
         -A FORWARD -p tcp --dport 21010:21011 -m limit --limit 10/min -j ACCEPT\n\
         -A FORWARD -p tcp --dport 21012:21013 -j ACCEPT\n",
    );
    let expected = ranges(&[
        ("21000-21009", Partly),
        ("21010-21011", Undecided),
        ("21012-21013", Open),
        ("21014-21050", Blocked),
    ]);
    assert_eq!(passive(&audit(&rules, "a", |_| {})), expected);
}
