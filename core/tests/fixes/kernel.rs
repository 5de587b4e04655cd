//! What is written loads: `nft` and `iptables-restore` read the whole text, and the commands after the
//! rule set as it was, and list the same rules then, with which everything works.

use pasvaudit::audit::Verdict;

use crate::nft::{is_there, run};
use crate::support::{audit, fixed, read, smartfile};

/// What the kernel has after a text and, for the running firewall, commands.
fn listed(load: &str, add: &str, list: &str, text: &str, commands: Option<&str>) -> String {
    let add = commands.map_or_else(String::new, |commands| {
        assert!(!commands.contains('\''), "{commands}");
        format!("printf %s '{commands}' | {add} &&")
    });
    let output = run(&format!("{load} && {add} {list}"), text);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaints}\n{text}\n{commands:?}");
    let listed = String::from_utf8_lossy(&output.stdout);
    // Comments hold the time.
    listed.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect()
}

fn both_ways(load: &str, add: &str, list: &str, texts: &[&str]) {
    for text in texts {
        let fixed = fixed(text, &smartfile());
        let whole = listed(load, add, list, &fixed.whole, None);
        let added = listed(load, add, list, text, Some(fixed.commands()));
        assert_eq!(whole, added, "{text}");
        assert_eq!(audit(&read(&whole), &smartfile()).verdict, Verdict::Works, "{whole}");
    }
}

const BASE: &str = "type filter hook forward priority 0; policy drop;";

/// Rule sets of nft in all forms.
fn nft_texts() -> [String; 7] {
    let block = format!(
        "table inet filter {{\n\tchain forward {{\n\t\t{BASE}\n\t\tct state established accept # so\n\
         \t\tip daddr 209.43.40.0/24 tcp dport 21 accept\n\t\tcounter reject\n\t}}\n}}\n"
    );
    let empty = format!("table ip filter {{\n\tchain forward {{\n\t\t{BASE}\n\t}}\n}}\n");
    let commands = format!(
        "add table ip filter\nadd chain ip filter forward {{ {BASE} }}\n\
         add rule ip filter forward ct state established accept\n\
         add rule ip filter forward reject\nadd rule ip filter forward counter"
    );
    let inserts = format!(
        "add table ip filter\nadd chain ip filter forward {{ {BASE} }}\n\
         insert rule ip filter forward reject\n\
         insert rule ip filter forward udp dport 53 drop\n\
         insert rule ip filter forward ct state established accept\n"
    );
    let jumps = format!(
        "table ip filter {{\n\tchain ftp {{\n\t\ttcp dport 21 accept\n\t\treject\n\t}}\n\
         \tchain forward {{\n\t\t{BASE}\n\t\tct state established accept\n\
         \t\tip saddr 10.1.0.0/17 jump ftp\n\t\tip saddr 10.1.128.0/17 goto ftp\n\t}}\n}}\n\
         table ip late {{\n\tchain forward {{\n\t\ttype filter hook forward priority 10;\n\
         \t\ttcp dport 21000-21010 drop\n\t}}\n}}\n"
    );
    let untracked = format!(
        "table ip raw {{\n\tchain prerouting {{\n\
         \t\ttype filter hook prerouting priority raw; policy accept;\n\t\tnotrack\n\t}}\n}}\n\
         table ip filter {{\n\tchain forward {{\n\t\t{BASE}\n\t\tcounter\n\t}}\n}}\n"
    );
    let one_way = untracked.replace("counter", "ip saddr 209.43.40.0/24 accept");
    [block, empty, commands, inserts, jumps, untracked, one_way]
}

#[test]
fn nft_takes_it() {
    if !is_there() {
        return;
    }
    let texts = nft_texts();
    both_ways("nft -f -", "nft -f -", "nft list ruleset", &texts.each_ref().map(String::as_str));
}

#[test]
fn nft_takes_it_as_json() {
    if !is_there() {
        return;
    }
    for text in nft_texts() {
        let json = listed("nft -f -", "", "nft -j list ruleset", &text, None);
        // All of it stands on one line, and so does what is added.
        let report = audit(&read(&json), &smartfile());
        let whole = report.fixed_rule_set().unwrap_or_else(|| panic!("no fix: {json}"));
        let whole = listed("nft -j -f -", "", "nft list ruleset", whole, None);
        assert_eq!(audit(&read(&whole), &smartfile()).verdict, Verdict::Works, "{whole}");
        let commands = report.repair.as_ref().and_then(|repair| repair.commands.as_deref());
        assert!(commands.is_some(), "{text}");
        let added = listed("nft -f -", "nft -f -", "nft list ruleset", &text, commands);
        assert_eq!(whole, added, "{text}");
    }
}

#[test]
fn iptables_restore_takes_it() {
    if !is_there() {
        return;
    }
    let filter = "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n";
    let established = "-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n";
    let plain =
        format!("{filter}{established}-A FORWARD -j REJECT\n-A FORWARD -p udp -j DROP\nCOMMIT\n");
    let empty = format!("{filter}COMMIT\n");
    let inserts = format!(
        "{filter}{established}-A FORWARD -j DROP\n-I FORWARD -p tcp --dport 990 -j REJECT\n\
         -I FORWARD 2 -p udp -j DROP\nCOMMIT\n"
    );
    let jumps = format!(
        "{filter}:ftp - [0:0]\n{established}-A FORWARD -s 10.1.0.0/17 -j ftp\n\
         -A FORWARD -s 10.1.128.0/17 -g ftp\n-A ftp -p tcp --dport 21 -j ACCEPT\n\
         -A ftp -j REJECT\nCOMMIT\n"
    );
    let tables = format!(
        "*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A PREROUTING -j CT --notrack\nCOMMIT\n\
         *mangle\n:FORWARD ACCEPT [0:0]\n\
         -A FORWARD -d 209.43.40.0/24 -p tcp --dport 21005:21010 -j DROP\nCOMMIT\n\
         {filter}{established}COMMIT\n"
    );
    let one_way = tables.replace(established, "-A FORWARD -s 209.43.40.0/24 -j ACCEPT\n");
    let texts = [plain, empty, inserts, jumps, tables, one_way];
    both_ways(
        "iptables-restore",
        "iptables-restore --noflush",
        "iptables-save",
        &texts.each_ref().map(String::as_str),
    );
}
