//! Whom results name by an id that neither a launch nor the member list has. Canvas does so with accounts that were merged:
//! results name the present one, the course keeps the former one. Asked for the result of the former one it answers with the
//! row of the present one, and so tells who that is.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use url::Url;

use super::read::Reading;
use crate::domain::course::Course;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::course::reach::platform;
use crate::store::platforms::Home;
use crate::store::{people, unknown_users};
use lti::capabilities::ResultUsers;
use lti::registration::Registration;

/// Most questions to a platform in one check.
const MOST: usize = 40;
/// An id of whom nothing came out is asked of again after so long.
const PAUSE: TimeDelta = TimeDelta::days(1);

/// Asks the platform who they are, and keeps what it says in the reading.
///
/// # Errors
/// What the store reports; a platform that does not answer is asked another time.
pub(super) async fn look_up(
    cairn: &Cairn,
    course: &Course,
    registration: &Registration,
    home: &Home,
    reading: &mut Reading,
) -> Result<(), ServiceError> {
    if registration.capabilities().result_users != ResultUsers::MayBePresent {
        return Ok(());
    }
    let Some(members) = &reading.members else {
        return Ok(());
    };
    let members: Vec<String> = members.iter().map(|member| member.user_id.clone()).collect();
    let listed: BTreeSet<&str> = members.iter().map(String::as_str).collect();
    let named: BTreeSet<String> = reading
        .results
        .values()
        .flatten()
        .map(|row| row.user_id.clone())
        .collect();
    let strange: Vec<String> = named
        .iter()
        .filter(|sub| !listed.contains(sub.as_str()))
        .cloned()
        .collect();
    if strange.is_empty() {
        return Ok(());
    }
    let (tenant, id, home) = (course.tenant.clone(), course.id.clone(), home.clone());
    let asked_before = cairn.store.read(move |db| {
        let subs: Vec<&str> = strange.iter().map(String::as_str).collect();
        let known = people::ids_by_sub(db, &tenant, &home, &subs)?;
        let before = unknown_users::of_course(db, &tenant, &id)?;
        let left = strange.iter().filter(|sub| !known.contains_key(*sub));
        let left: Vec<String> = left.cloned().collect();
        let subs: Vec<&str> = members.iter().map(String::as_str).collect();
        Ok((left, before, people::ids_by_sub(db, &tenant, &home, &subs)?))
    });
    let (left, before, people) = asked_before.await?;
    let now = cairn.clock.now();
    let due: BTreeSet<String> = left
        .into_iter()
        .filter(|sub| before.get(sub).is_none_or(|at| (now - *at).abs() >= PAUSE))
        .collect();
    if due.is_empty() {
        return Ok(());
    }
    let platform = platform(cairn, course, registration);
    let (mut left, mut questions) = (due.clone(), 0);
    for (column, rows) in &reading.results {
        let here: BTreeSet<&str> = rows.iter().map(|row| row.user_id.as_str()).collect();
        if !left.iter().any(|sub| here.contains(sub.as_str())) {
            continue;
        }
        let Ok(url) = Url::parse(column) else { continue };
        // Whoever has a row under their own name is not among them.
        for (former, person) in people.iter().filter(|(sub, _)| !here.contains(sub.as_str())) {
            if questions == MOST || left.is_empty() {
                break;
            }
            questions += 1;
            if let Ok(Some(row)) = platform.result_behind(&url, former).await
                && left.remove(&row.user_id)
            {
                reading.aliases.insert(row.user_id, person.clone());
            }
        }
    }
    // Those for whom there were questions enough rest for a while; the others go on with the next check.
    if questions < MOST {
        reading.asked_of = due;
    }
    Ok(())
}
