//! The iptables-save front end.

use super::Parser;
use crate::error::Error;
use crate::firewall::{Builder, Dialect, Firewall};
use crate::source::Source;

pub(super) fn parse(_options: &Parser, source: Source) -> Result<Firewall, Error> {
    Ok(Builder::default().finish(source, Dialect::Iptables, &[]))
}
