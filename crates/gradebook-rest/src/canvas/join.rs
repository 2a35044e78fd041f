//! From ids of the API to ids of LTI, and never by name or address.
//!
//! Where a key's configuration asks for the custom parameter `$Canvas.user.id`, the member service with `rlid` says it for
//! everybody who is enrolled, without any scope. For one person, the API takes LTI ids in place of its own.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::course::PersonKey;
use crate::wire;

/// A person's `sub` as the API takes it wherever a user id goes.
#[must_use]
pub fn by_sub(sub: &str) -> String {
    format!("lti_1_3_id:{sub}")
}

/// A course's `context.id` as the API takes it.
#[must_use]
pub fn by_context(id: &str) -> String {
    format!("lti_context_id:{id}")
}

/// The value of the custom parameter `$Canvas.user.id`; none where Canvas did not expand it.
#[must_use]
pub fn api_id(parameter: &str) -> Option<PersonKey> {
    let id = parameter.trim();
    let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && wire::is_id(id)).then(|| PersonKey::new(id))
}

/// Who is who. An id that two `sub`s claim, or a `sub` with two ids, belongs to nobody: a grade must never be given to somebody
/// else.
#[derive(Debug, Clone, Default)]
pub struct Join {
    subs: HashMap<PersonKey, Option<String>>,
}

impl Join {
    /// Of pairs of a `sub` and its custom parameter.
    pub fn new<'a>(members: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut ids: HashMap<&str, Option<PersonKey>> = HashMap::new();
        for (sub, parameter) in members {
            let Some(id) = api_id(parameter) else { continue };
            match ids.entry(sub) {
                Entry::Vacant(free) => {
                    free.insert(Some(id));
                }
                Entry::Occupied(mut known) if known.get().as_ref() != Some(&id) => {
                    known.insert(None);
                }
                Entry::Occupied(_) => {}
            }
        }
        let mut subs: HashMap<PersonKey, Option<String>> = HashMap::new();
        for (sub, id) in ids {
            let Some(id) = id else { continue };
            subs.entry(id)
                .and_modify(|other| *other = None)
                .or_insert_with(|| Some(sub.to_owned()));
        }
        Self { subs }
    }

    /// The `sub` of a person.
    #[must_use]
    pub fn sub(&self, person: &PersonKey) -> Option<&str> {
        self.subs.get(person)?.as_deref()
    }

    /// Ids that two people claim, which happens when accounts were merged.
    pub fn doubtful(&self) -> impl Iterator<Item = &PersonKey> {
        self.subs
            .iter()
            .filter(|(_, sub)| sub.is_none())
            .map(|(id, _)| id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_joined_by_id_and_never_by_a_guess() {
        let join = Join::new([
            ("sub-a", "4101"),
            ("sub-a", "4101"),
            ("sub-b", "$Canvas.user.id"),
            ("sub-c", "4103"),
            ("sub-d", "4103"),
            ("sub-e", "4105"),
            ("sub-e", "4106"),
        ]);
        let sub = |id: &str| join.sub(&PersonKey::new(id));
        assert_eq!(sub("4101"), Some("sub-a"));
        for nobody in ["4103", "4105", "4106", "9"] {
            assert_eq!(sub(nobody), None, "{nobody}");
        }
        assert_eq!(join.doubtful().count(), 1);
        assert_eq!(api_id("Rosa"), None);
    }
}
