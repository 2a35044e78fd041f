//! Browsers in which an administrator has signed in before. Whoever tries passwords at an account makes strangers wait there,
//! and whoever shares an address with them; a browser that is known goes on by a counter of its own.
//!
//! The browser keeps its mark sealed, so nothing is stored here, and the mark alone lets nobody in. It ends with the master
//! key: then everybody is a stranger again until the next sign-in.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::AdminId;
use crate::random;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;

const PURPOSE: &str = "console known browser";
/// For so long after the last sign-in a browser is known.
pub(crate) const LIVES: TimeDelta = TimeDelta::days(180);
/// So many administrators may share a browser.
const MOST: usize = 5;

/// Who asks to be let in, as far as that is known before they are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asking<'a> {
    /// The client's address.
    pub(crate) address: &'a str,
    /// The mark that the browser kept.
    pub(crate) browser: Option<&'a str>,
}

/// Somebody who was let in: the token of their visit, and the mark that their browser keeps.
#[derive(Debug, Clone)]
pub(crate) struct Entered {
    pub(crate) token: String,
    pub(crate) browser: String,
}

/// A mark.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Browser {
    id: String,
    /// Who signed in there, the last one first.
    admins: Vec<AdminId>,
    at: DateTime<Utc>,
}

impl Browser {
    /// The mark that a browser kept, if it is ours and not too old.
    pub(super) fn of(cairn: &Cairn, asking: Asking<'_>) -> Option<Self> {
        let opened = cairn.vault.open(PURPOSE, asking.browser?).ok()?;
        let browser: Self = serde_json::from_slice(&opened).ok()?;
        (cairn.clock.now() < browser.at + LIVES).then_some(browser)
    }

    pub(super) fn knows(&self, admin: &AdminId) -> bool {
        self.admins.contains(admin)
    }

    /// By what its attempts are counted.
    pub(super) fn id(&self) -> &str {
        &self.id
    }
}

/// The mark for a browser in which `admin` signs in now.
pub(super) fn remember(
    cairn: &Cairn,
    before: Option<Browser>,
    admin: AdminId,
) -> Result<String, ServiceError> {
    let (id, mut admins) = match before {
        Some(before) => (before.id, before.admins),
        None => (random::token::<16>(cairn.random.as_ref()), Vec::new()),
    };
    admins.retain(|known| *known != admin);
    admins.insert(0, admin);
    admins.truncate(MOST);
    let at = cairn.clock.now();
    let text = serde_json::to_vec(&Browser { id, admins, at });
    let text = text.map_err(|error| ServiceError::Internal(error.to_string()))?;
    Ok(cairn.vault.seal(PURPOSE, &text, cairn.random.as_ref()))
}
