//! What a text says about the filters of a network in AWS, whatever form it is written in.

use std::collections::HashMap;

use ipnet::IpNet;

/// The way of packets at an interface or the border of a subnet.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) enum Way {
    In,
    Out,
}

impl Way {
    pub(super) const BOTH: [Self; 2] = [Self::In, Self::Out];

    pub(super) const fn of_egress(egress: bool) -> Self {
        if egress { Self::Out } else { Self::In }
    }

    /// What is there for this way.
    pub(super) const fn of<T: Copy>(self, both: &[T; 2]) -> T {
        let [inward, outward] = *both;
        match self {
            Self::In => inward,
            Self::Out => outward,
        }
    }

    /// What is there for this way, to be changed.
    pub(super) const fn of_mut<T>(self, both: &mut [T; 2]) -> &mut T {
        let [inward, outward] = both;
        match self {
            Self::In => inward,
            Self::Out => outward,
        }
    }

    /// As rules of security groups are called.
    pub(super) const fn gress(self) -> &'static str {
        match self {
            Self::In => "ingress",
            Self::Out => "egress",
        }
    }

    /// As the two lists of a network ACL are called.
    pub(super) const fn bound(self) -> &'static str {
        match self {
            Self::In => "inbound",
            Self::Out => "outbound",
        }
    }
}

/// What packets a rule speaks of, as far as TCP and UDP go.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reach {
    /// All protocols, with all ports.
    All,
    /// TCP to these ports, both included.
    Tcp(u16, u16),
    /// UDP to these ports, both included.
    Udp(u16, u16),
    /// Neither.
    Other,
}

/// The far end of a rule.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Peer {
    Net(IpNet),
    /// The interfaces that have a group.
    Group {
        id: String,
    },
    /// A list of prefixes.
    List(String),
    /// Somebody, we cannot say who.
    Unknown(String),
}

/// A rule of a security group.
#[derive(Clone, Debug)]
pub(super) struct Permission<'a> {
    pub piece: &'a str,
    pub reach: Reach,
    /// Nobody, if it is empty: a reference that is stale.
    pub peers: Vec<Peer>,
    /// What decides besides whether it is there and matches, and is not known.
    pub doubts: Vec<String>,
    /// Whether it is a resource of its own, beside the group.
    pub of_its_own: bool,
}

impl<'a> Permission<'a> {
    /// A rule of which nothing is known.
    pub(super) fn unknown(piece: &'a str, what: impl Into<String>) -> Self {
        let what = what.into();
        Self {
            piece,
            reach: Reach::All,
            peers: vec![Peer::Unknown(what)],
            doubts: Vec::new(),
            of_its_own: false,
        }
    }

    /// A rule that lets everything through, both families.
    pub(super) fn everything(piece: &'a str) -> Self {
        use crate::space::Family;
        let peers = [Family::Ipv4, Family::Ipv6].map(|family| Peer::Net(family.everything()));
        Self {
            piece,
            reach: Reach::All,
            peers: peers.to_vec(),
            doubts: Vec::new(),
            of_its_own: false,
        }
    }
}

/// A security group.
#[derive(Clone, Debug, Default)]
pub(super) struct Group<'a> {
    pub id: String,
    pub name: Option<String>,
    /// What else it is called: its address in a configuration, its id where that is known besides.
    pub aliases: Vec<String>,
    pub declared: &'a str,
    pub permissions: Vec<(Way, Permission<'a>)>,
    /// Where a rule can be added, ingress and egress.
    pub homes: [Option<Home<'a>>; 2],
}

impl<'a> Group<'a> {
    /// As people know it.
    pub(super) fn label(&self) -> String {
        match &self.name {
            Some(name) if *name != self.id && !name.is_empty() => format!("{} ({name})", self.id),
            _ => self.id.clone(),
        }
    }

    /// It has rules that the text does not hold.
    pub(super) fn is_partly_known(&mut self, piece: &'a str) {
        let rest = Permission::unknown(piece, format!("the other rules of {}", self.id));
        self.permissions.extend(Way::BOTH.map(|way| (way, rest.clone())));
    }

    pub(super) fn is_called(&self, name: &str) -> bool {
        self.id == name
            || self.name.as_deref() == Some(name)
            || self.aliases.iter().any(|alias| alias == name)
    }
}

/// A rule of a network ACL. What is not known of it is `None`.
#[derive(Clone, Debug)]
pub(super) struct Entry<'a> {
    pub piece: &'a str,
    pub way: Option<Way>,
    pub number: Option<u32>,
    pub allow: Option<bool>,
    pub reach: Reach,
    pub net: Option<IpNet>,
    pub doubts: Vec<String>,
}

