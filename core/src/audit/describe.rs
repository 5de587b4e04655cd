use super::blame::{By, ByKind, Condition, UnmodelledLine};
use super::fates::Site;
use crate::eval::symbolic::{Blame, Device, Interfaces, Open, Ruling};
use crate::firewall::{
    Action, ChainId, Dialect, Fate, Firewall, Governs, Rule, RuleId, Span, Symbol, Test,
    TranslationKind,
};
use crate::space::{AddressRange, Ranges};

/// How many ranges of addresses are listed.
const LISTED: usize = 100;

/// Says in words and lines what decided.
#[derive(Clone, Copy, Debug)]
pub(super) struct Describer<'a> {
    firewall: &'a Firewall,
    /// Whether all interfaces have been named, so that no verdict depends on them.
    interfaces_named: bool,
    /// The options that name them.
    interface_options: &'static str,
    /// Whether answers name the rule set.
    named: bool,
    /// Whether its options are given with `--via`.
    via: bool,
}

impl<'a> Describer<'a> {
    pub(super) fn new(device: &Device<'a>) -> Self {
        let host = device.placement.is_host();
        let Interfaces { inside, outside } = device.interfaces;
        Self {
            firewall: device.firewall,
            interfaces_named: outside.is_some() && (host || inside.is_some()),
            interface_options: match (inside, outside) {
                (None, None) if !host => "--inside --outside",
                (None, Some(_)) => "--inside",
                (_, None) | (Some(_), Some(_)) => "--outside",
            },
            named: false,
            via: false,
        }
    }

