//! The badges of other issuers that a student has.

use chrono::{DateTime, TimeDelta, Utc};

use super::checking;
use crate::domain::portfolio::ForeignBadge;
use crate::ids::ForeignBadgeId;
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::looks::{self, Whose};
use crate::service::base::queue::{self, DropUnused};
use crate::service::base::refusal::PortfolioRefusal;
use crate::service::base::session::Visitor;
use crate::store::{Db, StoreError, foreign_badges};

/// So long after an issuer was asked it is not asked again at a student's wish.
const PAUSE: TimeDelta = TimeDelta::minutes(1);

/// What a student has of other issuers.
#[derive(Debug, Clone)]
pub(crate) struct Elsewhere {
    pub(crate) now: DateTime<Utc>,
    /// Latest first.
    pub(crate) badges: Vec<ForeignBadge>,
    /// The addresses by which a badge is told to be theirs.
    pub(crate) addresses: Vec<String>,
}

/// The badges of other issuers that the visitor has.
///
/// # Errors
/// [`ServiceError::Masquerade`] for whoever acts as them.
#[tracing::instrument(name = "brought.elsewhere", level = "debug", skip_all)]
pub(crate) async fn elsewhere(cairn: &Cairn, visitor: &Visitor) -> Result<Elsewhere, ServiceError> {
    visitor.act_for_oneself()?;
    let (tenant, person, now) = (
        visitor.tenant().clone(),
        visitor.person.id.clone(),
        cairn.clock.now(),
    );
    let found = cairn.store.read(move |db| {
        Ok(Elsewhere {
            now,
            addresses: checking::addresses(db, &tenant, &person)?,
            badges: foreign_badges::of_people(db, &tenant, &[person])?,
        })
    });
    Ok(found.await?)
}

/// One of the visitor's own.
pub(super) fn own(db: &mut Db, visitor: &Visitor, id: &ForeignBadgeId) -> Result<ForeignBadge, ServiceError> {
    let badge = foreign_badges::get(db, visitor.tenant(), id)?;
    let own = badge.filter(|badge| badge.person == visitor.person.id);
    own.ok_or(ServiceError::NotFound("badge"))
}

/// Asks now whether a badge is still as it was.
///
/// # Errors
/// [`ServiceError::NotFound`] for everybody but whose it is; [`ServiceError::Masquerade`] for whoever acts as them;
/// [`PortfolioRefusal::JustChecked`] too soon, [`PortfolioRefusal::LooksUsed`] where others were asked often enough today.
#[tracing::instrument(name = "brought.again", skip_all, fields(foreign = id.as_str()))]
pub(crate) async fn again(cairn: &Cairn, visitor: &Visitor, id: &ForeignBadgeId) -> Result<(), ServiceError> {
    visitor.act_for_oneself()?;
    let (of, wanted) = (visitor.clone(), id.clone());
    let badge = cairn.store.read_with(move |db| own(db, &of, &wanted)).await?;
    if cairn.clock.now() < badge.tried_at + PAUSE {
        return Err(PortfolioRefusal::JustChecked.into());
    }
    let whose = Whose::Person(&visitor.person.id);
    if looks::take(cairn, visitor.tenant(), whose, 1).await? == 0 {
        return Err(PortfolioRefusal::LooksUsed.into());
    }
    checking::check(cairn, badge).await
}

/// Removes a badge with its files. Doing it twice is doing it once.
///
/// # Errors
/// [`ServiceError::NotFound`] for somebody else's; [`ServiceError::Masquerade`] for whoever acts as them.
#[tracing::instrument(name = "brought.remove", skip_all, fields(foreign = id.as_str()))]
pub(crate) async fn remove(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &ForeignBadgeId,
) -> Result<(), ServiceError> {
    visitor.act_for_oneself()?;
    let (visitor, id) = (visitor.clone(), id.clone());
    let (now, random) = cairn.moment();
    let removed = cairn.store.write_with(move |db| -> Result<(), ServiceError> {
        if foreign_badges::get(db, visitor.tenant(), &id)?.is_none() {
            return Ok(());
        }
        let badge = own(db, &visitor, &id)?;
        foreign_badges::remove(db, visitor.tenant(), &id)?;
        checking::decide(db, &badge, now, random.as_ref())?;
        Ok(forget_files(db, &badge, now, random.as_ref())?)
    });
    removed.await
}

/// Has the files of a badge removed that is there no more, unless something else has them.
pub(super) fn forget_files(
    db: &mut Db,
    badge: &ForeignBadge,
    now: DateTime<Utc>,
    random: &dyn crate::random::Random,
) -> Result<(), StoreError> {
    let files = [Some(&badge.file), badge.picture.as_ref()];
    for file in files.into_iter().flatten() {
        let job = DropUnused {
            digest: file.digest.clone(),
            kept_at: now,
        };
        queue::enqueue(db, &badge.tenant, &job, now, now, random)?;
    }
    Ok(())
}
