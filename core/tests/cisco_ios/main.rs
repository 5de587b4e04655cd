//! What the front end of Cisco IOS makes of configurations.

#[cfg(test)]
mod agreement;
#[cfg(test)]
#[path = "../common/comparison.rs"]
mod comparison;
#[cfg(test)]
mod corpus;
#[cfg(test)]
#[path = "../common/doubt.rs"]
mod doubt;
#[cfg(test)]
#[path = "../common/cisco_entries.rs"]
mod entries;
#[cfg(test)]
#[path = "../common/files.rs"]
mod files;
#[cfg(test)]
mod fixes;
#[cfg(test)]
#[path = "../common/gateway.rs"]
mod gateway;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod inspection;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod malformed;
#[cfg(test)]
#[path = "../common/malformed.rs"]
mod malformed_texts;
#[cfg(test)]
mod nat;
#[path = "../common/random.rs"]
mod random;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod refused;
#[cfg(test)]
mod support;
#[cfg(test)]
#[path = "../common/corpus.rs"]
mod texts;
#[cfg(test)]
mod traps;
