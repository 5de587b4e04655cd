//! The chains of a table while it is read.

use std::collections::{HashMap, HashSet};

use crate::firewall::{Base, BaseKind, Builder, ChainId, Fate, Hook, Policy};
use crate::space::Family;

use super::lexer::lines;
use super::tables::built_in;

/// The section of one table.
#[derive(Debug)]
pub(super) struct Table<'a> {
    /// Its name.
    pub(super) name: &'a str,
    family: Family,
    /// The whole section.
    text: &'a str,
    /// The chains that the section declares, before or after their first use; all of them once one
    /// was used that was not declared before.
    declared: HashSet<&'a str>,
    all_declared: bool,
    chains: HashMap<&'a str, ChainId>,
    read: HashSet<&'a str>,
    user_chains: bool,
    /// Whether a rule was added to any of its chains.
    pub(super) has_rules: bool,
    bases: Vec<ChainId>,
    /// The chain named last, which is mostly the one named next.
    last: Option<(&'a str, ChainId)>,
}

impl<'a> Table<'a> {
    pub(super) fn new(name: &'a str, family: Family, text: &'a str) -> Self {
        Self {
            name,
            family,
            text,
            declared: HashSet::new(),
            all_declared: false,
            chains: HashMap::new(),
            read: HashSet::new(),
            user_chains: false,
            has_rules: false,
            bases: Vec::new(),
            last: None,
        }
    }

    /// The chain of that name, if the table has one; it is made where it is first named.
    pub(super) fn chain(&mut self, name: &str, builder: &mut Builder) -> Option<ChainId> {
        if let Some((last, id)) = self.last
            && last == name
        {
            return Some(id);
        }
        if let Some((&name, &id)) = self.chains.get_key_value(name) {
            self.last = Some((name, id));
            return Some(id);
        }
        if let Some((hook, priority, kind)) = built_in(self.name, name) {
            return Some(self.base(hook, priority, kind, builder));
        }
        if !self.all_declared && !self.declared.contains(name) {
            self.declared.extend(lines(self.text).filter_map(declared));
            self.all_declared = true;
        }
        let name = *self.declared.get(name)?;
        let id = builder.chain(self.name, name, &[self.family], None);
        self.chains.insert(name, id);
        Some(id)
    }

    /// The chain named last and what follows its name, if the text begins with it.
    pub(super) fn same_chain<'t>(&self, text: &'t str) -> Option<(ChainId, &'t str)> {
        let (name, id) = self.last?;
        Some((id, text.strip_prefix(name)?.strip_prefix(' ')?))
    }

    fn base(
        &mut self,
        hook: Hook,
        priority: i32,
        kind: BaseKind,
        builder: &mut Builder,
    ) -> ChainId {
        let name = built_in_name(hook);
        let policy = Policy { fate: Fate::Accept, span: None };
        let base = Base { hook, priority, rank: 0, kind, policy };
        let id = builder.chain(self.name, name, &[self.family], Some(base));
        self.chains.insert(name, id);
        self.bases.push(id);
        id
    }

    /// The chain of that name, if it is not built in.
    pub(super) fn user_chain(&mut self, name: &str, builder: &mut Builder) -> Option<ChainId> {
        built_in(self.name, name).is_none().then(|| self.chain(name, builder)).flatten()
    }

    /// Notes the declaration of a chain; false if it has one already.
    pub(super) fn declare(&mut self, name: &'a str) -> bool {
        self.user_chains |= built_in(self.name, name).is_none();
        self.declared.insert(name);
        self.read.insert(name)
    }

    /// Whether a declaration of the chain was read.
    pub(super) fn is_declared(&self, name: &str) -> bool {
        self.read.contains(name)
    }

    /// Whether a declaration of any chain that is not built in was read.
    pub(super) const fn has_user_chains(&self) -> bool {
        self.user_chains
    }

    /// The chains that are tied to a hook, as far as they were named.
    pub(super) fn bases(&self) -> &[ChainId] {
        &self.bases
    }
}

/// The chain that a line declares.
fn declared(line: &str) -> Option<&str> {
    let line = line.trim_ascii_start();
    match line.as_bytes().first()? {
        b':' => line.trim_start_matches(':').split_whitespace().next(),
        b'-' if line.starts_with("-N") || line.starts_with("--new") => {
            line.split_whitespace().nth(1)
        }
        _ => None,
    }
}

const fn built_in_name(hook: Hook) -> &'static str {
    match hook {
        Hook::Prerouting => "PREROUTING",
        Hook::Input => "INPUT",
        Hook::Forward => "FORWARD",
        Hook::Output => "OUTPUT",
        Hook::Postrouting => "POSTROUTING",
    }
}
