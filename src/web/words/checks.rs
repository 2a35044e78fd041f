//! What became of reading a course, and of what is sent to its gradebook, in words for its instructors.

use chrono::{DateTime, Utc};

use super::errors::OUR_FAULT;
use super::full_stop;
use super::refusals;
use crate::domain::course::{Checks, End};
use crate::domain::zone::Zone;
use crate::service::base::trouble::{Away, Reason, Trouble};
use crate::service::course::scores::Late;
use crate::service::course::sync::{Beyond, CheckProgress, Ended, Since, Stage};

/// What went wrong, as one paragraph with the error id.
#[must_use]
pub(crate) fn trouble(trouble: &Trouble) -> String {
    told(trouble, "Nothing was lost, and Cairn tries again by itself.")
}

/// What went wrong with the check of a course. Of a platform that is away it says what that means: which numbers stand,
/// and when it is asked again.
#[must_use]
pub(crate) fn of_a_check(trouble: &Trouble, checks: &Checks, now: DateTime<Utc>, zone: Zone) -> String {
    let stand = checks.last_at.map_or_else(
        || "nothing was read yet".to_owned(),
        |at| format!("the numbers of {} stand", zone.clock(at, now)),
    );
    let next = match checks.next_at {
        Some(at) if at > now => format!("Cairn asks again at {}", zone.clock(at, now)),
        Some(_) => "Cairn asks again in a moment".to_owned(),
        None => "“Check now” asks again".to_owned(),
    };
    told(trouble, &format!("Nothing was lost: {stand}, and {next}."))
}

/// The reasons; behind them, where the platform is away, what that means.
fn told(trouble: &Trouble, meaning: &str) -> String {
    let sentences = trouble.reasons.iter().map(reason).collect();
    with_its_meaning(trouble, sentences, meaning)
}

/// What went wrong, without the reasons that stand there already; nothing where all of them do.
fn unsaid(trouble: &Trouble, said: &mut Vec<String>) -> String {
    let reasons = trouble.reasons.iter().map(reason);
    let fresh: Vec<String> = reasons.filter(|sentence| !said.contains(sentence)).collect();
    if fresh.is_empty() {
        return String::new();
    }
    said.extend(fresh.iter().cloned());
    let meaning = "Nothing was lost, and Cairn tries again by itself.";
    format!(" {}", with_its_meaning(trouble, fresh, meaning))
}

fn with_its_meaning(trouble: &Trouble, mut sentences: Vec<String>, meaning: &str) -> String {
    if trouble.reasons.iter().any(|reason| reason.away().is_some()) {
        sentences.push(meaning.to_owned());
    }
    let text = sentences.join(" ");
    match &trouble.error_id {
        Some(id) => format!("{text} (Error id {id})"),
        None => text,
    }
}

/// How a platform is away, as a sentence.
#[must_use]
pub(super) const fn away(how: Away) -> &'static str {
    match how {
        Away::Down => "The course site is out of order or being repaired just now.",
        Away::WebPage => {
            "The course site answered with a web page instead of data, as it does while it is being repaired."
        }
        Away::Silent => "The course site did not answer in time.",
        Away::Unreachable => "The course site cannot be reached just now.",
        Away::Busy => "The course site has much to do and asks us to slow down.",
        Away::BrokenOff => "The answer of the course site broke off in the middle.",
        Away::Empty => "The answer of the course site is empty where data was expected.",
    }
}

