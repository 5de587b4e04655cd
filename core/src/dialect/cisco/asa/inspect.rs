//! `inspect ftp`: which control connections it reads.

use super::super::common::connections::{FTP, HELPER, begins};
use super::super::common::lines::Line;
use super::super::common::ports::ports;
use super::filter::{BOTH, Filter};
use crate::error::Error;
use crate::firewall::{Action, BaseKind, ChainId, Hook, Ports, RemarkKind, Side, Test};

/// How many data connections of one session may be open at a time: "Guidelines for Application
/// Inspection" in the ASA firewall CLI guide.
const DATA_CONNECTIONS: u32 = 200;

impl<'a> Filter<'a, '_> {
    /// The inspections of FTP. Without any in the text there are none.
    pub(super) fn inspections(&mut self) -> Result<(), Error> {
        let config = self.config;
        let chain = self.lowering.base("inspect", &BOTH, Hook::Forward, -10, BaseKind::Filter);
        let several = config.service_policies.iter().any(|(.., interface)| interface.is_some());
        for (line, policy, interface) in &config.service_policies {
            let mut places = vec![Vec::new()];
            // That of an interface comes before the one for all, feature by feature.
            if several && interface.is_none() {
                let what =
                    self.lowering.builder.symbol("a policy for all besides that of an interface");
                places = vec![vec![Test::Unmodelled(what)]];
            }
            if let Some(name) = interface {
                places = vec![
                    vec![self.lowering.interface(name, true)],
                    vec![self.lowering.interface(name, false)],
                ];
            }
            let Some(classes) = config.policies.get(policy) else {
                let what = self.lowering.builder.symbol(&format!("policy-map {policy}"));
                for mut tests in places {
                    tests.push(Test::Unmodelled(what));
                    self.helper(chain, *line, tests);
                }
                continue;
            };
            for class in classes {
                for action in &class.actions {
                    let mut words = action.words();
                    if !words.accept_all(&["inspect", "ftp"]) {
                        continue;
                    }
                    let strict = !words.is_done();
                    let span = self.lowering.span(*action);
                    let remark = RemarkKind::DataConnections { at_most: DATA_CONNECTIONS };
                    self.lowering.builder.remark(chain, span, remark);
                    for place in &places {
                        self.class(chain, *action, class.name, strict, place)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn helper(&mut self, chain: ChainId, line: Line<'a>, tests: Vec<Test>) {
        let helper = self.lowering.builder.symbol(HELPER);
        self.lowering.rule(chain, line, tests, Action::SetHelper(helper));
    }

    /// The connections of a class.
    fn class(
        &mut self,
        chain: ChainId,
        line: Line<'a>,
        name: &'a str,
        strict: bool,
        place: &[Test],
    ) -> Result<(), Error> {
        let config = self.config;
        let port = |first, last| Test::Port(Side::Destination, Ports::range(first, last));
        let known = config.class_maps.get(name);
        // `show running-config` leaves out nothing of it, but excerpts do.
        let by_default = name == "inspection_default" && known.is_none_or(Vec::is_empty);
        let mut matches: Vec<Vec<Test>> = Vec::new();
        if by_default {
            matches.push(vec![port(FTP, FTP)]);
        } else if name == "class-default" {
            matches.push(Vec::new());
        }
        for at in known.into_iter().flatten() {
            let mut words = at.words();
            if words.accept("description") {
                continue;
            }
            words.accept("match");
            let tests = if words.accept("default-inspection-traffic") {
                vec![port(FTP, FTP)]
            } else if words.accept("any") {
                Vec::new()
            } else if words.accept_all(&["port", "tcp"]) {
                match ports(&mut words, &mut self.lowering.builder) {
                    Ok(Some(ports)) if words.is_done() => {
                        let mut tests = Vec::new();
                        ports.tests(Side::Destination, &mut tests);
                        tests
                    }
                    _ => vec![self.lowering.unknown(*at)],
                }
            } else if words.accept_all(&["port", "udp"]) {
                vec![Test::Never]
            } else if words.accept("access-list") {
                let list = words.next().unwrap_or_default();
                match config.lists.get(list).filter(|entries| !entries.is_empty()) {
                    Some(entries) if known.is_some_and(|lines| lines.len() == 1) && !strict => {
                        let helper = Action::SetHelper(self.lowering.builder.symbol(HELPER));
                        let found = Action::Several(Box::new(Box::new([helper, Action::Return])));
                        let to =
                            self.lower(list, "class-map list", entries, found, Action::Return)?;
                        let tests = [place, &[begins()]].concat();
                        self.lowering.rule(chain, line, tests, Action::Jump(to));
                        return Ok(());
                    }
                    _ => vec![self.lowering.unknown(*at)],
                }
            } else {
                vec![self.lowering.unknown(*at)]
            };
            matches.push(tests);
        }
        if matches.is_empty() {
            matches.push(vec![self.lowering.unknown(line)]);
        }
        // All lines of a class have to match the first packet.
        let mut tests = place.to_vec();
        tests.push(begins());
        tests.extend(matches.into_iter().flatten());
        self.helper(chain, line, tests.clone());
        if strict {
            // What it makes of `AUTH TLS`, and of clients that do not wait for replies.
            let what = "what `inspect ftp strict` makes of TLS and of clients that do not wait";
            let what = self.lowering.builder.symbol(what);
            self.lowering.rule(chain, line, tests, Action::Unmodelled(what));
        }
        Ok(())
    }
}
