//! Service policies: which control connections the inspection of FTP reads.

use super::Device;
use crate::comparison::Asked;
use crate::entries::{End4, Entry, Packet, SYN, permitted};

/// A policy that is applied: to both interfaces, or to one.
#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) global: bool,
    pub(crate) classes: Vec<Class>,
}

#[derive(Debug)]
pub(crate) struct Class {
    pub(crate) matches: Match,
    pub(crate) inspects_ftp: bool,
}

#[derive(Debug)]
pub(crate) enum Match {
    /// `match default-inspection-traffic`: port 21 for FTP.
    Default,
    Port(u16, u16),
    List(Vec<Entry>),
    Any,
}

impl Match {
    fn holds(&self, syn: Packet) -> bool {
        match self {
            Self::Default => syn.to.1 == 21,
            Self::Port(first, last) => (*first..=*last).contains(&syn.to.1),
            Self::List(list) => permitted(list, syn),
            Self::Any => true,
        }
    }
}

impl Device {
    /// Whether a control connection to this real address is inspected as FTP. With two interfaces a
    /// connection passes both, and so meets every policy; that of an interface comes before the one for
    /// all, feature by feature, and whether the other one still counts nobody says.
    pub(super) fn reads(&self, control: &Asked, server: End4) -> Option<bool> {
        let syn = Packet { from: control.from, to: server, flags: SYN };
        let reads = |policy: &&Policy| {
            policy.classes.iter().any(|class| class.inspects_ftp && class.matches.holds(syn))
        };
        let own = self.policies.iter().filter(|policy| !policy.global);
        let several = own.clone().next().is_some();
        if own.clone().any(|policy| reads(&policy)) {
            return Some(true);
        }
        let all = self.policies.iter().filter(|policy| policy.global).any(|policy| reads(&policy));
        if all && several { None } else { Some(all) }
    }
}
