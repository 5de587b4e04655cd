//! Random but plausible `iptables-save` texts: the same text for the same seed.
//!
//! Every text loads into a Linux kernel (see `concrete_generator.rs`). What rules say lies around the
//! edges that matter to FTP, so that rules cut one another up instead of missing one another.
#![expect(clippy::indexing_slicing, reason = "a test may stop where its own tables are wrong")]

use std::fmt::Write;

/// Numbers that look random and are the same for the same seed (splitmix64).
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    pub(crate) const fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// Whether something happens that happens `percent` times in a hundred.
    pub(crate) const fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// How large a rule set is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Shape {
    /// Up to six rules, in the table `filter`.
    Tiny,
    /// 30 to 80 rules in all tables.
    Medium,
    /// 300 to 600 rules.
    Many,
}

/// What may occur in a rule set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) shape: Shape,
    /// `ip6tables-save` instead of `iptables-save`.
    pub(crate) ipv6: bool,
    /// How many rules in a hundred have a match or a target that no model decides.
    pub(crate) unknowns: usize,
    /// Whether sources may be translated, and destinations.
    pub(crate) source_nat: bool,
    pub(crate) destination_nat: bool,
    /// Whether rules test interfaces.
    pub(crate) interfaces: bool,
    /// Chains that jump to the next one twice; doubles the rules that a packet meets each time.
    pub(crate) lattice: usize,
}

impl Options {
    /// Everything that is decided for sure, in IPv4.
    pub(crate) const fn certain(shape: Shape) -> Self {
        Self {
            shape,
            ipv6: false,
            unknowns: 0,
            source_nat: false,
            destination_nat: false,
            interfaces: false,
            lattice: 3,
        }
    }

    /// A choice of everything, different for every seed.
    pub(crate) fn any(seed: u64) -> Self {
        let mut random = Random::new(!seed);
        Self {
            shape: random.pick(&[Shape::Tiny, Shape::Medium, Shape::Medium, Shape::Many]),
            ipv6: random.chance(25),
            unknowns: random.pick(&[0, 0, 5, 20]),
            source_nat: random.chance(40),
            destination_nat: random.chance(20),
            interfaces: random.chance(60),
            lattice: random.below(5),
        }
    }
}

/// A rule set.
pub(crate) fn rules(seed: u64, options: &Options) -> String {
    let mut writer = Writer {
        random: Random::new(seed),
        options: *options,
        text: String::new(),
        counters: false,
    };
    writer.counters = writer.random.chance(15);
    writer.firewall();
    writer.text
}

