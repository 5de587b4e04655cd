//! What an audit says about rules: which are wider than FTP needs, in vain, or of no use.
//!
//! Every expectation follows from the semantics of the packet filter: first match, one verdict for each
//! base chain, translation between the hooks. Each rule set that raises a finding stands next to one
//! that hardly differs and must not.
#![expect(clippy::expect_used, clippy::panic, reason = "a test stops where something is wrong")]

mod broad;
mod order;
mod other_chains;
mod ports;
mod support;
mod translated;
