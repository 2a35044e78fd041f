//! What a student can do next for a badge.

use crate::domain::award::Standing;
use crate::domain::badge::BadgeState;
use crate::domain::sentence::{Audience, next_step};
use crate::domain::zone::Zone;
use crate::service::award::learning::{Learning, MyBadge};
use crate::web::words::renewals;

/// The one next step, without the word that the page writes before it.
pub(super) fn next_words(learning: &Learning, mine: &MyBadge, zone: Zone) -> String {
    if matches!(mine.badge.state, BadgeState::Paused { .. }) {
        return "nothing for you to do: this badge is paused until your teacher has looked at its rule."
            .to_owned();
    }
    if mine.is_blocked {
        // Not which column it is: students may not see all of them.
        return "nothing for you to do now: your course site does not show at present what this badge asks for. Your instructor was told."
            .to_owned();
    }
    if let (Some(waits), Some(award)) = (&mine.waits, &mine.award)
        && award.standing(learning.now) == Standing::Expired
    {
        return renewals::to_its_student(waits, award, zone);
    }
    let step = mine
        .decision
        .as_ref()
        .map(|decision| next_step(decision, &learning.names, Audience::Student));
    let step = step.unwrap_or_default();
    step.strip_prefix("Next: ").map_or(step.clone(), str::to_owned)
}
