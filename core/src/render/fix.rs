//! What is to be done about a report, as text that can be loaded or sent.

use std::fmt::Write;

use serde::Serialize;

use super::{facts, remedy};
use crate::audit::{Repair, Report, Unfixed, Verdict};
use crate::eval::End;
use crate::firewall::{Allowance, Dialect};
use crate::space::{AddressRange, PortRange};
use crate::words::words;

words! {
    /// How a fix is written.
    FixForm, "form of a fix" {
        /// For the rule set's own dialect, with the places where the rules go.
        Own = "own",
        /// For `iptables-restore --noflush`.
        Iptables = "iptables",
        /// For `ip6tables-restore --noflush`.
        Ip6tables = "ip6tables",
        /// For `nft -f`.
        Nftables = "nftables",
        /// As commands for a shell that has the command line of AWS.
        Aws = "aws",
        /// For `configure terminal` of Cisco IOS and IOS-XE.
        CiscoIos = "cisco-ios",
        /// For `configure terminal` of Cisco ASA.
        CiscoAsa = "cisco-asa",
        /// Lines for `pf.conf`.
        Pf = "pf",
        /// In words, for those who look after the firewall.
        Words = "words",
    }
}

/// A fix, written out.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FixText {
    /// How it is written.
    pub form: FixForm,
    /// The rules or words; nothing but a comment where nothing is missing.
    pub text: String,
    /// Whether rules are in it, and the rule set with them in it was read and audited again.
    pub proved: bool,
}

impl FixText {
    /// The comments in it: what was achieved, where the rules go, and what is left.
    pub fn notes(&self) -> impl Iterator<Item = &str> {
        let comment =
            |line| Dialect::ALL.iter().find_map(|it| str::strip_prefix(line, it.comment()));
        self.text.lines().filter_map(comment)
    }

    /// As JSON: the same bytes in every language.
    pub fn to_json(&self) -> String {
        super::to_json(self)
    }
}

impl Report {
    /// What is missing as rules to add. A dialect of the other IP family cannot say it; then there is a
    /// comment that says so.
    pub fn fix(&self, form: FixForm) -> FixText {
        let dialect = match form {
            FixForm::Own => None,
            FixForm::Words => return self.fix_in_words(),
            named => named.as_str().parse::<Dialect>().ok(),
        };
        let own = self.rule_set.dialect;
        match dialect.filter(|dialect| *dialect != own) {
            None => self.fix_here(form),
            Some(dialect) => self.fix_elsewhere(form, dialect),
        }
    }

    /// The verdict on the rule set with all fixes in it.
    pub fn fixed_verdict(&self) -> Verdict {
        self.repair.as_ref().and_then(|repair| repair.verdict).unwrap_or(self.verdict)
    }

    /// The rule set with all fixes in it and everything else as it was; `None` if there are none.
    pub fn fixed_rule_set(&self) -> Option<&str> {
        self.repair.as_ref().and_then(|repair| repair.whole())
    }

    fn fix_here(&self, form: FixForm) -> FixText {
        let mut text = String::new();
        let own = self.rule_set.dialect;
        let Some(repair) = &self.repair else {
            return FixText { form, text: comment(own, &nothing_missing(self)), proved: false };
        };
        if !self.fixes.is_empty() {
            text += &comment(own, &achieved(self, repair));
        }
        for fix in &self.fixes {
            text += &comment(own, &remedy::place(fix).to_string());
        }
        match &repair.commands {
            Some(commands) => text += commands,
            None => {
                for fix in &self.fixes {
                    let _ = writeln!(text, "{}", fix.text);
                }
            }
        }
        text += &left(own, &repair.unfixed);
        FixText { form, text, proved: !self.fixes.is_empty() }
    }

