//! What AWS says about groups and ACLs, read plainly. It knows nothing of pasvaudit's model.

/// A rule of a group or an entry of an ACL.
pub(crate) struct Rule {
    pub(crate) egress: bool,
    pub(crate) number: u32,
    pub(crate) allow: bool,
    pub(crate) protocol: &'static str,
    pub(crate) ports: Option<(u16, u16)>,
    pub(crate) address: u32,
    pub(crate) length: u32,
}

/// Whether a rule speaks of a TCP packet between the far end and a port.
fn speaks(rule: &Rule, far: u32, port: u16) -> bool {
    let mask = if rule.length == 0 { 0 } else { u32::MAX << (32 - rule.length) };
    // With all protocols ports do not count; with others than TCP it is another packet.
    let matches = match (rule.protocol, rule.ports) {
        ("-1", _) | ("6", None) => true,
        ("6", Some((from, to))) => (from..=to).contains(&port),
        _ => false,
    };
    matches && far & mask == rule.address & mask
}

/// A network ACL: the rules of a direction are evaluated from the lowest number, the first one that
/// matches applies whatever higher ones say, and what none matches is denied.
fn acl_lets(rules: &[Rule], egress: bool, far: u32, port: u16) -> bool {
    let ours = rules.iter().filter(|rule| rule.egress == egress && speaks(rule, far, port));
    ours.min_by_key(|rule| rule.number).is_some_and(|rule| rule.allow)
}

/// A group: what a rule matches is allowed, nothing else.
fn group_lets(rules: &[Rule], egress: bool, far: u32, port: u16) -> bool {
    rules.iter().any(|rule| rule.egress == egress && speaks(rule, far, port))
}

/// A connection between an interface and a far end: its first packet needs a group's rule, answers
/// need none; the ACL is asked about each packet by itself.
pub(crate) fn lets(
    groups: Option<&[Rule]>,
    acl: Option<&[Rule]>,
    outgoing: bool,
    far: u32,
    (source_port, port): (u16, u16),
) -> bool {
    let opened = groups.is_none_or(|rules| group_lets(rules, outgoing, far, port));
    let passes = |egress, port| acl.is_none_or(|rules| acl_lets(rules, egress, far, port));
    opened && passes(outgoing, port) && passes(!outgoing, source_port)
}
