//! What a probe says of servers on loopback: obedient ones, broken ones and hostile ones.
#![cfg(feature = "probe")]

#[cfg(test)]
mod active;
#[cfg(test)]
mod bounds;
#[cfg(all(test, feature = "cli"))]
mod command;
#[cfg(test)]
mod connecting;
#[cfg(test)]
mod fake;
#[cfg(test)]
mod passive;
#[cfg(test)]
mod predicted;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod tls;
