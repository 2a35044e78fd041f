//! The members of a course (LTI-NRPS 2.0).
//!
//! Roles are left as sent: Moodle sends bare words, Canvas URIs, and a non-editing teacher of Moodle appears as `Learner`.

use serde::Deserialize;
use url::Url;

use super::error::{Reason, ServiceError, read_json};
use super::media::{self, scope};
use super::paging::List;
use super::{Call, Platform, Repeat};
use crate::number::text;

/// Whether a member takes part (LTI-NRPS 2.0, section 2.3). Moodle and Canvas list active members only: whoever leaves is
/// missing from the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Takes part.
    Active,
    /// Enrolled, and does not take part now.
    Inactive,
    /// No longer enrolled.
    Deleted,
    /// A word that the standard does not know; not active.
    Unknown,
}

/// A person in a course. Everything but id, status and roles depends on what the platform shares with the tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The `sub` of this person's launches.
    pub user_id: String,
    /// Whether the person takes part.
    pub status: Status,
    /// The whole name, where shared.
    pub name: Option<String>,
    /// The given name, where shared.
    pub given_name: Option<String>,
    /// The family name, where shared.
    pub family_name: Option<String>,
    /// The e-mail address, where shared.
    pub email: Option<String>,
    /// The URL of a picture, where shared.
    pub picture: Option<String>,
    /// URIs or bare words, as sent.
    pub roles: Vec<String>,
    /// The id in the student information system, where shared.
    pub lis_person_sourcedid: Option<String>,
}

impl Platform {
    /// All members of a course, `memberships` being the URL of the NRPS claim. A person listed twice gets the roles of
    /// both rows.
    pub async fn members(&self, memberships: &Url) -> Result<Vec<Member>, ServiceError> {
        let call = Call {
            doing: "Reading the members",
            scope: scope::MEMBERS_READ,
            repeat: Repeat::Always,
        };
        let list = List {
            call,
            media: media::MEMBERS,
            page_size: 50,
            read: read_members,
        };
        Ok(merge(self.read_pages(memberships, &list).await?))
    }
}

fn merge(rows: Vec<Member>) -> Vec<Member> {
    let mut places = std::collections::HashMap::new();
    let mut members: Vec<Member> = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(known) = places
            .get(&row.user_id)
            .and_then(|place: &usize| members.get_mut(*place))
        {
            known.roles.extend(row.roles);
            if row.status == Status::Active {
                known.status = Status::Active;
            }
        } else {
            places.insert(row.user_id.clone(), members.len());
            members.push(row);
        }
    }
    members
}

fn read_members(body: &[u8]) -> Result<Vec<Member>, Reason> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Roles {
        Many(Vec<String>),
        One(String),
    }
    #[derive(Deserialize)]
    struct Wire {
        #[serde(default, deserialize_with = "text")]
        user_id: Option<String>,
        #[serde(default, deserialize_with = "text")]
        status: Option<String>,
        #[serde(default, deserialize_with = "text")]
        name: Option<String>,
        #[serde(default, deserialize_with = "text")]
        given_name: Option<String>,
        #[serde(default, deserialize_with = "text")]
        family_name: Option<String>,
        #[serde(default, deserialize_with = "text")]
        email: Option<String>,
        #[serde(default, deserialize_with = "text")]
        picture: Option<String>,
        #[serde(default)]
        roles: Option<Roles>,
        #[serde(default, deserialize_with = "text")]
        lis_person_sourcedid: Option<String>,
    }
    #[derive(Deserialize)]
    struct Container {
        members: Vec<Wire>,
    }
    let container: Container = read_json(body)?;
    container
        .members
        .into_iter()
        .map(|wire| {
            // A member that cannot be named must not pass for one who has left.
            let user_id = wire.user_id.filter(|id| !id.is_empty());
            Ok(Member {
                user_id: user_id.ok_or_else(|| Reason::Malformed("a member has no user_id".to_owned()))?,
                status: match wire.status.as_deref() {
                    None | Some("Active") => Status::Active,
                    Some("Inactive") => Status::Inactive,
                    Some("Deleted") => Status::Deleted,
                    Some(_) => Status::Unknown,
                },
                name: wire.name,
                given_name: wire.given_name,
                family_name: wire.family_name,
                email: wire.email,
                picture: wire.picture,
                roles: match wire.roles {
                    Some(Roles::Many(roles)) => roles,
                    Some(Roles::One(role)) => vec![role],
                    None => Vec::new(),
                },
                lis_person_sourcedid: wire.lis_person_sourcedid,
            })
        })
        .collect()
}

#[cfg(test)]
#[path = "roster_tests.rs"]
mod tests;
