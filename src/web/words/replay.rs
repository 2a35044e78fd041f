//! A rule over the gradebook of an earlier year, in words for teachers.

use crate::domain::dry_run::NEAR_PERCENT;
use crate::domain::replay::{Basis, CohortColumn, CohortPerson, OutOf, PARTS, Replay, Stop};
use crate::domain::sentence::{Names, label, number};
use crate::domain::subject::{Subject, as_node};
use crate::web::views::shared::{count_of, thousands};
use crate::web::words::outside;

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// A column of the file as it is offered: "Quiz 3 (of 20 points)".
#[must_use]
pub(crate) fn column(column: &CohortColumn) -> String {
    let place = match column.place {
        Some(place) => format!(", column {place} of the file"),
        None => String::new(),
    };
    let unread = match column.unread {
        0 => String::new(),
        cells => format!(
            ", {} without a grade that can be read",
            count_of(small(cells), "cell", "cells")
        ),
    };
    format!(
        "{} ({}{place}{unread})",
        column.label,
        outside::measured(column.measure, column.maximum)
    )
}

/// Why a column is chosen to begin with.
#[must_use]
pub(crate) const fn proposed(basis: Option<Basis>) -> &'static str {
    match basis {
        Some(Basis::Id) => "Proposed because it has the same id. Look whether it is the right one.",
        Some(Basis::Name) => "Proposed because it has the same name. Look whether it is the right one.",
        None => "No column has its id or its name: choose one, or say how it is taken.",
    }
}

/// Why no column can stand for something.
#[must_use]
pub(crate) const fn not_in_a_file(subject: &Subject) -> &'static str {
    match subject {
        Subject::Item(_) | Subject::Elsewhere(_) => {
            "No column of the file holds what is asked for here: say how it is taken."
        }
        Subject::HandIn(_) => "A gradebook file does not say what was handed in.",
        Subject::Completion(_) => "A gradebook file does not say who completed an activity.",
        Subject::Best => "Say what stands for each of its grades.",
        Subject::Activity(_) => "A gradebook file does not say what was submitted and approved.",
        Subject::Badge(_) | Subject::BadgeTotal => "A gradebook file does not say who held a badge.",
        Subject::External(..) => "A gradebook file does not say who held a badge of another issuer.",
        Subject::Date => "The day of the earlier year is not in a gradebook file.",
        Subject::Approval => "A gradebook file does not say whom an instructor approved.",
    }
}

/// The three ways to take what no column tells: its value in the form, and its words.
pub(crate) const WAYS: [(&str, &str); 3] = [
    ("met", "assume that everybody met it"),
    ("not-met", "assume that nobody met it"),
    ("open", "leave it open"),
];

/// How the points of a chosen column were taken; nothing where there was nothing to take.
#[must_use]
pub(crate) fn out_of(of: OutOf, rule: Option<rust_decimal::Decimal>) -> String {
    let brought = |points: rust_decimal::Decimal| match rule {
        Some(rule) if rule != points => {
            format!(
                ": grades of the file are brought to the {} points of the rule",
                number(rule)
            )
        }
        _ => String::new(),
    };
    match of {
        OutOf::Teacher(points) => {
            format!(
                "Taken as out of {} points, as you say{}.",
                number(points),
                brought(points)
            )
        }
        OutOf::File(points) => {
            format!(
                "Out of {} points, as the file says{}.",
                number(points),
                brought(points)
            )
        }
        OutOf::Assumed(points) => format!(
            "The file does not say out of how many points: taken as out of {}, as in the rule. Type the number if it was another one.",
            number(points)
        ),
        OutOf::Untold => String::new(),
    }
}

/// "12 of 40 people of that year would have earned “Safe worker”."
#[must_use]
pub(crate) fn earned(done: &Replay, badge: &str) -> String {
    format!(
        "{} of {} would have earned “{badge}”.",
        thousands(small(done.earned.len())),
        count_of(small(done.people), "person of the file", "people of the file")
    )
}

