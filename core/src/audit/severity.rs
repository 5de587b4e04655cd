use crate::words::words;

words! {
    /// How much a finding matters.
    Severity, "severity" {
        /// Something that is required does not work.
        Error = "error",
        /// Something may fail, or is wider than it need be.
        Warning = "warning",
        /// Good to know.
        Info = "info",
    }
}

words! {
    /// How much findings are to matter.
    Level, "severity" {
        /// Leave them out.
        Off = "off",
        /// As [`Severity::Info`].
        Info = "info",
        /// As [`Severity::Warning`].
        Warning = "warning",
        /// As [`Severity::Error`].
        Error = "error",
    }
}

impl Level {
    /// The severity; none if findings are left out.
    pub const fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Info => Some(Severity::Info),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}
