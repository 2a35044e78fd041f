//! What is missing: the one next step, and how far somebody has come.

use super::lines::needed;
use super::{Audience, Names, as_compared, badge_of, badges, bound, list, native, number, one_line, stands};
use crate::domain::decision::{CheckedCondition, CheckedGroup, CheckedNode, Decision, Seen, Truth};
use crate::domain::evidence::SubmissionState;
use crate::domain::rule::{Condition, Need};

/// How much of the outermost group holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Progress {
    /// Never more than `needed`.
    pub(crate) met: usize,
    pub(crate) needed: usize,
}

impl Progress {
    /// "You have 2 of 3." for a student, "2 of 3" for a teacher.
    #[must_use]
    pub(crate) fn words(self, audience: Audience) -> String {
        let Self { met, needed } = self;
        match audience {
            Audience::Student => format!("You have {met} of {needed}."),
            Audience::Teacher => format!("{met} of {needed}"),
        }
    }
}

/// How much of the outermost group holds; of the group inside it when that is all there is.
#[must_use]
pub(crate) fn progress(decision: &Decision) -> Progress {
    let group = outermost(&decision.tree);
    let needed = group.needed();
    Progress {
        met: group.met().min(needed),
        needed,
    }
}

fn outermost(tree: &CheckedGroup) -> &CheckedGroup {
    let mut tree = tree;
    while let [CheckedNode::Group(only)] = tree.nodes.as_slice()
        && matches!(tree.need, Need::All | Need::Any | Need::AtLeast(1))
    {
        tree = only;
    }
    tree
}

/// Whether each badge that a stack names is needed, and no group of it lets anybody choose.
#[must_use]
pub(crate) fn needs_all(decision: &Decision) -> bool {
    fn all_of(group: &CheckedGroup) -> bool {
        let members = group.distinct();
        group.needed() >= members.len()
            && members.into_iter().all(|node| match node {
                CheckedNode::Group(inner) => all_of(inner),
                CheckedNode::Condition(_) => true,
            })
    }
    all_of(&decision.tree)
}

/// The one next step, as a sentence: "Next: your Project report is being reviewed." What the reader can do comes before
/// what others must do; where one of several ways is enough, the shortest is named.
#[must_use]
pub(crate) fn next_step(decision: &Decision, names: &Names, audience: Audience) -> String {
    let tree = outermost(&decision.tree);
    let Some(step) = group_step(tree, names, audience) else {
        return match audience {
            Audience::Teacher => "Everything that this badge asks for is met.".to_owned(),
            Audience::Student => "You have met everything that this badge asks for.".to_owned(),
        };
    };
    let more = step.missing.saturating_sub(step.covers);
    if more == 0 || step.rank >= STUCK {
        format!("Next: {}.", step.text)
    } else {
        let verb = if more == 1 { "is" } else { "are" };
        format!("Next: {}; after that {more} more {verb} missing.", step.text)
    }
}

/// From here on nobody's next step is plain: somebody must talk to somebody.
const STUCK: u8 = 8;
/// The rule itself cannot be met.
const IMPOSSIBLE: u8 = 10;

struct Step {
    /// Lower comes first.
    rank: u8,
    /// How many members are missing in the group that the step is taken in.
    missing: usize,
    /// How many of them the text speaks of.
    covers: usize,
    text: String,
}

fn step(node: &CheckedNode, names: &Names, audience: Audience) -> Option<Step> {
    match node {
        CheckedNode::Group(group) => group_step(group, names, audience),
        CheckedNode::Condition(condition) => {
            if condition.truth == Truth::Yes {
                return None;
            }
            let (rank, text) = match audience {
                Audience::Teacher => to_teacher(condition, names),
                Audience::Student => to_student(condition, names),
            };
            Some(Step {
                rank,
                missing: 1,
                covers: 1,
                text,
            })
        }
    }
}

/// `None` when the group holds.
fn group_step(group: &CheckedGroup, names: &Names, audience: Audience) -> Option<Step> {
    if group.truth == Truth::Yes {
        return None;
    }
    let members = group.distinct();
    let needed = group.needed();
    if members.is_empty() || needed == 0 || needed > members.len() {
        let text = match audience {
            Audience::Teacher => "change the rule, which nobody can meet as it stands",
            Audience::Student => "ask your instructor: the rule of this badge cannot be met as it stands",
        };
        return Some(Step {
            rank: IMPOSSIBLE,
            missing: 1,
            covers: 1,
            text: text.to_owned(),
        });
    }
    let missing = needed.saturating_sub(group.met());
    if let Some(step) = badges_to_choose(group, missing, names, audience) {
        return Some(step);
    }
    let steps = members.into_iter().filter_map(|node| step(node, names, audience));
    let best = match group.need {
        Need::All => steps.min_by_key(|step| step.rank),
        Need::Any | Need::AtLeast(_) => {
            steps.min_by_key(|step| (step.rank >= STUCK, step.missing, step.rank))
        }
    }?;
    // Where several members are missing the step is taken in one of them.
    if missing > 1 {
        return Some(Step {
            missing,
            covers: 1,
            ..best
        });
    }
    Some(best)
}

