//! Who was awarded a badge, and whose badge would be taken back.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::domain::award::Award;
use crate::domain::badge::Badge;
use crate::domain::page::Page;
use crate::domain::people::Person;
use crate::domain::section::Section;
use crate::ids::{AwardId, BadgeId, PersonId, SectionId, TenantId};
use crate::service::Cairn;
use crate::service::award::awarding;
use crate::service::award::course_badge::{MOST, course_badge};
use crate::service::award::progress::chosen;
use crate::service::base::addresses;
use crate::service::base::error::ServiceError;
use crate::service::base::minors;
use crate::service::base::session::Visitor;
use crate::store::{Db, StoreError, awards, credentials, enrolments, people, policies, sections};

/// Somebody who was awarded a badge.
#[derive(Debug, Clone)]
pub(crate) struct Holder {
    pub(crate) award: Award,
    pub(crate) person: Person,
    pub(crate) page: AwardPage,
    /// Whether it has lapsed and a click awards it again.
    pub(crate) renewable: bool,
    /// Whether they are no student of the course now.
    pub(crate) former: bool,
}

/// Whether others may open the page of an award: teachers are others too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum AwardPage {
    /// Anybody may; this is the last part of its address.
    Public(String),
    /// Its holder keeps it to themselves.
    Kept,
    /// There is none: the institution keeps badges off the web, or nothing is signed yet.
    #[default]
    Nowhere,
}

impl AwardPage {
    /// The pages of some awards.
    pub(in crate::service) fn of(
        db: &mut Db,
        tenant: &TenantId,
        awards: &[AwardId],
    ) -> Result<HashMap<AwardId, Self>, StoreError> {
        if awards.is_empty() {
            return Ok(HashMap::new());
        }
        let policy = policies::get(db, tenant)?;
        if !policy.has_public_pages() {
            return Ok(HashMap::new());
        }
        let page = |(award, (slug, hidden))| (award, if hidden { Self::Kept } else { Self::Public(slug) });
        let mut pages: HashMap<AwardId, Self> = credentials::slugs(db, tenant, awards)?
            .into_iter()
            .map(page)
            .collect();
        if minors::may_keep(db, tenant, &policy)? {
            for (award, page) in &mut pages {
                if is_of_a_minor(db, tenant, award)? {
                    *page = Self::Kept;
                }
            }
        }
        Ok(pages)
    }

    /// The path at which anybody may open it.
    #[must_use]
    pub(crate) fn path(&self) -> Option<String> {
        match self {
            Self::Public(slug) => Some(addresses::credential(slug)),
            Self::Kept | Self::Nowhere => None,
        }
    }
}

/// Whether the institution's word on minors keeps the page of an award.
fn is_of_a_minor(db: &mut Db, tenant: &TenantId, award: &AwardId) -> Result<bool, StoreError> {
    let credential = credentials::by_award(db, tenant, award)?;
    let (Some(award), Some(credential)) = (awards::get(db, tenant, award)?, credential) else {
        return Ok(false);
    };
    minors::of(db, tenant, &award.person)?.keeps_page(db, &credential)
}

/// A part of those who were awarded a badge.
#[derive(Debug, Clone)]
pub(crate) struct Holders {
    pub(crate) badge: Badge,
    /// The sections and groups of the course.
    pub(crate) sections: Vec<Section>,
    /// The one whose members alone are shown.
    pub(crate) section: Option<Section>,
    /// Each with the latest award, latest award first.
    pub(crate) shown: Vec<Holder>,
    /// How many there are in all, or of that section.
    pub(crate) total: usize,
    /// The part that this is: the last one, where a later one was asked for.
    pub(crate) part: Page,
    /// How many of all hold it now, as the first page of the course counts.
    pub(crate) held: usize,
    /// How many of all held it until it expired.
    pub(crate) expired: usize,
    /// From how many of all it was taken back.
    pub(crate) revoked: usize,
    /// How many of those who hold it are no students of the course now.
    pub(crate) former: usize,
    /// How many of all hold it and lapse soon ([`LAPSES_SOON`](crate::domain::award::LAPSES_SOON)).
    pub(crate) lapsing: usize,
    /// How many of all could be revoked.
    pub(crate) revocable: usize,
    /// How many of all could be renewed.
    pub(crate) renewable: usize,
}

/// A badge of the course and a part of those who were awarded it: of everybody, or of one section. The other counts are of
/// everybody.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for a badge of elsewhere.
#[tracing::instrument(name = "holders.page", level = "debug", skip_all, fields(badge = badge.as_str()))]
pub(crate) async fn page(
    cairn: &Cairn,
    visitor: &Visitor,
    badge: &BadgeId,
    section: Option<SectionId>,
    part: Page,
) -> Result<Holders, ServiceError> {
    visitor.look()?;
    let (visitor, badge, clock) = (visitor.clone(), badge.clone(), Arc::clone(&cairn.clock));
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let badge = course_badge(db, &visitor, &badge)?;
        let latest = awards::latest_for_badge(db, visitor.tenant(), &badge.id)?;
        let mut all: Vec<Award> = latest.into_values().collect();
        let now = clock.now();
        let everybody = all.len();
        let lapsing = all.iter().filter(|award| award.lapse(now).is_some()).count();
        let revocable = all.iter().filter(|award| award.revocation.is_none()).count();
        let renewable = awarding::renewable(db, &badge, &all, now)?;
        let students = students_of(db, &badge)?;
        let is_held = |award: &&Award| award.standing(now).is_held();
        let held = all.iter().filter(is_held).count();
        let former = all.iter().filter(is_held);
        let former = former.filter(|award| !students.contains(&award.person)).count();
        let sections = sections::of_course(db, visitor.tenant(), &badge.course)?;
        let section = section.and_then(|asked| chosen(&sections, &asked)).cloned();
        if let Some(section) = &section {
            let people = sections::people_in(db, visitor.tenant(), &section.ids)?;
            all.retain(|award| people.contains(&award.person));
        }
        let total = all.len();
        all.sort_by(|one, other| (other.awarded_at, &other.id).cmp(&(one.awarded_at, &one.id)));
        let part = part.within(i64::try_from(total).unwrap_or(i64::MAX));
        let skip = usize::try_from(part.offset).unwrap_or(0);
        let take = usize::try_from(part.limit.clamp(1, MOST)).unwrap_or(1);
        let shown = all.into_iter().skip(skip).take(take).collect();
        Ok(Holders {
            shown: named(db, &visitor, shown, &renewable, &students)?,
            badge,
            sections,
            section,
            total,
            part,
            held,
            expired: revocable.saturating_sub(held),
            revoked: everybody.saturating_sub(revocable),
            former,
            lapsing,
            revocable,
            renewable: renewable.len(),
        })
    });
    found.await
}

