//! Whether a badge is what somebody looks for.

use crate::domain::badge::Design;

/// Most characters of what is looked for; what comes after is not read.
const MOST: usize = 100;

/// Whether each word of `sought` stands somewhere in the badge's name, outcome, skills (with an address or in words), level, kind,
/// field of study, code or course. Case does not count, in whatever script.
#[must_use]
pub(crate) fn is_found(design: &Design, course: &str, sought: &str) -> bool {
    let skills = design.alignments.iter().flat_map(|skill| {
        let more = [skill.code.as_deref(), skill.framework.as_deref()];
        std::iter::once(skill.name.as_str()).chain(more.into_iter().flatten())
    });
    let details = &design.details;
    let own = [
        design.name.as_str(),
        design.outcome.as_str(),
        design.kind.word(),
        course,
    ];
    let all: Vec<&str> = own
        .into_iter()
        .chain(design.level.as_deref())
        .chain(skills)
        .chain(details.skills.iter().map(String::as_str))
        .chain(details.field.as_deref())
        .chain(details.code.as_deref())
        .collect();
    let text = all.join("\n").to_lowercase();
    let sought: String = sought.chars().take(MOST).collect();
    sought
        .to_lowercase()
        .split_whitespace()
        .all(|word| text.contains(word))
}
