//! What the front end of nft makes of rule sets.

#[cfg(test)]
mod chains;
#[cfg(test)]
mod effects;
#[cfg(test)]
mod hostile;
mod includes;
#[cfg(test)]
mod maps;
#[cfg(test)]
mod matches;
#[cfg(test)]
mod nat;
#[cfg(test)]
mod refused;
#[cfg(test)]
mod sets;
#[cfg(test)]
mod support;
