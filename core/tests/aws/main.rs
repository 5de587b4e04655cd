//! What the front end of AWS makes of security groups and network ACLs.

#[cfg(test)]
mod acls;
#[cfg(test)]
mod groups;
#[cfg(test)]
mod refused;
#[cfg(test)]
mod support;
#[cfg(test)]
mod template;
#[cfg(test)]
mod terraform;
