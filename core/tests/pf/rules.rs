//! What rule sets say: as much of pf.conf(5) as is generated.

/// The items of a list of addresses: network, length, negated. Any if empty.
pub(crate) type Hosts = Vec<(u32, u32, bool)>;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Way {
    In,
    Out,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Ports {
    Any,
    Range(u16, u16),
    Not(u16),
    Above(u16),
    Between(u16, u16),
    Outside(u16, u16),
}

/// What packets a rule is about.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) way: Option<Way>,
    pub(crate) on: Option<(bool, &'static str)>,
    pub(crate) inet6: Option<bool>,
    pub(crate) tcp: Option<bool>,
    pub(crate) from: Hosts,
    pub(crate) from_table: bool,
    pub(crate) from_ports: Ports,
    pub(crate) to: Hosts,
    pub(crate) to_ports: Ports,
    /// Negated, and a tag.
    pub(crate) tagged: Option<(bool, &'static str)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verb {
    Pass,
    Drop,
    Return,
    Match,
    Anchor,
}

/// To an address; to ports from the second number to the third, in step with the first; source ports are
/// chosen unless static.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    pub(crate) address: u32,
    pub(crate) ports: Option<(u16, u16, u16)>,
    pub(crate) fixed: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) verb: Verb,
    pub(crate) quick: bool,
    pub(crate) head: Head,
    pub(crate) flags_any: bool,
    pub(crate) keeps: bool,
    pub(crate) tag: Option<&'static str>,
    pub(crate) target: Option<Target>,
    /// The rules of an anchor.
    pub(crate) inside: Vec<Rule>,
}

/// `nat` (out) or `rdr` (in), `no` without a target, maybe `pass`.
#[derive(Clone, Debug)]
pub(crate) struct Section {
    pub(crate) way: Way,
    pub(crate) head: Head,
    pub(crate) pass: bool,
    pub(crate) tag: Option<&'static str>,
    pub(crate) target: Option<Target>,
}

#[derive(Clone, Debug)]
pub(crate) struct RuleSet {
    pub(crate) sections: Vec<Section>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) table: Hosts,
    pub(crate) skip: Option<&'static str>,
}
