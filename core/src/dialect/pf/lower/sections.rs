//! The sections for translation of FreeBSD: `rdr`, then `binat` for what comes in, `binat`, then `nat` for
//! what goes out (`pf_get_translation` in `pf_lb.c`); of each the first match.

use std::rc::Rc;

use super::super::place::At;
use super::super::syntax::{Head, Kind, Maybe, Section, Statement, Target, TranslationRule, Way};
use super::order::{Loads, called, joined, with};

/// A rule of a section.
pub(super) struct Entry {
    pub(super) at: At,
    pub(super) section: Section,
    pub(super) heads: Vec<Rc<Head>>,
    /// What it puts on packets that it matches, also where it says `no`.
    pub(super) tag: Option<String>,
    pub(super) what: Entered,
}

/// What a rule of a section does.
pub(super) enum Entered {
    /// Nothing is translated.
    No,
    /// Translates; `passes` says that filter rules do not matter then.
    To { target: Target, passes: bool },
    /// Rules that are not known.
    Anchor(String),
}

/// The rules that translate what crosses an interface this way.
pub(super) fn entries(statements: &[Statement], loads: &Loads, way: Way) -> Vec<Entry> {
    let mut found = Vec::new();
    let sections = match way {
        Way::In => [Section::Rdr, Section::Binat],
        Way::Out => [Section::Binat, Section::Nat],
    };
    let mut left = 100_000;
    for section in sections {
        let mut collect =
            Collect { loads, way, section, left: &mut left, found: &mut found, open: Vec::new() };
        collect.of(statements, &[], "");
    }
    found
}

struct Collect<'a> {
    loads: &'a Loads,
    way: Way,
    section: Section,
    left: &'a mut usize,
    found: &'a mut Vec<Entry>,
    /// The anchors that are being read.
    open: Vec<String>,
}

impl Collect<'_> {
    fn of(&mut self, statements: &[Statement], heads: &[Rc<Head>], path: &str) {
        for statement in statements {
            let at = statement.at;
            *self.left = self.left.saturating_sub(1);
            match &statement.kind {
                Kind::Translation(rule) if rule.section == self.section => {
                    self.rule(rule, at, heads);
                }
                Kind::Anchor(anchor) if anchor.section == self.section => {
                    let heads = with(heads, anchor.head.clone());
                    let name = anchor.name.as_deref().unwrap_or_default();
                    if let Some(inside) = &anchor.inside {
                        self.of(inside, &heads, &joined(path, name));
                        continue;
                    }
                    let loads = self.loads;
                    for (name, loaded) in called(loads, path, name) {
                        match loaded {
                            Some(inside) if *self.left > 0 && !self.open.contains(&name) => {
                                self.open.push(name.clone());
                                self.of(inside, &heads, &name);
                                self.open.pop();
                            }
                            _ => self.unknown(at, &heads, &name),
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn unknown(&mut self, at: At, heads: &[Rc<Head>], name: &str) {
        let mut heads = heads.to_vec();
        let what = if name.starts_with("ftp-proxy") {
            // It refuses ports below 1024: ftp-proxy(8).
            let mut head = Head::default();
            head.destination.ports = Some(vec![(1024, 65535)]);
            heads.push(Rc::new(head));
            format!(
                "the anchor \"{name}\", where ftp-proxy puts rules for the data connections of its sessions"
            )
        } else {
            format!(
                "the anchor \"{name}\", whose rules are not in the text: `load anchor` and --also"
            )
        };
        let (section, what) = (self.section, Entered::Anchor(what));
        self.found.push(Entry { at, section, heads, tag: None, what });
    }

    fn rule(&mut self, rule: &TranslationRule, at: At, heads: &[Rc<Head>]) {
        let mut head = rule.head.clone();
        let mut target = rule.target.clone();
        // `pf_match_translation` turns only those round that translate.
        if self.section == Section::Binat && self.way == Way::In && !rule.negated {
            // The same the other way round: what comes to the outer address goes to the inner one.
            let inner = head.source.hosts.iter().map(|host| host.it.clone()).collect();
            std::mem::swap(&mut head.source, &mut head.destination);
            let outer = target.hosts.into_iter().map(|it| Maybe { negated: false, it });
            head.destination.hosts = outer.collect();
            target = Target { hosts: inner, ..Target::default() };
        }
        if self.section == Section::Binat {
            target.bitmask = true;
            target.static_port = true;
        }
        let what =
            if rule.negated { Entered::No } else { Entered::To { target, passes: rule.passes } };
        let (section, tag) = (self.section, rule.tag.clone());
        self.found.push(Entry { at, section, heads: with(heads, head), tag, what });
    }
}
