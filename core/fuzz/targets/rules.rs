//! Whatever a rule set holds, it is read or refused, in every dialect: the first byte says in which.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pasvaudit::Parser;
use pasvaudit::firewall::Dialect;

fuzz_target!(|bytes: &[u8]| {
    let Some((&first, text)) = bytes.split_first() else { return };
    let dialect = Dialect::ALL[usize::from(first) % Dialect::ALL.len()];
    // It does not matter which of the two it is.
    let _ = Parser::new().dialect(dialect).parse_bytes(text.to_vec());
});