impl<'a> Entry<'a> {
    /// A rule of which nothing is known.
    pub(super) fn unknown(piece: &'a str, what: impl Into<String>) -> Self {
        let doubts = vec![what.into()];
        let reach = Reach::All;
        Self { piece, way: None, number: None, allow: None, reach, net: None, doubts }
    }
}

/// A network ACL.
#[derive(Clone, Debug, Default)]
pub(super) struct Acl<'a> {
    pub id: String,
    /// What else it is called, and the subnets that have it.
    pub aliases: Vec<String>,
    pub declared: &'a str,
    pub entries: Vec<Entry<'a>>,
    /// Where an entry can be added, inbound and outbound.
    pub homes: [Option<Home<'a>>; 2],
}

impl<'a> Acl<'a> {
    /// It has entries that the text does not hold.
    pub(super) fn is_partly_known(&mut self, piece: &'a str) {
        let what = format!("the other entries of {}", self.id);
        self.entries.push(Entry::unknown(piece, what));
    }

    pub(super) fn is_called(&self, name: &str) -> bool {
        self.id == name || self.aliases.iter().any(|alias| alias == name)
    }
}

/// The list that a rule can be added to, and how rules are written there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Home<'a> {
    pub list: &'a str,
    pub form: Form,
}

/// How rules are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    /// As `describe-security-groups` and `describe-network-acls` print them.
    Describe,
    /// As `describe-security-group-rules` prints them.
    Rules,
    /// As a plan or state of Terraform has them.
    Terraform,
    /// As a template has them.
    Template,
}

/// All that a text holds.
#[derive(Debug, Default)]
pub(super) struct Estate<'a> {
    pub groups: Vec<Group<'a>>,
    pub acls: Vec<Acl<'a>>,
    /// Rules of groups that are not known, or nobody knows of which.
    pub loose: Vec<(Way, Permission<'a>)>,
    /// The same of network ACLs.
    pub stray: Vec<Entry<'a>>,
    /// The groups of the only interface that the text has, if it says.
    pub worn: Option<Vec<String>>,
    known_groups: HashMap<String, usize>,
    /// The ids of groups and ACLs that have other names too.
    called: HashMap<String, String>,
    known_acls: HashMap<String, usize>,
}

impl<'a> Estate<'a> {
    /// The group of this id, which is made if it was not spoken of yet.
    pub(super) fn group(&mut self, id: &str, declared: &'a str) -> &mut Group<'a> {
        let groups = &mut self.groups;
        let index = *self.known_groups.entry(id.to_owned()).or_insert_with(|| {
            groups.push(Group { id: id.to_owned(), declared, ..Group::default() });
            groups.len() - 1
        });
        // It was put there.
        #[expect(clippy::indexing_slicing, reason = "the index is that of a group")]
        &mut groups[index]
    }

    /// A group or an ACL is called so too.
    pub(super) fn call(&mut self, name: &str, id: &str) {
        self.called.insert(name.to_owned(), id.to_owned());
    }

    /// The id of the group or ACL that is called so.
    pub(super) fn id_of(&self, name: &str) -> Option<String> {
        let own = self.known_groups.contains_key(name) || self.known_acls.contains_key(name);
        if own { Some(name.to_owned()) } else { self.called.get(name).cloned() }
    }

    /// Whether a group of this id was spoken of.
    pub(super) fn has_group(&self, id: &str) -> bool {
        self.known_groups.contains_key(id)
    }

    /// The network ACL of this id, which is made if it was not spoken of yet.
    pub(super) fn acl(&mut self, id: &str, declared: &'a str) -> &mut Acl<'a> {
        let acls = &mut self.acls;
        let index = *self.known_acls.entry(id.to_owned()).or_insert_with(|| {
            acls.push(Acl { id: id.to_owned(), declared, ..Acl::default() });
            acls.len() - 1
        });
        #[expect(clippy::indexing_slicing, reason = "the index is that of an ACL")]
        &mut acls[index]
    }

    /// Whether a network ACL of this id was spoken of.
    pub(super) fn has_acl(&self, id: &str) -> bool {
        self.known_acls.contains_key(id)
    }
}