const NETS4: &[&str] = &[
    "209.43.40.0/24",
    "209.43.40.0/24",
    "209.43.40.0/25",
    "209.43.40.128/25",
    "209.43.40.0/32",
    "209.43.40.7/32",
    "209.43.40.7",
    "209.43.40.255/32",
    "209.43.41.0/24",
    "209.43.39.255/32",
    "209.43.32.0/20",
    "209.43.40.0/255.255.255.0",
    "10.1.0.0/16",
    "10.1.0.0/16",
    "10.1.0.0/24",
    "10.1.255.0/24",
    "10.1.255.255/32",
    "10.1.0.5/32",
    "10.0.0.0/8",
    "10.2.0.0/16",
    "0.0.0.0/0",
    "128.0.0.0/1",
    "192.168.0.0/16",
    "127.0.0.0/8",
    "255.255.255.255/32",
    "0.0.0.0/32",
];
const NETS6: &[&str] = &[
    "2001:db8:40::/64",
    "2001:db8:40::/64",
    "2001:db8:40::/65",
    "2001:db8:40::7/128",
    "2001:db8:40::7",
    "2001:db8:40:0:ffff:ffff:ffff:ffff/128",
    "2001:db8:40:1::/64",
    "2001:db8:40::/48",
    "2001:db8:3f::/48",
    "2001:db8:1::/48",
    "2001:db8:1::/48",
    "2001:db8:1::5/128",
    "2001:db8:1::/64",
    "fd00::/8",
    "fe80::/10",
    "::1/128",
    "::/0",
    "8000::/1",
    "::/128",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
];
const SPANS4: &[&str] = &[
    "209.43.40.10-209.43.40.20",
    "209.43.39.250-209.43.40.3",
    "209.43.40.200-209.43.41.5",
    "209.43.40.7-209.43.40.7",
    "10.1.0.5-10.1.1.9",
    "10.0.255.0-10.1.0.0",
    "0.0.0.0-10.1.0.9",
    "10.1.0.0-255.255.255.255",
];
const SPANS6: &[&str] = &[
    "2001:db8:40::10-2001:db8:40::20",
    "2001:db8:3f:ffff::-2001:db8:40::3",
    "2001:db8:40::7-2001:db8:40::7",
    "2001:db8:1::5-2001:db8:1::109",
    "::-2001:db8:1::9",
];
const PORTS: &[&str] = &[
    "21", "21", "20", "990", "989", "22", "443", "0", "1023", "1024", "21000", "21025", "21050",
    "21051", "40000", "65535",
];
const PORT_RANGES: &[&str] = &[
    "21000:21050",
    "21000:21050",
    "20:21",
    "989:990",
    "1024:65535",
    "1024:65535",
    "0:1023",
    "21000:21030",
    "21031:21050",
    "20990:21010",
    "0:65535",
    "32768:60999",
];
const INTERFACES: &[&str] =
    &["eth0", "eth1", "eth0", "eth1", "eth+", "ppp0", "wg+", "lo", "lo+", "+"];
const STATES: &[&str] = &[
    "NEW",
    "NEW",
    "ESTABLISHED",
    "RELATED,ESTABLISHED",
    "RELATED,ESTABLISHED",
    "NEW,ESTABLISHED",
    "NEW,RELATED,ESTABLISHED",
    "RELATED",
    "INVALID",
    "INVALID,UNTRACKED",
    "UNTRACKED",
    "NEW,UNTRACKED",
];
const FLAGS: &[&str] = &[
    "FIN,SYN,RST,ACK SYN",
    "SYN,ACK SYN,ACK",
    "FIN FIN",
    "PSH,ACK PSH,ACK",
    "ACK ACK",
    "FIN,SYN,RST,PSH,ACK,URG NONE",
    "SYN,FIN SYN,FIN",
    "SYN SYN",
    "FIN,SYN,RST,PSH,ACK,URG ACK",
    "RST NONE",
];
const MARKS: &[&str] = &["0x1", "0x2", "0x1/0x1", "0x0/0x1", "0x2/0x3", "0x10/0xf0", "0x0"];
const SET_MARKS: &[&str] = &[
    "0x1/0xffffffff",
    "0x2/0xffffffff",
    "0x1/0x1",
    "0x0/0x1",
    "0x2/0x0",
    "0x10/0xf0",
    "0x0/0xffffffff",
];
const UNKNOWN_MATCHES: &[&str] = &[
    "-m limit --limit 3/min --limit-burst 10",
    "-m recent --rcheck --seconds 60 --name ftp --rsource",
    "-m statistic --mode random --probability 0.50000000000",
    "-m connmark --mark 0x1",
    "-m length --length 40:1500",
    "-m time --timestart 08:00:00 --timestop 18:00:00",
    "-m connlimit --connlimit-upto 4 --connlimit-mask 32 --connlimit-saddr",
];

/// Where a rule stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    table: &'a str,
    chain: &'a str,
    /// The user chains that the rule may jump to.
    below: &'a [String],
}

impl Place<'_> {
    fn is_base(&self) -> bool {
        self.chain.chars().all(|letter| letter.is_ascii_uppercase())
    }
}

struct Writer {
    random: Random,
    options: Options,
    text: String,
    counters: bool,
}

