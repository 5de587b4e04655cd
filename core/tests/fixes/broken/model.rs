//! A rule set as a value: what a generator builds, a mutation changes, and a search adds rules to. It
//! can be written in two dialects.

use std::fmt::Write;

use ipnet::Ipv4Net;

/// In which dialect it is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Form {
    Iptables,
    Nft,
}

/// What a rule does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Target {
    Accept,
    Drop,
    Reject,
    Return,
    Count,
    Jump(&'static str),
    Notrack,
}

/// Which packets of connections a rule takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum State {
    Any,
    New,
    Established,
    EstablishedOrRelated,
    /// All but the first packet, by the flags.
    NotFirst,
}

/// One rule; what is empty or absent is not tested.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Rule {
    pub(crate) from: Vec<(u32, u32)>,
    pub(crate) to: Vec<(u32, u32)>,
    /// Whether it takes all sources but these, or destinations.
    pub(crate) not: (bool, bool),
    pub(crate) tcp: bool,
    pub(crate) sports: Vec<(u16, u16)>,
    pub(crate) dports: Vec<(u16, u16)>,
    /// Whether addresses and ports are those of the connection's first packet: one range each.
    pub(crate) of_connection: bool,
    pub(crate) state: State,
    pub(crate) interfaces: [Option<&'static str>; 2],
    pub(crate) target: Target,
}

impl Rule {
    pub(crate) const fn new(target: Target) -> Self {
        Self {
            from: Vec::new(),
            to: Vec::new(),
            not: (false, false),
            tcp: false,
            sports: Vec::new(),
            dports: Vec::new(),
            of_connection: false,
            state: State::Any,
            interfaces: [None, None],
            target,
        }
    }

    pub(crate) fn state(self, state: State) -> Self {
        Self { state, ..self }
    }

    pub(crate) fn from(mut self, net: Ipv4Net) -> Self {
        self.from = vec![ends(net)];
        self
    }

    pub(crate) fn to(mut self, net: Ipv4Net) -> Self {
        self.to = vec![ends(net)];
        self
    }

    pub(crate) fn dports(mut self, ports: &[(u16, u16)]) -> Self {
        self.tcp = true;
        self.dports = ports.to_vec();
        self
    }

    pub(crate) fn sports(mut self, ports: &[(u16, u16)]) -> Self {
        self.tcp = true;
        self.sports = ports.to_vec();
        self
    }
}

/// The first and the last address.
pub(crate) fn ends(net: Ipv4Net) -> (u32, u32) {
    (net.network().into(), net.broadcast().into())
}

/// A chain of a table.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    pub(crate) table: &'static str,
    pub(crate) name: &'static str,
    /// The hook, its priority, and whether the policy is to drop; nothing for a user chain.
    pub(crate) base: Option<(&'static str, i32, bool)>,
    pub(crate) rules: Vec<Rule>,
}

/// A rule set.
#[derive(Clone, Debug)]
pub(crate) struct RuleSet {
    pub(crate) form: Form,
    pub(crate) chains: Vec<Chain>,
}

impl RuleSet {
    pub(crate) fn text(&self) -> String {
        let mut tables: Vec<&str> = Vec::new();
        for chain in &self.chains {
            if !tables.contains(&chain.table) {
                tables.push(chain.table);
            }
        }
        let mut text = String::new();
        for table in tables {
            let chains: Vec<_> = self.chains.iter().filter(|chain| chain.table == table).collect();
            match self.form {
                Form::Iptables => iptables(&mut text, table, &chains),
                Form::Nft => nft(&mut text, table, &chains),
            }
        }
        text
    }
}

fn iptables(text: &mut String, table: &str, chains: &[&Chain]) {
    let _ = writeln!(text, "*{table}");
    for chain in chains {
        let policy = match chain.base {
            Some((.., true)) => "DROP",
            Some(_) => "ACCEPT",
            None => "-",
        };
        let _ = writeln!(text, ":{} {policy} [0:0]", chain.name);
    }
    for chain in chains {
        for rule in &chain.rules {
            let _ = writeln!(text, "-A {} {}", chain.name, iptables_rule(rule));
        }
    }
    text.push_str("COMMIT\n");
}

fn nft(text: &mut String, table: &str, chains: &[&Chain]) {
    let _ = writeln!(text, "table ip {table} {{");
    // A chain has to be declared before it is jumped to.
    let users_first = |chain: &&&Chain| chain.base.is_some();
    let (bases, users): (Vec<&&Chain>, Vec<&&Chain>) = chains.iter().partition(users_first);
    for chain in users.into_iter().rev().chain(bases) {
        let _ = writeln!(text, "\tchain {} {{", chain.name);
        if let Some((hook, priority, drops)) = chain.base {
            let policy = if drops { "drop" } else { "accept" };
            let _ =
                writeln!(text, "\t\ttype filter hook {hook} priority {priority}; policy {policy};");
        }
        for rule in &chain.rules {
            let _ = writeln!(text, "\t\t{}", nft_rule(rule));
        }
        text.push_str("\t}\n");
    }
    text.push_str("}\n");
}

