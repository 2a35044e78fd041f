//! Whether a badge of another issuer is genuine, in force, and about whoever brought it: on arrival, and again by and by.

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use openbadges::verify::{CheckKind, Failure, Outcome, Verdict};

use super::links;
use crate::domain::cause::Cause;
use crate::domain::portfolio::{ForeignBadge, Holder, Standing};
use crate::ids::{ForeignBadgeId, PersonId, TenantId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::looks::{self, Whose};
use crate::service::base::queue::{self, CheckForeign, DecidePerson};
use crate::service::credential::outside::{self, Looked};
use crate::store::blobs::BlobError;
use crate::store::foreign_badges::{self, Found};
use crate::store::{Db, StoreError, enrolments, people, policies};

/// How long a verdict is good for before the issuer is asked again.
const AGAIN: TimeDelta = TimeDelta::days(7);
/// How long after an issuer that did not answer.
const SOON: TimeDelta = TimeDelta::days(1);
/// Over so many minutes the badges are spread that came at one moment.
const SPREAD: i64 = 24 * 60;
/// Most addresses of one person that a badge is held against.
const ADDRESSES: usize = 3;
/// Most characters of why a badge stands as it does.
const MOST_OF_WHY: usize = 1_000;

/// What a verification says for certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Judged {
    Stands(Standing, Option<Failure>),
    /// Somebody who had to be asked did not answer, or it is of a kind that is not checked here.
    Open(Failure),
}

/// Whether it is genuine comes first: what was never signed is not revoked either.
pub(super) fn judged(verdict: &Verdict) -> Judged {
    let without = |kinds: &[CheckKind]| Verdict {
        checks: verdict
            .checks
            .iter()
            .filter(|check| !kinds.contains(&check.kind))
            .cloned()
            .collect(),
        ..Verdict::default()
    };
    let genuine = without(&[CheckKind::Period, CheckKind::Status]);
    let worst = || genuine.worst().cloned().unwrap_or(Failure::NotChecked);
    match genuine.outcome() {
        Outcome::Invalid => return Judged::Stands(Standing::Wrong, Some(worst())),
        Outcome::Unknown => return Judged::Open(worst()),
        Outcome::Valid => {}
    }
    match verdict.failure(CheckKind::Status) {
        Some(Failure::Revoked) => return Judged::Stands(Standing::Revoked, None),
        Some(Failure::Suspended) => return Judged::Stands(Standing::Suspended, None),
        Some(other) if !other.is_unchecked() => {
            return Judged::Stands(Standing::Wrong, Some(other.clone()));
        }
        Some(other) if !verdict.is_expired() => return Judged::Open(other.clone()),
        _ => {}
    }
    match verdict.failure(CheckKind::Period) {
        None => Judged::Stands(Standing::Genuine, None),
        Some(Failure::Expired(_)) => Judged::Stands(Standing::Expired, None),
        Some(other) => Judged::Open(other.clone()),
    }
}

/// What ties a badge to whoever brought it. The first `told` of the identifiers are what the platform tells of them, the others
/// are what they say themselves. None: it is somebody else's.
pub(super) fn holder(found: &[Option<Failure>], told: usize) -> Option<Holder> {
    if found.iter().take(told).any(Option::is_none) {
        return Some(Holder::Certain);
    }
    let is_others = |one: &Option<Failure>| matches!(one, Some(Failure::OtherRecipient));
    if !found.is_empty() && found.iter().all(is_others) {
        return None;
    }
    Some(Holder::Claimed)
}

/// The e-mail addresses that platforms tell of a person, and of whoever was joined into them.
pub(super) fn addresses(
    db: &mut Db,
    tenant: &TenantId,
    person: &PersonId,
) -> Result<Vec<String>, StoreError> {
    let everybody = people::everybody(db, tenant, person)?;
    let known = people::by_ids(db, tenant, &everybody)?;
    let mut found = Vec::new();
    for address in everybody.iter().filter_map(|id| known.get(id)?.email.as_deref()) {
        let address = address.trim().to_owned();
        if address.contains('@') && !found.contains(&address) && found.len() < ADDRESSES {
            found.push(address);
        }
    }
    Ok(found)
}