fn reason(reason: &Reason) -> String {
    match reason {
        Reason::TurnedOff => "This platform is turned off here. Ask the administrator of Cairn.".to_owned(),
        Reason::NotWithin { minutes } => format!(
            "The platform did not answer everything within {minutes} minutes. What is known stays; Cairn will read again."
        ),
        Reason::Address(trouble) => refusals::address(trouble),
        Reason::Column(refusal) => refusals::column(refusal),
        Reason::ResultsUnread {
            columns,
            said,
            away: how,
            ..
        } => {
            let labels: Vec<String> = columns.iter().map(|label| column(label.as_deref())).collect();
            let said = how.map_or_else(|| full_stop(said), |how| away(how).to_owned());
            format!("{}: {said}", labels.join(", "))
        }
        Reason::Away { how, .. } => away(*how).to_owned(),
        Reason::Missing { .. } => "What Cairn asked the course site for is no longer there: the course or a gradebook column was deleted, or Cairn was taken out of the course. If that was meant, there is nothing to do; badges that were awarded stay valid."
            .to_owned(),
        Reason::ColumnUnread { label, said } => format!("“{label}” is not read: {}", full_stop(said)),
        Reason::MembersLeftOut { count, rows } => {
            let counted = match count {
                1 => "One row of the platform's member list was left out".to_owned(),
                many => format!("{many} rows of the platform's member list were left out"),
            };
            let more = if *count > rows.len() { " …" } else { "" };
            let rows = rows.join(", ");
            format!(
                "{counted}; everybody else was read, and nobody counts as having left: {rows}{more}. Tell the platform's administrator."
            )
        }
        Reason::NobodysResults { count, users } => {
            let counted = match count {
                1 => "The gradebook has results of 1 user".to_owned(),
                many => format!("The gradebook has results of {many} users"),
            };
            let more = if *count > users.len() { " …" } else { "" };
            format!(
                "{counted} whom neither the member list nor a launch names, so nothing is awarded for them: {}{more}. Somebody who has left the course may be among them; whoever is still there opens Cairn from the course once, or is joined with their former account by an administrator of Cairn.",
                users.join(", ")
            )
        }
        Reason::AnotherPlatform => "The platform at this address calls itself by another name than before, or was set up anew, so nothing is read from it: its people may be others. An administrator of Cairn finds the question under Platforms."
            .to_owned(),
        Reason::RowsUnmade { said } => format!(
            "Grades that are typed into the gradebook cannot be read for everybody yet: {}",
            full_stop(said)
        ),
        Reason::WorkLost => "The work on it ended before it was ready.".to_owned(),
        Reason::Platform { said, .. } | Reason::Said(said) => full_stop(said),
        Reason::OurFault => OUR_FAULT.to_owned(),
        Reason::Earlier(text) => text.clone(),
    }
}

/// A column's name in quotation marks.
fn column(label: Option<&str>) -> String {
    label.map_or_else(|| "A column".to_owned(), |label| format!("“{label}”"))
}

/// How far a check is.
#[must_use]
pub(crate) fn progress(progress: &CheckProgress, zone: Zone) -> String {
    match &progress.stage {
        Stage::Reading => "Reading members and grades from the course.".to_owned(),
        Stage::Beyond => "Reading the grades of the course site itself.".to_owned(),
        Stage::Scores(1) => "Updating the gradebook for 1 submission.".to_owned(),
        Stage::Scores(scores) => format!("Updating the gradebook for {scores} submissions."),
        Stage::People(people) => {
            let of = if *people == 1 { "student" } else { "students" };
            format!("Deciding the badges of {people} {of}.")
        }
        Stage::Badges => format!("Deciding badges: {} of {} done.", progress.done, progress.total),
        Stage::Ended(ended) => ended_words(ended, zone),
        Stage::CourseOver => "This course has ended, so there is nothing to read.".to_owned(),
    }
}

/// What a check left: never that all is well beside numbers that are old.
fn ended_words(ended: &Ended, zone: Zone) -> String {
    let Ended {
        problem,
        checks,
        undecided,
        since,
        now,
    } = ended;
    if let Some(problem) = problem {
        let awards = since.filter(|since| since.awards > 0);
        let told = of_a_check(problem, checks, *now, zone);
        return match awards {
            Some(since) => format!("{} {told}", new_awards(since.awards)),
            None => told,
        };
    }
    if *undecided {
        return "Grades were read, but not every badge could be decided, so some numbers are those of before. The next check decides them."
            .to_owned();
    }
    match (since, checks.last_at) {
        (_, None) => "The course has not been read yet.".to_owned(),
        (
            Some(Since {
                read: true,
                awards,
                beyond,
            }),
            _,
        ) => format!("Checked. {}{}", new_awards(*awards), not_read(*beyond)),
        (Some(Since { read: false, .. }), Some(at)) => {
            format!(
                "The check did not come to its end. The numbers are those of {}.",
                zone.clock(at, *now)
            )
        }
        (None, Some(at)) => format!("The numbers are those of {}.", zone.clock(at, *now)),
    }
}

/// That grades of the course site itself are not among what was checked.
const fn not_read(beyond: Beyond) -> &'static str {
    match beyond {
        Beyond::Read => "",
        Beyond::Waits => {
            " The grades of the course site itself are still to come: they are read once another course has been read."
        }
        Beyond::Unread => {
            " The grades of the course site itself could not be read; “Grades from elsewhere” says why."
        }
    }
}

fn new_awards(count: usize) -> String {
    match count {
        0 => "No new awards.".to_owned(),
        1 => "1 new award.".to_owned(),
        many => format!("{many} new awards."),
    }
}

