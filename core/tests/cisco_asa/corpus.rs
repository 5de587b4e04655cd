//! Configurations that others wrote, read where they lie: set `PASVAUDIT_CORPUS` to the folder that
//! holds `cisco_asa/**`. Their licences differ, so none of them is kept here.

use pasvaudit::Dialect;

use crate::texts::Tally;

#[test]
fn every_configuration_is_read_or_refused_for_a_reason() {
    let Some(tally) = Tally::of("cisco_asa", Dialect::CiscoAsa) else { return };
    assert_eq!((tally.exactly, tally.with_unknowns, tally.nothing), (18, 32, 13));
    assert_eq!(tally.refused, [""; 0]);
}
