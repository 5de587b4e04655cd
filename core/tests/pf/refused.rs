//! What is no rule set, with its place.

use pasvaudit::{Code, Dialect, Parser};

#[test]
fn errors_have_a_code_and_a_place() {
    for (text, code, line, column) in [
        ("", Code::EmptyInput, 0, 0),
        ("block all\npass in port\n", Code::BadSyntax, 2, 9),
        ("block all\nfoo bar\n", Code::BadSyntax, 2, 1),
        ("pass in proto tcp to port 65536\n", Code::BadPort, 1, 27),
        ("pass in proto tcp to port 30:20\n", Code::BadPort, 1, 27),
        ("pass in to 10.0.0.300\n", Code::BadAddress, 1, 12),
        ("pass in to 10.0.0.0/33\n", Code::BadAddress, 1, 20),
        ("pass in to $nobody\n", Code::BadSyntax, 1, 12),
        ("pass in to \"10.0.0.1\n", Code::Truncated, 1, 12),
        ("anchor x {\npass\n", Code::Truncated, 2, 5),
        ("pass\n}\n", Code::BadSyntax, 2, 1),
        ("rdr on em0 from any to any\n", Code::BadSyntax, 1, 27),
        ("pass flags S/Q\n", Code::BadSyntax, 1, 14),
    ] {
        let error = Parser::new().dialect(Dialect::Pf).parse(text).expect_err(text);
        assert_eq!(error.code(), code, "{text}: {error}");
        let place = error.place().map_or((0, 0), |place| (place.line, place.column));
        assert_eq!(place, (line, column), "{text}: {error}");
    }
}

#[test]
fn lenient_reading_lists_the_line() {
    let parser = Parser::new().dialect(Dialect::Pf).lenient(true);
    let firewall = parser.parse("block all\npass in frobnicate\npass out all\n").unwrap();
    let [unmodelled, ..] = firewall.unmodelled() else { panic!("nothing is listed") };
    assert_eq!(unmodelled.span.line, 2);
}
