//! Short ways to ask about groups and ACLs.

use std::net::SocketAddr;

use pasvaudit::dialect::Parser;
use pasvaudit::eval::concrete::{self, Always, Connection, Interfaces, Outcome, Tuple};
use pasvaudit::firewall::{Fate, States};
use pasvaudit::{End, Error, Firewall, Placement};

pub(crate) fn read(text: &str) -> Firewall {
    Parser::new().parse(text).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn refused(text: &str) -> Error {
    Parser::new().parse(text).expect_err(text)
}

/// A group with these rules, in the form of `describe-security-groups`.
pub(crate) fn group(ingress: &str, egress: &str) -> String {
    named_group("sg-1", ingress, egress)
}

pub(crate) fn named_group(id: &str, ingress: &str, egress: &str) -> String {
    format!(r#"{{"SecurityGroups": [{}]}}"#, group_object(id, ingress, egress))
}

pub(crate) fn group_object(id: &str, ingress: &str, egress: &str) -> String {
    format!(
        r#"{{"GroupId": "{id}", "IpPermissions": [{ingress}], "IpPermissionsEgress": [{egress}]}}"#
    )
}

/// A rule for TCP of some ports and one network.
pub(crate) fn tcp(from: u16, to: u16, cidr: &str) -> String {
    format!(
        r#"{{"IpProtocol": "tcp", "FromPort": {from}, "ToPort": {to}, "IpRanges": [{{"CidrIp": "{cidr}"}}]}}"#
    )
}

pub(crate) const ALL: &str = r#"{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}"#;

/// An ACL with these entries.
pub(crate) fn acl(entries: &str) -> String {
    format!(r#"{{"NetworkAcls": [{}]}}"#, acl_object("acl-1", entries))
}

pub(crate) fn acl_object(id: &str, entries: &str) -> String {
    format!(
        r#"{{"NetworkAclId": "{id}", "Associations": [{{"SubnetId": "subnet-of-{id}"}}], "Entries": [{entries}]}}"#
    )
}

/// An entry for TCP.
pub(crate) fn entry(number: u32, egress: bool, action: &str, from: u16, to: u16) -> String {
    format!(
        r#"{{"RuleNumber": {number}, "Egress": {egress}, "RuleAction": "{action}", "Protocol": "6", "CidrBlock": "0.0.0.0/0", "PortRange": {{"From": {from}, "To": {to}}}}}"#
    )
}

/// The fate of a connection at the host, whichever way what is not modelled goes; `None` if it depends
/// on that.
pub(crate) fn at_host(
    firewall: &Firewall,
    host: Placement,
    opener: End,
    source: &str,
    destination: &str,
) -> Option<bool> {
    let address = |text: &str| -> SocketAddr { text.parse().unwrap() };
    let tuple = Tuple { source: address(source), destination: address(destination) };
    let question = Connection {
        placement: host,
        opener,
        tuple,
        first: States::NEW,
        interfaces: Interfaces::default(),
        control: None,
    };
    let choices = [
        Always { holds: true, outcome: Outcome::Accept },
        Always { holds: true, outcome: Outcome::Drop },
        Always { holds: false, outcome: Outcome::Drop },
    ];
    let fates = choices.map(|mut choice| {
        concrete::connection(firewall, &question, &mut choice).unwrap().fate == Fate::Accept
    });
    fates.iter().all(|fate| *fate == fates[0]).then_some(fates[0])
}

/// Whether a client comes in to a server that has the groups.
pub(crate) fn comes_in(firewall: &Firewall, source: &str, destination: &str) -> Option<bool> {
    at_host(firewall, Placement::ServerHost, End::Client, source, destination)
}

/// Whether a client that has the groups gets out.
pub(crate) fn gets_out(firewall: &Firewall, source: &str, destination: &str) -> Option<bool> {
    at_host(firewall, Placement::ClientHost, End::Client, source, destination)
}

pub(crate) fn unmodelled(firewall: &Firewall) -> Vec<&str> {
    firewall.unmodelled().iter().map(|unmodelled| firewall.name(unmodelled.what)).collect()
}