impl Writer {
    fn firewall(&mut self) {
        let program = if self.options.ipv6 { "ip6tables-save" } else { "iptables-save" };
        let _ = writeln!(self.text, "# Generated by {program} v1.8.9 on Fri Nov 20 12:00:00 2026");
        let nat = self.options.source_nat || self.options.destination_nat;
        let all: usize = match self.options.shape {
            Shape::Tiny => 1 + self.random.below(6),
            Shape::Medium => 30 + self.random.below(51),
            Shape::Many => 300 + self.random.below(301),
        };
        let wide = self.options.shape != Shape::Tiny;
        let mut left = all;
        let mut share = |random: &mut Random, most: usize| {
            let rules = random.below(left.min(most) + 1);
            left -= rules;
            rules
        };
        let raw = if wide && self.random.chance(60) { share(&mut self.random, 8) } else { 0 };
        let mangle = if wide && self.random.chance(60) { share(&mut self.random, 12) } else { 0 };
        let nat = if nat { 1 + share(&mut self.random, 8) } else { 0 };
        let security = if wide && self.random.chance(10) { share(&mut self.random, 4) } else { 0 };
        let filter = left.max(1);
        let all_hooks = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"];
        for (table, hooks, rules) in [
            ("raw", &["PREROUTING", "OUTPUT"][..], raw),
            ("mangle", &all_hooks, mangle),
            ("nat", &["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"], nat),
            ("filter", &["INPUT", "FORWARD", "OUTPUT"], filter),
            ("security", &["INPUT", "FORWARD", "OUTPUT"], security),
        ] {
            if rules > 0 {
                self.table(table, hooks, rules);
            }
        }
        self.text.push_str("# Completed on Fri Nov 20 12:00:00 2026\n");
    }

    fn table(&mut self, table: &str, hooks: &[&str], rules: usize) {
        let _ = writeln!(self.text, "*{table}");
        for hook in hooks {
            let drops = if table == "filter" { 55 } else { 2 };
            let policy = if self.random.chance(drops) { "DROP" } else { "ACCEPT" };
            let _ = writeln!(self.text, ":{hook} {policy} [0:0]");
        }
        let names = ["ftp", "in-", "LOG_AND", "ufw-user-input", "fw_", "zone~wan"];
        let most = rules / 4;
        let users = if most == 0 { 0 } else { self.random.below(most.min(12) + 1) };
        let users: Vec<String> =
            (0..users).map(|place| format!("{}{place}", self.random.pick(&names))).collect();
        let lattice = if table == "filter" { self.options.lattice } else { 0 };
        let lattice: Vec<String> = (0..lattice).map(|place| format!("lattice{place}")).collect();
        for user in users.iter().chain(&lattice) {
            let _ = writeln!(self.text, ":{user} - [0:0]");
        }
        if table == "filter" {
            self.usual(hooks);
        }
        self.lattice(table, &lattice);
        let chains = hooks.len() + users.len();
        for _ in 0..rules {
            // Half of the rules stand in base chains, so that packets meet them.
            let place = if self.random.chance(50) {
                self.random.below(hooks.len())
            } else {
                self.random.below(chains)
            };
            let (chain, below) = match place.checked_sub(hooks.len()) {
                None => (hooks[place], &users[..]),
                Some(user) => (users[user].as_str(), &users[user + 1..]),
            };
            // Any chain may jump into the lattice, which ends in itself.
            let into = lattice.first().filter(|_| self.random.chance(10));
            let below = into.map_or(below, std::slice::from_ref);
            self.rule(Place { table, chain, below });
        }
        self.text.push_str("COMMIT\n");
    }

