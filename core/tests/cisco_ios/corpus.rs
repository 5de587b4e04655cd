//! Configurations that others wrote, read where they lie: set `PASVAUDIT_CORPUS` to the folder that
//! holds `cisco_ios/**`. Their licences differ, so none of them is kept here.

use pasvaudit::Dialect;

use crate::texts::Tally;

/// What is refused besides texts in which nothing filters, by the end of its path, and why.
const REFUSED: &[(&str, &str)] = &[
    ("cisco/CiscoTest.testObjectGroup.stdout.ref", "`net-group` is IOS-XR's"),
    ("show_ip_access-lists.oneos6.raw", "`permit ip 47` is OneAccess'"),
    ("testconfigs/aclIos", "`access-list NAME extended` is ASA's"),
    ("configs/iosAccessGroupAcl", "`access-list NAME extended` is ASA's"),
    ("configs/nxos_acl", "a list without a name"),
    ("configs/tcpflags", "`access-list 100` and no more"),
    ("configs/sample_01.ios", "`permit esp host any any`"),
];

#[test]
fn every_configuration_is_read_or_refused_for_a_reason() {
    let Some(tally) = Tally::of("cisco_ios", Dialect::CiscoIos) else { return };
    assert_eq!((tally.exactly, tally.with_unknowns, tally.nothing), (114, 34, 39));
    for name in &tally.refused {
        assert!(REFUSED.iter().any(|(end, _)| name.ends_with(end)), "{name} is refused");
    }
    assert_eq!(tally.refused.len(), REFUSED.len());
}
