//! What a provider file may say, and how it is refused.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use pasvaudit::ftp::{
    AddressOwner, DataMode, PassivePorts, PortChoice, PortRange, Protection, Provider, SessionMode,
    Spec,
};
use pasvaudit::space::Family;
use pasvaudit::{Code, Error};

const ACME: &str = r#"{
  "id": "acme",
  "name": "Acme file drop",
  "networks": ["203.0.113.0/24"],
  "control": [
    { "port": 21, "protections": ["plain", "explicit-tls"] },
    { "port": 990, "protections": ["implicit-tls"] }
  ],
  "passive": { "ranges": ["50000-50100", 60000] }
}
"#;

/// Puts `new` for `old` in the example, which must be there once.
fn with(old: &str, new: &str) -> String {
    assert_eq!(ACME.matches(old).count(), 1, "{old}");
    ACME.replace(old, new)
}

/// Adds a fact to the example, on line 10.
fn and(fact: &str) -> String {
    with("60000] }\n}", &format!("60000] }},\n  {fact}\n}}"))
}

#[track_caller]
fn refused(text: &str) -> Error {
    match Provider::from_json(text, Some("acme.json")) {
        Ok(provider) => panic!("{text} was taken as {provider:?}"),
        Err(error) => {
            assert_eq!(error.code(), Code::BadProvider, "{error}");
            assert_eq!(error.file(), Some("acme.json"));
            error
        }
    }
}

/// The file is refused with these words for the fact at `path`, and the place where it stands:
/// where `mark` begins, which is in the text once.
#[track_caller]
fn refused_at(text: &str, path: &str, mark: &str, words: &str) {
    let error = refused(text);
    assert!(error.message().starts_with(&format!("{path}: ")), "{error}");
    assert!(error.message().contains(words), "{error}");
    let at = error.place().expect("a place");
    assert_eq!(text.matches(mark).count(), 1, "{mark}");
    let (before, _) = text.split_once(mark).unwrap();
    let line = before.matches('\n').count();
    let column = before.rsplit('\n').next().unwrap().chars().count();
    assert_eq!((at.line as usize, at.column as usize), (line + 1, column + 1), "{error}");
    let quoted: String = text.lines().nth(line).unwrap().chars().take(300).collect();
    assert_eq!(at.text, quoted, "{error}");
}

#[test]
fn ten_lines_are_a_provider() {
    let acme = Provider::from_json(ACME, None).unwrap();
    assert_eq!(acme.id, "acme");
    assert_eq!(acme.networks[0].cidr, "203.0.113.0/24".parse().unwrap());
    assert_eq!(acme.passive.choice(), PortChoice::Listed);
    let ports = ["50000-50100", "60000"].map(|text| text.parse().unwrap()).to_vec();
    assert_eq!(acme.passive_ports(Protection::Plain), PassivePorts::Known(ports));
    // What is not said is not known, not false.
    assert_eq!(acme.networks_complete, None);
    assert_eq!(acme.has_ipv6(), None);
    assert_eq!(acme.active.supported, None);
    assert_eq!(acme.timers, None);
}

#[test]
fn ports_out_of_bounds_are_refused_where_they_stand() {
    let range = "passive.ranges[0]";
    let back = with("50000-50100", "50100-50000");
    refused_at(&back, range, "\"50100-", "write 50000-50100");
    refused_at(&with("50100\"", "65536\""), range, "\"50000-", "`65536` is no port");
    refused_at(&with("\"50000-", "\"0-"), range, "\"0-", "`0` is no port");
    refused_at(&with("\"50000-", "\"+1-"), range, "\"+1-", "`+1` is no port");
    let range = "passive.ranges[1]";
    refused_at(&with("60000]", "0]"), range, "0] ", "1 to 65535");
    refused_at(&with("60000]", "70000]"), range, "70000", "1 to 65535");
    refused_at(&with("60000]", "\"60000-\"]"), range, "\"60000-", "`` is no port");
    refused_at(&with("60000]", "6e4]"), range, "6e4", "invalid type");
    refused_at(&with("60000]", "-1]"), range, "-1]", "-1");
    refused_at(&with("60000]", "null]"), range, "null", "null");
    let object = with("60000]", "{ \"ports\": \"9-8\" }]");
    refused_at(&object, "passive.ranges[1].ports", "\"9-8\"", "write 8-9");
    refused_at(
        &with("t\": 21,", "t\": 0,"),
        "control[0].port",
        "0, \"protections\": [\"pl",
        "1 to 65535",
    );
    refused_at(&with("990", "65536"), "control[1].port", "65536", "1 to 65535");
    refused_at(&with("990", "\"990\""), "control[1].port", "\"990\"", "string");
}