    /// The rules that most firewalls begin with.
    fn usual(&mut self, hooks: &[&str]) {
        for hook in hooks {
            if self.random.chance(60) {
                let state = self.random.pick(&["-m conntrack --ctstate", "-m state --state"]);
                let states = self.random.pick(&["RELATED,ESTABLISHED", "ESTABLISHED"]);
                let rule = format!("{hook} {state} {states} -j ACCEPT");
                self.line(&rule);
            }
        }
        if self.options.interfaces && self.random.chance(50) {
            self.line("INPUT -i lo -j ACCEPT");
        }
    }

    fn lattice(&mut self, table: &str, chains: &[String]) {
        for (place, chain) in chains.iter().enumerate() {
            let below = chains.get(place + 1..).unwrap_or_default();
            let inner = Place { table, chain, below: &[] };
            for _ in 0..2 {
                match below.first() {
                    Some(next) => {
                        let (matches, _) = self.matches(inner);
                        self.line(&format!("{chain}{matches} -j {next}"));
                    }
                    None => self.rule(inner),
                }
            }
        }
    }

    fn line(&mut self, rule: &str) {
        if self.counters {
            let (packets, bytes) = (self.random.below(1000), self.random.below(100_000));
            let _ = write!(self.text, "[{packets}:{bytes}] ");
        }
        let _ = writeln!(self.text, "-A {rule}");
    }

    fn rule(&mut self, place: Place<'_>) {
        let (mut matches, tcp) = self.matches(place);
        if self.random.chance(8) {
            let comment = self.random.pick(&["ftp", "\"passive data\"", "\"say \\\"-j DROP\\\"\""]);
            let _ = write!(matches, " -m comment --comment {comment}");
        }
        let target = self.target(place, tcp);
        self.line(&format!("{}{matches}{target}", place.chain));
    }

