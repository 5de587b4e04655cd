//! The circles that chains must not form.

use std::collections::HashSet;

use crate::firewall::{ChainId, Span};

/// A jump from one chain to another, and the rule that does it.
pub(super) type Jump = (ChainId, ChainId, Span);

/// A rule in a circle of chains that jump to one another, if there is one.
pub(super) fn circle(mut jumps: Vec<Jump>) -> Option<Span> {
    jumps.sort_unstable_by_key(|&(from, _, span)| (from, span));
    let from = |chain| jumps.partition_point(|&(from, ..)| from < chain);
    let mut done = HashSet::new();
    for &(start, ..) in &jumps {
        if done.contains(&start) {
            continue;
        }
        // The chains on the way from `start`, each with the place of its next jump.
        let mut path = vec![(start, from(start))];
        let mut on_path = HashSet::from([start]);
        while let Some((chain, next)) = path.last_mut() {
            match jumps.get(*next) {
                Some(&(from_chain, to, span)) if from_chain == *chain => {
                    *next += 1;
                    if on_path.contains(&to) {
                        return Some(span);
                    }
                    if !done.contains(&to) {
                        on_path.insert(to);
                        path.push((to, from(to)));
                    }
                }
                _ => {
                    on_path.remove(chain);
                    done.insert(*chain);
                    path.pop();
                }
            }
        }
    }
    None
}
