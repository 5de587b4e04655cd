//! No text makes the front end panic, and what it reads leniently it lists.

use pasvaudit::dialect::Parser;
use pasvaudit::{Dialect, Firewall};
use proptest::prelude::*;

const WORDS: &[&str] = &[
    "*filter",
    "*nat",
    "COMMIT",
    ":INPUT",
    ":A",
    "DROP",
    "[0:0]",
    "-A",
    "-I",
    "-N",
    "-P",
    "INPUT",
    "A",
    "-",
    "!",
    "-s",
    "-d",
    "10.0.0.0/8",
    "0/0",
    "1.2.3.4/255.0.255.0",
    "::1",
    "[::1]:21",
    "-p",
    "tcp",
    "udp",
    "0",
    "-m",
    "multiport",
    "conntrack",
    "set",
    "addrtype",
    "mark",
    "iprange",
    "foo",
    "--dport",
    "--dports",
    "21",
    "1:2",
    ":",
    "0x",
    "08",
    "--ctstate",
    "NEW",
    "--ctorigdst",
    "--match-set",
    "src,dst",
    "--dst-type",
    "LOCAL",
    "--mark",
    "1/2",
    "--src-range",
    "-j",
    "-g",
    "ACCEPT",
    "SNAT",
    "DNAT",
    "NETMAP",
    "MARK",
    "CT",
    "BAR",
    "--to",
    "--to-source",
    "--helper",
    "--set-mark",
    "--=",
    "--",
    "\"",
    "\"a b\"",
    "\\",
    "é",
    "#",
    "\r",
    "\n",
    "\n",
    "\n",
    "\t",
    "-4",
    "-6",
    "-f",
    "-F",
    "-X",
    "-c",
];

proptest! {
    #[test]
    fn any_text_is_read_or_refused(
        words in prop::collection::vec(prop::sample::select(WORDS), 0..60),
        glue in prop::collection::vec(prop::sample::select(&[" ", " ", " ", ""][..]), 60),
        table in any::<bool>(),
    ) {
        let mut text = String::from(if table { "*filter\n:A - [0:0]\n-A INPUT " } else { "" });
        for (word, glue) in words.iter().zip(glue) {
            text += word;
            text += glue;
        }
        for dialect in [Dialect::Auto, Dialect::Iptables, Dialect::Ip6tables] {
            let strict = Firewall::parse(text.as_str(), dialect);
            let lenient = Parser::new().dialect(dialect).lenient(true).parse(text.as_str());
            match (strict, lenient) {
                (Ok(strict), Ok(lenient)) => {
                    prop_assert_eq!(strict.unmodelled().len(), lenient.unmodelled().len());
                }
                (Ok(_), Err(error)) => prop_assert!(false, "refused only leniently: {error}"),
                // In a section that a later one replaces, an unreadable line does not matter.
                (Err(_), Ok(_)) if text.matches('*').count() > 1 => {}
                (Err(_), Ok(lenient)) => prop_assert!(!lenient.unmodelled().is_empty(), "{text:?}"),
                (Err(error), Err(_)) => prop_assert!(!error.message().is_empty()),
            }
        }
    }
}