/// Of how many not enough is known; nothing where it is of nobody.
#[must_use]
pub(crate) fn open(done: &Replay) -> Option<String> {
    let open = small(done.open());
    (open > 0).then(|| {
        format!(
            "For {} not enough is known to say no: a missing grade never counts as zero, and what you left open stays open.",
            count_of(open, "other", "others")
        )
    })
}

/// What was in the way of most; nothing where nothing was in anybody's. A grade that is missing stops nobody as far as is known.
#[must_use]
pub(crate) fn stopped_most(done: &Replay, names: &Names) -> Option<String> {
    let most = done.stops.first().filter(|stop| stop.all() > 0)?;
    let number = |count: usize| thousands(small(count));
    let others = count_of(small(done.others.len()), "other", "others");
    let whom = match (most.not_met, most.unknown) {
        (0, unknown) => format!(
            "of {} of the {others} it is not known whether they met it",
            number(unknown)
        ),
        (not_met, 0) => format!("{} of the {others} did not meet it", number(not_met)),
        (not_met, unknown) => format!(
            "{} of the {others} did not meet it, and of {} it is not known",
            number(not_met),
            number(unknown)
        ),
    };
    let alone = match most.alone {
        0 => "for everybody something else was in the way too".to_owned(),
        alone => format!("for {} nothing else was in the way", number(alone)),
    };
    Some(format!(
        "“{}” was in the way most often: {whom}; {alone}.",
        label(&as_node(&most.condition), names)
    ))
}

/// Whom a condition stopped: "30 did not meet it, of 2 it is not known; for 12 nothing else was in the way".
#[must_use]
pub(crate) fn stop(stop: &Stop) -> String {
    let number = |count: usize| thousands(small(count));
    let mut said = format!("{} did not meet it", number(stop.not_met));
    if stop.unknown > 0 {
        said.push_str(&format!(", of {} it is not known", number(stop.unknown)));
    }
    if stop.alone > 0 {
        said.push_str(&format!(
            "; for {} nothing else was in the way",
            number(stop.alone)
        ));
    }
    said
}

/// The name of a part of the picture: "up to 5 %", "more than 50 %".
#[must_use]
pub(crate) fn part(place: usize) -> String {
    let edge = |n: usize| small(n).saturating_mul(NEAR_PERCENT);
    if place < PARTS {
        format!("up to {}\u{a0}%", edge(place.saturating_add(1)))
    } else {
        format!("more than {}\u{a0}%", edge(PARTS))
    }
}

/// What the picture shows.
#[must_use]
pub(crate) fn distances(done: &Replay) -> String {
    let near = done.distances.first().copied().unwrap_or_default();
    let told: usize = done.distances.iter().sum();
    format!(
        "Of {} whose grades tell how far they were, {} lacked at most {NEAR_PERCENT} percent of the maximum in each grade.",
        count_of(small(told), "person", "people"),
        thousands(small(near))
    )
}

/// How far somebody was.
#[must_use]
pub(crate) fn short(short: Option<rust_decimal::Decimal>, is_open: bool) -> String {
    match (short, is_open) {
        (Some(short), _) => format!(
            "{}\u{a0}% more in each grade that lacks",
            number(short.round_dp(1))
        ),
        (None, true) => "not enough is known".to_owned(),
        (None, false) => "no grade alone would have been enough".to_owned(),
    }
}

