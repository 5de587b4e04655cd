//! What is refused, where, and what is read all the same if one is lenient.

use pasvaudit::dialect::Parser;
use pasvaudit::{Code, Dialect};

use crate::gateway::{ACCEPT, out};

#[test]
fn a_line_that_cannot_be_read_is_refused_with_its_place() {
    for (line, code, column) in [
        ("permit tcp any any eq 70000", Code::BadPort, 24),
        ("permit tcp any any range 30 20", Code::BadPort, 30),
        ("permit tcp 10.1.0.0 any", Code::BadAddress, 22),
        ("permit tcp server.example.org 0.0.0.255 any", Code::HostName, 13),
        ("permit quic any any", Code::BadSyntax, 9),
        ("allow tcp any any", Code::BadSyntax, 2),
        ("permit tcp any", Code::BadSyntax, 16),
        ("no permit tcp any any", Code::BadSyntax, 2),
        ("permit tcp 2001:db8::/32 any", Code::BadAddress, 13),
    ] {
        let text = format!(
            "interface inside\n ip access-group IN in\nip access-list extended IN\n {line}\n"
        );
        let parser = Parser::new().dialect(Dialect::CiscoIos);
        let error = parser.parse(text.as_str()).expect_err(line);
        let place = error.place().unwrap();
        assert_eq!((error.code(), place.line, place.column), (code, 4, column), "{line}: {error}");
        let lenient = parser.lenient(true).parse(text).unwrap();
        assert!(!lenient.unmodelled().is_empty(), "{line}");
        assert_ne!(out(&lenient, "10.1.4.7:40000", "198.51.100.5:21"), ACCEPT, "{line}");
    }
}

#[test]
fn what_no_router_takes_is_refused() {
    for (text, code) in [
        ("hostname r\n", Code::EmptyInput),
        ("", Code::EmptyInput),
        (
            "ip access-list extended A\n 10 permit ip any any\n 10 deny ip any any\n",
            Code::BadSyntax,
        ),
        ("access-list OUT extended permit tcp any any\n", Code::BadSyntax),
        (
            "object-group network A\n group-object B\nobject-group network B\n group-object A\n\
          interface inside\n",
            Code::JumpLoop,
        ),
        ("interface inside\n ip access-group IN sideways\n", Code::BadSyntax),
    ] {
        let error = Parser::new().dialect(Dialect::CiscoIos).parse(text).expect_err(text);
        assert_eq!(error.code(), code, "{text}: {error}");
    }
}

#[test]
fn a_member_that_cannot_be_read_is_unknown_if_one_is_lenient() {
    let text = "object-group network N\n host 10.1.4.8\n host nobody.example.org\ninterface inside\n \
                ip access-group A in\ninterface outside\nip access-list extended A\n \
                permit tcp object-group N any\n";
    let parser = Parser::new().dialect(Dialect::CiscoIos);
    assert_eq!(parser.parse(text).unwrap_err().code(), Code::HostName);
    let lenient = parser.lenient(true).parse(text).unwrap();
    assert_eq!(out(&lenient, "10.1.4.8:40000", "198.51.100.5:21"), ACCEPT);
    assert_eq!(out(&lenient, "10.1.4.7:40000", "198.51.100.5:21"), None);
}
