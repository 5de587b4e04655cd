use super::{commands, kinds, refused, source, statement};
use crate::dialect::nftables::syntax::{
    CommandKind, Expr, Name, Position, Priority, Set, Statement, TableFamily, TableName, Verdict,
};
use crate::dialect::nftables::text::read;

fn table(family: TableFamily, name: &str) -> TableName {
    TableName { family, name: name.to_owned() }
}

fn set(text: &str) -> Set {
    match kinds(&format!("table ip t {{\n{text}\n}}\n")).pop() {
        Some(CommandKind::Set { set, .. }) => set,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_listing_is_read_with_its_places() {
    let text = "table inet filter {\n\
                \tchain input {\n\
                \t\ttype filter hook input priority filter - 5; policy drop;\n\
                \t\ttcp dport 21 accept comment \"ftp\" # handle 4\n\
                \t}\n\
                }\n";
    let source = source(text);
    let commands = read(&source, false).unwrap();
    let quotes: Vec<_> = commands.iter().map(|command| source.quote(command.span)).collect();
    let expected = [
        "table inet filter",
        "type filter hook input priority filter - 5",
        "tcp dport 21 accept comment \"ftp\"",
    ];
    assert_eq!(quotes, expected);
    assert_eq!(commands.iter().map(|command| command.span.line).collect::<Vec<_>>(), [1, 3, 4]);
    let CommandKind::Chain { name, base: Some(base), policy: Some(policy) } = &commands[1].kind
    else {
        panic!("{commands:?}");
    };
    let inet = table(TableFamily::Inet, "filter");
    assert_eq!(*name, Name { table: inet, name: "input".to_owned() });
    assert_eq!((base.kind.as_str(), base.hook.as_str()), ("filter", "input"));
    assert!(matches!(&base.priority, Priority::Named(name, -5) if name == "filter"));
    assert!(!policy.accept);
    assert_eq!(source.quote(policy.span), "policy drop");
}

#[test]
fn commands_may_share_a_line_and_leave_out_words() {
    let text = "flush ruleset; add table t; chain t c { type nat hook output priority -100; }\n\
                add rule t c accept; insert rule ip t c index 2 drop; add rule t c index 0 drop\n\
                insert rule t c handle 7 drop; rule t c accept; t c drop; ip t c return\n\
                flush ruleset inet; flush table t; flush chain t c; flush set t s; flush map t m\n\
                delete table t; destroy table inet t\n";
    let kinds = kinds(text);
    let positions: Vec<_> = kinds
        .iter()
        .filter_map(|kind| match kind {
            CommandKind::Rule { position, .. } => Some(format!("{position:?}")),
            _ => None,
        })
        .collect();
    let expected = ["End", "BeforeIndex(2)", "AfterIndex(0)", "Handle", "End", "End", "End"];
    assert_eq!(positions, expected);
    assert!(matches!(kinds[0], CommandKind::FlushRuleset(None)));
    let CommandKind::Chain { base: Some(base), .. } = &kinds[2] else { panic!("{kinds:?}") };
    assert!(matches!(base.priority, Priority::Number(-100)));
    let last = format!("{:?}", &kinds[10..]);
    for word in ["FlushRuleset(Some(Inet))", "FlushTable", "FlushChain", "FlushSet", "DeleteTable"]
    {
        assert!(last.contains(word), "{word} in {last}");
    }
    assert_eq!(kinds.len(), 17);
}

#[test]
fn what_is_not_modelled_says_what_it_concerns() {
    let cases = [
        ("include \"/etc/nftables.d/*.nft\"", false, false),
        ("delete rule ip t c handle 5", true, true),
        ("replace rule ip t c handle 5 accept", true, true),
        ("delete chain ip t c", true, true),
        ("delete element ip t s { 1.2.3.4 }", true, false),
        ("rename chain ip t c d", true, false),
        ("delete table ip handle 5", false, false),
    ];
    for (text, of_table, of_chain) in cases {
        let kinds = kinds(text);
        let [CommandKind::Unknown { what, table, chain }] = &kinds[..] else { panic!("{kinds:?}") };
        assert_eq!(what, text);
        assert_eq!((table.is_some(), chain.is_some()), (of_table, of_chain), "{text}");
    }
    assert_eq!(kinds("list ruleset\nreset counters\nadd table t").len(), 1);
}

#[test]
fn sets_and_maps() {
    let read = set("set s {\n type ipv4_addr . inet_service\n flags interval\n size 9\n \
                    elements = { 10.0.0.0/8 . 21,\n\n # more\n 1.1.1.1 . 20-21, }\n auto-merge\n}");
    assert_eq!(read.types, ["ipv4_addr", "inet_service"]);
    assert_eq!((read.elements.len(), read.map, read.dynamic), (2, false, false));
    let read = set("map m {\n type inet_service : verdict\n elements = { 21 : accept }\n}");
    assert!(read.map);
    assert_eq!(read.elements[0].data, Some(Expr::Verdict(Box::new(Verdict::Accept))));
    let read = set("map m {\n typeof ip saddr . tcp dport : meta mark\n}");
    assert!(read.map && matches!(read.like, Some(Expr::Concat(parts)) if parts.len() == 2));
    for text in
        ["flags dynamic", "flags timeout", "timeout 1h", "elements = { 1.1.1.1 expires 5s }"]
    {
        assert!(set(&format!("set s {{\n type ipv4_addr; {text}\n}}")).dynamic, "{text}");
    }
}

#[test]
fn objects_and_flags() {
    let text = "table inet t {\n\
                flags dormant\n\
                comment \"x\"\n\
                ct helper ftp-std {\n type \"ftp\" protocol tcp;\n l3proto inet\n }\n\
                ct timeout to {\n protocol tcp; policy = { established : 100 }\n }\n\
                flowtable f {\n hook ingress priority filter; devices = { eth0, eth1 }\n }\n\
                counter c { packets 0 bytes 0; }\n\
                }\n\
                add quota inet t q over 5 mbytes\n";
    let kinds = kinds(text);
    assert!(matches!(kinds[0], CommandKind::Table { dormant: true, .. }));
    let CommandKind::Helper { name, helper, protocol, .. } = &kinds[1] else { panic!("{kinds:?}") };
    assert_eq!((name.name.as_str(), helper.as_str()), ("ftp-std", "ftp"));
    assert_eq!(protocol.as_deref(), Some("tcp"));
    let objects: Vec<_> = kinds[2..]
        .iter()
        .map(|kind| match kind {
            CommandKind::Object { kind, .. } => kind.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(objects, ["ct timeout", "flowtable", "counter", "quota"]);
}

#[test]
fn devices_and_priorities() {
    let text = "define devs = { eth0, eth1 }\ndefine low = -10\ndefine named = \"raw - 1\"\n\
                table netdev t {\n\
                chain a { type filter hook ingress device \"eth0\" priority -500; }\n\
                chain b { type filter hook ingress devices = $devs priority $low; }\n\
                chain c { type filter hook egress devices = { eth0 } priority $named; }\n\
                }\n";
    let bases: Vec<_> = kinds(text)
        .into_iter()
        .filter_map(|kind| match kind {
            CommandKind::Chain { base, .. } => base,
            _ => None,
        })
        .map(|base| (base.devices.len(), format!("{:?}", base.priority)))
        .collect();
    let expected = [(1, "Number(-500)"), (2, "Number(-10)"), (1, "Named(\"raw\", -1)")];
    assert_eq!(bases, expected.map(|(devices, said)| (devices, said.to_owned())));
}

#[test]
fn variables_stand_for_values_in_their_block() {
    let text = "define net = { 10.0.0.0/8, 192.168.0.0/16 }\n\
                define next = other\n\
                table ip t {\n\
                define net = 1.1.1.1\n\
                chain other { }\n\
                chain c { ip saddr $net jump $next; }\n\
                }\n\
                table ip u {\n\
                chain c { ip saddr { $net, 9.9.9.9 } accept; }\n\
                set s { type ipv4_addr; elements = $net; }\n\
                }\n";
    let source = source(text);
    let commands = read(&source, false).unwrap();
    let CommandKind::Rule { statements, .. } = &commands[3].kind else { panic!("{commands:?}") };
    let address = Expr::Address("1.1.1.1".parse().unwrap());
    assert!(matches!(&statements[0], Statement::Match { right, .. } if *right == address));
    assert_eq!(statements[1], Statement::Verdict(Verdict::Jump("other".to_owned())));
    assert_eq!(source.quote(commands[3].span), "ip saddr $net jump $next");
    let CommandKind::Rule { statements, .. } = &commands[6].kind else { panic!("{commands:?}") };
    let Statement::Match { right: Expr::Set(elements), .. } = &statements[0] else { panic!() };
    assert_eq!(elements.len(), 3);
    let CommandKind::Set { set, .. } = &commands[7].kind else { panic!("{commands:?}") };
    assert_eq!(set.elements.len(), 2);
    for text in ["define a = 1\ndefine a = 2", "undefine a", "redefine"] {
        assert!(refused(text).place().is_some(), "{text}");
    }
    assert_eq!(commands_after("define a = 1\nredefine a = 2\nundefine a\nadd table t"), 1);
}

fn commands_after(text: &str) -> usize {
    commands(text).len()
}

#[test]
fn line_ends_marks_and_continuations_do_not_matter() {
    let text = "\u{feff}#!/usr/sbin/nft -f\r\nadd table ip t\r\nadd chain ip t c\r\n\
                add rule ip t c tcp dport \\\r\n 21 accept\r\n";
    let commands = commands(text);
    assert_eq!(commands.len(), 3);
    assert!(matches!(
        &commands[2].kind,
        CommandKind::Rule { position: Position::End, statements, .. } if statements.len() == 2
    ));
    assert_eq!(commands[2].span.line, 4);
    assert_eq!(statement("accept # comment"), Statement::Verdict(Verdict::Accept));
}
