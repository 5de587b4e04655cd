//! What the front end of Cisco ASA makes of configurations.

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod fixes;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod nat;
#[path = "../common/random.rs"]
mod random;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod support;