/// Why nothing is read any more of a course that has ended, for those who taught it.
#[must_use]
pub(crate) const fn ended(how: End) -> &'static str {
    match how {
        End::Concluded => {
            "Your course site has concluded it, so grades are not read any more. Badges that were awarded stay valid, and everybody keeps theirs. Cairn looks once a day, and whenever somebody opens it, whether the course is open again."
        }
        End::Gone => {
            "Your course site does not know it any more: it was deleted there, or Cairn was taken out of it. Badges that were awarded stay valid, and everybody keeps theirs. Cairn looks once a day, and whenever somebody opens it, whether the course is there again."
        }
    }
}

/// What has not reached the gradebook; none where nothing is late.
#[must_use]
pub(crate) fn late(late: &Late) -> Option<String> {
    late_beside(late, None)
}

/// The same beside what went wrong with a check, of which nothing is said twice.
#[must_use]
pub(crate) fn late_beside(late: &Late, beside: Option<&Trouble>) -> Option<String> {
    let mut told = Vec::new();
    let mut said: Vec<String> = beside
        .into_iter()
        .flat_map(|trouble| trouble.reasons.iter().map(reason))
        .collect();
    if let Some(columns) = &late.columns {
        let what = match columns.count {
            1 => "An evidence activity has no gradebook column yet".to_owned(),
            several => format!("{several} evidence activities have no gradebook column yet"),
        };
        let again = if columns.last.waits_for_somebody() {
            "."
        } else {
            "; Cairn tries again by itself."
        };
        told.push(format!("{what}{again}{}", unsaid(&columns.last, &mut said)));
    }
    if let Some(scores) = &late.scores {
        let (what, kept, them) = match scores.count {
            1 => ("1 submission is".to_owned(), "It is", "it"),
            several => (format!("{several} submissions are"), "They are", "them"),
        };
        let again = if scores.last.waits_for_somebody() {
            format!("gradebook. {kept} kept here.")
        } else {
            format!("gradebook yet. {kept} kept here, and Cairn sends {them} again by itself.")
        };
        let why = unsaid(&scores.last, &mut said);
        told.push(format!("{what} not up to date in the {again}{why}"));
    }
    (!told.is_empty()).then(|| told.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::base::refusal::ColumnRefusal;
    use crate::service::course::scores::Waiting;

    fn at(text: &str) -> DateTime<Utc> {
        format!("2026-11-23T{text}:00Z").parse().unwrap()
    }

    fn ended(problem: Option<Trouble>, read: &str, since: Option<Since>) -> Ended {
        Ended {
            problem,
            checks: Checks {
                last_at: Some(at(read)),
                next_at: Some(at("10:57")),
                problem: None,
            },
            undecided: false,
            since,
            now: at("10:50"),
        }
    }

    #[test]
    fn a_platform_that_is_away_is_said_with_what_it_means_and_without_a_bare_status() {
        let away = |how| Reason::Away {
            how,
            said: "Listing the members failed: the platform is out of order (status 502)".into(),
        };
        let trouble = |reasons| Trouble {
            reasons,
            error_id: Some("0badcafe".into()),
        };
        let told = ended_words(
            &ended(Some(trouble(vec![away(Away::Down)])), "10:42", None),
            Zone::UTC,
        );
        assert_eq!(
            told,
            "The course site is out of order or being repaired just now. Nothing was lost: the numbers of 10:42 UTC \
             stand, and Cairn asks again at 10:57 UTC. (Error id 0badcafe)"
        );
        let every = [
            Away::Down,
            Away::WebPage,
            Away::Silent,
            Away::Unreachable,
            Away::Busy,
            Away::BrokenOff,
            Away::Empty,
        ];
        for how in every {
            let columns = Reason::ResultsUnread {
                columns: vec![Some("Quiz".into())],
                said: "Reading results failed: the platform is out of order (status 503)".into(),
                plain: String::new(),
                away: Some(how),
            };
            let told = super::trouble(&trouble(vec![away(how), columns]));
            assert!(!told.contains("status"), "{told}");
            assert!(told.contains("“Quiz”: The"), "{told}");
            assert_eq!(told.matches("Nothing was lost").count(), 1, "{told}");
        }
        let mut never = ended(Some(trouble(vec![away(Away::Silent)])), "10:42", None);
        (never.checks.last_at, never.checks.next_at) = (None, None);
        assert_eq!(
            ended_words(&never, Zone::UTC),
            "The course site did not answer in time. Nothing was lost: nothing was read yet, and “Check now” asks again. \
             (Error id 0badcafe)"
        );
        let refused = trouble(vec![Reason::TurnedOff]);
        assert!(!super::trouble(&refused).contains("Nothing was lost"));
    }

    #[test]
    fn the_end_of_a_check_counts_what_is_new_and_never_calls_old_numbers_new() {
        let with = |read, awards, beyond| Some(Since { read, awards, beyond });
        let since = |read, awards| with(read, awards, Beyond::Read);
        for (read, since, said) in [
            ("10:50", since(true, 0), "Checked. No new awards."),
            ("10:50", since(true, 1), "Checked. 1 new award."),
            ("10:50", since(true, 2), "Checked. 2 new awards."),
            (
                "10:50",
                with(true, 0, Beyond::Waits),
                "Checked. No new awards. The grades of the course site itself are still to come: they are read once another \
                 course has been read.",
            ),
            (
                "10:50",
                with(true, 1, Beyond::Unread),
                "Checked. 1 new award. The grades of the course site itself could not be read; “Grades from elsewhere” says why.",
            ),
            (
                "10:42",
                since(false, 0),
                "The check did not come to its end. The numbers are those of 10:42 UTC.",
            ),
            ("10:42", None, "The numbers are those of 10:42 UTC."),
        ] {
            assert_eq!(ended_words(&ended(None, read, since), Zone::UTC), said);
        }
        let undecided = Ended {
            undecided: true,
            ..ended(None, "10:50", since(true, 0))
        };
        assert!(ended_words(&undecided, Zone::UTC).contains("numbers are those of before"));
    }

    #[test]
    fn what_the_gradebook_does_not_know_yet_is_counted_as_submissions() {
        let says = |count| {
            let last = Trouble {
                reasons: vec![Reason::WorkLost],
                error_id: None,
            };
            let scores = Some(Waiting { count, last });
            late(&Late {
                columns: None,
                scores,
            })
            .unwrap()
        };
        assert!(says(1).starts_with(
            "1 submission is not up to date in the gradebook yet. It is kept here, and Cairn sends it again by itself. "
        ));
        assert!(says(3).starts_with(
            "3 submissions are not up to date in the gradebook yet. They are kept here, and Cairn sends them again by itself. "
        ));
    }

    #[test]
    fn what_only_somebody_can_mend_is_never_said_to_go_by_itself_and_no_reason_stands_twice() {
        let trouble = |reason: Reason, id: &str| Trouble {
            reasons: vec![reason],
            error_id: Some(id.into()),
        };
        let missing = |said: &str| Reason::Missing { said: said.into() };
        let scores = Some(Waiting {
            count: 1,
            last: trouble(missing("Sending a score failed (404)"), "b"),
        });
        let columns = Some(Waiting {
            count: 1,
            last: trouble(missing("Listing the columns failed (404)"), "c"),
        });
        let of_check = trouble(missing("Listing the members failed (404)"), "a");
        let both = Late { columns, scores };
        let beside = late_beside(&both, Some(&of_check)).unwrap();
        assert_eq!(
            beside,
            "An evidence activity has no gradebook column yet. 1 submission is not up to date in the gradebook. It is kept here."
        );
        let alone = late(&both).unwrap();
        assert_eq!(alone.matches("is no longer there").count(), 1, "{alone}");
        assert!(!alone.contains("by itself"), "{alone}");
        let former = ColumnRefusal::OfFormer("Design log".into());
        let last = trouble(Reason::Column(former), "d");
        let told = late(&Late {
            columns: None,
            scores: Some(Waiting { count: 2, last }),
        });
        let told = told.unwrap();
        assert!(
            told.starts_with(
                "2 submissions are not up to date in the gradebook. They are kept here. The gradebook column"
            ),
            "{told}"
        );
        assert!(!told.contains("again by itself"), "{told}");
    }

    #[test]
    fn what_is_left_out_of_the_member_list_is_counted_and_the_first_are_named() {
        let left_out = |count: usize, rows: &[&str]| {
            reason(&Reason::MembersLeftOut {
                count,
                rows: rows.iter().map(|row| (*row).to_owned()).collect(),
            })
        };
        assert_eq!(
            left_out(1, &["row 3 (“Ada Fern”) has no usable id (user_id)"]),
            "One row of the platform's member list was left out; everybody else was read, and nobody counts as having \
             left: row 3 (“Ada Fern”) has no usable id (user_id). Tell the platform's administrator."
        );
        let many = left_out(7, &["row 1 has no usable id (user_id)"; 5]);
        assert!(
            many.starts_with("7 rows") && many.contains("(user_id) …. Tell"),
            "{many}"
        );
    }
}
