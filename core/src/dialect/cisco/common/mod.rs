//! What the configurations of IOS and ASA have in common.

pub(super) mod ace;
pub(super) mod address;
pub(super) mod groups;
pub(super) mod lines;
pub(super) mod names;
pub(super) mod ports;
pub(super) mod sets;
pub(super) mod write;