/// What somebody of the file is called.
#[must_use]
pub(crate) fn person(person: &CohortPerson) -> String {
    match &person.name {
        Some(name) => name.clone(),
        None => format!("Line {} of the file", person.line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::outside::{Measure, Scope};
    use crate::domain::replay::Other;
    use crate::domain::rule::Condition;
    use crate::domain::sample::{decimal, names};

    fn done() -> Replay {
        let mut distances = [0; PARTS + 1];
        distances[0] = 2;
        distances[PARTS] = 1;
        let other = |person, short: Option<&str>, is_open| Other {
            person,
            is_open,
            short: short.map(decimal),
        };
        Replay {
            people: 5,
            earned: vec![0],
            others: vec![
                other(1, Some("2"), false),
                other(2, Some("5"), false),
                other(3, Some("70"), false),
                other(4, None, true),
            ],
            distances,
            untold: 1,
            stops: vec![Stop {
                condition: Condition::InstructorApproves,
                not_met: 3,
                unknown: 1,
                alone: 2,
            }],
        }
    }

    #[test]
    fn what_came_of_it_is_said_in_sentences() {
        let done = done();
        assert_eq!(
            earned(&done, "Safe worker"),
            "1 of 5 people of the file would have earned “Safe worker”."
        );
        assert_eq!(
            open(&done).unwrap(),
            "For 1 other not enough is known to say no: a missing grade never counts as zero, and what you left open stays open."
        );
        assert_eq!(
            stopped_most(&done, &names()).unwrap(),
            "“approved by an instructor” was in the way most often: 3 of the 4 others did not meet it, and of 1 it is not known; for 2 \
             nothing else was in the way."
        );
        assert_eq!(
            stop(&done.stops[0]),
            "3 did not meet it, of 1 it is not known; for 2 nothing else was in the way"
        );
        let with = |not_met, unknown, alone| {
            let stop = Stop {
                condition: Condition::InstructorApproves,
                not_met,
                unknown,
                alone,
            };
            let stops = vec![stop];
            stopped_most(
                &Replay {
                    stops,
                    ..done.clone()
                },
                &names(),
            )
            .unwrap()
        };
        assert_eq!(
            with(0, 3, 3),
            "“approved by an instructor” was in the way most often: of 3 of the 4 others it is not known whether they met it; for 3 \
             nothing else was in the way."
        );
        assert_eq!(
            with(4, 0, 0),
            "“approved by an instructor” was in the way most often: 4 of the 4 others did not meet it; for everybody something else was in \
             the way too."
        );
        assert_eq!(
            distances(&done),
            "Of 3 people whose grades tell how far they were, 2 lacked at most 5 percent of the maximum in each grade."
        );
        assert_eq!(
            (part(0), part(PARTS)),
            ("up to 5\u{a0}%".into(), "more than 50\u{a0}%".into())
        );
        assert_eq!(
            short(Some(decimal("2.04")), false),
            "2\u{a0}% more in each grade that lacks"
        );
        let all = Replay {
            others: Vec::new(),
            stops: Vec::new(),
            ..done
        };
        assert_eq!((open(&all), stopped_most(&all, &names())), (None, None));
    }

    #[test]
    fn nothing_is_assumed_without_a_word() {
        let column_of = CohortColumn {
            key: "item:real:Quiz".into(),
            has_id: false,
            label: "Quiz".into(),
            maximum: None,
            measure: Measure::Points,
            scope: Scope::Item,
            place: Some(7),
            unread: 2,
        };
        assert_eq!(
            column(&column_of),
            "Quiz (in points, column 7 of the file, 2 cells without a grade that can be read)"
        );
        assert_eq!(
            out_of(OutOf::Assumed(decimal("10")), Some(decimal("10"))),
            "The file does not say out of how many points: taken as out of 10, as in the rule. Type the number if it was another one."
        );
        assert_eq!(
            out_of(OutOf::File(decimal("50")), Some(decimal("10"))),
            "Out of 50 points, as the file says: grades of the file are brought to the 10 points of the rule."
        );
        assert_eq!(
            out_of(OutOf::Teacher(decimal("10")), Some(decimal("10"))),
            "Taken as out of 10 points, as you say."
        );
        assert_eq!(out_of(OutOf::Untold, None), "");
        let nobody = CohortPerson {
            line: 12,
            name: None,
            values: Vec::new(),
        };
        assert_eq!(person(&nobody), "Line 12 of the file");
    }
}
