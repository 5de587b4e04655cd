//! What the front end of `iptables-save` makes of rule sets.

#[cfg(test)]
mod conntrack;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod matches;
#[cfg(test)]
mod refused;
#[cfg(test)]
mod sections;
#[cfg(test)]
mod sets;
#[cfg(test)]
mod support;
#[cfg(test)]
mod targets;
