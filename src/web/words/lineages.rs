//! That a copy counts, or no longer counts, for the badge that it was copied from.

/// What a teacher ticks who changes a copy.
#[must_use]
pub(crate) fn no_longer(first: &str) -> String {
    format!("This badge will no longer count for “{first}” outside this course")
}

/// What is asked before a copy is changed in substance.
#[must_use]
pub(crate) fn asks(first: &str) -> String {
    format!(
        "This badge was copied, and counts as “{first}” in other courses while its rule, its outcome, its criteria and how it is assessed stay the same. As you have it now it does not: badges that it awards from then on count in this course alone, and those that it has awarded stay as they are. Tick the box to go on, or change it back."
    )
}
