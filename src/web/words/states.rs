//! The states of badges and keys, as chips.

use crate::domain::badge::BadgeState;
use crate::domain::keys::KeyState;
use crate::web::views::shared::{Status, StatusChip};

/// Where a badge stands.
pub(crate) fn badge(state: &BadgeState) -> StatusChip {
    match state {
        BadgeState::Draft => Status::Neutral.saying("Draft"),
        BadgeState::Active => Status::Earned.saying("Active"),
        BadgeState::Paused { .. } => Status::NeedsAttention.saying("Paused"),
        BadgeState::Retired => Status::Neutral.saying("Retired"),
    }
}

/// That nobody can earn a badge that decides.
pub(crate) fn cannot_be_earned() -> StatusChip {
    Status::NeedsAttention.saying("Cannot be earned")
}

/// The same in a course that has ended, where none awards anything any more.
pub(crate) fn badge_of_ended(state: &BadgeState) -> StatusChip {
    match state {
        BadgeState::Active | BadgeState::Paused { .. } => Status::Neutral.saying("Ended"),
        BadgeState::Draft | BadgeState::Retired => badge(state),
    }
}

/// What a key does.
pub(crate) fn key(state: KeyState) -> StatusChip {
    match state {
        KeyState::Next => Status::InProgress.saying("Next"),
        KeyState::Active => Status::Earned.saying("Signs"),
        KeyState::Retired => Status::Neutral.saying("Old"),
        KeyState::Withdrawn => Status::NeedsAttention.saying("Withdrawn"),
    }
}
