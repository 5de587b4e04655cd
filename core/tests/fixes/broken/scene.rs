//! Working rule sets and what they are asked about, and ways to break them.

use ipnet::Ipv4Net;
use pasvaudit::ask::{AuditOptions, ProviderChoice};
use pasvaudit::{Firewall, Placement, Report};

use super::model::{Chain, Form, Rule, RuleSet, State, Target, ends};
use crate::random::Random;

pub(crate) const INSIDE: &str = "eth1";
pub(crate) const OUTSIDE: &str = "eth0";

/// Servers and what of them is needed: every port at every address.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) servers: Vec<Ipv4Net>,
    pub(crate) ports: Vec<(u16, u16)>,
}

/// A rule set, where it stands, and what it has to let through.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    pub(crate) at: Placement,
    /// Whether the interfaces are known.
    pub(crate) named: bool,
    pub(crate) clients: Vec<Ipv4Net>,
    pub(crate) groups: Vec<Group>,
    providers: Vec<ProviderChoice>,
    /// Files.com says that its list is not complete; who names the servers knows better.
    servers: Vec<String>,
    pub(crate) set: RuleSet,
}

/// The chains that packets pass, by hook: first those of the opener's.
pub(crate) const fn chains(at: Placement) -> (&'static str, &'static str) {
    match at {
        Placement::ClientGateway | Placement::ServerGateway => ("FORWARD", "FORWARD"),
        Placement::ClientHost => ("OUTPUT", "INPUT"),
        Placement::ServerHost => ("INPUT", "OUTPUT"),
    }
}

fn net(text: &str) -> Ipv4Net {
    text.parse().expect("a network")
}

impl Scene {
    /// A rule set through which everything works.
    pub(crate) fn working(random: &mut Random) -> Self {
        let form = random.pick(&[Form::Iptables, Form::Nft]);
        let at = random.pick(Placement::ALL);
        let pool = ["10.1.0.0/16", "10.9.7.0/24", "192.168.5.0/25", "172.16.3.9/32"];
        let first = random.below(pool.len());
        let several = 1 + random.pick(&[0, 0, 1, 2]);
        let clients = (0..several).map(|one| net(pool[(first + one) % pool.len()])).collect();
        let smartfile =
            || (vec![net("209.43.40.0/24")], vec![(21, 21), (990, 990), (21000, 21050)]);
        let files_com =
            || (vec![net("198.72.80.0/20")], vec![(21, 21), (990, 990), (40000, 50000)]);
        let own = |random: &mut Random| {
            let nets = ["203.0.113.16/28", "203.0.113.128/25", "198.51.100.7/32"];
            let count = 1 + random.below(2);
            let servers: Vec<_> = (0..count).map(|one| net(nets[one])).collect();
            let ranges = [(50000, 50009), (50100, 50100), (51000, 51999)];
            let count = 1 + random.below(3);
            let mut ports = vec![random.pick(&[(21, 21), (2121, 2121)])];
            ports.extend(&ranges[..count]);
            (servers, ports)
        };
        let which = random.below(5);
        let mut groups = Vec::new();
        let mut providers = Vec::new();
        if matches!(which, 0 | 3) {
            groups.push(smartfile());
            providers.push(ProviderChoice::Id("smartfile".to_owned()));
        }
        if which == 1 {
            groups.push(files_com());
            providers.push(ProviderChoice::Id("files-com".to_owned()));
        }
        if matches!(which, 2..) {
            let (servers, ports) = own(random);
            providers.push(ProviderChoice::from(spec(&servers, &ports)));
            groups.push((servers, ports));
        }
        let servers = if which == 1 { vec!["198.72.80.0/20".to_owned()] } else { Vec::new() };
        let groups = groups.into_iter().map(|(servers, ports)| Group { servers, ports }).collect();
        let set = RuleSet { form, chains: Vec::new() };
        let named = random.chance(50);
        let mut scene = Self { at, named, clients, groups, providers, servers, set };
        scene.build(random);
        scene
    }

