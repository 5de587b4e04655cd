//! An FTP session: data connections, and the control connection that they belong to.

use std::net::IpAddr;

use super::Effort;
use super::follower::Follower;
use super::lists::Lists;
use super::notes::Notes;
use super::question::{Class, Expected};
use super::site::{Own, Site};
use super::view::View;
use crate::eval::{End, Placement};
use crate::firewall::{Action, Firewall, Governs, Symbol};
use crate::space::{Axis, Cuboid, Family};

/// The control connection of the session that data connections belong to. It goes from the same
/// client to the same server.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Control {
    /// The server's ports, one of which it is: ranges, both ends included.
    pub ports: Vec<(u16, u16)>,
    /// The ports that the client may use.
    pub client_ports: Vec<(u16, u16)>,
    /// Whether a helper can read it: it is not encrypted.
    pub readable: bool,
    /// Whether a helper for FTP is taken to read it and to expect the data connections, whatever is
    /// true: the question what a helper would make of the rules.
    pub helped: bool,
    /// What is announced on it.
    pub announced: Announced,
}

/// The address that PASV's reply, PORT or EPRT names.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Announced {
    /// None: EPSV leaves it out, and the data connection goes where the control connection goes.
    Nothing,
    /// The one that the announcing end has itself.
    Own,
    /// This one.
    Address(IpAddr),
}

/// What is asked about the control connection.
pub(super) struct Session<'a> {
    pub firewall: &'a Firewall,
    pub control: &'a Control,
    /// The end that opens the data connections.
    pub opener: End,
    /// The device stands before the server, or is the server.
    pub serves: bool,
    pub at_server: bool,
    control_classes: Vec<Class>,
    /// Its packets that tracking may begin with, and the base chains that may translate them or assign
    /// a helper to the connection.
    shaping_classes: Vec<Class>,
    /// The packets of data connections that a helper expects, by helper.
    pub expected: Vec<(Symbol, Vec<Class>)>,
    /// The same by a helper that is taken for granted.
    pub helped: Vec<Class>,
    pub own: &'a Own,
    pub notes: Option<&'a Notes>,
}

impl<'a> Session<'a> {
    /// A session through a device.
    pub(super) fn new(
        site: &'a Site<'a>,
        family: Family,
        opener: End,
        control: &'a Control,
    ) -> Self {
        let firewall = site.device.firewall;
        let expected = helpers(firewall)
            .into_iter()
            .map(|name| (name, site.classes(family, opener, Some(Expected::By(name)))));
        let assumed = control.helped.then(|| {
            // Where no rule names it, none can tell it from others.
            let by = firewall.symbol("ftp").map_or(Expected::Maybe, Expected::By);
            site.classes(family, opener, Some(by))
        });
        let control_classes = site.classes(family, End::Client, None);
        // Where tracking may miss the first packet, another one may be what it begins with.
        let shaping = if firewall.untracks() { control_classes.len() } else { 1 };
        let shaping_classes = control_classes
            .iter()
            .take(shaping)
            .cloned()
            .map(|class| class.only(|stop| firewall.shapes(stop.chain)));
        Self {
            firewall,
            control,
            opener,
            serves: matches!(
                site.device.placement,
                Placement::ServerGateway | Placement::ServerHost
            ),
            at_server: site.device.placement == Placement::ServerHost,
            shaping_classes: shaping_classes.collect(),
            control_classes,
            expected: expected.collect(),
            helped: assumed.unwrap_or_default(),
            own: &site.own,
            notes: site.notes.as_ref(),
        }
    }

    /// The rules that can matter to any control connection of data connections in a box.
    pub(super) fn primed<A: Governs>(&self, space: &Cuboid<A>, effort: &mut Effort) -> Lists<A> {
        let mut lists = Lists::new();
        if let Some(hull) = super::hull(&self.controls(space)) {
            // Where that alone spends the effort, no cell is finished either.
            let _ = self.follower().prime(&hull, &mut lists, effort);
        }
        lists
    }

    /// What follows control connections.
    pub(super) fn follower(&self) -> Follower<'_> {
        let Self { firewall, own, notes, .. } = *self;
        Follower { firewall, classes: &self.control_classes, own, notes }
    }

    /// What follows their first packets to where helpers are assigned and addresses translated.
    pub(super) fn shaper(&self) -> Follower<'_> {
        let Self { firewall, own, notes, .. } = *self;
        Follower { firewall, classes: &self.shaping_classes, own, notes }
    }

    /// The control connections of data connections.
    pub(super) fn controls<A: Governs>(&self, cell: &Cuboid<A>) -> Vec<Cuboid<A>> {
        let (client, server) = match self.opener {
            End::Client => (cell.on(Axis::Source), cell.on(Axis::Destination)),
            End::Server => (cell.on(Axis::Destination), cell.on(Axis::Source)),
        };
        let range = |(first, last): &(u16, u16)| (A::from_port(*first), A::from_port(*last));
        let mut controls = Vec::new();
        for ports in &self.control.ports {
            for client_ports in &self.control.client_ports {
                controls.extend(Cuboid::new([server, range(ports), client, range(client_ports)]));
            }
        }
        controls
    }

    /// What the data connection's ends are where the control connection's are these.
    pub(super) fn data_view<A: Governs>(&self, control: &View<A>) -> View<A> {
        match self.opener {
            End::Client => *control,
            End::Server => control.turned_round(),
        }
    }
}

/// The helpers for FTP that rules assign.
fn helpers(firewall: &Firewall) -> Vec<Symbol> {
    let mut names: Vec<_> = firewall
        .rules()
        .flat_map(|(_, rule)| rule.action().parts())
        .filter_map(|action| match action {
            Action::AssignHelper(name) | Action::SetHelper(name) => Some(*name),
            _ => None,
        })
        .filter(|name| is_ftp(firewall.name(*name)))
        .collect();
    names.extend(firewall.automatic_helper().map(|(name, _)| name));
    names.sort_unstable();
    names.dedup();
    names
}

/// `nf_conntrack_ftp` names its helpers `ftp` and `ftp-PORT`: `nf_ct_helper_init`.
pub(crate) fn is_ftp(name: &str) -> bool {
    name.strip_prefix("ftp").is_some_and(|rest| {
        let port = rest.strip_prefix('-');
        rest.is_empty() || port.is_some_and(|port| port.bytes().all(|b| b.is_ascii_digit()))
    })
}
