//! What tells things apart that bear one name: teachers give two activities one name, and the course site two columns.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use chrono::{DateTime, Utc};

use crate::domain::sentence::one_line;
use crate::domain::zone::Zone;

/// Something that may bear the name of another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named<K> {
    pub(crate) id: K,
    pub(crate) name: String,
    /// What its link is called in the course.
    pub(crate) link: Option<String>,
    /// Since when it is known here.
    pub(crate) since: DateTime<Utc>,
}

/// What tells one from the others of its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mark {
    /// What its link is called in the course.
    Link(String),
    /// The day since when it is there.
    Day(DateTime<Utc>),
    /// The same, where that was one day.
    Moment(DateTime<Utc>),
    /// Its place among them, from 1.
    Number { nth: usize, of: usize },
}

/// The marks of those that bear the name of another one, capital letters and blanks aside. `all` come oldest first.
#[must_use]
pub(crate) fn marks<K: Clone + Eq + Hash>(all: &[Named<K>], zone: Zone) -> HashMap<K, Mark> {
    let mut by_name: BTreeMap<String, Vec<&Named<K>>> = BTreeMap::new();
    for one in all {
        by_name.entry(alike(&one.name)).or_default().push(one);
    }
    let mut found = HashMap::new();
    for group in by_name.into_values().filter(|group| group.len() > 1) {
        let links = || {
            let link = |one: &&Named<K>| one.link.clone().map(|link| (alike(&link), Mark::Link(link)));
            apart(group.iter().map(link))
        };
        let days = || {
            let day = |one: &&Named<K>| Some((zone.long_day(one.since), Mark::Day(one.since)));
            apart(group.iter().map(day))
        };
        let moments = || {
            let moment = |one: &&Named<K>| Some((zone.long(one.since), Mark::Moment(one.since)));
            apart(group.iter().map(moment))
        };
        let of = group.len();
        let numbers = || (1..=of).map(|nth| Mark::Number { nth, of }).collect::<Vec<_>>();
        let told = links().or_else(days).or_else(moments).unwrap_or_else(numbers);
        found.extend(group.iter().map(|one| one.id.clone()).zip(told));
    }
    found
}

fn alike(name: &str) -> String {
    one_line(name).to_lowercase()
}

/// The marks, if each one has one that reads like no other.
fn apart(marks: impl Iterator<Item = Option<(String, Mark)>>) -> Option<Vec<Mark>> {
    let marks: Vec<(String, Mark)> = marks.collect::<Option<_>>()?;
    let twice = |at: usize, text: &str| marks.iter().take(at).any(|(known, _)| known == text);
    let are_apart = !marks.iter().enumerate().any(|(at, (text, _))| twice(at, text));
    are_apart.then(|| marks.into_iter().map(|(_, mark)| mark).collect())
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::domain::sample::now;

    fn named(id: &'static str, name: &str, link: Option<&str>, minutes: i64) -> Named<&'static str> {
        Named {
            id,
            name: name.to_owned(),
            link: link.map(str::to_owned),
            since: now() + TimeDelta::minutes(minutes),
        }
    }

    #[test]
    fn what_bears_a_name_of_its_own_needs_no_mark() {
        let all = [named("a", "Report", None, 0), named("b", "Poster", None, 0)];
        assert!(marks(&all, Zone::default()).is_empty());
    }

    #[test]
    fn links_tell_apart_then_days_then_moments_then_a_number() {
        let of = |first: (Option<&str>, i64), second: (Option<&str>, i64)| {
            let all = [
                named("a", "Report", first.0, first.1),
                named("b", " report", second.0, second.1),
            ];
            let found = marks(&all, Zone::default());
            (found["a"].clone(), found["b"].clone())
        };
        let links = of((Some("Week 1"), 0), (Some("Week 2"), 0));
        assert_eq!(links, (Mark::Link("Week 1".into()), Mark::Link("Week 2".into())));
        let day = 24 * 60;
        let days = of((Some("Report"), 0), (Some("Report"), day));
        assert_eq!(
            days,
            (Mark::Day(now()), Mark::Day(now() + TimeDelta::minutes(day)))
        );
        assert_eq!(of((Some("Week 1"), 0), (None, day)).0, Mark::Day(now()));
        assert_eq!(of((None, 0), (None, 1)).0, Mark::Moment(now()));
        let numbers = of((None, 0), (None, 0));
        assert_eq!(numbers.0, Mark::Number { nth: 1, of: 2 });
        assert_eq!(numbers.1, Mark::Number { nth: 2, of: 2 });
    }
}