    fn build(&mut self, random: &mut Random) {
        let (to, back) = chains(self.at);
        let stateless = random.chance(12);
        let untracked = stateless && random.chance(40);
        self.around(random, untracked);
        let drops = random.chance(60);
        let established = Rule::new(Target::Accept)
            .state(random.pick(&[State::Established, State::EstablishedOrRelated]));
        let mut rules = Vec::new();
        if !stateless {
            rules.push(established.clone());
        }
        rules.extend(Self::unrelated(random));
        let mut users = Vec::new();
        let style = random.below(4);
        let allowed = self.allowed(random, stateless);
        if style == 0 {
            users.push(("ftp", allowed));
            for group in &self.groups {
                for servers in &group.servers {
                    rules.push(Rule::new(Target::Jump("ftp")).to(*servers));
                }
            }
        } else if style == 1 {
            let (one, two) = allowed.split_at(allowed.len() / 2);
            users.push(("out", [vec![Rule::new(Target::Jump("ftp"))], two.to_vec()].concat()));
            users.push(("ftp", one.to_vec()));
            rules.push(Rule::new(Target::Jump("out")));
        } else {
            rules.extend(allowed);
        }
        rules.extend(Self::unrelated(random));
        let mut returns = if to == back { std::mem::take(&mut rules) } else { Vec::new() };
        if stateless {
            let state = random.pick(&[State::NotFirst, State::Any]);
            returns.extend(self.answers(state));
        } else if to != back {
            returns.push(established);
            returns.extend(Self::unrelated(random));
        }
        if to == back {
            rules = std::mem::take(&mut returns);
        }
        for chain in [&mut rules, &mut returns] {
            if drops || random.chance(30) {
                chain.push(Rule::new(random.pick(&[&Target::Drop, &Target::Reject]).clone()));
            }
        }
        let hooks: &[(&str, &str)] =
            &[("FORWARD", "forward"), ("INPUT", "input"), ("OUTPUT", "output")];
        for (name, hook) in hooks {
            let (rules, policy) = match *name {
                name if name == to => (std::mem::take(&mut rules), !drops),
                name if name == back => (std::mem::take(&mut returns), !drops),
                _ => (Vec::new(), false),
            };
            let base = Some((*hook, 0, policy));
            self.set.chains.push(Chain { table: "filter", name, base, rules });
        }
        for (name, rules) in users {
            self.set.chains.push(Chain { table: "filter", name, base: None, rules });
        }
    }

    /// Tables before the one that filters.
    fn around(&mut self, random: &mut Random, untracked: bool) {
        let (to, back) = chains(self.at);
        if untracked || random.chance(25) {
            for (name, hook) in [("PREROUTING", "prerouting"), ("OUTPUT", "output")] {
                let mut rules: Vec<_> =
                    untracked.then(|| Rule::new(Target::Notrack)).into_iter().collect();
                rules.extend(Self::unrelated(random));
                let base = Some((hook, -300, false));
                self.set.chains.push(Chain { table: "raw", name, base, rules });
            }
        }
        if random.chance(35) {
            let hooks: &[(&str, &str)] =
                &[("FORWARD", "forward"), ("INPUT", "input"), ("OUTPUT", "output")];
            for (name, hook) in hooks {
                if *name == to || *name == back {
                    let rules = Self::unrelated(random);
                    let base = Some((*hook, -150, false));
                    self.set.chains.push(Chain { table: "mangle", name, base, rules });
                }
            }
        }
    }

    /// Rules that are about other things.
    fn unrelated(random: &mut Random) -> Vec<Rule> {
        let rules = [
            Rule::new(Target::Accept).from(net("192.0.2.0/24")).dports(&[(22, 22)]),
            Rule::new(Target::Drop).from(net("100.64.0.0/10")),
            Rule::new(Target::Drop).to(net("224.0.0.0/4")),
            Rule::new(Target::Accept).dports(&[(80, 80), (443, 443)]).state(State::New),
            Rule::new(Target::Drop).dports(&[(23, 23), (135, 139)]),
            Rule::new(Target::Count),
            Rule::new(Target::Return).to(net("192.0.2.128/25")),
        ];
        (0..random.below(3)).map(|_| random.pick(&rules.each_ref()).clone()).collect()
    }

