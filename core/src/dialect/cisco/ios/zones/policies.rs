//! What a policy does with the packets of its classes.

use super::super::super::common::connections::HELPER;
use super::super::super::common::lines::Line;
use super::super::config::Class;
use super::super::filter::Filter;
use super::super::marks::of_lists;
use super::class_maps::{DEPTH, Matches, Names, Reads};
use crate::error::Error;
use crate::firewall::{Action, ChainId, Direction, Mark, Symbol, Test};
use crate::space::Family;

impl<'a> Filter<'a, '_> {
    /// The chain of a policy; `None` if it is not there.
    pub(super) fn policy(
        &mut self,
        name: &'a str,
        family: Family,
    ) -> Result<Option<ChainId>, Error> {
        let config = self.config;
        let Some(classes) = config.zones.policies.get(name) else { return Ok(None) };
        if let Some(chain) = self.policies.get(&(family, name)) {
            return Ok(Some(*chain));
        }
        let chain = self.lowering.builder.chain("policy-map", name, &[family], None);
        self.policies.insert((family, name), chain);
        let mut marks = of_lists();
        for class in classes {
            self.class(chain, class, family, &mut marks)?;
        }
        Ok(Some(chain))
    }

    fn class(
        &mut self,
        chain: ChainId,
        class: &Class<'a>,
        family: Family,
        marks: &mut dyn Iterator<Item = Mark>,
    ) -> Result<(), Error> {
        let config = self.config;
        let matches = if class.name == "class-default" {
            Matches { tests: Vec::new(), reads: Reads::No, names: Names::No }
        } else {
            match config.zones.class_maps.get(class.name) {
                Some(map) => self.matches(chain, map, family, marks, DEPTH)?,
                None => {
                    let what = self.lowering.builder.symbol(&format!("class-map {}", class.name));
                    let tests = vec![Test::Unmodelled(what)];
                    Matches { tests, reads: Reads::Maybe, names: Names::Yes }
                }
            }
        };
        let mut action = None;
        let mut other: Option<Symbol> = None;
        for line in &class.actions {
            match line.words().peek() {
                Some("inspect") => {
                    // A map of parameters changes timers and limits.
                    action = Some((*line, Action::Accept, true));
                }
                Some("pass") => action = Some((*line, Action::Accept, false)),
                Some("drop") => action = Some((*line, Action::Drop, false)),
                _ => other = other.or(Some(self.lowering.builder.symbol(line.text.trim()))),
            }
        }
        // What a class does not say is dropped.
        let (line, action, inspects) = action.unwrap_or((class.line, Action::Drop, false));
        if inspects {
            self.helper(chain, line, &matches);
        }
        if inspects && other.is_none() {
            self.inspected(chain, line, matches);
        } else {
            let action = other.map_or(action, Action::Unmodelled);
            self.lowering.rule(chain, line, matches.tests, action);
        }
        Ok(())
    }

    /// What an inspection makes of the packets of a class, as far as Cisco says.
    fn inspected(&mut self, chain: ChainId, line: Line<'a>, matches: Matches) {
        let original = self.passes.then_some(Test::Direction(Direction::Original));
        let forth = |tests: &[Test]| tests.iter().cloned().chain(original.clone()).collect();
        let mut action = Action::Accept;
        if let Names::If(named) = &matches.names {
            self.lowering.rule(chain, line, forth(named), action);
            let what = "what an inspection of protocols makes of packets that its class matches \
                        without naming one";
            action = Action::Unmodelled(self.lowering.builder.symbol(what));
        }
        if self.passes {
            self.lowering.rule(chain, line, forth(&matches.tests), action);
            let what = "what an inspection makes of answers of which it has not seen the question";
            action = Action::Unmodelled(self.lowering.builder.symbol(what));
        }
        self.lowering.rule(chain, line, matches.tests, action);
    }

    /// The inspection of FTP for the connections of a class.
    fn helper(&mut self, chain: ChainId, line: Line<'a>, matches: &Matches) {
        let named = matches!(matches.names, Names::Yes);
        let reads = if named { matches.reads } else { Reads::Maybe };
        let mut tests = matches.tests.clone();
        tests.push(self.control_port());
        match reads {
            Reads::No => return,
            Reads::Yes => {}
            Reads::Maybe => {
                let what = self.lowering.builder.symbol("whether the class inspects FTP");
                tests.push(Test::Unmodelled(what));
            }
        }
        let helper = self.lowering.builder.symbol(HELPER);
        self.lowering.rule(chain, line, tests, Action::SetHelper(helper));
    }
}
