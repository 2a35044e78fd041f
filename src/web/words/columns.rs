//! What is said of gradebook columns where they are chosen, and of badges that decide again.

use lti::capabilities::ColumnsTell;

use crate::domain::columns::{Resumed, TroubleKind};

/// What can and cannot be seen of a column, a sentence each.
#[must_use]
pub(crate) const fn seen(tell: ColumnsTell) -> &'static [&'static str] {
    match tell {
        ColumnsTell::NothingOfScales => &[
            "Moodle does not tell which columns are graded by a scale: such a column looks like one with as many points as the scale has steps. Say below which one is, and a rule asks for a step of it, never for percent.",
            "Group work, late penalties and grades to pass belong to Moodle’s own assignments, which Cairn cannot see. Of its own columns Cairn reads the number that the gradebook has for each student.",
        ],
        ColumnsTell::PointsOnly => &[
            "Canvas tells points and nothing else; of letter grades, GPA and percent Cairn reads the points beneath them.",
            "Complete/incomplete: a grade that you give is all of the points or none. A score that Cairn sent is read as it was sent, while Canvas shows everything above zero as complete.",
            "Late policy: a score that Cairn sent is read before the deduction, a grade that you typed after it.",
            "Group assignment: a score that Cairn sends for one student grades the whole group, but Canvas shows it to Cairn for that student alone. Type the others’ grades in the gradebook if a rule needs them.",
            "An excused student has no score, which counts as not graded yet.",
        ],
        ColumnsTell::Unknown => &[
            "The course site tells the points of a column and nothing of how they are made: scales, grades to pass, late penalties and group work cannot be seen.",
            "If a column is graded by a scale, say so below, and a rule asks for a step of it, never for percent.",
        ],
    }
}

/// Whether a teacher has to say which columns are scales.
#[must_use]
pub(crate) const fn may_be_scale(tell: ColumnsTell) -> bool {
    !matches!(tell, ColumnsTell::PointsOnly)
}

/// That a badge decides again by itself, or what changed beneath it.
#[must_use]
pub(crate) fn resumed(badge: &str, told: &Resumed) -> String {
    let of = |kind: TroubleKind| {
        let names = told.columns.iter().filter(move |one| one.kind == kind);
        names
            .map(|one| format!("“{}”", one.label))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let remade = of(TroubleKind::Remade);
    let rested = told.columns.iter().any(|one| one.kind != TroubleKind::Remade);
    let mut sentences = Vec::new();
    if rested || remade.is_empty() {
        let mut why = Vec::new();
        for (kind, words) in [
            (TroubleKind::Gone, "is in the gradebook again"),
            (TroubleKind::MaximumChanged, "has its old maximum again"),
            (TroubleKind::PercentOfScale, "is no scale any more"),
        ] {
            let names = of(kind);
            if !names.is_empty() {
                why.push(format!("{names} {words}"));
            }
        }
        let why = if why.is_empty() {
            "its columns are as they were".to_owned()
        } else {
            why.join(", and ")
        };
        sentences.push(format!("“{badge}” decides again by itself: {why}."));
    }
    if !remade.is_empty() {
        sentences.push(format!(
            "The course site made {remade} anew, as a course reset does; “{badge}” uses the new column, whose grades start afresh."
        ));
    }
    sentences.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::columns::ColumnTrouble;
    use crate::domain::sample::now;

    #[test]
    fn what_happened_to_the_columns_is_told() {
        let told = |kinds: &[TroubleKind]| Resumed {
            at: now(),
            columns: kinds
                .iter()
                .map(|kind| ColumnTrouble {
                    item: "quiz".into(),
                    label: "Quiz".to_owned(),
                    kind: *kind,
                    former: false,
                })
                .collect(),
        };
        assert_eq!(
            resumed("Reader", &told(&[TroubleKind::Gone])),
            "“Reader” decides again by itself: “Quiz” is in the gradebook again."
        );
        assert_eq!(
            resumed("Reader", &told(&[])),
            "“Reader” decides again by itself: its columns are as they were."
        );
        let both = resumed(
            "Reader",
            &told(&[TroubleKind::MaximumChanged, TroubleKind::Remade]),
        );
        assert!(
            both.contains("has its old maximum again. The course site made “Quiz” anew"),
            "{both}"
        );
        let remade = resumed("Reader", &told(&[TroubleKind::Remade]));
        assert!(remade.starts_with("The course site made “Quiz” anew"), "{remade}");
    }
}
