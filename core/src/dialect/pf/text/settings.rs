//! `set ...`.

use super::super::syntax::{Kind, Return, Setting};
use super::cursor::Cursor;
use super::fault::{Read, fault};
use super::pieces::interface;
use crate::error::Code;

/// An option, after `set`.
pub(super) fn setting(cursor: &mut Cursor<'_>) -> Read<Kind> {
    let setting = if cursor.takes("skip") {
        if !cursor.takes("on") {
            return cursor.unexpected("`on`");
        }
        Setting::Skip(cursor.list(&mut interface)?)
    } else if cursor.takes("block-policy") {
        match cursor.takes_one(&["drop", "return"]) {
            Some("drop") => Setting::BlockPolicy(Return::Drop),
            Some(_) => Setting::BlockPolicy(Return::Reset),
            None => return cursor.unexpected("`drop` or `return`"),
        }
    } else {
        const KNOWN: [&str; 16] = [
            "optimization",
            "ruleset-optimization",
            "timeout",
            "limit",
            "loginterface",
            "state-policy",
            "state-defaults",
            "hostid",
            "reassemble",
            "require-order",
            "debug",
            "fingerprints",
            "syncookies",
            "keepcounters",
            "fail-policy",
            "packetfilter",
        ];
        if cursor.takes_one(&KNOWN).is_none() {
            let what = cursor.word().unwrap_or_default().to_owned();
            let message = format!("`set {what}` is no option of pf that is known here");
            return fault(Code::BadSyntax, message, cursor.at());
        }
        cursor.skip_statement();
        Setting::Other
    };
    Ok(Kind::Setting(setting))
}
