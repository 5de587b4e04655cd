use crate::eval::symbolic::{self, Blame, Control, Device, Effort, Part, Ruling, Trail};
use crate::eval::{End, Placement};
use crate::firewall::{
    Action, Fate, Firewall, Governs, Rule, RuleId, Translation, TranslationKind,
};
use crate::space::{Budget, Cuboid, Exhausted, HeaderSet};
use crate::words::words;

words! {
    /// Whether connections pass.
    Status, "status of connections" {
        /// Whatever the conditions that are not modelled.
        Open = "open",
        /// Whatever the conditions that are not modelled, they do not.
        Blocked = "blocked",
        /// That depends.
        Unsure = "undecided",
    }
}

/// A set of connections of one fate.
#[derive(Clone, Debug)]
pub(super) struct Piece<A: Governs> {
    pub set: HeaderSet<A>,
    pub status: Status,
    pub ruling: Ruling,
    /// What makes it unsure besides the rules in doubt.
    pub because: Option<String>,
}

/// A rule, and the device whose rule it is, by its place on the path.
pub(super) type Place = (usize, RuleId);

/// Where and how a question is asked.
#[derive(Clone, Debug)]
pub(super) struct Site<'a> {
    /// The firewall that the question began with.
    pub asked: &'a Firewall,
    /// The firewalls, from the client to the server.
    pub devices: Vec<Device<'a>>,
}

impl<'a> Site<'a> {
    /// The device at a place of the path.
    pub(super) fn device(&self, place: usize) -> Option<&Device<'a>> {
        self.devices.get(place)
    }

    /// A rule of one of its firewalls.
    pub(super) fn rule(&self, (device, rule): Place) -> Option<Rule<'a>> {
        self.device(device)?.firewall.rule(rule)
    }

    /// What a rule translates.
    pub(super) fn translation(&self, place: Place) -> Option<&'a Translation> {
        match self.rule(place)?.action().parts().last()? {
            Action::Translate(translation) => Some(translation),
            _ => None,
        }
    }

    /// Whether it matters which session a data connection belongs to.
    pub(super) fn sessions_matter(&self) -> bool {
        let matters = |firewall: &Firewall| firewall.assigns_helpers() || firewall.translates();
        self.devices.iter().any(|device| matters(device.firewall))
    }

    /// How the connections of a space fare; with `control` they are data connections of that session.
    pub(super) fn fates<A: Governs>(
        &self,
        opener: End,
        control: Option<&Control>,
        space: &[Cuboid<A>],
        budget: &Budget,
    ) -> Result<Vec<Piece<A>>, Exhausted> {
        let effort = Effort::default();
        let parts = symbolic::connections(&self.devices, opener, control, space, effort);
        parts.into_iter().map(|part| self.piece(part, budget)).collect()
    }

    /// The same, with what becomes clear about the rules of each device.
    pub(super) fn traced_fates<A: Governs>(
        &self,
        opener: End,
        control: Option<&Control>,
        space: &[Cuboid<A>],
        budget: &Budget,
    ) -> Result<(Vec<Piece<A>>, Vec<Trail>), Exhausted> {
        let (devices, effort) = (&self.devices, Effort::default());
        let (parts, trails) =
            symbolic::traced_connections(devices, &[], opener, control, space, effort);
        let pieces = parts.into_iter().map(|part| self.piece(part, budget));
        Ok((pieces.collect::<Result<_, _>>()?, trails))
    }

    fn piece<A: Governs>(&self, part: Part<A>, budget: &Budget) -> Result<Piece<A>, Exhausted> {
        let mut ruling = part.ruling;
        let mut status = match ruling.fate {
            Fate::Accept if ruling.certain => Status::Open,
            _ if !ruling.may_pass => Status::Blocked,
            _ => Status::Unsure,
        };
        let mut because = ruling.unfinished.then(|| {
            "the rules cut this space into more pieces than the work budget allows".to_owned()
        });
        if let Some((device, by)) = ruling.course.target
            && status == Status::Open
            && self.leads_elsewhere(device, by)
        {
            status = Status::Unsure;
            ruling.certain = false;
            (ruling.device, ruling.by) = (device, Blame::Rule(by));
            because = Some("the rules send these connections to another address".to_owned());
        }
        let set = HeaderSet::from_cuboids(part.cuboids, budget)?;
        Ok(Piece { set, status, ruling, because })
    }

    /// Whether a rule surely hands these connections to a proxy that knows no TLS, whatever becomes of
    /// them then.
    pub(super) fn proxied(&self, ruling: &Ruling) -> bool {
        let Some(Device { firewall, .. }) = self.device(ruling.device) else { return false };
        let by = match ruling.by {
            Blame::Rule(rule) => Some(rule),
            Blame::Policy(_) | Blame::Local | Blame::Nothing => None,
        };
        let mut rules = by.iter().chain(&ruling.doubts);
        by.is_some()
            && !ruling.unfinished
            && ruling.open.is_none()
            && rules.all(|rule| firewall.hands_to_proxy(*rule))
    }

    /// Whether a translation of the destination leads away from the provider.
    fn leads_elsewhere(&self, device: usize, rule: RuleId) -> bool {
        let Some(Device { placement, .. }) = self.device(device) else { return true };
        let Some(translation) = self.translation((device, rule)) else { return true };
        match placement {
            Placement::ClientHost | Placement::ClientGateway => true,
            Placement::ServerGateway => false,
            Placement::ServerHost => !matches!(
                translation.kind,
                TranslationKind::Redirect | TranslationKind::Range(None)
            ),
        }
    }
}

/// The union of the pieces that a test picks.
pub(super) fn union<A: Governs>(
    pieces: &[Piece<A>],
    wanted: impl Fn(Status) -> bool,
    budget: &Budget,
) -> Result<HeaderSet<A>, Exhausted> {
    let picked = pieces.iter().filter(|piece| wanted(piece.status)).map(|piece| &piece.set);
    HeaderSet::union_of(picked, budget)
}
