//! The front ends of Cisco's configurations: IOS and IOS-XE.

mod common;
mod ios;
mod recognise;

pub(super) use ios::Ios;
