//! The members of a course (LTI-NRPS 2.0).
//!
//! Roles are left as sent: Moodle sends bare words, Canvas URIs, and a non-editing teacher of Moodle appears as `Learner`.
//!
//! One row that cannot be read spoils no other: it is left out, and the [`Roster`] says so.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use url::Url;

use super::error::{Reason, ServiceError, read_json};
use super::media::{self, scope};
use super::paging::List;
use super::{Call, Platform, Repeat};
use crate::clean;
use crate::number::{id, text};

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
    /// The whole name, where shared, or else made of the given and the family name.
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
    /// The custom parameters that a launch of this person would carry, where the list was asked for with a link.
    pub custom: BTreeMap<String, String>,
}

/// The members of a course, as far as they can be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roster {
    /// Each person once.
    pub members: Vec<Member>,
    /// What stands in the list and cannot be read. Where anything does, whoever is missing among the members may be there.
    pub left_out: Vec<LeftOut>,
}

/// A row of the member list that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("row {row}{} {fault}", .name.as_ref().map_or_else(String::new, |name| format!(" (“{name}”)")))]
pub struct LeftOut {
    /// Its place in the list, the first being 1.
    pub row: usize,
    /// Whose row it seems to be: the name that stands in it.
    pub name: Option<String>,
    /// What is wrong with it.
    pub fault: RowFault,
}

/// Why a row of the member list cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// It is no JSON object, or one that names a member twice.
    #[error("is no member at all")]
    NoMember,
    /// `user_id` is missing, empty, of another type, too long, or holds control characters.
    #[error("has no usable id (user_id)")]
    NoId,
    /// `roles` is neither a list nor a text.
    #[error("has no readable roles")]
    NoRoles,
}

impl Platform {
    /// All members of a course, `memberships` being the URL of the NRPS claim. A person listed twice gets the roles of
    /// both rows.
    pub async fn members(&self, memberships: &Url) -> Result<Roster, ServiceError> {
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
        Ok(roster(self.read_pages(memberships, &list).await?))
    }

    /// As [`members`](Self::members), each with the custom parameters of their launches of the link `rlid` (LTI-NRPS 2.0, section
    /// 3.2). Whoever may not open that link can be missing.
    pub async fn members_of_link(&self, memberships: &Url, rlid: &str) -> Result<Roster, ServiceError> {
        let mut url = memberships.clone();
        url.query_pairs_mut().append_pair("rlid", rlid);
        self.members(&url).await
    }
}

/// A row that cannot be read: the name in it, and why.
type Unread = (Option<String>, RowFault);

fn roster(rows: Vec<Result<Member, Unread>>) -> Roster {
    let (mut members, mut left_out) = (Vec::with_capacity(rows.len()), Vec::new());
    for (at, row) in rows.into_iter().enumerate() {
        match row {
            Ok(member) => members.push(member),
            Err((name, fault)) => left_out.push(LeftOut {
                row: at.saturating_add(1),
                name,
                fault,
            }),
        }
    }
    Roster {
        members: merge(members),
        left_out,
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

#[derive(Deserialize)]
struct Wire {
    #[serde(default, deserialize_with = "id")]
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
    roles: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "text")]
    lis_person_sourcedid: Option<String>,
    #[serde(default)]
    message: Option<Box<RawValue>>,
}

/// Custom parameters of one member that are read; a tool asks for a few.
const MOST_CUSTOM: usize = 50;

impl Wire {
    fn member(self) -> Result<Member, Unread> {
        let (given, family) = (self.given_name.as_deref(), self.family_name.as_deref());
        let name = clean::whole_name(self.name.as_deref(), given, family);
        // A member that cannot be named must not pass for one who has left.
        let Some(user_id) = self.user_id else {
            return Err((name, RowFault::NoId));
        };
        let Some(roles) = roles(self.roles.as_deref()) else {
            return Err((name, RowFault::NoRoles));
        };
        Ok(Member {
            user_id,
            status: Status::of(self.status.as_deref()),
            name,
            given_name: self.given_name,
            family_name: self.family_name,
            email: self.email,
            picture: self.picture,
            roles,
            lis_person_sourcedid: self.lis_person_sourcedid,
            custom: custom(self.message.as_deref()),
        })
    }
}

impl Status {
    /// Reads the word in any case.
    fn of(word: Option<&str>) -> Self {
        let known = [
            ("active", Self::Active),
            ("inactive", Self::Inactive),
            ("deleted", Self::Deleted),
        ];
        let Some(word) = word.map(str::trim) else {
            return Self::Active;
        };
        let found = known
            .into_iter()
            .find(|(name, _)| word.eq_ignore_ascii_case(name));
        found.map_or(Self::Unknown, |(_, status)| status)
    }
}

/// The roles of a row: a list, or one alone; what in it is no text says nothing. None when it is of another type.
fn roles(sent: Option<&RawValue>) -> Option<Vec<String>> {
    let sent = sent.map_or(Ok(Value::Null), |raw| serde_json::from_str(raw.get()));
    match sent.ok()? {
        Value::Null => Some(Vec::new()),
        Value::String(one) => Some(vec![one]),
        Value::Array(many) => Some(
            many.into_iter()
                .filter_map(|role| match role {
                    Value::String(role) => Some(role),
                    _ => None,
                })
                .collect(),
        ),
        _ => None,
    }
}

/// The custom parameters in the messages of a member: numbers as they are written, and nothing of what is neither.
fn custom(sent: Option<&RawValue>) -> BTreeMap<String, String> {
    #[derive(Deserialize)]
    struct Message {
        #[serde(default, rename = "https://purl.imsglobal.org/spec/lti/claim/custom")]
        custom: BTreeMap<String, Value>,
    }
    let messages: Vec<Value> = sent
        .and_then(|raw| serde_json::from_str(raw.get()).ok())
        .unwrap_or_default();
    let all = messages
        .into_iter()
        .filter_map(|message| serde_json::from_value::<Message>(message).ok())
        .flat_map(|message| message.custom);
    let told = all.filter_map(|(name, value)| match value {
        Value::String(text) => Some((name, clean::line(&text).into_owned())),
        Value::Number(number) => Some((name, number.to_string())),
        _ => None,
    });
    told.take(MOST_CUSTOM).collect()
}

fn read_members(body: &[u8]) -> Result<Vec<Result<Member, Unread>>, Reason> {
    #[derive(Deserialize)]
    struct Container {
        members: Vec<Box<RawValue>>,
    }
    let container: Container = read_json(body)?;
    let rows = container.members.into_iter().map(|row| {
        let wire: Wire = serde_json::from_str(row.get()).map_err(|_| (None, RowFault::NoMember))?;
        wire.member()
    });
    Ok(rows.collect())
}

#[cfg(test)]
#[path = "roster_tests.rs"]
mod tests;
