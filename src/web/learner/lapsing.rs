//! What to do before a badge lapses.

use super::next_step::next_words;
use crate::domain::award::Lapse;
use crate::domain::badge::BadgeState;
use crate::domain::decision::Truth;
use crate::domain::zone::Zone;
use crate::service::award::learning::{Learning, MyBadge};
use crate::web::views::learner::Reminder;
use crate::web::views::shared::When;
use crate::web::words::renewals;

/// The reminder, if the end of this badge's term is near.
pub(super) fn reminder(learning: &Learning, mine: &MyBadge, zone: Zone) -> Option<Reminder> {
    let award = mine.award.as_ref()?;
    let lapse = award.lapse(learning.now)?;
    let end = award.valid_until?;
    Some(Reminder {
        until: When::new(end, learning.now),
        pressing: lapse == Lapse::VerySoon,
        what_to_do: what_to_do(learning, mine, zone),
    })
}

fn what_to_do(learning: &Learning, mine: &MyBadge, zone: Zone) -> String {
    let (award, decision) = (mine.award.as_ref(), mine.decision.as_ref());
    let ended = award.and_then(|award| award.valid_until).unwrap_or(learning.now);
    let renewable = matches!(mine.badge.state, BadgeState::Active | BadgeState::Paused { .. })
        && mine.badge.design.expiry.leaves_time(ended);
    if !renewable {
        return "It cannot be renewed: after that day it is not awarded any more. You keep it, and it shows as expired."
            .to_owned();
    }
    if !learning.may_earn {
        return format!(
            "It is renewed for students of this course who meet what it needs, {}.",
            renewals::choice(mine.badge.design.renewal)
        );
    }
    if let Some(waits) = &mine.waits {
        return renewals::to_its_holder(waits);
    }
    match decision.map(|decision| decision.outcome) {
        Some(Truth::Yes) if matches!(mine.badge.state, BadgeState::Active) => {
            "You meet what it needs, so there is nothing to do: if that is still so on that day, it is renewed by itself."
                .to_owned()
        }
        _ => format!("To renew it: {}", next_words(learning, mine, zone)),
    }
}
