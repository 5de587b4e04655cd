//! JSON as `nft -j` writes it, and JSON that is wrong.

mod corpus;
