use crate::firewall::{RuleId, Test};

/// What a target that is not modelled does with a packet.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Outcome {
    /// It ends the base chain.
    Accept,
    /// The packet vanishes.
    Drop,
    /// The packet goes on with the next rule.
    Continue,
}

/// A choice for everything that a rule set leaves open; asked afresh each time.
pub trait Unknowns {
    /// Whether a test of the rule that nobody can decide holds, its negation included.
    fn holds(&mut self, rule: RuleId, test: &Test) -> bool;

    /// What the rule's target does. Besides unmodelled targets: whether a connection passes (anything
    /// but [`Outcome::Drop`]) that the rule translated to the device itself; whether one passes that the
    /// rule makes tracked in part, if that depends on what is said; whether a packet is refused or
    /// dropped that goes another way than its connection, because the rule translates only one of them;
    /// and whether the helper of the rule expects a data connection.
    fn outcome(&mut self, rule: RuleId) -> Outcome;
}

/// Always the same answers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Always {
    /// Whether tests hold.
    pub holds: bool,
    /// What targets do.
    pub outcome: Outcome,
}

impl Unknowns for Always {
    fn holds(&mut self, _: RuleId, _: &Test) -> bool {
        self.holds
    }
    fn outcome(&mut self, _: RuleId) -> Outcome {
        self.outcome
    }
}

/// Answers that look random and are the same for the same seed.
#[derive(Clone, Debug)]
pub struct Seeded(u64);

impl Seeded {
    /// The answers of this seed.
    pub const fn new(seed: u64) -> Self {
        // Two rounds of splitmix64 keep neighbouring seeds apart; xorshift cannot start from zero.
        let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Self(mixed | 1)
    }

    /// A number below `bound`, by xorshift64* (Marsaglia; Vigna, 2016).
    const fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound
    }
}

impl Unknowns for Seeded {
    fn holds(&mut self, _: RuleId, _: &Test) -> bool {
        self.below(2) == 1
    }
    fn outcome(&mut self, _: RuleId) -> Outcome {
        match self.below(3) {
            0 => Outcome::Accept,
            1 => Outcome::Drop,
            _ => Outcome::Continue,
        }
    }
}

/// Every choice there is, one after the other: ask the same question again while [`Self::advance`]
/// says that there is another choice.
#[derive(Clone, Debug, Default)]
pub struct Every {
    // Each answer given, and how many there are to give at that place.
    answers: Vec<(u8, u8)>,
    asked: usize,
}

impl Every {
    /// Turns to the next choice; false once all were made.
    pub fn advance(&mut self) -> bool {
        self.answers.truncate(self.asked);
        self.asked = 0;
        while let Some((answer, choices)) = self.answers.pop() {
            if answer + 1 < choices {
                self.answers.push((answer + 1, choices));
                return true;
            }
        }
        false
    }

    fn choose(&mut self, choices: u8) -> u8 {
        if self.asked == self.answers.len() {
            self.answers.push((0, choices));
        }
        self.asked += 1;
        self.answers.get(self.asked - 1).map_or(0, |(answer, _)| *answer)
    }
}

impl Unknowns for Every {
    fn holds(&mut self, _: RuleId, _: &Test) -> bool {
        self.choose(2) == 1
    }
    fn outcome(&mut self, _: RuleId) -> Outcome {
        match self.choose(3) {
            0 => Outcome::Accept,
            1 => Outcome::Drop,
            _ => Outcome::Continue,
        }
    }
}
