//! Rules that translate.

use std::rc::Rc;

use super::super::syntax::{Head, Target, Way};
use super::conditions::View;
use super::lowering::{FAMILIES, Lowering};
use super::targets::{FTP_PROXY_WORDS, Meaning, anything, is_ftp_proxy, meanings, plain};
use crate::firewall::{Action, ChainId, Mark, Span, Test, Translation, TranslationKind};

/// What of a rule there is to translate: where it is put, where it stands, and the packets it is about.
#[derive(Clone, Copy)]
pub(super) struct Translator<'r> {
    pub(super) chain: ChainId,
    pub(super) span: Span,
    pub(super) view: View,
    pub(super) heads: &'r [Rc<Head>],
    /// What packets are marked with that it translates.
    pub(super) marks: &'r [Mark],
}

impl Lowering<'_> {
    /// Translates to a target.
    pub(super) fn translate(&mut self, rule: Translator<'_>, target: &Target) {
        let merged = merged(rule.heads);
        let side = rule.view.way.side();
        for Meaning { head, translation } in meanings(&self.tester.names, &merged, target, side) {
            let mut heads = rule.heads.to_vec();
            heads.push(Rc::new(head));
            let rule = Translator { heads: &heads, ..rule };
            match translation {
                Ok(translation) => self.translate_to(rule, translation),
                Err(what) => {
                    self.note(rule, &what);
                    self.translate_to_anything(rule);
                }
            }
        }
    }

    /// `divert-to`: a program on the device gets the connection.
    pub(super) fn divert(&mut self, rule: Translator<'_>, port: Option<u32>) {
        let port = port.and_then(|port| u16::try_from(port).ok());
        let ports = port.map(|port| (port, port));
        let kind = TranslationKind::Redirect;
        self.translate_to(rule, Translation { ports, ..plain(Way::In.side(), kind) });
    }

    /// Maybe translates to nobody knows what.
    pub(super) fn maybe_translate(&mut self, rule: Translator<'_>, what: &str) {
        let mut heads = rule.heads.to_vec();
        heads.push(Rc::new(Head { unknown: vec![what.to_owned()], ..Head::default() }));
        self.translate_to_anything(Translator { heads: &heads, ..rule });
    }

    fn translate_to(&mut self, rule: Translator<'_>, translation: Translation) {
        if is_ftp_proxy(&translation) {
            self.note(rule, FTP_PROXY_WORDS);
            self.builder.proxy(rule.span);
        }
        let action = marking(rule.marks, Action::Translate(Box::new(translation)));
        self.put_seen(rule.chain, rule.span, &rule.view, rule.heads, &action);
    }

    fn translate_to_anything(&mut self, rule: Translator<'_>) {
        for family in FAMILIES {
            let mut heads = rule.heads.to_vec();
            heads.push(Rc::new(Head { family: Some(family), ..Head::default() }));
            let translation = Box::new(anything(rule.view.way.side(), family));
            let action = marking(rule.marks, Action::Translate(translation));
            self.put_seen(rule.chain, rule.span, &rule.view, &heads, &action);
        }
    }

    /// Lists something that is to be known about connections, which goes on as it is.
    fn note(&mut self, rule: Translator<'_>, what: &str) {
        let what = self.builder.symbol(what);
        for mut tests in self.tester.of(&mut self.builder, rule.heads, &rule.view) {
            tests.push(Test::Unmodelled(what));
            self.builder.rule(rule.chain, None, rule.span, &mut tests, Action::Continue);
        }
    }
}

/// An action, and before it the marks that it leaves on packets.
pub(super) fn marking(marks: &[Mark], action: Action) -> Action {
    if marks.is_empty() {
        return action;
    }
    let marks = marks.iter().map(|mark| Action::SetMark(*mark));
    Action::Several(Box::new(marks.chain([action]).collect()))
}

/// What of these heads targets depend on: the family and the ports.
fn merged(heads: &[Rc<Head>]) -> Head {
    let mut merged = heads.last().map(|head| Head::clone(head)).unwrap_or_default();
    merged.family = heads.iter().find_map(|head| head.family);
    merged
}