#[test]
fn boundary_ports_are_ports() {
    let wide = Provider::from_json(&with("60000]", "1, 65535]"), None).unwrap();
    assert_eq!(wide.passive.ranges[1].ports, PortRange::single(1).unwrap());
    assert_eq!(wide.passive.ranges[2].ports, PortRange::single(65535).unwrap());
    let all: PortRange = "1-65535".parse().unwrap();
    assert_eq!((all, all.count()), (PortRange::ALL, 65535));
    assert_eq!((PortRange::new(0, 5), PortRange::new(6, 5)), (None, None));
    assert_eq!("21-21".parse::<PortRange>().unwrap().to_string(), "21");
    let ranges = ["5-6", "1-4", "8", "9-20", "12"].map(|text| text.parse().unwrap());
    let merged: Vec<_> = PortRange::merged(ranges).iter().map(ToString::to_string).collect();
    assert_eq!(merged, ["1-6", "8-20"]);
}

#[test]
fn networks_are_refused_where_they_stand() {
    let host_bits = with("203.0.113.0/24", "209.43.40.1/24");
    refused_at(&host_bits, "networks[0]", "\"209", "209.43.40.0/24 for the network");
    refused_at(&host_bits, "networks[0]", "\"209", "209.43.40.1/32 for the address");
    refused_at(&with("0/24", "0/33"), "networks[0]", "\"203", "no network");
    refused_at(&with("203.0.113.0/24", "ftp.example.com"), "networks[0]", "\"ftp", "no network");
    refused_at(
        &with("0/24\"]", "0/24\",  \"203.0.113.0/24\"]"),
        "networks[1]",
        " \"203.0.113.0/24\"]".trim_start(),
        "twice",
    );
    let v6 = and("\"ipv6\": false").replace("203.0.113.0/24", "2001:db8::/32");
    refused_at(&v6, "networks[0]", "\"2001", "IPv6");
    let bound = with("t\": 21,", "t\": 21, \"addresses\": [\"192.0.2.1/31\"],");
    refused_at(&bound, "control[0].addresses[0]", "\"192", "192.0.2.0/31");
    let seen = "{ \"cidr\": \"203.0.113.0/24\", \"seen\": \"2026-13-01\" }";
    let seen = with("\"203.0.113.0/24\"", seen);
    refused_at(&seen, "networks[0].seen", "\"2026", "2026-13-01");
    // A 227 reply has room for an IPv4 address alone.
    let announced = and("\"announced_address\": { \"address\": \"2001:db8::1\" }");
    refused_at(&announced, "announced_address.address", "\"2001", "IPv4");
}

#[test]
fn fields_are_checked() {
    refused_at(&and("\"pasive\": 1"), "pasive", "1\n}", "unknown field `pasive`");
    let range = with("\"ranges\"", "\"range\"");
    refused_at(&range, "passive.range", "[\"50000", "unknown field `range`, expected");
    let portless = with("{ \"port\": 990, ", "{ ");
    refused_at(&portless, "control[1]", "{ \"protections\"", "missing field `port`");
    refused_at(&with("\"acme\"", "7"), "id", "7,", "integer `7`");
    refused_at(&with("\"acme\"", "\"\""), "id", "\"\"", "no id");
    refused_at(&with("acme", "Acme Inc"), "id", "\"Acme Inc", "lower-case");
    refused_at(&with("acme", "acme-"), "id", "\"acme-", "no id");
    refused_at(&with("Acme file drop", " "), "name", "\" \"", "empty");
    let tls = with("implicit-tls", "tls");
    refused_at(&tls, "control[1].protections[0]", "\"tls\"", "unknown variant `tls`");
    let none = with("[\"implicit-tls\"]", "[]");
    refused_at(&none, "control[1].protections", "[]", "at least one");
    let missing = refused(&with("  \"id\": \"acme\",\n", ""));
    assert!(missing.message().contains("missing field `id`"), "{missing}");
    let twice = refused(&with("\"id\": \"acme\",", "\"id\": \"acme\",\n  \"id\": \"b\","));
    assert!(twice.message().contains("duplicate field `id`"), "{twice}");
    assert_eq!(twice.place().unwrap().line, 3, "{twice}");
}

