//! Where students stand with badges, and what their table is ordered by.

use crate::domain::stage::{Order, Sought, Stage};

/// Whom a list of choices offers to show.
#[must_use]
pub(crate) const fn sought(sought: Sought) -> &'static str {
    match sought {
        Sought::NotEarned => "not earned",
        Sought::At(Stage::Earned) => "earned",
        Sought::At(Stage::Lost) => "revoked or suspended",
        Sought::At(Stage::Expired) => "expired",
        Sought::At(Stage::Met) => "rule met, not awarded",
        Sought::At(Stage::Near) => "one condition missing",
        Sought::At(Stage::Begun) => "begun",
        Sought::At(Stage::NotBegun) => "nothing met yet",
        Sought::At(Stage::Unchecked) => "not checked yet",
    }
}

/// What a list of choices offers to order by.
#[must_use]
pub(crate) const fn order(order: Order) -> &'static str {
    match order {
        Order::Name => "name",
        Order::Earned => "most badges earned",
        Order::Next => "nearest to the next badge",
    }
}
