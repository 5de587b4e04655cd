//! NAT: which rule comes first, and what it makes of addresses.

use crate::entries::End4;

/// What sources on the inside become on the outside.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mapped {
    /// One to one, from this address on; with the real and the mapped port if it is for one.
    Static(u32, Option<(u16, u16)>),
    /// The address of the interface.
    Interface,
    /// Whichever of these is free.
    Pool(u32, u32),
    /// Nothing else.
    Same,
}

/// A rule from inside to outside.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// The name of its object; none for a rule that stands by itself.
    pub(crate) object: Option<String>,
    pub(crate) after_auto: bool,
    /// The first and the last real address.
    pub(crate) real: (u32, u32),
    pub(crate) mapped: Mapped,
}

#[derive(Debug, Default)]
pub(crate) struct Nat {
    /// In the order of the text.
    pub(crate) rules: Vec<Rule>,
    /// The address of outside.
    pub(crate) own: u32,
}

impl Rule {
    /// What a real address and port become; `None` if the rule is about others.
    fn of_real(&self, (address, port): End4) -> Option<&Mapped> {
        let here = (self.real.0..=self.real.1).contains(&address);
        let for_it = match self.mapped {
            Mapped::Static(_, Some((real, _))) => port == real,
            _ => true,
        };
        (here && for_it).then_some(&self.mapped)
    }

    /// The real address behind a mapped one, if that is fixed.
    fn of_mapped(&self, (address, port): End4) -> Option<End4> {
        match self.mapped {
            Mapped::Static(first, ports) => {
                let place =
                    address.checked_sub(first).filter(|it| *it <= self.real.1 - self.real.0)?;
                let real_port = match ports {
                    Some((real, mapped)) => (port == mapped).then_some(real)?,
                    None => port,
                };
                Some((self.real.0 + place, real_port))
            }
            Mapped::Same => {
                (self.real.0..=self.real.1).contains(&address).then_some((address, port))
            }
            Mapped::Interface | Mapped::Pool(..) => None,
        }
    }
}

impl Nat {
    /// The rules in the order of the table: those that stand by themselves, those of objects (static
    /// before dynamic, then the fewest real addresses, then the lowest one, then the name), and those
    /// with `after-auto`.
    fn ordered(&self) -> Vec<&Rule> {
        let mut ordered: Vec<&Rule> = self.rules.iter().collect();
        ordered.sort_by_key(|rule| {
            let section = if rule.after_auto { 3 } else { 1 + u8::from(rule.object.is_some()) };
            let dynamic = matches!(rule.mapped, Mapped::Interface | Mapped::Pool(..));
            let within = rule
                .object
                .clone()
                .map(|name| (dynamic, rule.real.1 - rule.real.0, rule.real.0, name));
            (section, within)
        });
        ordered
    }

    /// The real destination of a connection from outside to a mapped address.
    pub(super) fn untranslated(&self, outward: bool, to: End4) -> Option<End4> {
        if outward {
            return None;
        }
        self.ordered().into_iter().find_map(|rule| rule.of_mapped(to))
    }

    /// Whether it is the address of the mapped interface.
    pub(super) fn owns(&self, address: u32) -> bool {
        self.rules.iter().any(|_| self.own == address)
    }

    /// Some hosts one of which has this address of a pool for the moment.
    pub(super) fn pooled(&self, outward: bool, address: u32) -> Vec<u32> {
        let named = |rule: &&Rule| matches!(rule.mapped, Mapped::Pool(first, last) if (first..=last).contains(&address));
        let rules = self.rules.iter().filter(named).filter(|_| !outward);
        rules.flat_map(|rule| rule.real.0..=rule.real.1).collect()
    }

    /// Whether what comes from there is translated on its way out.
    pub(super) fn translates(&self, outward: bool, from: End4) -> bool {
        let first = self.ordered().into_iter().find_map(|rule| rule.of_real(from));
        outward && !matches!(first, None | Some(Mapped::Same))
    }
}
