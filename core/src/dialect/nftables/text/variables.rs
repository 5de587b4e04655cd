//! Names for values, each known in the block where it is defined and in the blocks inside.

use std::collections::HashMap;

use crate::dialect::nftables::syntax::{Element, Expr};

/// What a variable stands for, and how large that is.
#[derive(Debug)]
pub(super) struct Variable {
    pub(super) value: Expr,
    pub(super) size: usize,
    pub(super) depth: usize,
}

/// The variables that are known at a place of the text.
#[derive(Debug)]
pub(super) struct Variables<'a> {
    scopes: Vec<HashMap<&'a str, Variable>>,
    /// What the uses so far have expanded to.
    pub(super) expanded: usize,
}

impl Default for Variables<'_> {
    fn default() -> Self {
        Self { scopes: vec![HashMap::new()], expanded: 0 }
    }
}

impl<'a> Variables<'a> {
    pub(super) const fn scopes(&self) -> usize {
        self.scopes.len()
    }

    pub(super) fn enter(&mut self) {
        self.scopes.push(HashMap::new());
    }

    /// Forgets the scopes from number `scopes` on.
    pub(super) fn leave_to(&mut self, scopes: usize) {
        self.scopes.truncate(scopes.max(1));
    }

    /// Defines a variable in this block; true if the block has defined it already.
    pub(super) fn define(&mut self, name: &'a str, value: Expr) -> bool {
        let (size, depth) = measure(&value);
        let scope = self.scopes.last_mut();
        scope.is_some_and(|scope| scope.insert(name, Variable { value, size, depth }).is_some())
    }

    /// Takes a variable of this block away; false if it has none of that name.
    pub(super) fn undefine(&mut self, name: &str) -> bool {
        self.scopes.last_mut().and_then(|scope| scope.remove(name)).is_some()
    }

    pub(super) fn get(&self, name: &str) -> Option<&Variable> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name))
    }
}

/// How many values a value consists of, and how deep they are nested.
// The depth that the reader allows bounds the recursion.
fn measure(value: &Expr) -> (usize, usize) {
    let mut size = 1_usize;
    let mut depth = 0;
    let mut add = |part: &Expr| {
        let inner = measure(part);
        size = size.saturating_add(inner.0);
        depth = depth.max(inner.1);
    };
    match value {
        Expr::Prefix(part, _) => add(part),
        Expr::Range(a, b) | Expr::Map(a, b) | Expr::Bits(_, a, b) => {
            add(a);
            add(b);
        }
        Expr::Concat(parts) | Expr::List(parts) => parts.iter().for_each(add),
        Expr::Set(elements) => {
            for Element { key, data, .. } in elements {
                add(key);
                data.iter().for_each(&mut add);
            }
        }
        _ => {}
    }
    (size, depth + 1)
}