/// Without `-A` and the chain.
pub(crate) fn iptables_rule(rule: &Rule) -> String {
    let mut text = String::new();
    for (option, name) in [("-i", rule.interfaces[0]), ("-o", rule.interfaces[1])] {
        if let Some(name) = name {
            let _ = write!(text, "{option} {name} ");
        }
    }
    if rule.tcp || rule.state == State::NotFirst {
        text.push_str("-p tcp ");
    }
    if rule.state == State::NotFirst {
        text.push_str("-m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN ");
    }
    let sides = [
        ("-s", "--src-range", "--ctorigsrc", &rule.from, rule.not.0),
        ("-d", "--dst-range", "--ctorigdst", &rule.to, rule.not.1),
    ];
    let ports = [
        ("--sports", "--ctorigsrcport", &rule.sports),
        ("--dports", "--ctorigdstport", &rule.dports),
    ];
    for (plain, option, of_connection, ranges, not) in sides {
        for (first, last) in ranges {
            let not = if not { "! " } else { "" };
            let (first, last) = (address(*first), address(*last));
            let _ = match block(first, last) {
                Some(block) if rule.of_connection => {
                    write!(text, "-m conntrack {not}{of_connection} {block} ")
                }
                Some(block) => write!(text, "{not}{plain} {block} "),
                None => write!(text, "-m iprange {not}{option} {first}-{last} "),
            };
        }
    }
    for (option, of_connection, ranges) in ports {
        let list: Vec<_> = ranges.iter().map(|range| span(*range, ':')).collect();
        if !list.is_empty() {
            let list = list.join(",");
            let _ = if rule.of_connection {
                write!(text, "-m conntrack {of_connection} {list} ")
            } else {
                write!(text, "-m multiport {option} {list} ")
            };
        }
    }
    text.push_str(match rule.state {
        State::Any | State::NotFirst => "",
        State::New => "-m conntrack --ctstate NEW ",
        State::Established => "-m conntrack --ctstate ESTABLISHED ",
        State::EstablishedOrRelated => "-m conntrack --ctstate RELATED,ESTABLISHED ",
    });
    match &rule.target {
        Target::Accept => text.push_str("-j ACCEPT"),
        Target::Drop => text.push_str("-j DROP"),
        Target::Reject => text.push_str("-j REJECT"),
        Target::Return => text.push_str("-j RETURN"),
        Target::Count => text.push_str("-j LOG"),
        Target::Notrack => text.push_str("-j CT --notrack"),
        Target::Jump(to) => {
            let _ = write!(text, "-j {to}");
        }
    }
    text
}

fn nft_rule(rule: &Rule) -> String {
    let mut words: Vec<String> = Vec::new();
    for (key, name) in [("iifname", rule.interfaces[0]), ("oifname", rule.interfaces[1])] {
        words.extend(name.map(|name| format!("{key} \"{name}\"")));
    }
    let set = |ranges: Vec<String>| match ranges.as_slice() {
        [one] => one.clone(),
        several => format!("{{ {} }}", several.join(", ")),
    };
    let addresses = |ranges: &[(u32, u32)]| {
        set(ranges.iter().map(|(a, b)| format!("{}-{}", address(*a), address(*b))).collect())
    };
    let ports = |ranges: &[(u16, u16)]| set(ranges.iter().map(|one| span(*one, '-')).collect());
    let origin = if rule.of_connection { "ct original " } else { "" };
    for (field, ranges, not) in
        [("ip saddr", &rule.from, rule.not.0), ("ip daddr", &rule.to, rule.not.1)]
    {
        if !ranges.is_empty() {
            let not = if not { "!= " } else { "" };
            words.push(format!("{origin}{field} {not}{}", addresses(ranges)));
        }
    }
    if rule.tcp && (rule.of_connection || rule.sports.is_empty() && rule.dports.is_empty()) {
        words.push("meta l4proto tcp".to_owned());
    }
    let names = if rule.of_connection {
        ["ct original proto-src", "ct original proto-dst"]
    } else {
        ["tcp sport", "tcp dport"]
    };
    for (name, ranges) in [(names[0], &rule.sports), (names[1], &rule.dports)] {
        if !ranges.is_empty() {
            words.push(format!("{name} {}", ports(ranges)));
        }
    }
    words.extend(match rule.state {
        State::Any => None,
        State::New => Some("ct state new".to_owned()),
        State::Established => Some("ct state established".to_owned()),
        State::EstablishedOrRelated => Some("ct state established,related".to_owned()),
        State::NotFirst => Some("tcp flags & (fin | syn | rst | ack) != syn".to_owned()),
    });
    words.push(match &rule.target {
        Target::Accept => "accept".to_owned(),
        Target::Drop => "drop".to_owned(),
        Target::Reject => "reject".to_owned(),
        Target::Return => "return".to_owned(),
        Target::Count => "counter".to_owned(),
        Target::Notrack => "notrack".to_owned(),
        Target::Jump(to) => format!("jump {to}"),
    });
    words.join(" ")
}

fn address(number: u32) -> std::net::Ipv4Addr {
    number.into()
}

/// The one block that a range is, if it is one.
fn block(first: std::net::Ipv4Addr, last: std::net::Ipv4Addr) -> Option<Ipv4Net> {
    let mut blocks = ipnet::Ipv4Subnets::new(first, last, 0);
    blocks.next().filter(|_| blocks.next().is_none())
}

fn span((first, last): (u16, u16), between: char) -> String {
    if first == last { first.to_string() } else { format!("{first}{between}{last}") }
}
