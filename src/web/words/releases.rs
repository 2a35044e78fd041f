//! When the grades of a gradebook column count, as teachers read it.

use crate::domain::release::{Counting, Release};
use crate::domain::zone::Zone;

/// When the grades of the column of that name count, as one sentence or two, with moments as clocks in that zone show them.
#[must_use]
pub(crate) fn counting(label: &str, release: &Release, zone: Zone) -> String {
    let grades = format!("Grades in “{label}”");
    match (release.counting, release.released_at) {
        (Counting::AtOnce, _) => format!(
            "{grades} count as soon as they are in the gradebook, also while students cannot see them there."
        ),
        (Counting::OnRelease, Some(at)) => {
            format!(
                "{grades} were released on {}. They count, and so do those to come.",
                zone.long(at)
            )
        }
        (Counting::OnRelease, None) => {
            let which = match release.held_at {
                Some(at) => format!("{grades} that are newer than {}", zone.long(at)),
                None => grades,
            };
            let when = match release.planned_at {
                Some(at) => format!("count from {} on, when they are released", zone.long(at)),
                None => "count when you release them".to_owned(),
            };
            format!("{which} {when}. Until then no student is told of them.")
        }
    }
}

/// Of a column of which the LMS says what is released, whatever was chosen here.
#[must_use]
pub(crate) fn told_by_lms(label: &str) -> String {
    format!(
        "Grades in “{label}” count once students can see them in the course site: what is released is read there."
    )
}

/// Of a column that is read no more, where a rule names it.
#[must_use]
pub(crate) fn unread(label: &str) -> String {
    format!("Grades in “{label}” are not read any more; what is known of them was read before.")
}

/// Of a column of a course that has ended.
#[must_use]
pub(crate) fn of_ended(label: &str) -> String {
    format!(
        "Grades in “{label}” are not read any more; what is known of them was read before the course ended."
    )
}

/// The same of all columns of which nobody chose otherwise.
#[must_use]
pub(crate) fn all(answer: Option<Counting>) -> &'static str {
    match answer {
        None => "Nobody has chosen yet: grades count as soon as they are in the gradebook.",
        Some(Counting::AtOnce) => "Grades in a new column count as soon as they are in the gradebook.",
        Some(Counting::OnRelease) => "Grades in a new column count when you release them.",
    }
}

/// Why there is something to choose, at a platform of that name; `is_told` where the LMS says what is released.
#[must_use]
pub(crate) fn why(product: Option<&str>, is_told: bool) -> String {
    if is_told {
        // What stands here is for when it is not read so any more.
        return "Which grades students can see is read in the course site. What is chosen here counts for columns of which that is \
                not known, and for all of them once it is not read there any more."
            .to_owned();
    }
    format!(
        "{} gives Cairn every grade as soon as it is in the gradebook, also while students cannot see it there, and does not \
         say which grades these are.",
        product.unwrap_or("The course site")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::release::Change;
    use crate::domain::sample::{days, now};

    #[test]
    fn of_what_the_lms_releases_it_is_said_that_it_is_read_there() {
        assert_eq!(
            told_by_lms("Quiz"),
            "Grades in “Quiz” count once students can see them in the course site: what is released is read there."
        );
        assert!(!why(Some("Moodle"), true).contains("as soon as"));
    }

    #[test]
    fn each_state_of_a_column_says_what_counts_and_what_waits() {
        let waits = Release::of(Counting::OnRelease);
        let said = |release: Release| counting("Quiz", &release, Zone::UTC);
        assert_eq!(
            said(Release::of(Counting::AtOnce)),
            "Grades in “Quiz” count as soon as they are in the gradebook, also while students cannot see them there."
        );
        assert_eq!(
            said(waits),
            "Grades in “Quiz” count when you release them. Until then no student is told of them."
        );
        assert_eq!(
            said(waits.after(Change::Plan(days(1)), now())),
            "Grades in “Quiz” count from 24 November 2026, 10:42 UTC on, when they are released. Until then no student is \
             told of them."
        );
        let released = waits.after(Change::Release, now());
        assert_eq!(
            said(released),
            "Grades in “Quiz” were released on 23 November 2026, 10:42 UTC. They count, and so do those to come."
        );
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        assert_eq!(
            counting("Quiz", &released, berlin),
            "Grades in “Quiz” were released on 23 November 2026, 11:42 CET. They count, and so do those to come."
        );
        assert_eq!(
            said(released.after(Change::Hold, days(1))),
            "Grades in “Quiz” that are newer than 24 November 2026, 10:42 UTC count when you release them. Until then no \
             student is told of them."
        );
    }
}
