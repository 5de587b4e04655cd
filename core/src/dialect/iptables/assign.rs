//! Rules that give control connections the helper for FTP.

use super::super::insertion::{Insertion, Spot};
use super::insert::insertion;
use super::write::assigning;
use crate::firewall::{Allowance, ChainId, Firewall};

/// Puts them where connections are not tracked yet: into the table `raw`, which is made if there is
/// none.
pub(super) fn assignment(
    firewall: &Firewall,
    controls: &[Allowance],
    sent_here: bool,
) -> Option<Insertion> {
    let name = chain(sent_here);
    let rules: Vec<_> = controls.iter().flat_map(assigning).collect();
    let mut chains = (0..).map(ChainId::new).zip(firewall.chains());
    let known = chains.find(|(_, chain)| (chain.table(), chain.name()) == ("raw", name));
    if let Some((id, _)) = known {
        return insertion(firewall, Spot::End(id), &rules);
    }
    if firewall.chains().iter().any(|chain| chain.table() == "raw") {
        return None;
    }
    let text = firewall.text();
    let begin = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let lines: String = rules.iter().map(|rule| format!("-A {name} {rule}\n")).collect();
    let section =
        format!("{begin}*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n{lines}COMMIT\n");
    Some(Insertion { at: text.len(), text: section })
}

/// The same for a firewall that runs.
pub(super) fn commands(controls: &[Allowance], sent_here: bool) -> String {
    let name = chain(sent_here);
    let rules = controls.iter().flat_map(assigning);
    let lines: String = rules.map(|rule| format!("-A {name} {rule}\n")).collect();
    format!("*raw\n{lines}COMMIT\n")
}

/// The chain that their first packets pass.
pub(super) const fn chain(sent_here: bool) -> &'static str {
    if sent_here { "OUTPUT" } else { "PREROUTING" }
}