/// The file behind what somebody brought: itself, or what stands at the address that it is, with that address. Nothing where
/// that is not to be had.
pub(super) async fn behind(
    cairn: &Cairn,
    bytes: &Bytes,
    hurries: bool,
    most: u64,
) -> Option<(Bytes, Option<String>)> {
    let Some(address) = links::address(bytes) else {
        return Some((bytes.clone(), None));
    };
    if hurries {
        return None;
    }
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut asked = 0;
    for candidate in links::candidates(&address) {
        asked += 1;
        let Some(found) = outside::at_address(cairn, candidate.clone(), most).await else {
            continue;
        };
        if !links::is_page(&found) {
            return Some((found, Some(address.into())));
        }
        let other = links::alternate(&found, &candidate).filter(|_| asked < links::ASKED);
        if let Some(other) = other {
            asked += 1;
            let found = outside::at_address(cairn, other, most).await;
            if let Some(found) = found.filter(|found| !links::is_page(found)) {
                return Some((found, Some(address.into())));
            }
        }
    }
    None
}

/// When a badge is to be checked next. Those that came together are spread over a day, each always by as much.
fn next(id: &ForeignBadgeId, answered: bool, now: DateTime<Utc>) -> DateTime<Utc> {
    let sum = id
        .as_str()
        .bytes()
        .fold(0_i64, |sum, byte| (sum * 31 + i64::from(byte)) % SPREAD);
    now + if answered { AGAIN } else { SOON } + TimeDelta::minutes(sum)
}

/// Has a badge checked when its verdict is old.
pub(super) fn plan(
    db: &mut Db,
    badge: &ForeignBadge,
    answered: bool,
    now: DateTime<Utc>,
    random: &dyn crate::random::Random,
) -> Result<(), StoreError> {
    let job = CheckForeign {
        badge: badge.id.clone(),
        person: Some(badge.person.clone()),
    };
    queue::enqueue(
        db,
        &badge.tenant,
        &job,
        next(&badge.id, answered, now),
        now,
        random,
    )
}

/// Checks a badge whose verdict is old, and has it checked again by and by. Where nobody answers, or others were asked as often today as
/// they may be, the last verdict stays.
///
/// # Errors
/// What the store and the disk report.
#[tracing::instrument(name = "checking.work", skip_all, fields(foreign = id.as_str()))]
pub(crate) async fn work(cairn: &Cairn, tenant: &TenantId, id: &ForeignBadgeId) -> Result<(), ServiceError> {
    let (of, wanted) = (tenant.clone(), id.clone());
    let badge = cairn
        .store
        .read(move |db| foreign_badges::get(db, &of, &wanted))
        .await?;
    // It was removed.
    let Some(badge) = badge else { return Ok(()) };
    if looks::take(cairn, tenant, Whose::Planned(&badge.person), 1).await? > 0 {
        return check(cairn, badge).await;
    }
    let (now, random) = cairn.moment();
    let later = cairn
        .store
        .write(move |db| plan(db, &badge, false, now, random.as_ref()));
    Ok(later.await?)
}

/// Has rules decided anew that may let a badge count: in the courses that its person is in.
pub(super) fn decide(
    db: &mut Db,
    badge: &ForeignBadge,
    now: DateTime<Utc>,
    random: &dyn crate::random::Random,
) -> Result<(), StoreError> {
    let (tenant, person) = (&badge.tenant, &badge.person);
    if !policies::get(db, tenant)?.external_badges {
        return Ok(());
    }
    for enrolment in enrolments::for_person(db, tenant, person)? {
        let job = DecidePerson {
            course: enrolment.course,
            person: person.clone(),
            cause: Cause::Fact,
        };
        queue::enqueue(db, tenant, &job, now, now, random)?;
    }
    Ok(())
}

/// Asks whoever vouches for a badge, and keeps what they say.
pub(super) async fn check(cairn: &Cairn, badge: ForeignBadge) -> Result<(), ServiceError> {
    let (of, person) = (badge.tenant.clone(), badge.person.clone());
    let told = cairn.store.read(move |db| addresses(db, &of, &person)).await?;
    let found = match cairn.blobs.get(&badge.tenant, &badge.file.digest).await {
        Ok(bytes) => found(&badge, outside::look(cairn, bytes, told, false).await?),
        // Nobody can look at it any more, and what was found stays.
        Err(BlobError::Missing | BlobError::Changed) => None,
        Err(error) => return Err(error.into()),
    };
    let (now, random) = cairn.moment();
    let kept = cairn.store.write(move |db| {
        foreign_badges::checked(db, &badge, found.as_ref(), now)?;
        let changed = found.as_ref().is_some_and(|found| {
            found.standing != badge.standing
                || found.holder != badge.holder
                || found.until != badge.says.until
        });
        if changed {
            decide(db, &badge, now, random.as_ref())?;
        }
        plan(db, &badge, found.is_some(), now, random.as_ref())
    });
    Ok(kept.await?)
}

