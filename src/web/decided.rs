//! A decision as the lines of a page.

use chrono::{DateTime, Utc};

use crate::domain::award::{Award, Standing};
use crate::domain::decision::{CheckedGroup, CheckedNode, Decision, Seen, Stands, Truth};
use crate::domain::facts::GradeSource;
use crate::domain::rule::Need;
use crate::domain::sentence::{Audience, Line, Names, lines, progress};
use crate::web::views::shared::{CheckLine, Status, StatusChip, When};

/// One line for each condition, of what holds now: as new as the last look at where it is from.
#[must_use]
pub(crate) fn check_lines(
    decision: &Decision,
    names: &Names,
    audience: Audience,
    now: DateTime<Utc>,
) -> Vec<CheckLine> {
    let all = lines(decision, names, audience);
    all.into_iter().map(|line| check_line(line, now)).collect()
}

/// The same of a decision of another time, with the times of what was known then.
#[must_use]
pub(crate) fn check_lines_then(
    decision: &Decision,
    names: &Names,
    audience: Audience,
    now: DateTime<Utc>,
) -> Vec<CheckLine> {
    let all = lines(decision, names, audience).into_iter();
    all.map(|line| check_line(without_looks(line), now)).collect()
}

fn without_looks(line: Line) -> Line {
    Line {
        looked_at: None,
        lines: line.lines.into_iter().map(without_looks).collect(),
        ..line
    }
}

fn check_line(line: Line, now: DateTime<Utc>) -> CheckLine {
    let status = match line.truth {
        Truth::Yes => Status::Earned,
        Truth::No => Status::NotMet,
        // Handed in: somebody has to look at it.
        Truth::Unknown if line.since.is_some() => Status::InProgress,
        Truth::Unknown => Status::Unknown,
    };
    let (note, at) = match (line.source, line.read_at, line.since) {
        (Some(source), at, _) if line.out_of_reach == Some(source) => {
            let source = source.words();
            (
                Some(format!("{source} cannot be read now; this was read there")),
                at,
            )
        }
        (Some(source), at, _) => (
            Some(format!("read from {}", source.words())),
            at.max(line.looked_at),
        ),
        (None, Some(at), _) => (Some("read".to_owned()), Some(at)),
        (None, None, Some(at)) => (Some("since".to_owned()), Some(at)),
        (None, None, None) => (line.out_of_reach.map(unreached), None),
    };
    CheckLine {
        note,
        when: at.map(|at| When::new(at, now)),
        is_known_lack: line.is_known_lack,
        children: line.lines.into_iter().map(|line| check_line(line, now)).collect(),
        ..CheckLine::new(status, line.text)
    }
}

fn unreached(source: GradeSource) -> String {
    format!("{} cannot be read now", source.words())
}

/// How the checks combine.
#[must_use]
pub(crate) fn need(group: &CheckedGroup) -> String {
    match group.need {
        Need::All if group.nodes.len() == 1 => "This is needed.".to_owned(),
        Need::All => "All of these are needed.".to_owned(),
        Need::Any | Need::AtLeast(1) => "Any one of these is enough.".to_owned(),
        Need::AtLeast(count) => format!("At least {count} of these are needed."),
    }
}

/// Where one person stands with one badge: "Earned", "2 of 3", "No grade yet", "Revoked".
#[must_use]
pub(crate) fn standing(award: Option<&Award>, decision: Option<&Decision>, now: DateTime<Utc>) -> StatusChip {
    match award.map(|award| award.standing(now)) {
        Some(Standing::InForce) => return Status::Earned.chip(),
        Some(Standing::Suspended) => return Status::NeedsAttention.saying("Suspended"),
        Some(Standing::Revoked) => return Status::NeedsAttention.saying("Revoked"),
        Some(Standing::Expired) => return Status::Neutral.saying("Expired"),
        None => {}
    }
    let Some(decision) = decision else {
        return Status::Unknown.saying("Not checked yet");
    };
    let far = progress(decision);
    let words = far.words(Audience::Teacher);
    match decision.outcome {
        Truth::Yes => Status::InProgress.saying("Rule met"),
        _ if far.met > 0 => Status::InProgress.saying(words),
        Truth::Unknown if only_unknown(&decision.tree, is_no_grade) => Status::Unknown.chip(),
        Truth::Unknown if only_unknown(&decision.tree, |seen| matches!(seen, Seen::NotReleased { .. })) => {
            Status::Unknown.saying("Not released yet")
        }
        // Nothing is open: it is known that what is asked for is not there yet.
        Truth::Unknown if only_unknown(&decision.tree, Seen::is_known_lack) => Status::NotMet.saying(words),
        Truth::Unknown => Status::Unknown.saying(words),
        Truth::No => Status::NotMet.saying(words),
    }
}

fn is_no_grade(seen: &Seen) -> bool {
    match seen {
        Seen::NoGrade { .. } | Seen::NothingElsewhere => true,
        Seen::Best { of, .. } => of.iter().all(|one| one.stands == Stands::Nothing),
        _ => false,
    }
}