/// "earn 1 more of these badges: SQL basics, Charts", where a group asks for some of several badges.
fn badges_to_choose(group: &CheckedGroup, missing: usize, names: &Names, audience: Audience) -> Option<Step> {
    if group.need == Need::All {
        return None;
    }
    let mut open = Vec::new();
    for node in group.distinct() {
        let CheckedNode::Condition(condition) = node else {
            return None;
        };
        let badge = badge_of(&condition.condition)?;
        if condition.truth != Truth::Yes && condition.seen != Seen::BadgeRevoked {
            open.push(names.badge(badge));
        }
    }
    if open.len() < 2 || missing == 0 || missing > open.len() {
        return None;
    }
    let (rank, verb) = match audience {
        Audience::Student => (2, "earn"),
        Audience::Teacher => (5, "the student still has to earn"),
    };
    let text = if missing == open.len() {
        format!("{verb} these badges: {}", list(&open, "and"))
    } else {
        format!("{verb} {missing} more of these badges: {}", list(&open, "or"))
    };
    Some(Step {
        rank,
        missing,
        covers: missing,
        text,
    })
}

fn to_student(checked: &CheckedCondition, names: &Names) -> (u8, String) {
    let what = subject(&checked.condition, names);
    match &checked.seen {
        Seen::Evidence {
            state: SubmissionState::ChangesAsked,
            ..
        } => (0, format!("change your {what} as asked and hand it in again")),
        Seen::NothingHandedIn => (1, format!("hand in your {what}")),
        Seen::BadgeNotHeld => (2, format!("earn the badge {what}")),
        Seen::External { .. } | Seen::ExternalOver { .. } | Seen::NoExternal => (
            2,
            format!("bring {what} under “Badges from elsewhere”, one that names your e-mail address"),
        ),
        Seen::BadgeTooOld { .. } => (
            2,
            format!(
                "earn the badge {what} again, as it has to be of {}",
                badges::years(&checked.condition)
            ),
        ),
        Seen::BadgeTotal { .. } => (
            2,
            format!("earn {} more in badges ({what})", badges::missing(checked)),
        ),
        Seen::BadgeExpired { at } => (
            2,
            format!(
                "earn the badge {what} again, as yours expired on {}",
                names.day(*at)
            ),
        ),
        Seen::Grade {
            value,
            maximum,
            needs,
            ..
        } => {
            let (value, needs) = as_compared(*value, *needs);
            (
                3,
                format!(
                    "reach {needs} of {} in {what}, where you have {value}",
                    number(*maximum)
                ),
            )
        }
        Seen::StepOfScale { .. } => (
            8,
            format!("wait until your instructor has changed what is asked of {what}"),
        ),
        Seen::NoGrade { .. } => (
            4,
            format!(
                "get at least {} in {what}, which has no grade yet",
                needs(checked, names)
            ),
        ),
        Seen::Elsewhere { .. } | Seen::NothingElsewhere => elsewhere_to_student(checked, names),
        Seen::HandedIn(_)
        | Seen::HandInNotTold
        | Seen::Completion(_)
        | Seen::CompletionNotTold
        | Seen::Best { .. } => native::to_student(checked, &what),
        // Said alike to whoever has a grade there and to whoever has none.
        Seen::NotReleased { .. } => (
            4,
            format!(
                "get at least {} in {what}, where grades are not released yet",
                needs(checked, names)
            ),
        ),
        Seen::Evidence {
            state: SubmissionState::Declined,
            ..
        } => (
            8,
            format!("ask your instructor about your {what}, which was declined"),
        ),
        Seen::Evidence { .. } => (5, format!("your {what} is being reviewed")),
        Seen::NoApproval | Seen::Approval { .. } => {
            (6, "your instructor's approval is still to come".to_owned())
        }
        Seen::Date { at, zone } => (7, format!("wait until {}", names.moment(*at, *zone))),
        Seen::BadgeRevoked | Seen::BadgeWaived | Seen::Badge { .. } | Seen::BadgeElsewhere { .. } => (
            9,
            format!("ask your instructor about your badge {what}, which was revoked"),
        ),
    }
}

