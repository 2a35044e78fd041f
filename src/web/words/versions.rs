//! What two versions of a rule ask differently, and what becomes of those who hold the badge, in words for teachers.

use crate::domain::policy::Regrade;
use crate::domain::rule::{Condition, Group, Need, Node, RuleState};
use crate::domain::sentence::{Names, label};
use crate::domain::subject::as_node;
use crate::domain::versions::{Change, Count, Effects, Place, Whom};
use crate::service::badge::design::Fate;
use crate::web::views::shared::{count_of, thousands};
use crate::web::words::renewals;

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// "Version 2, active".
#[must_use]
pub(crate) fn version(number: i32, state: RuleState) -> String {
    let state = match state {
        RuleState::Draft => "the draft",
        RuleState::Active => "active",
        RuleState::Superseded => "earlier",
    };
    format!("Version {number}, {state}")
}

/// One thing that differs, as a sentence about the later version.
#[must_use]
pub(crate) fn change(change: &Change, names: &Names) -> String {
    let quoted = |condition: &Condition| format!("“{}”", label(&as_node(condition), names));
    match change {
        Change::Needs { of, before, after } => format!(
            "Needed {}: {}, {} before.",
            within(of, names, "of the whole rule", "of"),
            needed(*after),
            needed(*before)
        ),
        Change::GroupAdded { group, to } => format!(
            "A new group: {}{}.",
            named(group, names),
            where_not_outermost(to, names)
        ),
        Change::GroupRemoved { group, from } => format!(
            "A group less: {}{}.",
            named(group, names),
            where_not_outermost(from, names)
        ),
        Change::Asks { before, after } => {
            format!("{} in the place of {}.", quoted(after), quoted(before))
        }
        Change::Moved { condition, from, to } => format!(
            "{} is asked {}, and was {} before.",
            quoted(condition),
            within(to, names, "on its own", "in"),
            within(from, names, "on its own", "in")
        ),
        Change::Added { condition, to } => {
            format!("New: {}{}.", quoted(condition), where_not_outermost(to, names))
        }
        Change::Removed { condition, from } => format!(
            "Not asked any more: {}{}.",
            quoted(condition),
            where_not_outermost(from, names)
        ),
    }
}

fn named(group: &Group, names: &Names) -> String {
    format!("“{}”", label(&Node::Group(group.clone()), names))
}

fn within(place: &Place, names: &Names, outermost: &str, word: &str) -> String {
    match place {
        Place::Outermost => outermost.to_owned(),
        Place::Within(group) => format!("{word} the group {}", named(group, names)),
    }
}

fn where_not_outermost(place: &Place, names: &Names) -> String {
    match place {
        Place::Outermost => String::new(),
        Place::Within(_) => format!(", {}", within(place, names, "", "in")),
    }
}

/// "all 3", "one of 3", "2 of 3".
fn needed(count: Count) -> String {
    match (count.need, count.of) {
        (Need::All | Need::Any | Need::AtLeast(1), 1) => "the only one".to_owned(),
        (Need::All, of) => format!("all {of}"),
        (Need::Any | Need::AtLeast(1), of) => format!("one of {of}"),
        (Need::AtLeast(n), of) => format!("{n} of {of}"),
    }
}

/// What a list is of, with its number: "Meet only the later one (3)".
#[must_use]
pub(crate) fn list(whom: Whom, effects: &Effects) -> String {
    let title = match whom {
        Whom::Gaining => "Meet only the later one",
        Whom::Losing => "Meet only the earlier one",
        Whom::Keeping => "Hold the badge without meeting the later one",
    };
    format!("{title} ({})", thousands(small(effects.of(whom))))
}

/// Whom the change concerns, a sentence each.
#[must_use]
pub(crate) fn effects(effects: &Effects, before: i32, after: i32) -> Vec<String> {
    let meet = |count: usize| count_of(small(count), "student meets", "students meet");
    let mut said = Vec::new();
    let mut gain = format!("{} version {after} and not version {before}", meet(effects.gain));
    if effects.gain_and_hold > 0 {
        gain.push_str(&format!(
            "; {} of them {} the badge already",
            thousands(small(effects.gain_and_hold)),
            if effects.gain_and_hold == 1 {
                "holds"
            } else {
                "hold"
            }
        ));
    }
    said.push(format!("{gain}."));
    let mut lose = format!("{} version {before} and not version {after}", meet(effects.lose));
    if effects.lose_for_want > 0 {
        lose.push_str(&format!(
            "; for {} of them something is missing yet, which never counts as zero",
            thousands(small(effects.lose_for_want))
        ));
    }
    said.push(format!("{lose}."));
    said.push(format!(
        "{} both, {} neither.",
        meet(effects.meet_both),
        thousands(small(effects.meet_neither))
    ));
    said
}

