//! What the commands of a rule set mean, in terms of the model.
//!
//! First the commands are run ([`ruleset`]), which leaves tables, chains and sets; then rules are
//! given their meaning one by one: keys ([`keys`]) are compared with values ([`values`]) or looked up
//! in sets ([`tables`], [`membership`]), which makes tests ([`comparisons`], [`matches`]); what follows
//! makes actions ([`statements`], [`effects`], [`nat`]).

mod chains;
mod comparisons;
mod context;
mod datagrams;
mod effects;
mod fault;
mod field;
mod hooks;
mod influence;
mod keys;
mod lowering;
mod matches;
mod membership;
mod nat;
mod numbers;
mod ruleset;
mod statements;
mod tables;
mod values;

use super::syntax::Command;
use crate::error::Error;
use crate::firewall::{Builder, Given};
use crate::source::Source;
use context::Context;
use lowering::Lowering;

/// The firewall that the commands make, in the order in which they stand.
pub(super) fn build(
    commands: Vec<Command>,
    given: &Given,
    source: &Source,
) -> Result<Builder, Error> {
    let rules = ruleset::apply(commands, source)?;
    let mut builder = Builder::default();
    builder.track_from(hooks::CONNTRACK);
    builder.local(&given.local);
    builder.kernel(given.kernel);
    let context = Context::new(builder, &rules, &given.local);
    Lowering::new(context, source).read()
}
