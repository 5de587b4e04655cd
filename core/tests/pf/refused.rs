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
        // As in other dialects, a value that nobody knows is no reason to go on.
        ("pass in proto tcp to port ftpd-data\n", Code::BadPort, 1, 27),
        ("pass in proto tcp to port { 21 ftpx }\n", Code::BadPort, 1, 32),
        ("pass in proto tcp to port ftp:ftpx\n", Code::BadPort, 1, 27),
        ("pass in proto tpc to port 21\n", Code::BadSyntax, 1, 15),
        ("pass in proto 256\n", Code::BadSyntax, 1, 15),
        ("pass in probability 101%\n", Code::BadSyntax, 1, 21),
        ("pass in probability often\n", Code::BadSyntax, 1, 21),
        ("pass in tos 0x100\n", Code::BadSyntax, 1, 13),
        ("pass in prio 8\n", Code::BadSyntax, 1, 14),
        ("pass in keep state (max many)\n", Code::BadSyntax, 1, 25),
        ("pass in keep state (slopy)\n", Code::BadSyntax, 1, 21),
        ("pass in keep state (max 10\n", Code::BadSyntax, 1, 27),
        ("pass in divert-to 127.0.0.1 port 80210\n", Code::BadPort, 1, 34),
        ("set blok-policy return\n", Code::BadSyntax, 1, 5),
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
