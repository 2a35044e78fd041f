//! Badges of other issuers that a student brings, and collections of badges that a student shows for one application.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::evidence::StoredFile;
use crate::ids::{AwardId, CollectionId, ForeignBadgeId, PersonId, TenantId};

/// A badge of another issuer, as a student brought it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ForeignBadge {
    pub(crate) id: ForeignBadgeId,
    pub(crate) tenant: TenantId,
    pub(crate) person: PersonId,
    /// What it is known again by.
    pub(crate) key: String,
    /// The bytes as they came.
    pub(crate) file: StoredFile,
    pub(crate) picture: Option<StoredFile>,
    /// The address that it was brought by.
    pub(crate) source: Option<String>,
    pub(crate) says: Says,
    pub(crate) holder: Holder,
    pub(crate) standing: Standing,
    /// More about the standing, where there is more to say.
    pub(crate) why: Option<String>,
    /// The moment of which the standing is.
    pub(crate) checked_at: DateTime<Utc>,
    /// When its issuer was asked last, answered or not.
    pub(crate) tried_at: DateTime<Utc>,
    pub(crate) kept_at: DateTime<Utc>,
}

/// What a badge says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Says {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) achievement: Option<String>,
    /// The id of its issuer.
    pub(crate) issuer: String,
    pub(crate) issuer_name: Option<String>,
    pub(crate) awarded_at: Option<DateTime<Utc>>,
    pub(crate) until: Option<DateTime<Utc>>,
}

impl Says {
    /// What the issuer is called: by its name, else by its id.
    #[must_use]
    pub(crate) fn issuer_called(&self) -> &str {
        self.issuer_name.as_deref().unwrap_or(&self.issuer)
    }
}

/// What ties a badge to whoever brought it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Holder {
    /// It names the address that the platform tells of them.
    Certain,
    /// Nothing but their word.
    Claimed,
}

/// What the last verification found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    Genuine,
    Expired,
    Suspended,
    Revoked,
    /// Something of it is wrong by now: its issuer has withdrawn the key, for instance.
    Wrong,
}

impl ForeignBadge {
    /// How it stands at a moment: what was genuine expires by itself.
    #[must_use]
    pub(crate) fn standing(&self, now: DateTime<Utc>) -> Standing {
        let is_over = self.says.until.is_some_and(|until| until <= now);
        match self.standing {
            Standing::Genuine if is_over => Standing::Expired,
            standing => standing,
        }
    }
}

/// Badges on one page, for one application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Collection {
    pub(crate) id: CollectionId,
    pub(crate) tenant: TenantId,
    pub(crate) person: PersonId,
    pub(crate) title: String,
    /// The holder's own words.
    pub(crate) words: String,
    pub(crate) items: Vec<Item>,
    pub(crate) changed_at: DateTime<Utc>,
    pub(crate) link: Option<CollectionLink>,
}

/// A badge in a collection.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Item {
    /// One that was awarded here.
    Award(AwardId),
    /// One of another issuer.
    Foreign(ForeignBadgeId),
}

/// A link by which whoever has it sees a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CollectionLink {
    /// SHA-256 of its secret part, in hex.
    pub(crate) digest: String,
    pub(crate) made_at: DateTime<Utc>,
    pub(crate) until: DateTime<Utc>,
}

impl CollectionLink {
    /// Whether it shows the collection.
    #[must_use]
    pub(crate) fn is_open(&self, now: DateTime<Utc>) -> bool {
        now < self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn what_was_genuine_expires_by_itself_and_nothing_else_gets_better() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let file = StoredFile {
            name: "badge.json".to_owned(),
            media_type: "text/plain".to_owned(),
            size: 1,
            digest: "00".to_owned(),
        };
        let badge = |standing, until| ForeignBadge {
            id: "f".into(),
            tenant: "t".into(),
            person: "p".into(),
            key: "k".to_owned(),
            file: file.clone(),
            picture: None,
            source: None,
            says: Says {
                name: "Welding".to_owned(),
                description: String::new(),
                achievement: None,
                issuer: "did:web:x.example".to_owned(),
                issuer_name: None,
                awarded_at: None,
                until,
            },
            holder: Holder::Certain,
            standing,
            why: None,
            checked_at: now,
            tried_at: now,
            kept_at: now,
        };
        let (over, later) = (Some(now), Some(now + TimeDelta::seconds(1)));
        assert_eq!(badge(Standing::Genuine, None).standing(now), Standing::Genuine);
        assert_eq!(badge(Standing::Genuine, later).standing(now), Standing::Genuine);
        assert_eq!(badge(Standing::Genuine, over).standing(now), Standing::Expired);
        for kept in [
            Standing::Revoked,
            Standing::Wrong,
            Standing::Suspended,
            Standing::Expired,
        ] {
            assert_eq!(badge(kept, later).standing(now), kept);
        }
        assert_eq!(
            badge(Standing::Genuine, None).says.issuer_called(),
            "did:web:x.example"
        );
    }

    #[test]
    fn a_link_ends_at_its_end() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let link = |until| CollectionLink {
            digest: String::new(),
            made_at: now,
            until,
        };
        assert!(link(now + TimeDelta::seconds(1)).is_open(now));
        assert!(!link(now).is_open(now));
    }
}