/// Whether nothing is unknown but what was seen so.
fn only_unknown(group: &CheckedGroup, so: impl Fn(&Seen) -> bool + Copy) -> bool {
    group.nodes.iter().all(|node| match node {
        CheckedNode::Group(inner) => only_unknown(inner, so),
        CheckedNode::Condition(condition) => condition.truth != Truth::Unknown || so(&condition.seen),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::evaluate::evaluate_group;
    use crate::domain::evidence::SubmissionState;
    use crate::domain::rule::Group;
    use crate::domain::sample::{
        Known, all, approval, approved, at_least, award, cleaning_rule, completed, days, group, handed_in,
        holds, names, now, percent,
    };

    fn decide(rule: &Group, known: Known) -> Decision {
        evaluate_group(rule, 1, &known.0, now())
    }

    #[track_caller]
    fn word(rule: &Group, known: Known, status: Status, expected: &str) {
        let chip = standing(None, Some(&decide(rule, known)), now());
        assert_eq!((chip.status, chip.word.as_str()), (status, expected));
    }

    #[test]
    fn a_cell_says_how_far_somebody_is_and_never_takes_unknown_for_zero() {
        let quiz = all([percent("cleaning", "80")]);
        word(&quiz, Known::default(), Status::Unknown, "No grade yet");
        word(
            &quiz,
            Known::default().grade("cleaning", "79", "100"),
            Status::NotMet,
            "0 of 1",
        );
        word(
            &quiz,
            Known::default().grade("cleaning", "80", "100"),
            Status::InProgress,
            "Rule met",
        );
        let both = all([percent("cleaning", "80"), approval()]);
        word(&both, Known::default(), Status::Unknown, "0 of 2");
        word(
            &both,
            Known::default().grade("cleaning", "90", "100"),
            Status::InProgress,
            "1 of 2",
        );
        let withheld = Known::default().withheld("cleaning", Some("90"));
        word(&quiz, withheld, Status::Unknown, "Not released yet");
        let work = all([handed_in("essay", false)]);
        word(&work, Known::default(), Status::Unknown, "0 of 1");
        let nothing = Known::default().handed_in("essay", None);
        word(&work, nothing, Status::NotMet, "0 of 1");
        assert_eq!(standing(None, None, now()).word, "Not checked yet");
    }

    #[test]
    fn an_award_counts_more_than_what_the_rule_says_today() {
        let quiz = all([percent("cleaning", "80")]);
        let now_failing = decide(&quiz, Known::default().grade("cleaning", "10", "100"));
        let suspended = Award {
            suspended_since: Some(days(-1)),
            ..award(1, None, false)
        };
        for (held, word) in [
            (suspended, "Suspended"),
            (award(1, None, false), "Earned"),
            (award(1, Some(days(-1)), false), "Expired"),
            (award(1, Some(days(-1)), true), "Revoked"),
        ] {
            assert_eq!(standing(Some(&held), Some(&now_failing), now()).word, word);
        }
    }

    #[test]
    fn each_condition_is_a_line_with_its_source_and_time() {
        let known = Known::default()
            .grade("cleaning", "86", "100")
            .evidence("report", SubmissionState::HandedIn)
            .badge("sql");
        let lines = check_lines(
            &decide(&cleaning_rule(), known),
            &names(),
            Audience::Teacher,
            now(),
        );
        let statuses: Vec<Status> = lines.iter().map(|line| line.status).collect();
        assert_eq!(statuses, [Status::Earned, Status::InProgress, Status::NotMet]);
        let notes: Vec<Option<&str>> = lines.iter().map(|line| line.note.as_deref()).collect();
        assert_eq!(notes, [Some("read from the gradebook"), Some("since"), None]);
        assert!(lines[0].when.is_some() && lines[1].when.is_some());
    }

    #[test]
    fn what_the_lms_tells_itself_is_as_new_as_the_last_look_and_what_was_earned_by_is_as_it_was() {
        let read = |source| Some(format!("read from {source}"));
        let mut names = names();
        names.looked.hand_ins = Some(days(3));
        let known = Known::default()
            .handed_in("essay", Some(Some(false)))
            .grade("cleaning", "86", "100");
        let rule = all([handed_in("essay", false), percent("cleaning", "80")]);
        let decision = decide(&rule, known);
        let shown = check_lines(&decision, &names, Audience::Teacher, days(4));
        let then = check_lines_then(&decision, &names, Audience::Teacher, days(4));
        assert_eq!(
            (&shown[0].note, &shown[1].note),
            (&read("Moodle"), &read("the gradebook"))
        );
        assert_eq!(shown[0].when, Some(When::new(days(3), days(4))));
        assert_eq!(then[0].when, Some(When::new(now(), days(4))));
        assert_eq!(shown[1].when, then[1].when, "the gradebook is read by a check");
    }

    #[test]
    fn what_is_known_not_to_be_there_is_not_called_unknown() {
        let spoken = |rule: &Group, known: Known| {
            let decision = decide(rule, known);
            let lines = check_lines(&decision, &names(), Audience::Teacher, now());
            lines.iter().map(CheckLine::spoken).collect::<Vec<_>>()
        };
        let work = all([handed_in("essay", false), completed("essay")]);
        assert_eq!(
            spoken(&work, Known::default()),
            ["Not known yet:", "Not known yet:"],
            "nobody told"
        );
        let told = Known::default()
            .handed_in("essay", None)
            .completed("essay", false, None);
        assert_eq!(spoken(&work, told), ["Not yet:", "Not yet:"]);
        assert_eq!(spoken(&all([approval()]), Known::default()), ["Not yet:"]);
        let quiz = all([percent("cleaning", "80")]);
        assert_eq!(spoken(&quiz, Known::default()), ["Not known yet:"]);
    }

    #[test]
    fn the_heading_says_how_the_lines_combine() {
        let say = |rule: &Group| need(&decide(rule, Known::default()).tree);
        assert_eq!(say(&cleaning_rule()), "All of these are needed.");
        assert_eq!(say(&all([approved("report")])), "This is needed.");
        let two = at_least(2, [holds("sql"), holds("charts"), group(all([approval()]))]);
        assert_eq!(say(&two), "At least 2 of these are needed.");
    }
}