    fn not(&mut self, percent: usize) -> &'static str {
        if self.random.chance(percent) { " !" } else { "" }
    }

    /// The matches of a rule, and whether they let only TCP pass.
    fn matches(&mut self, place: Place<'_>) -> (String, bool) {
        let mut rule = String::new();
        let nets = if self.options.ipv6 { NETS6 } else { NETS4 };
        for option in ["-s", "-d"] {
            if self.random.chance(40) {
                let net = self.random.pick(nets);
                // The kernel refuses a rule that can match nothing.
                let not = if net.ends_with("/0") { "" } else { self.not(12) };
                let _ = write!(rule, "{not} {option} {net}");
            }
        }
        self.interfaces(&mut rule, place);
        let protocol = self.random.below(100);
        let tcp = (20..90).contains(&protocol);
        match protocol {
            0..20 => {}
            20..90 => {
                rule.push_str(" -p tcp");
                self.tcp(&mut rule);
            }
            90..93 => rule.push_str(" -p udp -m udp --dport 21000:21050"),
            93..95 => rule.push_str(if self.options.ipv6 { " -p ipv6-icmp" } else { " -p icmp" }),
            95..97 => rule.push_str(" ! -p udp"),
            97..99 => rule.push_str(" ! -p tcp"),
            _ => rule.push_str(" -p 47"),
        }
        self.modules(&mut rule, place);
        (rule, tcp)
    }

    fn interfaces(&mut self, rule: &mut String, place: Place<'_>) {
        if !self.options.interfaces {
            return;
        }
        // iptables refuses them where a base chain has none; a user chain may run anywhere.
        let incoming = !matches!(place.chain, "OUTPUT" | "POSTROUTING");
        let outgoing = !matches!(place.chain, "INPUT" | "PREROUTING");
        for (option, percent) in
            [("-i", if incoming { 15 } else { 0 }), ("-o", if outgoing { 15 } else { 0 })]
        {
            if self.random.chance(percent) {
                let name = self.random.pick(INTERFACES);
                let not = if name == "+" { "" } else { self.not(20) };
                let _ = write!(rule, "{not} {option} {name}");
            }
        }
    }

    fn tcp(&mut self, rule: &mut String) {
        if self.random.chance(20) {
            let option = self.random.pick(&["--dports", "--dports", "--sports", "--ports"]);
            let (not, list) = (self.not(12), self.port_list());
            let _ = write!(rule, " -m multiport{not} {option} {list}");
            return;
        }
        let mut options = String::new();
        for (option, percent) in [("--sport", 20), ("--dport", 60)] {
            if self.random.chance(percent) {
                let (not, ports) = (self.not(10), self.ports());
                let _ = write!(options, "{not} {option} {ports}");
            }
        }
        if self.random.chance(15) {
            let not = self.not(25);
            if self.random.chance(40) {
                let _ = write!(options, "{not} --syn");
            } else {
                let flags = self.random.pick(FLAGS);
                let _ = write!(options, "{not} --tcp-flags {flags}");
            }
        }
        if !options.is_empty() {
            let _ = write!(rule, " -m tcp{options}");
        }
    }

    fn ports(&mut self) -> &'static str {
        let from = if self.random.chance(50) { PORTS } else { PORT_RANGES };
        self.random.pick(from)
    }

    /// At most 15 ports, where a range counts as two.
    fn port_list(&mut self) -> String {
        let mut list = vec![self.ports()];
        for _ in 0..self.random.below(6) {
            list.push(self.ports());
        }
        list.join(",")
    }

    fn modules(&mut self, rule: &mut String, place: Place<'_>) {
        if self.random.chance(8) {
            let spans = if self.options.ipv6 { SPANS6 } else { SPANS4 };
            let option = self.random.pick(&["--src-range", "--dst-range"]);
            let (not, span) = (self.not(15), self.random.pick(spans));
            let _ = write!(rule, " -m iprange{not} {option} {span}");
        }
        if self.random.chance(20) {
            let (not, states) = (self.not(15), self.random.pick(STATES));
            let _ = if self.random.chance(70) {
                write!(rule, " -m conntrack{not} --ctstate {states}")
            } else {
                write!(rule, " -m state{not} --state {states}")
            };
        } else if self.random.chance(8) {
            self.connection(rule);
        }
        if self.random.chance(5) {
            let (not, mark) = (self.not(30), self.random.pick(MARKS));
            let _ = write!(rule, " -m mark{not} --mark {mark}");
        }
        if self.random.chance(2) {
            let not = self.not(30);
            let _ = write!(rule, " -m helper{not} --helper ftp");
        }
        if self.random.chance(self.options.unknowns) {
            // Hardware addresses are known where a packet comes in.
            let mac = place.table == "filter" && matches!(place.chain, "INPUT" | "FORWARD");
            let what = if mac && self.random.chance(20) {
                "-m mac --mac-source 00:11:22:33:44:55"
            } else {
                self.random.pick(UNKNOWN_MATCHES)
            };
            let _ = write!(rule, " {what}");
        }
    }

    /// Tests of what the connection's first packet carried.
    fn connection(&mut self, rule: &mut String) {
        let nets = if self.options.ipv6 { NETS6 } else { NETS4 };
        rule.push_str(" -m conntrack");
        if self.random.chance(40) {
            let way = self.random.pick(&["ORIGINAL", "REPLY"]);
            let _ = write!(rule, " --ctdir {way}");
        }
        if self.random.chance(50) {
            let option =
                self.random.pick(&["--ctorigsrc", "--ctorigdst", "--ctreplsrc", "--ctrepldst"]);
            let (not, net) = (self.not(15), self.random.pick(nets));
            let _ = write!(rule, "{not} {option} {net}");
        } else {
            let option = self.random.pick(&[
                "--ctorigsrcport",
                "--ctorigdstport",
                "--ctreplsrcport",
                "--ctrepldstport",
            ]);
            let (not, ports) = (self.not(15), self.ports());
            let _ = write!(rule, "{not} {option} {ports}");
        }
    }

    fn target(&mut self, place: Place<'_>, tcp: bool) -> String {
        if !place.below.is_empty() && self.random.chance(30) {
            let jump = if self.random.chance(25) { "-g" } else { "-j" };
            let to = &place.below[self.random.below(place.below.len())];
            return format!(" {jump} {to}");
        }
        if self.random.chance(if place.is_base() { 3 } else { 15 }) {
            return " -j RETURN".to_owned();
        }
        if place.table != "nat" && self.random.chance(self.options.unknowns / 3) {
            return " -j NFQUEUE --queue-num 0".to_owned();
        }
        match place.table {
            "raw" => self.raw_target(tcp),
            "mangle" => self.mangle_target(),
            "nat" => self.nat_target(place, tcp),
            _ => self.filter_target(place, tcp),
        }
    }

    fn raw_target(&mut self, tcp: bool) -> String {
        match self.random.below(10) {
            0..3 => " -j CT --notrack",
            3 => " -j NOTRACK",
            4..6 if tcp => " -j CT --helper ftp",
            6 => " -j DROP",
            7..9 => " -j ACCEPT",
            _ => "",
        }
        .to_owned()
    }

    fn mangle_target(&mut self) -> String {
        if self.random.chance(self.options.unknowns) {
            return " -j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff"
                .to_owned();
        }
        match self.random.below(10) {
            0..6 => format!(" -j MARK --set-xmark {}", self.random.pick(SET_MARKS)),
            6 => " -j DROP".to_owned(),
            7..9 => " -j ACCEPT".to_owned(),
            _ => String::new(),
        }
    }

    /// A base chain can only do what its hook allows, and a user chain nothing but accept.
    fn nat_target(&mut self, place: Place<'_>, tcp: bool) -> String {
        let (outside, inside, port) = if self.options.ipv6 {
            ("2001:db8:ffff::1", "2001:db8:1::80", "[2001:db8:1::80]:2121")
        } else {
            ("198.51.100.1", "10.1.0.80", "10.1.0.80:2121")
        };
        let source = self.options.source_nat;
        let destination = self.options.destination_nat;
        let plain = self.random.pick(&[" -j ACCEPT", " -j ACCEPT", ""]).to_owned();
        match (place.chain, self.random.below(4)) {
            ("POSTROUTING", 0..2) if source => " -j MASQUERADE".to_owned(),
            ("POSTROUTING" | "INPUT", 2) if source => format!(" -j SNAT --to-source {outside}"),
            ("PREROUTING" | "OUTPUT", 0) if destination && tcp => {
                format!(" -j DNAT --to-destination {port}")
            }
            ("PREROUTING" | "OUTPUT", 1) if destination => {
                format!(" -j DNAT --to-destination {inside}")
            }
            ("PREROUTING" | "OUTPUT", 2) if destination && tcp => {
                " -j REDIRECT --to-ports 2121".to_owned()
            }
            _ => plain,
        }
    }

    fn filter_target(&mut self, place: Place<'_>, tcp: bool) -> String {
        let refuse: &[&str] = match (self.options.ipv6, tcp) {
            (false, true) => &["tcp-reset", "icmp-port-unreachable", "icmp-admin-prohibited"],
            (false, false) => &["icmp-port-unreachable", "icmp-host-unreachable"],
            (true, true) => &["tcp-reset", "icmp6-port-unreachable", "icmp6-adm-prohibited"],
            (true, false) => &["icmp6-port-unreachable", "icmp6-no-route"],
        };
        match self.random.below(20) {
            0..11 => " -j ACCEPT".to_owned(),
            11..15 => " -j DROP".to_owned(),
            // Only the table `filter` may refuse.
            15..17 if place.table == "filter" => {
                format!(" -j REJECT --reject-with {}", self.random.pick(refuse))
            }
            17 => " -j LOG --log-prefix \"ftp: -j DROP \"".to_owned(),
            18 => format!(" -j MARK --set-xmark {}", self.random.pick(SET_MARKS)),
            _ => String::new(),
        }
    }
}
