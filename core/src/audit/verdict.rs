use crate::words::words;

words! {
    /// Whether what was asked about works.
    Verdict, "verdict" {
        /// All of it, whatever the conditions that are not modelled.
        Works = "works",
        /// A part surely does not; the rest works or is undecided.
        Partly = "partly",
        /// Surely none of it.
        Blocked = "blocked",
        /// Nothing surely fails, and not everything surely works.
        Undecided = "undecided",
    }
}

impl Verdict {
    /// The exit code of the command: 0 works, 1 a gap, 3 undecided.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Works => 0,
            Self::Partly | Self::Blocked => 1,
            Self::Undecided => 3,
        }
    }

    /// The verdict on something that needs both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Blocked, _) | (_, Self::Blocked) => Self::Blocked,
            (Self::Partly, _) | (_, Self::Partly) => Self::Partly,
            (Self::Undecided, _) | (_, Self::Undecided) => Self::Undecided,
            (Self::Works, Self::Works) => Self::Works,
        }
    }

    /// The verdict on a collection of things.
    pub fn overall(answers: impl IntoIterator<Item = Self>) -> Self {
        let answers: Vec<_> = answers.into_iter().collect();
        let all = |wanted| answers.iter().all(|answer| *answer == wanted);
        let any = |wanted| answers.contains(&wanted);
        match () {
            () if all(Self::Works) => Self::Works,
            () if all(Self::Blocked) => Self::Blocked,
            () if any(Self::Blocked) || any(Self::Partly) => Self::Partly,
            () => Self::Undecided,
        }
    }
}
