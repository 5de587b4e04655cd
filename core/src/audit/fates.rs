use crate::eval::symbolic::{self, Effort, Interfaces, Part, Ruling};
use crate::eval::{End, Placement};
use crate::firewall::{Action, Fate, Firewall, Governs, RuleId, States};
use crate::space::{Budget, Cuboid, Exhausted, HeaderSet};

/// Whether connections pass.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) enum Status {
    /// Whatever the conditions that are not modelled.
    Open,
    /// Whatever the conditions that are not modelled, they do not.
    Blocked,
    /// That depends.
    Unsure,
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

/// Where and how a question is asked.
#[derive(Clone, Debug)]
pub(super) struct Site<'a> {
    pub firewall: &'a Firewall,
    pub placement: Placement,
    pub interfaces: &'a Interfaces,
}

impl Site<'_> {
    /// Whether every interface that connections cross has a name.
    pub(super) fn interfaces_named(&self) -> bool {
        let host = matches!(self.placement, Placement::ClientHost | Placement::ServerHost);
        self.interfaces.outside.is_some() && (host || self.interfaces.inside.is_some())
    }

    /// How the connections of a space fare.
    ///
    /// Where a helper may read the control connection, their first packet may be expected by it or
    /// not (`helped`): what does not come out the same both ways is unsure.
    pub(super) fn fates<A: Governs>(
        &self,
        opener: End,
        helped: bool,
        space: &[Cuboid<A>],
        budget: &Budget,
    ) -> Result<Vec<Piece<A>>, Exhausted> {
        let ask = |first| -> Result<Vec<Piece<A>>, Exhausted> {
            let (firewall, at, interfaces) = (self.firewall, self.placement, self.interfaces);
            let effort = Effort::default();
            let parts =
                symbolic::connections(firewall, at, opener, first, interfaces, space, effort);
            parts.into_iter().map(|part| piece(part, budget)).collect()
        };
        let new = ask(States::NEW)?;
        if helped { self.either(&new, &ask(States::RELATED)?, budget) } else { Ok(new) }
    }

    fn either<A: Governs>(
        &self,
        new: &[Piece<A>],
        related: &[Piece<A>],
        budget: &Budget,
    ) -> Result<Vec<Piece<A>>, Exhausted> {
        let helpers = self.helper_rules();
        let mut pieces = Vec::new();
        for one in new {
            for other in related {
                let set = one.set.intersection(&other.set, budget)?;
                if set.is_empty() {
                    continue;
                }
                let mut piece = Piece { set, ..one.clone() };
                if one.status != other.status {
                    let worse = if one.status == Status::Open { other } else { one };
                    piece.ruling = worse.ruling.clone();
                    piece.ruling.doubts.extend(&helpers);
                    piece.ruling.doubts.extend(&other.ruling.doubts);
                    piece.ruling.doubts.sort_unstable();
                    piece.ruling.doubts.dedup();
                    piece.status = Status::Unsure;
                }
                pieces.push(piece);
            }
        }
        Ok(pieces)
    }

    /// The rules that assign helpers.
    fn helper_rules(&self) -> Vec<RuleId> {
        self.firewall
            .rules()
            .filter(|(_, rule)| {
                let named = |name| !self.firewall.name(name).is_empty();
                rule.action().parts().iter().any(|action| match action {
                    Action::AssignHelper(name) | Action::SetHelper(name) => named(*name),
                    _ => false,
                })
            })
            .map(|(id, _)| id)
            .collect()
    }
}

fn piece<A: Governs>(part: Part<A>, budget: &Budget) -> Result<Piece<A>, Exhausted> {
    let ruling = part.ruling;
    let status = match ruling.fate {
        Fate::Accept if ruling.certain => Status::Open,
        _ if !ruling.may_pass => Status::Blocked,
        _ => Status::Unsure,
    };
    let because = ruling.unfinished.then(|| {
        "the rules cut this space into more pieces than the work budget allows".to_owned()
    });
    let set = HeaderSet::from_cuboids(part.cuboids, budget)?;
    Ok(Piece { set, status, ruling, because })
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