    fn fix_elsewhere(&self, form: FixForm, dialect: Dialect) -> FixText {
        let Some(repair) = &self.repair else { return self.fix_here(form) };
        let Some(rules) = repair.elsewhere(dialect) else {
            if repair.missing().is_empty() {
                return self.fix_here(form);
            }
            let text = comment(dialect, &format!("what is missing cannot be said in {dialect}"));
            return FixText { form, text, proved: false };
        };
        let missing = format!(
            "what is missing for {}, for a firewall that tracks connections; put these rules before \
             whatever stops the packets there",
            facts::question(self)
        );
        let mut text = comment(dialect, &missing);
        text += rules;
        text += &left(dialect, &repair.unfixed);
        FixText { form, text, proved: true }
    }

    /// A request that a firewall team can act on.
    fn fix_in_words(&self) -> FixText {
        let form = FixForm::Words;
        let Some(repair) = &self.repair else {
            let text = format!("{}\n", nothing_missing(self));
            return FixText { form, text, proved: false };
        };
        let mut text = String::new();
        let names: Vec<_> = self.providers.iter().map(|provider| provider.name.as_str()).collect();
        if !repair.missing().is_empty() {
            let names = names.join(" and ");
            let _ =
                writeln!(text, "Please let these TCP connections through for FTP with {names}:\n");
        }
        for (opener, allowance) in repair.missing() {
            let _ = writeln!(text, "- {}", connection(*opener, allowance));
        }
        if !repair.missing().is_empty() {
            text += "\nPackets of established connections have to pass both ways. ";
            text += if repair.missing().iter().any(|(opener, _)| *opener == End::Server) {
                "The connections that the server opens are needed: it has no passive mode.\n"
            } else {
                "No other port is needed, 20 and 989 neither, and no connection from outside.\n"
            };
        }
        for fix in self.fixes.iter().filter(|_| self.rule_set.given) {
            let _ = writeln!(
                text,
                "\nToday it is stopped by {}.",
                one_line(&fix.insert_before.to_string())
            );
        }
        for Unfixed { by, help } in &repair.unfixed {
            let by = by.as_ref().map(|by| format!("{}: ", by.short())).unwrap_or_default();
            let _ = writeln!(text, "\nNot covered by this: {}{}", one_line(&by), one_line(help));
        }
        FixText { form, text, proved: !self.fixes.is_empty() }
    }
}

fn nothing_missing(report: &Report) -> String {
    format!("nothing is missing: {} works", facts::question(report))
}

/// "1 rule for FTP to SmartFile through rules.v4 at client-gateway; " and its [`effect`].
fn achieved(report: &Report, repair: &Repair) -> String {
    let rules = if repair.rules == 1 { "rule" } else { "rules" };
    format!(
        "{} {rules} for {}; {}",
        repair.rules,
        facts::question(report),
        remedy::effect(report, repair)
    )
}

fn left(dialect: Dialect, unfixed: &[Unfixed]) -> String {
    unfixed.iter().map(|one| comment(dialect, &remedy::unfixed(one).to_string())).collect()
}

/// A comment, on one line whatever the input holds.
fn comment(dialect: Dialect, text: &str) -> String {
    format!("{}{}\n", dialect.comment(), one_line(text))
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// "from 10.1.0.0/16 to 209.43.40.0/24, ports 21, 990, 21000-21050".
fn connection(opener: End, allowance: &Allowance) -> String {
    let from = addresses(&allowance.source);
    let to = addresses(&allowance.destination);
    let ports = ports(&allowance.destination_ports);
    let who = match opener {
        End::Client => "",
        End::Server => " (opened by the server)",
    };
    format!("from {from} to {to}, {ports}{who}")
}

fn addresses(ranges: &[AddressRange]) -> String {
    let listed: Vec<_> = ranges.iter().map(ToString::to_string).collect();
    if listed.is_empty() { "anywhere".to_owned() } else { listed.join(", ") }
}

fn ports(ranges: &[PortRange]) -> String {
    let listed: Vec<_> = ranges.iter().map(ToString::to_string).collect();
    match ranges {
        [] => "every port".to_owned(),
        [one] if one.first == one.last => format!("port {one}"),
        _ => format!("ports {}", listed.join(", ")),
    }
}
