//! What is said of gradebook columns where they are chosen, and of badges that decide again.

use lti::capabilities::ColumnsTell;

use crate::domain::columns::{ColumnTrouble, Resumed, TroubleKind};

/// What can and cannot be seen of a column, a sentence each; `reads_lms` where the interface of the LMS tells its own columns too.
#[must_use]
pub(crate) const fn seen(tell: ColumnsTell, reads_lms: bool) -> &'static [&'static str] {
    match tell {
        ColumnsTell::NothingOfScales if reads_lms => &[
            "Moodle’s own assignments, quizzes and totals are read as students see them in the gradebook: with group work, late penalties and scales. What students do not see is neither used nor shown.",
            "Of the columns that Cairn placed itself Moodle does not tell which are graded by a scale: such a column looks like one with as many points as the scale has steps. Say below which one is, and a rule asks for a step of it, never for percent.",
        ],
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

/// A column that belongs to a registration through which its course is not read any more.
#[must_use]
pub(crate) fn of_former(label: &str) -> String {
    format!("“{label}”, of a former registration of Cairn")
}

/// Of how many columns the grades are read; `former` belong to a registration through which the course is not read any more, and
/// `deleted` are in the course no longer.
#[must_use]
pub(crate) fn counted(columns: usize, former: usize, deleted: usize) -> String {
    let placed = match columns {
        0 if former == 0 && deleted == 1 => {
            return "none now; 1 column was deleted from the course".to_owned();
        }
        0 if former == 0 && deleted > 1 => {
            return format!("none now; {deleted} columns were deleted from the course");
        }
        0 if former == 0 => return "none yet".to_owned(),
        0 => "no column of this registration yet".to_owned(),
        1 => "1 column placed by Cairn".to_owned(),
        count => format!("{count} columns placed by Cairn"),
    };
    match former {
        0 => placed,
        1 => format!("{placed}; 1 belongs to a former registration of Cairn"),
        count => format!("{placed}; {count} belong to a former registration of Cairn"),
    }
}

/// The same with those of the course site that are read beyond LTI; `counted` says nothing where none was ever placed.
#[must_use]
pub(crate) fn with_those_of_lms(counted: Option<String>, of_lms: usize) -> String {
    let theirs = match of_lms {
        0 => return counted.unwrap_or_else(|| "none yet".to_owned()),
        1 => "1 column of the course site’s own".to_owned(),
        count => format!("{count} columns of the course site’s own"),
    };
    match counted {
        Some(placed) => format!("{placed}; {theirs}"),
        None => theirs,
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
    let of = |kind: TroubleKind, former: bool| {
        let is_so = move |one: &&ColumnTrouble| one.kind == kind && one.former == former;
        let names = told.columns.iter().filter(is_so);
        names
            .map(|one| format!("“{}”", one.label))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let remade = of(TroubleKind::Remade, false);
    let rested = told.columns.iter().any(|one| one.kind != TroubleKind::Remade);
    let mut sentences = Vec::new();
    if rested || remade.is_empty() {
        let mut why = Vec::new();
        for (kind, former, words) in [
            (TroubleKind::Gone, false, "is in the gradebook again"),
            (TroubleKind::Gone, true, "can be read again"),
            (TroubleKind::MaximumChanged, false, "has its old maximum again"),
            (TroubleKind::PercentOfScale, false, "is no scale any more"),
        ] {
            let names = of(kind, former);
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
    use crate::domain::columns::Remedy;
    use crate::domain::sample::now;

    #[test]
    fn what_is_read_from_moodle_itself_is_not_said_to_be_out_of_sight() {
        let said = |reads_lms| seen(ColumnsTell::NothingOfScales, reads_lms).join(" ");
        assert!(said(false).contains("which Cairn cannot see"));
        assert!(!said(true).contains("cannot see"), "{}", said(true));
        assert!(said(true).contains("placed itself"));
    }

    #[test]
    fn columns_of_a_former_registration_are_counted_apart() {
        assert_eq!(counted(0, 0, 0), "none yet");
        assert_eq!(with_those_of_lms(None, 2), "2 columns of the course site’s own");
        assert_eq!(
            with_those_of_lms(Some(counted(1, 0, 0)), 1),
            "1 column placed by Cairn; 1 column of the course site’s own"
        );
        assert_eq!(counted(0, 0, 1), "none now; 1 column was deleted from the course");
        assert_eq!(
            counted(0, 0, 2),
            "none now; 2 columns were deleted from the course"
        );
        assert_eq!(counted(2, 0, 3), "2 columns placed by Cairn");
        assert_eq!(counted(2, 0, 0), "2 columns placed by Cairn");
        assert_eq!(
            counted(1, 1, 0),
            "1 column placed by Cairn; 1 belongs to a former registration of Cairn"
        );
        assert_eq!(
            counted(0, 2, 0),
            "no column of this registration yet; 2 belong to a former registration of Cairn"
        );
    }

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
                    remedy: Remedy::default(),
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
        let mut former = told(&[TroubleKind::Gone]);
        former.columns[0].former = true;
        assert_eq!(
            resumed("Reader", &former),
            "“Reader” decides again by itself: “Quiz” can be read again."
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