    /// For each device of a path. Where there are several, answers name the rule set.
    pub(super) fn all(site: &Site<'a>) -> Vec<Self> {
        let named = site.devices.len() > 1;
        let describer = |device: &Device<'a>| {
            let via = !std::ptr::eq(device.firewall, site.asked);
            Self { named, via, ..Self::new(device) }
        };
        site.devices.iter().map(describer).collect()
    }

    /// For packets at a hook with these interfaces.
    pub(super) fn at_hook(firewall: &'a Firewall, interfaces_named: bool) -> Self {
        let interface_options = "--in --out";
        Self { firewall, interfaces_named, interface_options, named: false, via: false }
    }

    pub(super) fn by(&self, blame: Blame) -> By {
        match blame {
            Blame::Rule(id) => self.rule(id),
            Blame::Policy(id) => self.policy(id),
            Blame::Nothing => By {
                kind: ByKind::Policy,
                rule_set: self.rule_set(),
                line: None,
                text: "no chain is passed here: everything is accepted".to_owned(),
                chain: String::new(),
            },
            Blame::Local => By {
                kind: ByKind::Local,
                rule_set: self.rule_set(),
                line: None,
                text: "the destination is the firewall itself, and no rule translates it"
                    .to_owned(),
                chain: String::new(),
            },
        }
    }

    fn rule(&self, id: RuleId) -> By {
        let span = self.firewall.rule(id).map(Rule::span).unwrap_or_default();
        self.rule_at(id.chain, span)
    }

    /// The rule that stands there.
    pub(super) fn rule_at(&self, chain: ChainId, span: Span) -> By {
        let (rule_set, line) = self.origin(span);
        By {
            kind: ByKind::Rule,
            rule_set,
            line: Some(line),
            text: self.firewall.quote_on_one_line(span),
            chain: self.chain(chain),
        }
    }

    pub(super) const fn dialect(&self) -> Dialect {
        self.firewall.dialect()
    }

    /// The interfaces that its rules name.
    pub(super) fn interfaces(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.firewall.interfaces()
    }

    /// The name of the rule set, where there are several.
    pub(super) fn rule_set(&self) -> Option<String> {
        let name = || self.firewall.file().unwrap_or("the rule set without a name").to_owned();
        self.named.then(name)
    }

    /// The name of the rule set or of the included file that a piece of text stands in, and its line.
    fn origin(&self, span: Span) -> (Option<String>, u32) {
        let (included, line) = self.firewall.origin(span);
        (included.map(str::to_owned).or_else(|| self.rule_set()), line)
    }

    fn policy(&self, id: ChainId) -> By {
        let base = self.firewall.chain(id).and_then(|chain| chain.base());
        let span = base.and_then(|base| base.policy.span);
        let text = match span {
            Some(span) => self.firewall.quote_on_one_line(span),
            None => {
                let fate = base.map_or(Fate::Accept, |base| base.policy.fate);
                format!("policy {}", fate.as_str())
            }
        };
        let origin = span.map(|span| self.origin(span));
        By {
            kind: ByKind::Policy,
            line: origin.as_ref().map(|(_, line)| *line),
            rule_set: origin.map_or_else(|| self.rule_set(), |(rule_set, _)| rule_set),
            text,
            chain: self.chain(id),
        }
    }

    /// What in the rule set is not modelled.
    pub(super) fn unmodelled_lines(&self) -> impl Iterator<Item = UnmodelledLine> + '_ {
        let firewall = self.firewall;
        firewall.unmodelled().iter().map(|unmodelled| {
            let (rule_set, line) = self.origin(unmodelled.span);
            UnmodelledLine {
                rule_set,
                line,
                text: firewall.quote_on_one_line(unmodelled.span),
                what: firewall.name(unmodelled.what).to_owned(),
            }
        })
    }

    fn chain(&self, id: ChainId) -> String {
        let chain = self.firewall.chain(id);
        chain.map(|chain| format!("{}/{}", chain.table(), chain.name())).unwrap_or_default()
    }

    /// What the rules in doubt depend on.
    pub(super) fn conditions(&self, ruling: &Ruling, because: Option<&str>) -> Vec<Condition> {
        let mut conditions: Vec<_> = ruling.open.map(Self::open).into_iter().collect();
        // What is known to be open says more than the rules that it makes doubtful.
        let doubts = ruling.doubts.iter().filter(|_| conditions.is_empty());
        let doubts: Vec<_> = doubts.map(|id| self.condition(*id)).collect();
        conditions.extend(doubts);
        conditions.extend(because.map(|why| Condition {
            rule_set: None,
            line: None,
            text: String::new(),
            what: why.to_owned(),
            decided_by: None,
        }));
        conditions
    }

    /// What a ruling depends on that is no rule.
    pub(super) fn open(open: Open) -> Condition {
        let (what, decided_by) = match open {
            Open::Announced => (
                "whether the client connects to the address that the server announces, or to the \
                 one that it knows",
                None,
            ),
            Open::Unannounced => {
                ("which address the server announces behind the translation", Some("--advertise"))
            }
            Open::HalfTracked => (
                "which end speaks first and how much it says, in a connection of which only some \
                 packets are tracked",
                None,
            ),
            Open::Refusal => ("whether the refusal itself passes what the firewall lets out", None),
            Open::Helper => (
                "whether net.netfilter.nf_conntrack_helper is on, with which this kernel assigns \
                 helpers by itself",
                None,
            ),
        };
        Condition {
            rule_set: None,
            line: None,
            text: String::new(),
            what: what.to_owned(),
            decided_by: decided_by.map(str::to_owned),
        }
    }

    fn condition(&self, id: RuleId) -> Condition {
        let (tests, span) = match self.firewall.rule(id) {
            Some(rule) => (rule.tests(), rule.span()),
            None => (&[] as &[Test], Default::default()),
        };
        let mut doubts: Vec<Doubt> = tests.iter().filter_map(|test| self.doubt(test)).collect();
        doubts.extend(self.firewall.rule(id).and_then(|rule| self.doubt_action(rule.action())));
        if doubts.is_empty() {
            doubts.push(Doubt::open(
                match (self.firewall.translates(), self.firewall.untracks()) {
                    (false, true) => "a state that tracking in part makes unknown",
                    _ => "what translation makes unknown",
                },
            ));
        }
        doubts.dedup();
        let what: Vec<_> = doubts.iter().map(|doubt| doubt.what.as_str()).collect();
        let mut options: Vec<_> = doubts.iter().filter_map(|doubt| doubt.decided_by).collect();
        options.dedup();
        // Only if something can be given for each does giving it decide.
        let decided = doubts.iter().all(|doubt| doubt.decided_by.is_some());
        let (rule_set, line) = self.origin(span);
        Condition {
            rule_set,
            line: Some(line),
            text: self.firewall.quote_on_one_line(span),
            what: what.join(", "),
            decided_by: decided.then(|| self.options(&options)),
        }
    }

    /// The options that would decide, as the command takes them for this rule set.
    fn options(&self, options: &[&str]) -> String {
        let options = options.join(" ");
        if !self.via {
            return options;
        }
        let keys = options.split(' ').map(|option| format!("{}=", option.trim_start_matches('-')));
        format!("{} in --via", keys.collect::<Vec<_>>().join(" "))
    }

    /// What in a test can make a rule doubtful.
    fn doubt(&self, test: &Test) -> Option<Doubt> {
        match test {
            Test::Unmodelled(what) => Some(self.unmodelled(*what)),
            Test::Interface(test) if !self.interfaces_named => {
                let side = if test.incoming { "incoming" } else { "outgoing" };
                let name = self.firewall.name(test.name);
                let what = format!("the {side} interface, which nobody named ({name})");
                Some(Doubt { what, decided_by: Some(self.interface_options) })
            }
            Test::Helper(_) => Some(Doubt::open("whether a helper expects the connection")),
            Test::Mark { .. } => Some(Doubt::open("the packet mark")),
            Test::Status { .. } => Some(Doubt::open("what connection tracking has noted")),
            Test::OneOf(one_of) => one_of.lists.iter().flatten().find_map(|test| self.doubt(test)),
            _ => None,
        }
    }

    fn doubt_action(&self, action: &Action) -> Option<Doubt> {
        match action {
            Action::Unmodelled(what) => Some(self.unmodelled(*what)),
            Action::AssignHelper(name) | Action::SetHelper(name) => {
                let name = self.firewall.name(*name);
                let what = format!("whether helper {name} expects the data connection");
                Some(Doubt { what, decided_by: None })
            }
            Action::Translate(it) => Some(Doubt::open(match it.kind {
                TranslationKind::Range(Some((first, last))) if first != last => {
                    "which of several addresses it translates to"
                }
                _ => "address translation",
            })),
            Action::Several(actions) => actions.iter().find_map(|action| self.doubt_action(action)),
            _ => None,
        }
    }

    fn unmodelled(&self, what: Symbol) -> Doubt {
        let what = self.firewall.name(what);
        let decided_by = match what {
            _ if what == "include" => Some("--also"),
            _ if what.starts_with("-m set") => Some("--ipset"),
            _ if what.starts_with("-m addrtype") && what.contains("LOCAL") => Some("--local"),
            _ if what.starts_with("fib ") && what.ends_with("local") => Some("--local"),
            // A front end may name the option itself.
            _ => ["--attached", "--also"].into_iter().find(|option| what.contains(option)),
        };
        Doubt { what: what.to_owned(), decided_by }
    }
}

/// One thing that nobody can know from the rule set alone.
#[derive(Debug, PartialEq)]
struct Doubt {
    what: String,
    /// The option that tells it.
    decided_by: Option<&'static str>,
}

impl Doubt {
    fn open(what: &str) -> Self {
        Self { what: what.to_owned(), decided_by: None }
    }
}

/// Ranges of addresses in their shortest form.
pub(super) fn blocks<A: Governs>(ranges: &Ranges<A>) -> Vec<String> {
    let all = ranges.as_slice();
    let mut blocks: Vec<_> =
        all.iter().take(LISTED).map(|range| AddressRange::new(*range).to_string()).collect();
    if all.len() > LISTED {
        blocks.push(format!("and {} more", all.len() - LISTED));
    }
    blocks
}