/// Everybody's latest award of a badge that is not revoked yet, latest award first.
///
/// # Errors
/// As [`page`].
#[tracing::instrument(name = "holders.everyone", level = "debug", skip_all, fields(badge = badge.as_str()))]
pub(crate) async fn everyone(
    cairn: &Cairn,
    visitor: &Visitor,
    badge: &BadgeId,
) -> Result<Vec<AwardId>, ServiceError> {
    visitor.look()?;
    let (visitor, badge) = (visitor.clone(), badge.clone());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let badge = course_badge(db, &visitor, &badge)?;
        let latest = awards::latest_for_badge(db, visitor.tenant(), &badge.id)?;
        let mut all: Vec<Award> = latest
            .into_values()
            .filter(|award| award.revocation.is_none())
            .collect();
        all.sort_by(|one, other| (other.awarded_at, &other.id).cmp(&(one.awarded_at, &one.id)));
        Ok(all.into_iter().map(|award| award.id).collect())
    });
    found.await
}

/// Those of the awards that exist for the badge and are not revoked yet: what a revocation would take away.
///
/// # Errors
/// As [`page`].
#[tracing::instrument(name = "holders.revocable", level = "debug", skip_all, fields(badge = badge.as_str()))]
pub(crate) async fn revocable(
    cairn: &Cairn,
    visitor: &Visitor,
    badge: &BadgeId,
    which: &[AwardId],
) -> Result<(Badge, Vec<Holder>), ServiceError> {
    visitor.look()?;
    let (visitor, badge, which) = (visitor.clone(), badge.clone(), which.to_vec());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let badge = course_badge(db, &visitor, &badge)?;
        let mut chosen: Vec<Award> = Vec::new();
        for id in &which {
            let award = awards::get(db, visitor.tenant(), id)?
                .filter(|award| award.badge == badge.id)
                .ok_or(ServiceError::NotFound("award"))?;
            if award.revocation.is_none() && !chosen.contains(&award) {
                chosen.push(award);
            }
        }
        let students = students_of(db, &badge)?;
        Ok((badge, named(db, &visitor, chosen, &HashSet::new(), &students)?))
    });
    found.await
}

/// Everybody's award of a badge that has lapsed and that a click renews.
///
/// # Errors
/// As [`page`].
#[tracing::instrument(name = "holders.lapsed", level = "debug", skip_all, fields(badge = badge.as_str()))]
pub(crate) async fn lapsed(
    cairn: &Cairn,
    visitor: &Visitor,
    badge: &BadgeId,
) -> Result<Vec<AwardId>, ServiceError> {
    visitor.teach()?;
    let (visitor, badge, now) = (visitor.clone(), badge.clone(), cairn.clock.now());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let badge = course_badge(db, &visitor, &badge)?;
        let latest = awards::latest_for_badge(db, visitor.tenant(), &badge.id)?;
        let all: Vec<Award> = latest.into_values().collect();
        let mut ids: Vec<AwardId> = awarding::renewable(db, &badge, &all, now)?.into_iter().collect();
        ids.sort();
        Ok(ids)
    });
    found.await
}

/// The students of a badge's course as it is now.
fn students_of(db: &mut Db, badge: &Badge) -> Result<HashSet<PersonId>, StoreError> {
    Ok(enrolments::learners(db, &badge.tenant, &badge.course)?
        .into_iter()
        .collect())
}

fn named(
    db: &mut Db,
    visitor: &Visitor,
    awards: Vec<Award>,
    renewable: &HashSet<AwardId>,
    students: &HashSet<PersonId>,
) -> Result<Vec<Holder>, ServiceError> {
    let tenant = visitor.tenant();
    let ids: Vec<AwardId> = awards.iter().map(|award| award.id.clone()).collect();
    let persons: Vec<PersonId> = awards.iter().map(|award| award.person.clone()).collect();
    let mut pages = AwardPage::of(db, tenant, &ids)?;
    let known: HashMap<PersonId, Person> = people::by_ids(db, tenant, &persons)?;
    let holder = |award: Award| {
        Some(Holder {
            person: known.get(&award.person)?.clone(),
            page: pages.remove(&award.id).unwrap_or_default(),
            renewable: renewable.contains(&award.id),
            former: !students.contains(&award.person),
            award,
        })
    };
    Ok(awards.into_iter().filter_map(holder).collect())
}
