//! What the front end of AWS makes of security groups and network ACLs.

#[cfg(test)]
mod acls;
#[cfg(test)]
mod comparison;
#[cfg(test)]
mod corpus;
#[cfg(test)]
#[path = "../common/files.rs"]
mod files;
#[cfg(test)]
mod fixes;
#[cfg(test)]
mod generator;
#[cfg(test)]
mod groups;
#[cfg(test)]
mod hostile;
#[path = "../common/random.rs"]
mod random;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod refused;
#[cfg(test)]
mod support;
#[cfg(test)]
mod template;
#[cfg(test)]
mod terraform;
#[cfg(test)]
mod traps;
