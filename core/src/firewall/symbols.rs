use std::collections::HashMap;
use std::sync::Arc;

/// A name in a rule set (an interface, an unmodelled match) that is stored once.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Symbol(u32);

#[derive(Debug, Default)]
pub(super) struct Symbols {
    names: Vec<Arc<str>>,
    known: HashMap<Arc<str>, Symbol>,
}

impl Symbols {
    pub(super) fn intern(&mut self, name: &str) -> Symbol {
        if let Some(&symbol) = self.known.get(name) {
            return symbol;
        }
        // A text of less than 4 GiB has fewer names than that.
        let symbol = Symbol(self.names.len() as u32);
        let name: Arc<str> = name.into();
        self.names.push(Arc::clone(&name));
        self.known.insert(name, symbol);
        symbol
    }

    pub(super) fn find(&self, name: &str) -> Option<Symbol> {
        self.known.get(name).copied()
    }

    pub(super) fn name(&self, symbol: Symbol) -> &str {
        self.names.get(symbol.0 as usize).map_or("", |name| name)
    }
}
