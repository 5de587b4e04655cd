//! Who stands on the path: the client, each firewall, the provider.

use maud::{Markup, html};

use crate::audit::{By, ProviderReport, Report, RuleSet};

/// The stations of a path and where they are drawn.
pub(super) struct Path<'a> {
    firewalls: Vec<&'a RuleSet>,
}

impl<'a> Path<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let several = report.path.iter().collect::<Vec<_>>();
        Self { firewalls: if several.is_empty() { vec![&report.rule_set] } else { several } }
    }

    /// How many firewalls stand on it.
    pub(super) fn len(&self) -> usize {
        self.firewalls.len()
    }

    /// How many columns it has.
    fn columns(&self) -> usize {
        self.firewalls.len() + 2
    }

    /// The middle of a column in percent of the width; the client's is the first, the provider's the
    /// last.
    pub(super) fn middle(&self, column: usize) -> f64 {
        (column as f64 + 0.5) * 100.0 / self.columns() as f64
    }

    /// The column of the provider.
    pub(super) fn last(&self) -> usize {
        self.firewalls.len() + 1
    }

    /// What a firewall is called.
    pub(super) fn name(&self, firewall: usize) -> &'a str {
        let file = self.firewalls.get(firewall).and_then(|firewall| firewall.file.as_deref());
        file.unwrap_or("this rule set")
    }

    /// Whether something is said of this firewall.
    pub(super) fn is_of(&self, firewall: usize, by: &By) -> bool {
        let known =
            |name: &&str| self.firewalls.iter().any(|one| one.file.as_deref() == Some(name));
        match by.rule_set.as_deref().filter(known) {
            Some(name) => self.name(firewall) == name,
            None => true,
        }
    }

    /// The stations by name, one over each column.
    pub(super) fn header(&self, report: &Report, provider: &ProviderReport) -> Markup {
        let clients = report.clients.as_deref().unwrap_or_default();
        let shown = clients.iter().take(CLIENTS).cloned().collect::<Vec<_>>().join(", ");
        let more = clients.len().saturating_sub(CLIENTS);
        html! {
            div.nodes style={ "--columns:" (self.columns()) } {
                div.node {
                    (client_icon())
                    @if clients.is_empty() {
                        strong { "clients" }
                        small { "not named" }
                    } @else {
                        strong { (shown) @if more > 0 { " and " (more) " more" } }
                        small { "clients" }
                    }
                }
                @for (number, firewall) in self.firewalls.iter().enumerate() {
                    div.node {
                        (firewall_icon())
                        strong { code { (self.name(number)) } }
                        small { (firewall.at) ", " (firewall.dialect) }
                    }
                }
                div.node {
                    (provider_icon())
                    strong { (provider.name) }
                    small { "servers" }
                }
            }
        }
    }
}

/// How many networks of clients are shown.
const CLIENTS: usize = 3;

fn icon(shape: Markup) -> Markup {
    html! {
        svg.icon viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" { (shape) }
    }
}

fn client_icon() -> Markup {
    icon(html! {
        rect x="6" y="6" width="20" height="14" rx="2" {}
        path d="M2 25h28l-3-5H5z" {}
    })
}

fn firewall_icon() -> Markup {
    icon(html! {
        rect x="4" y="5" width="24" height="22" rx="1" {}
        path d="M4 12.3h24M4 19.6h24M12 5v7.3M21 5v7.3M8 12.3v7.3M16 12.3v7.3M24 12.3v7.3M12 19.6V27M21 19.6V27" {}
    })
}

fn provider_icon() -> Markup {
    icon(html! {
        rect x="5" y="4" width="22" height="7" rx="1.5" {}
        rect x="5" y="12.5" width="22" height="7" rx="1.5" {}
        rect x="5" y="21" width="22" height="7" rx="1.5" {}
        path d="M9 7.5h4M9 16h4M9 24.5h4" {}
    })
}
