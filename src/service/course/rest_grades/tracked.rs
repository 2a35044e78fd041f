//! Which activities of Moodle tell of completion: it is told of students alone, so some of them are asked.

use std::collections::BTreeSet;

use gradebook_rest::PersonKey;
use gradebook_rest::moodle::{Moodle, Person};

use super::moodle::is_mended;
use super::session::{Session, Stop};
use super::why::why;
use crate::domain::reading::{Coverage, Part};
use crate::service::base::error::ServiceError;

/// So many students show which activities tell of it.
const SHOWN_BY: usize = 5;

/// The first students, and the first of each group: what is restricted to a group shows of those who are in it.
fn who_shows(students: &[Person]) -> Vec<PersonKey> {
    let mut groups: BTreeSet<&str> = BTreeSet::new();
    let mut chosen = Vec::new();
    for person in students {
        let mut adds = chosen.len() < 2;
        for group in &person.groups {
            adds |= groups.insert(group);
        }
        if adds {
            chosen.push(person.key.clone());
        }
        if chosen.len() >= SHOWN_BY {
            break;
        }
    }
    chosen
}

/// Which activities tell of completion, as some students show together.
pub(super) async fn which_complete(
    session: &mut Session<'_>,
    moodle: &Moodle,
    course: &str,
    students: &[Person],
    lacks: &mut Coverage,
) -> Result<(), Stop> {
    let mut line = moodle.completion(course, who_shows(students));
    let mut people = Vec::new();
    loop {
        match line.next(SHOWN_BY).await {
            Ok(Some(batch)) => people.extend(batch.people),
            Ok(None) => break,
            Err(error) if is_mended(&error) => session.mend(&error).await?,
            Err(error) => {
                lacks.lacks(Part::Completion, why(&error.reason));
                return Ok(());
            }
        }
    }
    if people.is_empty() {
        // Of nobody anything is told: what is known of the columns stays.
        return Ok(());
    }
    let activities = people
        .into_iter()
        .flat_map(|one| one.activities)
        .map(|one| one.cmid);
    let activities: BTreeSet<String> = activities.collect();
    let (now, columns) = (session.cairn.clock.now(), session.columns.clone());
    let kept = session
        .cairn
        .store
        .write_retrying(move |db| -> Result<_, ServiceError> {
            let mut columns = columns.clone();
            columns.note_completion(db, &activities, now)?;
            Ok(columns)
        });
    session.columns = kept.await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_of_each_group_shows_what_is_restricted_to_it() {
        let person = |key: &str, groups: &[&str]| Person {
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
            ..Person::of_sub(key)
        };
        let students = [
            person("1", &[]),
            person("2", &[]),
            person("3", &[]),
            person("4", &["a"]),
            person("5", &["a"]),
            person("6", &["a", "b"]),
        ];
        let shown = who_shows(&students);
        let shown: Vec<&str> = shown.iter().map(PersonKey::as_str).collect();
        assert_eq!(shown, ["1", "2", "4", "6"]);
        assert!(who_shows(&[]).is_empty());
    }
}
