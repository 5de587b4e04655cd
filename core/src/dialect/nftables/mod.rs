//! The front end of `nft`: rule set files and `nft list ruleset`, as text and as JSON.

#[expect(dead_code, reason = "what reads this comes next")]
mod syntax;
#[cfg_attr(not(test), expect(dead_code, reason = "what reads this comes next"))]
mod text;