#[test]
fn what_is_no_json_is_refused_with_its_place() {
    for (text, line) in [("", 1), ("{", 1), ("{\n  \"id\": ,\n}", 2), ("[]", 1), ("null", 1)] {
        let error = refused(text);
        assert_eq!(error.place().expect("a place").line, line, "{error}");
    }
    let more = refused(&format!("{ACME}{{}}"));
    assert_eq!(more.place().unwrap().line, 11, "{more}");
    // The column counts characters, not bytes.
    let wide = refused("{ \"id\": \"a\", \"name\": \"ü\", \"ipv6\": 7 }");
    assert_eq!(wide.place().unwrap().column, 35, "{wide}");
}

#[test]
fn hostile_files_are_errors() {
    refused(&"[".repeat(200_000));
    refused(&"{\"id\":".repeat(200_000));
    refused(&format!("{{\"networks\": {}", "[".repeat(200_000)));
    let long = format!("{{\"id\": \"{}\"}}", "x".repeat(2_000_000));
    assert!(refused(&long).to_string().len() < 1_000);
    let ranges: Vec<_> = (1..=30_000).map(|port| (2 * port).to_string()).collect();
    let many = with("60000]", &format!("{}]", ranges.join(", ")));
    // 50000 is the first even port inside 50000-50100.
    assert!(refused(&many).message().starts_with("passive.ranges[25000]: "));
}

#[test]
fn contradictions_are_refused() {
    let ranges = "passive.ranges[1]";
    refused_at(&with("60000]", "\"50100-50200\"]"), ranges, "\"50100-", "ranges[0]");
    refused_at(&with("60000]", " \"50000-50100\"]"), ranges, "\"50000-50100\"]", "overlap");
    let plain = with("60000]", "{ \"ports\": \"50050\", \"protections\": [\"plain\"] }]");
    refused_at(&plain, ranges, "{ \"ports\"", "overlap");
    let twice = with("990", "21").replace("implicit-tls", "plain");
    refused_at(&twice, "control[1]", "{ \"port\": 21, \"protections\": [\"plain\"] }", "21");
    let complete = and("\"networks_complete\": true").replace("\"203.0.113.0/24\"", "");
    refused_at(&complete, "networks_complete", "true", "networks");
    refused_at(&and("\"addresses\": \"customer\""), "addresses", "\"customer\"", "leave one out");
    refused_at(&and("\"not_offered\": [ \"plain\"]"), "not_offered[0]", "\"plain\"]", "control");
    for choice in ["any", "configured", "unspecified", "unknown"] {
        let text = with("\"ranges\":", &format!("\"choice\": \"{choice}\", \"ranges\":"));
        refused_at(&text, "passive.choice", &format!("\"{choice}\""), "contradict");
    }
    let ephemeral = with("\"ranges\":", "\"choice\": \"os-ephemeral\", \"ranges\":");
    refused_at(&ephemeral, "passive.ranges[0]", "\"50000-", "`os`");
    let listed = with("\"ranges\": [\"50000-50100\", 60000]", "\"choice\": \"listed\"");
    refused_at(&listed, "passive.choice", "\"listed\"", "`ranges`");
    let supported = with("\"ranges\":", "\"supported\": false, \"ranges\":");
    refused_at(&supported, "passive.supported", "false", "offered");
    let active = and("\"active\": { \"supported\": false, \"source\": \"fixed\" }");
    refused_at(&active, "active.supported", "false", "offered");
    let zero = and("\"timers\": { \"idle_timeout_seconds\": 0 }");
    refused_at(&zero, "timers.idle_timeout_seconds", "0 }", "0 is no time");
    let nameless = and("\"sources\": [{ \"seen\": \"2026-11-20\" }]");
    refused_at(&nameless, "sources[0]", "{ \"seen\"", "url");
    let undated = and("\"sources\": [{ \"url\": \"u\", \"seen\": \"today\" }]");
    refused_at(&undated, "sources[0].seen", "\"today\"", "YYYY-MM-DD");
}

#[test]
fn conditions_keep_equal_ports_apart() {
    let by_protection = with(
        "[\"50000-50100\", 60000]",
        r#"[{ "ports": "15393-15424", "protections": ["explicit-tls"] },
            { "ports": "15393-15443", "protections": ["implicit-tls"] }]"#,
    );
    let acme = Provider::from_json(&by_protection, None).unwrap();
    let known = |text: &str| PassivePorts::Known(vec![text.parse().unwrap()]);
    assert_eq!(acme.passive_ports(Protection::ExplicitTls), known("15393-15424"));
    assert_eq!(acme.passive_ports(Protection::ImplicitTls), known("15393-15443"));
    let PassivePorts::Unknown { why } = acme.passive_ports(Protection::Plain) else {
        panic!("no range is for plain FTP");
    };
    assert!(why.contains("plain"), "{why}");
}

