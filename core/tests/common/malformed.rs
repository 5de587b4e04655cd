//! Texts that no device has written: each is refused at a place, or what cannot be read is listed.

use std::time::{Duration, Instant};

use pasvaudit::dialect::Parser;
use pasvaudit::{Code, Dialect, Error, Firewall};

/// A text, read soon whatever becomes of it.
pub(crate) fn soon(dialect: Dialect, name: &str, text: &str) -> Result<Firewall, Error> {
    let begun = Instant::now();
    let read = Firewall::parse(text, dialect);
    let taken = begun.elapsed();
    // Generous, for a test without optimisation on a machine that is busy.
    assert!(taken < Duration::from_secs(20), "{name}: {taken:?} for {} bytes", text.len());
    if let Err(error) = &read {
        let message = error.to_string();
        assert!(message.len() < 2_000, "{name}: a message of {} bytes", message.len());
    }
    read
}

/// Asserts that a text is refused in this line, and that one who is lenient hears of it.
pub(crate) fn refused(dialect: Dialect, text: &str, code: Code, line: u32) {
    let parser = Parser::new().dialect(dialect);
    let error = parser.parse(text).err().unwrap_or_else(|| panic!("it was read:\n{text}"));
    let place = error.place().unwrap_or_else(|| panic!("{error} has no place"));
    assert_eq!((error.code(), place.line), (code, line), "{error}\n{text}");
    if let Ok(lenient) = parser.lenient(true).parse(text) {
        assert!(!lenient.unmodelled().is_empty(), "nothing is listed:\n{text}");
    }
}

/// Asserts that a text is refused in this line or that something in this line is unknown.
pub(crate) fn not_passed_over(dialect: Dialect, text: &str, line: u32) {
    match Firewall::parse(text, dialect) {
        Ok(firewall) => {
            let listed = firewall.unmodelled().iter().any(|one| one.span.line == line);
            assert!(listed, "line {line} was passed over:\n{text}");
        }
        Err(error) => {
            assert_eq!(error.place().map(|place| place.line), Some(line), "{error}\n{text}");
        }
    }
}

/// Asserts that line ends, marks and blanks of other systems change nothing that `holds`, and that a text
/// of nothing but them is empty.
pub(crate) fn read_alike(dialect: Dialect, text: &str, holds: impl Fn(&Firewall, &str)) {
    for text in [
        text.replace('\n', "\r\n"),
        format!("\u{feff}{text}"),
        format!("\u{feff}{}", text.replace('\n', "\r\n")),
        text.trim_end().to_owned(),
        text.replace(' ', "\t"),
    ] {
        let firewall = Firewall::parse(text.as_str(), dialect).unwrap();
        assert!(firewall.unmodelled().is_empty(), "{text:?}");
        holds(&firewall, &text);
    }
    for empty in ["", "\n", "\u{feff}", "\r\n\r\n", "!\n", " \t \n"] {
        let error = Firewall::parse(empty, dialect).unwrap_err();
        assert_eq!(error.code(), Code::EmptyInput, "{empty:?}");
    }
}