/// What becomes of those who hold the badge, a sentence each.
#[must_use]
pub(crate) fn holders(effects: &Effects, fate: &Fate, after: i32) -> Vec<String> {
    let mut said = vec![
        "Nobody loses the badge because its rule changes: whoever holds it keeps it, and what is signed stays as it is."
            .to_owned(),
    ];
    if effects.keep > 0 {
        let hold = count_of(small(effects.hold), "student holds", "students hold");
        said.push(format!(
            "{hold} it now. {} of them {} not meet version {after} and {} it all the same.",
            thousands(small(effects.keep)),
            if effects.keep == 1 { "does" } else { "do" },
            if effects.keep == 1 { "keeps" } else { "keep" }
        ));
    } else if effects.hold > 0 {
        let hold = count_of(small(effects.hold), "student holds", "students hold");
        said.push(format!("{hold} it now and would meet version {after} too."));
    } else {
        said.push("No student of the course holds it now.".to_owned());
    }
    if fate.others > 0 {
        said.push(format!(
            "{} it without being in the course as {} any more, and {} it as well.",
            count_of(small(fate.others), "other person holds", "other people hold"),
            if fate.others == 1 { "a student" } else { "students" },
            if fate.others == 1 { "keeps" } else { "keep" }
        ));
    }
    let falls = match fate.regrade {
        Regrade::Keep => "the badge stays",
        Regrade::Flag => "the badge stays, and a teacher is told",
        Regrade::Suspend => "the badge counts for nothing until a teacher has decided",
        Regrade::RevokeAfterReview => "a teacher looks at it and decides whether it is revoked",
    };
    said.push(format!(
        "A later grade matters only for holders who have met the active version: if it falls, {falls}, as your institution has it."
    ));
    if let Some(renewal) = fate.renewal {
        said.push(format!(
            "The badge lapses. Whoever earns it again then does so by the version that decides at that time: renewed {}.",
            renewals::choice(renewal)
        ));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::badge::Renewal;
    use crate::domain::sample::{all, any, approval, approved, at_least, group, holds, names, percent};
    use crate::domain::versions::difference;

    fn told(before: &Group, after: &Group) -> Vec<String> {
        let changes = difference(before, after);
        changes.iter().map(|one| change(one, &names())).collect()
    }

    #[test]
    fn each_change_is_a_sentence_of_the_rules_own_words() {
        let badges = |needed| {
            group(at_least(
                needed,
                [holds("spreadsheet"), holds("sql"), holds("charts")],
            ))
        };
        assert_eq!(
            told(
                &all([percent("cleaning", "80"), badges(2), approved("report")]),
                &any([percent("cleaning", "90"), badges(3), approval()])
            ),
            [
                "Needed of the whole rule: one of 3, all 3 before.",
                "“Cleaning exercise ≥ 90\u{a0}%” in the place of “Cleaning exercise ≥ 80\u{a0}%”.",
                "Needed of the group “any 3 of 3 badges”: 3 of 3, 2 of 3 before.",
                "New: “approved by an instructor”.",
                "Not asked any more: “Project report approved”.",
            ]
        );
        assert_eq!(
            told(
                &all([percent("cleaning", "80"), approved("report")]),
                &all([
                    group(any([percent("cleaning", "80"), approval()])),
                    approved("report")
                ])
            ),
            [
                "A new group: “either at least 80 percent in Cleaning exercise or an instructor's approval”.",
                "“Cleaning exercise ≥ 80\u{a0}%” is asked in the group “either at least 80 percent in Cleaning exercise or an instructor's \
                 approval”, and was on its own before.",
                "New: “approved by an instructor”, in the group “either at least 80 percent in Cleaning exercise or an instructor's \
                 approval”.",
            ]
        );
        let same = all([percent("cleaning", "80")]);
        assert_eq!(told(&same, &same), Vec::<String>::new());
        assert_eq!(
            needed(Count {
                need: Need::Any,
                of: 1
            }),
            "the only one"
        );
        let condition = Condition::InstructorApproves;
        let place = Place::Outermost;
        let gone = Change::GroupRemoved {
            group: all([approval(), holds("sql")]),
            from: place.clone(),
        };
        assert_eq!(
            change(&gone, &names()),
            "A group less: “both an instructor's approval and the badge SQL basics”."
        );
        let new = Change::Added { condition, to: place };
        assert_eq!(change(&new, &names()), "New: “approved by an instructor”.");
    }

    #[test]
    fn holders_are_told_to_keep_it_and_what_may_happen_later() {
        let counted = Effects {
            students: 30,
            gain: 2,
            gain_and_hold: 1,
            lose: 1,
            lose_for_want: 1,
            meet_both: 4,
            meet_neither: 23,
            hold: 5,
            keep: 1,
        };
        assert_eq!(
            effects(&counted, 1, 2),
            [
                "2 students meet version 2 and not version 1; 1 of them holds the badge already.",
                "1 student meets version 1 and not version 2; for 1 of them something is missing yet, which never counts as zero.",
                "4 students meet both, 23 neither.",
            ]
        );
        let fate = |regrade, renewal| Fate {
            others: 1,
            regrade,
            renewal,
        };
        let said = holders(&counted, &fate(Regrade::Suspend, Some(Renewal::ByHand)), 2);
        assert_eq!(
            said,
            [
                "Nobody loses the badge because its rule changes: whoever holds it keeps it, and what is signed stays as it is.",
                "5 students hold it now. 1 of them does not meet version 2 and keeps it all the same.",
                "1 other person holds it without being in the course as a student any more, and keeps it as well.",
                "A later grade matters only for holders who have met the active version: if it falls, the badge counts for nothing until a \
                 teacher has decided, as your institution has it.",
                "The badge lapses. Whoever earns it again then does so by the version that decides at that time: renewed by hand, by a \
                 teacher.",
            ]
        );
        let none = Effects::default();
        assert_eq!(
            holders(&none, &fate(Regrade::Keep, None), 2)[1],
            "No student of the course holds it now."
        );
        assert_eq!(list(Whom::Losing, &counted), "Meet only the earlier one (1)");
        assert_eq!(version(3, RuleState::Draft), "Version 3, the draft");
    }
}
