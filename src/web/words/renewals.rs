//! What it takes for a badge that has lapsed to be awarded again.

use crate::domain::award::Award;
use crate::domain::badge::Renewal;
use crate::domain::renewal::{Means, Waits};
use crate::domain::zone::Zone;

/// A choice, as it follows "Renewed".
#[must_use]
pub(crate) const fn choice(renewal: Renewal) -> &'static str {
    match renewal {
        Renewal::Newer => "by something newer than the last award",
        Renewal::ByHand => "by hand, by a teacher",
        Renewal::Automatic => "by itself, as long as its rule is met",
    }
}

/// A choice in the editor, and what it means.
#[must_use]
pub(crate) const fn offered(renewal: Renewal) -> (&'static str, &'static str) {
    match renewal {
        Renewal::Newer => (
            "By something newer than the last award",
            "A new grade, submission or review, or a badge of a stack that was earned since. A grade that stays as it was does not renew it.",
        ),
        Renewal::ByHand => (
            "By hand",
            "A teacher renews it in the list of holders, for those who meet its rule.",
        ),
        Renewal::Automatic => (
            "By itself",
            "For as long as its rule is met, also by an old grade.",
        ),
    }
}

/// What a verifier reads of a badge that ends.
#[must_use]
pub(crate) fn to_everybody(renewal: Renewal) -> String {
    format!("Renewed {}.", choice(renewal))
}

fn lapsed(award: &Award, zone: Zone) -> String {
    award.valid_until.map_or_else(
        || "it lapsed".to_owned(),
        |until| format!("it lapsed on {}", zone.short_day(until)),
    )
}

/// What a student reads of a badge of theirs that has lapsed and that they meet, after "Next:".
#[must_use]
pub(crate) fn to_its_student(waits: &Waits, award: &Award, zone: Zone) -> String {
    let lapsed = lapsed(award, zone);
    match waits {
        Waits::Teacher => {
            format!("{lapsed}, and your teacher renews it by hand. You meet what it needs; ask them.")
        }
        Waits::Newer(means) => format!(
            "{lapsed}, and what you have is from before. {}.",
            capitalised(&student_does(means))
        ),
    }
}

/// What a student can do before the badge lapses, after "To renew it:".
#[must_use]
pub(crate) fn to_its_holder(waits: &Waits) -> String {
    match waits {
        Waits::Teacher => {
            "You meet what it needs, and your teacher renews it by hand once it has lapsed.".to_owned()
        }
        Waits::Newer(means) => format!(
            "To renew it: {}. What you have now counts for this term only.",
            student_does(means)
        ),
    }
}

fn student_does(means: &[Means]) -> String {
    let does: Vec<&str> = means
        .iter()
        .map(|means| match means {
            Means::HandIn => "hand in anew",
            Means::Grade => "be graded anew",
            Means::Completion => "complete an activity anew",
            Means::Badge => "earn one of the badges that it asks for anew",
            Means::Approval => "be approved anew",
        })
        .collect();
    if does.is_empty() {
        "ask your teacher, who can renew it by hand".to_owned()
    } else {
        does.join(" or ")
    }
}

/// What a teacher reads of a student whose badge has lapsed and who meets its rule.
#[must_use]
pub(crate) fn to_a_teacher(waits: &Waits, award: &Award, zone: Zone) -> String {
    let lapsed = capitalised(&lapsed(award, zone));
    match waits {
        Waits::Teacher => {
            format!(
                "{lapsed}, and this badge is renewed by hand. The student meets its rule: renew it in the list of holders."
            )
        }
        Waits::Newer(means) => format!(
            "{lapsed}, and everything that meets its rule is from before the last award of {}. {} You can also renew it by hand, in the list of holders.",
            zone.short_day(award.awarded_at),
            teacher_waits_for(means)
        ),
    }
}

fn teacher_waits_for(means: &[Means]) -> String {
    let waits: Vec<&str> = means
        .iter()
        .map(|means| match means {
            Means::HandIn => "hands in anew",
            Means::Grade => "is graded anew",
            Means::Completion => "completes an activity anew",
            Means::Badge => "earns one of the badges that it asks for anew",
            Means::Approval => "is approved anew",
        })
        .collect();
    if waits.is_empty() {
        "Its rule asks for nothing that could be newer.".to_owned()
    } else {
        format!("It is awarded again when the student {}.", waits.join(" or "))
    }
}

/// Why the dry run does not award it to those whose badge has lapsed.
#[must_use]
pub(crate) const fn in_the_dry_run(renewal: Renewal) -> &'static str {
    match renewal {
        Renewal::Newer => "nothing newer than the last award; can be renewed by hand in the list of holders",
        Renewal::ByHand | Renewal::Automatic => "renewed by hand, in the list of holders",
    }
}

/// With its first letter upper case.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next();
    first
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample::{award, days};

    #[test]
    fn student_and_teacher_read_when_it_lapsed_and_what_renews_it() {
        let award = award(1, Some(days(-1)), false);
        let newer = Waits::Newer(vec![Means::HandIn, Means::Grade]);
        assert_eq!(
            to_its_student(&newer, &award, Zone::UTC),
            "it lapsed on 22 Nov 2026, and what you have is from before. Hand in anew or be graded anew."
        );
        assert_eq!(
            to_a_teacher(&newer, &award, Zone::UTC),
            "It lapsed on 22 Nov 2026, and everything that meets its rule is from before the last award of 15 Aug 2026. \
             It is awarded again when the student hands in anew or is graded anew. You can also renew it by hand, in the \
             list of holders."
        );
        assert_eq!(
            to_its_student(&Waits::Teacher, &award, Zone::UTC),
            "it lapsed on 22 Nov 2026, and your teacher renews it by hand. You meet what it needs; ask them."
        );
        assert_eq!(
            to_its_holder(&Waits::Newer(Vec::new())),
            "To renew it: ask your teacher, who can renew it by hand. What you have now counts for this term only."
        );
    }
}
