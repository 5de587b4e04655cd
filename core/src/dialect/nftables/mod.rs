//! The front end of `nft`: rule set files and `nft list ruleset`, as text and as JSON.

#[cfg_attr(not(test), expect(dead_code, reason = "what decides meanings comes next"))]
mod json;
#[expect(dead_code, reason = "the readers come next")]
mod syntax;
