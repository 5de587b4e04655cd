//! The front end of `nft`: rule set files and `nft list ruleset`, as text and as JSON.

#[expect(dead_code, reason = "the readers come next")]
mod lower;
#[expect(dead_code, reason = "the readers come next")]
mod syntax;
