//! What the configurations of IOS and ASA have in common.

pub(super) mod ace;
pub(super) mod address;
pub(super) mod attached;
pub(super) mod connections;
pub(super) mod front_end;
pub(super) mod groups;
pub(super) mod insert;
pub(super) mod lines;
pub(super) mod lowering;
pub(super) mod names;
pub(super) mod ports;
pub(super) mod sets;
pub(super) mod translation;
pub(super) mod write;