    /// The rules that let through what is needed.
    fn allowed(&self, random: &mut Random, stateless: bool) -> Vec<Rule> {
        let mut rules = Vec::new();
        // Without a look at states every packet has to pass.
        let state = if stateless { State::Any } else { random.pick(&[State::Any, State::New]) };
        let interfaces = self.interfaces(random);
        let (by_client, split) = (random.chance(70), random.chance(40));
        for Group { servers, ports } in &self.groups {
            for to in servers {
                let all: Vec<&[(u16, u16)]> =
                    if split { ports.chunks(1).collect() } else { vec![&ports[..]] };
                for ports in all {
                    let rule = Rule::new(Target::Accept).to(*to).dports(ports).state(state);
                    let rule = Rule { interfaces, ..rule };
                    if by_client {
                        rules.extend(self.clients.iter().map(|from| rule.clone().from(*from)));
                    } else {
                        rules.push(rule);
                    }
                }
            }
        }
        rules
    }

    fn interfaces(&self, random: &mut Random) -> [Option<&'static str>; 2] {
        if !self.named || random.chance(50) {
            return [None, None];
        }
        match self.at {
            Placement::ClientGateway => [Some(INSIDE), Some(OUTSIDE)],
            Placement::ServerGateway => [Some(OUTSIDE), Some(INSIDE)],
            Placement::ClientHost => [None, Some(OUTSIDE)],
            Placement::ServerHost => [Some(OUTSIDE), None],
        }
    }

    /// What lets answers back without looking at the state of their connections.
    fn answers(&self, state: State) -> Vec<Rule> {
        let mut rules = Vec::new();
        for Group { servers, ports } in &self.groups {
            let answer =
                |from: &Ipv4Net| Rule::new(Target::Accept).from(*from).sports(ports).state(state);
            rules.extend(servers.iter().map(answer));
        }
        rules
    }

    pub(crate) fn options(&self) -> AuditOptions {
        let host = matches!(self.at, Placement::ClientHost | Placement::ServerHost);
        AuditOptions {
            providers: self.providers.clone(),
            at: Some(self.at.to_string()),
            client: self.clients.iter().map(ToString::to_string).collect(),
            server: self.servers.clone(),
            inside: (self.named && !host).then(|| INSIDE.to_owned()),
            outside: self.named.then(|| OUTSIDE.to_owned()),
            ..AuditOptions::default()
        }
    }

    pub(crate) fn audit(&self, firewall: &Firewall) -> Report {
        pasvaudit::ask::audit(firewall, &self.options())
            .unwrap_or_else(|error| panic!("{error}\n{}", firewall.text()))
    }

    /// Whether a connection with these ends is needed.
    pub(crate) fn needs(&self, source: (u32, u16), destination: (u32, u16)) -> bool {
        let holds = |nets: &[Ipv4Net], address: u32| {
            nets.iter().map(|net| ends(*net)).any(|(low, high)| (low..=high).contains(&address))
        };
        let served = |group: &Group| {
            let ports = group.ports.iter();
            holds(&group.servers, destination.0)
                && ports.clone().any(|(low, high)| (*low..=*high).contains(&destination.1))
        };
        holds(&self.clients, source.0) && source.1 >= 1024 && self.groups.iter().any(served)
    }
}

/// A provider of one's own.
fn spec(servers: &[Ipv4Net], ports: &[(u16, u16)]) -> String {
    let (control, passive) = ports.split_first().expect("a control port");
    let passive: Vec<_> = passive.iter().map(|(low, high)| format!(r#""{low}-{high}""#)).collect();
    let servers: Vec<_> = servers.iter().map(|net| format!(r#""{net}""#)).collect();
    format!(
        r#"{{"id": "own", "name": "our own", "networks": [{}], "networks_complete": true,
            "ipv6": false,
            "control": [{{"port": {}, "protections": ["plain", "explicit-tls"]}}],
            "passive": {{"supported": true, "ranges": [{}]}},
            "active": {{"supported": false}}}}"#,
        servers.join(", "),
        control.0,
        passive.join(", ")
    )
}
