//! What is refused about gradebook columns. Jobs that wait for a column meet it too, so it is kept in the database.

use serde::{Deserialize, Serialize};

use super::ErrorKind;

/// Why there is no column, or none that can be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ColumnRefusal {
    Label,
    Points,
    /// The moment of a release has passed.
    ReleaseDate,
    /// The course has no grade service that may be called.
    NoService(AddressTrouble),
    /// The address of this column may not be called.
    Address(AddressTrouble),
    /// The activity waits for its column.
    NotYet,
    /// The column of that name was deleted from the course.
    Gone(String),
    /// The column of that name belongs to a former registration.
    OfFormer(String),
    /// The column of that name is locked in the gradebook.
    Locked(String),
}

impl ColumnRefusal {
    pub(super) fn facts(&self) -> (ErrorKind, &'static str) {
        use ErrorKind::{Conflict, Unprocessable};
        match self {
            Self::Label => (Unprocessable, "column.label"),
            Self::Points => (Unprocessable, "column.points"),
            Self::ReleaseDate => (Unprocessable, "column.release-date"),
            Self::NoService(_) => (Conflict, "column.no-service"),
            Self::Address(_) => (Conflict, "column.address"),
            Self::NotYet => (Conflict, "column.not-yet"),
            Self::Gone(_) => (Conflict, "column.gone"),
            Self::OfFormer(_) => (Conflict, "column.of-former"),
            Self::Locked(_) => (Conflict, "column.locked"),
        }
    }
}

/// A service of a platform that cannot be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct AddressTrouble {
    pub(crate) service: PlatformService,
    pub(crate) why: Unusable,
}

/// The services whose addresses come with a launch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PlatformService {
    Grades,
    Members,
}

/// Why an address is not called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Unusable {
    NotOffered,
    Unreadable,
    /// It is not what the registration allows, as [`lti::error::ServiceUrlError`] says it.
    NotAllowed(String),
}