fn to_teacher(checked: &CheckedCondition, names: &Names) -> (u8, String) {
    let what = subject(&checked.condition, names);
    match &checked.seen {
        Seen::Evidence {
            state: SubmissionState::HandedIn | SubmissionState::Approved,
            ..
        } => (0, format!("{what} needs a review")),
        Seen::NoApproval | Seen::Approval { .. } => (1, "an instructor's approval is needed".to_owned()),
        Seen::StepOfScale { .. } => (
            0,
            format!("the rule has to ask for a step of {what} instead of percent"),
        ),
        Seen::Elsewhere { .. } | Seen::NothingElsewhere => elsewhere_to_teacher(checked, names),
        Seen::HandedIn(_)
        | Seen::HandInNotTold
        | Seen::Completion(_)
        | Seen::CompletionNotTold
        | Seen::Best { .. } => native::to_teacher(checked, &what),
        Seen::NotReleased { .. } => (2, format!("release the grades in {what}")),
        Seen::NoGrade { .. } => (
            2,
            format!("{what} needs a grade of at least {}", needs(checked, names)),
        ),
        Seen::Evidence {
            state: SubmissionState::ChangesAsked,
            ..
        } => (
            3,
            format!("the student still has to change {what} as asked and hand it in again"),
        ),
        Seen::NothingHandedIn => (4, format!("the student still has to hand in {what}")),
        Seen::BadgeNotHeld | Seen::BadgeTooOld { .. } => {
            (5, format!("the student still has to earn the badge {what}"))
        }
        Seen::External { .. } | Seen::ExternalOver { .. } | Seen::NoExternal => {
            (5, format!("the student still has to bring {what}"))
        }
        Seen::BadgeTotal { .. } => (
            5,
            format!(
                "the student still has to earn badges ({what}) until they are {}",
                badges::needed(checked)
            ),
        ),
        Seen::BadgeExpired { at } => (
            5,
            format!(
                "the student still has to earn the badge {what} again, which expired on {}",
                names.day(*at)
            ),
        ),
        Seen::Grade {
            value,
            maximum,
            needs,
            ..
        } => {
            let (value, needs) = as_compared(*value, *needs);
            (
                6,
                format!(
                    "the student still has to reach {needs} of {} in {what}, and has {value}",
                    number(*maximum)
                ),
            )
        }
        Seen::Date { at, zone } => (7, format!("wait until {}", names.moment(*at, *zone))),
        Seen::Evidence {
            state: SubmissionState::Declined,
            ..
        } => (8, format!("talk to the student about {what}, which was declined")),
        Seen::BadgeRevoked | Seen::BadgeWaived | Seen::Badge { .. } | Seen::BadgeElsewhere { .. } => (
            9,
            format!("talk to the student about the badge {what}, which was revoked"),
        ),
    }
}

fn elsewhere_to_student(checked: &CheckedCondition, names: &Names) -> (u8, String) {
    let what = subject(&checked.condition, names);
    match &checked.seen {
        Seen::Elsewhere { value, maximum, .. } if checked.truth == Truth::No => (
            3,
            format!(
                "reach {} in {what}, where you have {}",
                needed(checked, names),
                stands(value, *maximum)
            ),
        ),
        Seen::NothingElsewhere => (
            4,
            format!(
                "get {} in {what}, of which no grade is known here yet",
                needed(checked, names)
            ),
        ),
        _ => (
            8,
            format!("ask your instructor about {what}, where your grade is not told as the rule asks for it"),
        ),
    }
}

fn elsewhere_to_teacher(checked: &CheckedCondition, names: &Names) -> (u8, String) {
    let what = subject(&checked.condition, names);
    let needed = needed(checked, names);
    match &checked.seen {
        Seen::Elsewhere { value, maximum, .. } if checked.truth == Truth::No => (
            6,
            format!(
                "the student still has to reach {needed} in {what}, and has {}",
                stands(value, *maximum)
            ),
        ),
        Seen::NothingElsewhere => (2, format!("{what} has no grade here yet, needs {needed}")),
        _ => (
            0,
            format!("look at the grade in {what}, which does not tell whether it is {needed}"),
        ),
    }
}

fn subject(condition: &Condition, names: &Names) -> String {
    match condition {
        Condition::Grade { item, .. } => names.line_item(item),
        Condition::Elsewhere { column, .. }
        | Condition::HandedIn { column, .. }
        | Condition::Completed { column } => names.elsewhere(column),
        Condition::BestOf { best, of, .. } => native::the_best(*best, of),
        Condition::EvidenceApproved { activity } => names.activity(activity),
        Condition::ExternalBadge { name, .. } => format!("a badge of {}", one_line(name)),
        Condition::HoldsBadge { badge, .. } => names.badge(badge),
        Condition::BadgeTotal { of, .. } => names.badges(of),
        Condition::NotBefore { .. } | Condition::InstructorApproves => String::new(),
    }
}

fn needs(checked: &CheckedCondition, names: &Names) -> String {
    match (&checked.condition, &checked.seen) {
        (Condition::Grade { item, .. }, Seen::NoGrade { at_least, .. } | Seen::NotReleased { at_least }) => {
            bound(*at_least, names.maximum(item))
        }
        _ => String::new(),
    }
}
