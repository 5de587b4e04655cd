//! Rule sets that others wrote, read where they lie: set `PASVAUDIT_CORPUS` to the folder that
//! holds `nftables/**` and `nftables_json/**`. Their licences differ, so none of them is kept here.

#[cfg(test)]
#[path = "../common/files.rs"]
mod files;
#[cfg(test)]
#[path = "../common/model.rs"]
mod model;
#[cfg(test)]
#[path = "../common/nft.rs"]
mod nft;
#[cfg(test)]
mod pairs;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod refused;
#[cfg(test)]
mod tree;
