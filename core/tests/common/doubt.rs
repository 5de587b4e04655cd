//! Answers that may be missing, because the manuals do not give them.

/// Whether both hold.
pub(crate) fn both(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    if [one, other].contains(&Some(false)) { Some(false) } else { one.and(other) }
}

/// What holds whichever of these is the case.
pub(crate) fn same(answers: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut answers = answers.into_iter();
    let first = answers.next()??;
    answers.all(|answer| answer == Some(first)).then_some(first)
}

/// The one answer if it is so, and the other one if not.
pub(crate) fn depending(
    on: Option<bool>,
    then: impl Fn() -> Option<bool>,
    otherwise: impl Fn() -> Option<bool>,
) -> Option<bool> {
    match on {
        Some(true) => then(),
        Some(false) => otherwise(),
        None => same([then(), otherwise()]),
    }
}
