//! Who takes part. No name and no address is kept: they come from LTI.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::rights::Function;
use super::{Moodle, sent_id};
use crate::course::{Listed, PersonKey};
use crate::error::{Error, Reason};
use crate::wire::{self, Sent};

/// Rows asked for at once.
const PAGE: usize = 1_000;
/// Roles that are not graded, by the short names that every site begins with.
const STAFF: [&str; 4] = ["manager", "coursecreator", "editingteacher", "teacher"];

/// Somebody in a course. Suspended people are among them, without a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The user id, which is the `sub` of LTI.
    pub key: PersonKey,
    /// Ids of groups.
    pub groups: Vec<String>,
    /// The names of those groups that have one, by id.
    pub group_names: BTreeMap<String, String>,
    /// Whether all roles are those of staff.
    pub is_staff: bool,
}

impl Person {
    /// Somebody from a roster of LTI.
    #[must_use]
    pub fn of_sub(sub: &str) -> Self {
        Self {
            key: PersonKey::new(sub),
            groups: Vec::new(),
            group_names: BTreeMap::new(),
            is_staff: false,
        }
    }
}

impl Moodle {
    /// Who takes part in a course. A role without `moodle/user:viewdetails` sees one row, without an error.
    ///
    /// # Errors
    /// [`Error`]
    pub async fn people(&self, course: &str) -> Result<Listed<Person>, Error> {
        let read = self.read_people(course).await;
        read.map_err(|reason| reason.doing("Reading the people"))
    }

    pub(super) async fn read_people(&self, course: &str) -> Result<Listed<Person>, Reason> {
        let course = sent_id(course)?;
        let size = PAGE.to_string();
        let mut people = Listed {
            rows: Vec::new(),
            unreadable: 0,
        };
        for page in 0..=self.limits.people.div_ceil(PAGE) {
            let from = page.saturating_mul(PAGE).to_string();
            let parameters = [
                ("courseid", course),
                ("options[0][name]", "userfields"),
                ("options[0][value]", "id,roles,groups"),
                ("options[1][name]", "sortby"),
                ("options[1][value]", "id"),
                ("options[2][name]", "limitfrom"),
                ("options[2][value]", from.as_str()),
                ("options[3][name]", "limitnumber"),
                ("options[3][value]", size.as_str()),
            ];
            let answer = self.call(Function::People, &parameters).await?;
            let rows: Vec<&RawValue> = wire::read(&answer.body)?;
            // A page may be short because people in it are not visible: only an empty one is the last.
            if rows.is_empty() {
                return Ok(people);
            }
            for raw in rows {
                match person(raw) {
                    Some(person) => people.rows.push(person),
                    None => people.unreadable = people.unreadable.saturating_add(1),
                }
            }
            if people.rows.len() > self.limits.people {
                break;
            }
        }
        Err(Reason::TooMany(self.limits.people))
    }
}

fn person(raw: &RawValue) -> Option<Person> {
    #[derive(Deserialize)]
    struct Wire<'a> {
        #[serde(borrow, default)]
        id: Sent<'a>,
        #[serde(borrow, default)]
        roles: Sent<'a>,
        #[serde(borrow, default)]
        groups: Sent<'a>,
    }
    #[derive(Deserialize)]
    struct Role<'a> {
        #[serde(borrow, default)]
        shortname: Sent<'a>,
    }
    #[derive(Deserialize)]
    struct Group<'a> {
        #[serde(borrow, default)]
        id: Sent<'a>,
        #[serde(borrow, default)]
        name: Sent<'a>,
    }
    let wire: Wire<'_> = wire::row(raw)?;
    let roles: Vec<String> = wire::list(wire.roles)
        .into_iter()
        .filter_map(|raw| wire::word(wire::row::<Role<'_>>(raw)?.shortname))
        .collect();
    let mut groups = Vec::new();
    let mut group_names = BTreeMap::new();
    for raw in wire::list(wire.groups) {
        let group = wire::row::<Group<'_>>(raw);
        let Some((id, name)) = group.and_then(|group| Some((wire::id(group.id)?, wire::line(group.name))))
        else {
            continue;
        };
        // Escaped here, whatever is asked for.
        let name = name.map(|name| html_escape::decode_html_entities(&name).into_owned());
        group_names.extend(name.map(|name| (id.clone(), name)));
        groups.push(id);
    }
    Some(Person {
        key: PersonKey::new(&wire::id(wire.id)?),
        groups,
        group_names,
        is_staff: !roles.is_empty() && roles.iter().all(|role| STAFF.contains(&role.as_str())),
    })
}