/// Why, as it is kept: what a stranger's document says in it is no longer than people read, and nothing that a database refuses.
fn told(failure: &Failure) -> String {
    let text = failure.to_string();
    lti::clean::line(&text).chars().take(MOST_OF_WHY).collect()
}

fn found(badge: &ForeignBadge, looked: Looked) -> Option<Found> {
    let Judged::Stands(standing, why) = judged(&looked.verdict) else {
        return None;
    };
    Some(Found {
        standing,
        why: why.as_ref().map(told),
        // Who has another address by now may have had that one.
        holder: holder(&looked.holders, looked.holders.len()).unwrap_or(Holder::Claimed),
        until: looked.said.map_or(badge.says.until, |said| said.until),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use openbadges::verify::Check;

    fn verdict(checks: &[(CheckKind, Option<Failure>)]) -> Verdict {
        let check = |(kind, failure): &(CheckKind, Option<Failure>)| Check {
            kind: *kind,
            failure: failure.clone(),
        };
        Verdict {
            checks: checks.iter().map(check).collect(),
            ..Verdict::default()
        }
    }

    #[test]
    fn whether_it_is_genuine_comes_before_whether_it_is_in_force() {
        use CheckKind::{Period, Signature, Status};
        let expired = || Some(Failure::Expired("2026".to_owned()));
        for (checks, expected) in [
            (
                vec![(Signature, None), (Period, None), (Status, None)],
                Some(Standing::Genuine),
            ),
            (
                vec![(Signature, None), (Period, expired())],
                Some(Standing::Expired),
            ),
            (
                vec![
                    (Signature, None),
                    (Period, expired()),
                    (Status, Some(Failure::Revoked)),
                ],
                Some(Standing::Revoked),
            ),
            (
                vec![(Signature, None), (Status, Some(Failure::Suspended))],
                Some(Standing::Suspended),
            ),
            (
                vec![
                    (Signature, Some(Failure::Signature)),
                    (Status, Some(Failure::Revoked)),
                ],
                Some(Standing::Wrong),
            ),
            (
                vec![(Signature, Some(Failure::NotChecked)), (Period, expired())],
                None,
            ),
            (
                vec![(Signature, None), (Status, Some(Failure::StatusUnavailable))],
                None,
            ),
        ] {
            let found = match judged(&verdict(&checks)) {
                Judged::Stands(standing, _) => Some(standing),
                Judged::Open(_) => None,
            };
            assert_eq!(found, expected, "{checks:?}");
        }
    }

    #[test]
    fn only_what_the_platform_tells_makes_a_badge_certainly_of_somebody() {
        let (other, unknown) = (Some(Failure::OtherRecipient), Some(Failure::UnknownHash));
        for (found, told, expected) in [
            (vec![None], 1, Some(Holder::Certain)),
            (vec![other.clone(), None], 2, Some(Holder::Certain)),
            (vec![other.clone(), None], 1, Some(Holder::Claimed)),
            (vec![None], 0, Some(Holder::Claimed)),
            (vec![other.clone()], 1, None),
            (vec![other.clone(), other.clone()], 1, None),
            (vec![unknown.clone()], 1, Some(Holder::Claimed)),
            (vec![other, unknown], 1, Some(Holder::Claimed)),
            (vec![], 0, Some(Holder::Claimed)),
        ] {
            assert_eq!(holder(&found, told), expected, "{found:?} {told}");
        }
    }

    #[test]
    fn badges_that_came_together_are_not_all_checked_at_once() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let at = |id: &str| next(&id.into(), true, now);
        assert_eq!(at("0190-1"), at("0190-1"));
        assert_ne!(at("0190-1"), at("0190-2"));
        assert!(at("0190-1") >= now + AGAIN && at("0190-1") < now + AGAIN + TimeDelta::days(1));
        assert!(next(&"0190-1".into(), false, now) < at("0190-1"));
    }
}
