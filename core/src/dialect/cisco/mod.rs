//! The front ends of Cisco's configurations: IOS and IOS-XE, and ASA.

mod asa;
mod common;
mod ios;
mod recognise;

pub(super) use asa::ASA;
pub(super) use ios::IOS;
