/// A small enum whose variants have one spelling each, in text and in JSON. Those that stand in
/// `tests` are there in unit tests only.
macro_rules! words {
    (
        $(#[$meta:meta])*
        $name:ident, $what:literal {
            $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)?
        }
        $(tests { $($(#[$test_doc:meta])* $test:ident = $test_word:literal),+ $(,)? })?
    ) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd,
            ::serde::Deserialize, ::serde::Serialize,
        )]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $word)] $variant,)+
            $($($(#[$test_doc])* #[cfg(test)] #[serde(rename = $test_word)] $test,)+)?
        }

        impl $name {
            /// Every one, in order.
            pub const ALL: &'static [Self] = &[
                $(Self::$variant,)+
                $($(#[cfg(test)] Self::$test,)+)?
            ];

            /// The word for it, the same in text, in JSON and on the command line.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                    $($(#[cfg(test)] Self::$test => $test_word,)+)?
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::Error;

            fn from_str(text: &str) -> Result<Self, $crate::Error> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text).ok_or_else(|| {
                    let known = [$($word),+].join(", ");
                    let message = format!("`{text}` is no {}; give one of {known}", $what);
                    $crate::Error::new($crate::Code::BadOption, message)
                })
            }
        }
    };
}
pub(crate) use words;