#[test]
fn ways_to_have_no_list_stay_apart() {
    let no_list = |choice: Option<&str>| {
        let field = choice.map_or(String::new(), |choice| format!("\"choice\": \"{choice}\""));
        let text = with("\"ranges\": [\"50000-50100\", 60000]", &field);
        Provider::from_json(&text, None).unwrap().passive_ports(Protection::Plain)
    };
    let mut reasons = Vec::new();
    for choice in [None, Some("unspecified"), Some("configured"), Some("os-ephemeral")] {
        match no_list(choice) {
            PassivePorts::Unknown { why } => reasons.push(why),
            PassivePorts::Known(ports) => panic!("{choice:?} was taken for {ports:?}"),
        }
    }
    reasons.sort();
    reasons.dedup();
    assert_eq!(reasons.len(), 4, "{reasons:?}");
    let unprivileged = PassivePorts::Known(vec!["1024-65535".parse().unwrap()]);
    assert_eq!(no_list(Some("any")), unprivileged);
}

#[test]
fn a_provider_survives_the_way_through_json() {
    for provider in Provider::all() {
        let text = serde_json::to_string_pretty(provider).unwrap();
        let again = Provider::from_json(&text, None).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(&again, provider);
    }
    let acme = Provider::from_json(ACME, None).unwrap();
    let again: Provider = serde_json::from_str(&serde_json::to_string(&acme).unwrap()).unwrap();
    assert_eq!(again, acme);
    let error = serde_json::from_str::<Provider>(r#"{"id": "", "name": "x"}"#).unwrap_err();
    assert!(error.to_string().contains("no id"), "{error}");
}

#[test]
fn the_builder_builds_what_the_file_says_and_refuses_what_it_refuses() {
    let start = || {
        Provider::builder("acme", "Acme file drop")
            .network("203.0.113.0/24".parse().unwrap())
            .control(21, [Protection::Plain, Protection::ExplicitTls])
            .control(990, [Protection::ImplicitTls])
            .passive_range("50000-50100".parse().unwrap())
    };
    let built = start().passive_range("60000".parse().unwrap()).build().unwrap();
    assert_eq!(built, Provider::from_json(ACME, None).unwrap());

    let error = start().network("209.43.40.1/24".parse().unwrap()).build().unwrap_err();
    assert_eq!(error.code(), Code::BadProvider);
    assert!(error.message().starts_with("networks[1]: "), "{error}");
    let error = start().control(0, [Protection::Plain]).build().unwrap_err();
    assert!(error.message().starts_with("control[2].port: "), "{error}");
    let error = start().customer_addresses().build().unwrap_err();
    assert!(error.message().starts_with("addresses: "), "{error}");
    assert!(Provider::builder("", "").build().is_err());
    assert!(Provider::try_from(Spec::from(built)).is_ok());
}

#[test]
fn words_are_spelt_as_in_the_contract() {
    for (word, text) in Protection::ALL.iter().zip(["plain", "explicit-tls", "implicit-tls"]) {
        assert_eq!(word.to_string(), text);
        assert_eq!(text.parse::<Protection>().unwrap(), *word);
        assert_eq!(serde_json::to_string(word).unwrap(), format!("\"{text}\""));
    }
    let data: Vec<_> = DataMode::ALL.iter().map(DataMode::to_string).collect();
    assert_eq!(data, ["pasv", "epsv", "port", "eprt"]);
    let families: Vec<_> = Family::ALL.iter().map(Family::to_string).collect();
    assert_eq!(families, ["ipv4", "ipv6"]);
    assert_eq!(AddressOwner::Customer.as_str(), "customer");
    let error = "ftps".parse::<Protection>().unwrap_err();
    assert_eq!(error.code(), Code::BadOption);
    assert!(error.message().contains("explicit-tls"), "{error}");
}

#[test]
fn pasv_and_port_exist_for_ipv4_alone() {
    // 3 protections x (4 data modes on IPv4 + 2 on IPv6): RFC 959, RFC 2428.
    let all: Vec<_> = SessionMode::all().collect();
    let mut distinct = all.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!((all.len(), distinct.len()), (18, 18));
    for mode in all {
        let old = matches!(mode.data, DataMode::Pasv | DataMode::Port);
        assert!(mode.family == Family::Ipv4 || !old, "{mode}");
        assert_eq!(mode.data.is_passive(), matches!(mode.data, DataMode::Pasv | DataMode::Epsv));
    }
}
