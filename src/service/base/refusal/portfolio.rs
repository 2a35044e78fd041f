//! Why badges of other issuers are not taken, and why a collection is not kept or shown.

use chrono::{DateTime, Utc};

use super::ErrorKind;
use crate::domain::zone::Zone;

/// Why badges of other issuers are not taken, and why a collection is not kept or shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PortfolioRefusal {
    /// Neither a file nor a link.
    Nothing,
    /// A link that no server can be asked by.
    Link,
    /// It is larger than so many bytes.
    TooLarge(u64),
    /// There is no room for it among the files of the institution.
    NoRoom,
    /// An archive that cannot be unpacked, or that unpacks to far more than it is.
    Archive,
    /// There is nothing in it that could be a badge.
    Empty,
    /// More badges in one file than so many.
    Many(usize),
    /// It does not lie here any more.
    Gone,
    /// No badge was chosen, or none of those that were could be confirmed.
    NoneChosen,
    /// They have as many as so many badges of other issuers.
    Full(usize),
    /// Its issuer was asked a moment ago.
    JustChecked,
    /// Other sites were asked as often today as they may be, for them or for their whole institution.
    LooksUsed,
    /// A collection needs a title of 1 to so many characters.
    Title(usize),
    /// The holder's words have more than so many characters.
    Words(usize),
    /// A collection needs a badge, and has so many at most.
    Items(usize),
    /// They have as many as so many collections.
    Collections(usize),
    /// No link is made for that time.
    Days,
    /// The link showed a collection until then.
    Over(DateTime<Utc>, Zone),
    /// The institution's word on minors ended the link.
    Ended,
}

impl PortfolioRefusal {
    pub(super) fn facts(&self) -> (ErrorKind, &'static str) {
        use ErrorKind::{Conflict, Gone, Unprocessable};
        match self {
            Self::Nothing => (Unprocessable, "portfolio.nothing"),
            Self::Link => (Unprocessable, "portfolio.link"),
            Self::TooLarge(_) => (ErrorKind::TooLarge, "portfolio.too-large"),
            Self::NoRoom => (Conflict, "portfolio.no-room"),
            Self::Archive => (Unprocessable, "portfolio.archive"),
            Self::Empty => (Unprocessable, "portfolio.empty"),
            Self::Many(_) => (Unprocessable, "portfolio.many"),
            Self::Gone => (Conflict, "portfolio.gone"),
            Self::NoneChosen => (Unprocessable, "portfolio.none-chosen"),
            Self::Full(_) => (Conflict, "portfolio.full"),
            Self::JustChecked => (Conflict, "portfolio.just-checked"),
            Self::LooksUsed => (Conflict, "portfolio.looks-used"),
            Self::Title(_) => (Unprocessable, "collection.title"),
            Self::Words(_) => (Unprocessable, "collection.words"),
            Self::Items(_) => (Unprocessable, "collection.items"),
            Self::Collections(_) => (Conflict, "collection.many"),
            Self::Days => (Unprocessable, "collection.days"),
            Self::Ended => (Gone, "collection.ended"),
            Self::Over(..) => (Gone, "collection.over"),
        }
    }
}
