//! A course whose teacher lets it be read.

use super::giving_back::{give_back, unused};
use crate::domain::audit::Action;
use crate::domain::rest_access::{Access, Fault, Giver, Grant, GrantState, Interface};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::session::Visitor;
use crate::store::{audit, people, platforms, rest_accesses};

/// How a course is read beyond LTI, for those who teach it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CourseAccess {
    pub(crate) standing: OfCourse,
    /// Whether a teacher may let it be read.
    pub(crate) may_give: bool,
    /// Whether a teacher's token is there, which can be taken back.
    pub(crate) has_own: bool,
}

/// How it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OfCourse {
    /// Nobody switched it on for the platform.
    Off,
    /// It is switched on, and nobody has let this course be read.
    NotGiven,
    /// By an administrator, for all courses.
    ForAll,
    /// By a teacher; the name, where it is known.
    By(Option<String>),
    /// Somebody has to agree again: that teacher, or an administrator.
    Consent(Option<String>),
    Refused(Fault),
    /// Only some sections are seen.
    SectionsOnly(Option<String>),
}

impl OfCourse {
    /// Whether somebody lets the course be read, however that goes at present.
    #[must_use]
    pub(crate) const fn is_given(&self) -> bool {
        !matches!(self, Self::Off | Self::NotGiven)
    }
}

/// How the course of a visit is read. None where its platform has no such interface.
///
/// # Errors
/// Trouble with the database.
#[tracing::instrument(name = "rest_access.of_course", level = "debug", skip_all)]
pub(crate) async fn of_course(
    cairn: &Cairn,
    visitor: &Visitor,
) -> Result<Option<CourseAccess>, ServiceError> {
    let Some(interface) = super::interface(&visitor.registration) else {
        return Ok(None);
    };
    let found = stored(cairn, visitor).await?;
    let Some((access, grants, by)) = found.filter(|(access, ..)| access.is_on) else {
        return Ok(Some(CourseAccess {
            standing: OfCourse::Off,
            may_give: false,
            has_own: false,
        }));
    };
    let own = grants.iter().find(|grant| grant.course.is_some());
    let whole = grants.iter().find(|grant| grant.course.is_none());
    // As it is read: the course's own first, as long as it works.
    let works = |grant: &&Grant| grant.state == GrantState::On;
    let sees_all = |grant: &&Grant| works(grant) && !grant.sees_sections_only();
    let usable = own.filter(|_| access.by_teachers);
    let read = usable
        .filter(sees_all)
        .or(whole.filter(works))
        .or(usable)
        .or(whole);
    let standing = match read {
        None => OfCourse::NotGiven,
        Some(grant) => {
            let by = by.filter(|_| grant.course.is_some());
            match (grant.state, &grant.fault) {
                (GrantState::Consent, _) => OfCourse::Consent(by),
                (GrantState::Refused, Some(fault)) => OfCourse::Refused(fault.clone()),
                _ if grant.sees_sections_only() => OfCourse::SectionsOnly(by),
                _ if grant.course.is_none() => OfCourse::ForAll,
                _ => OfCourse::By(by),
            }
        }
    };
    Ok(Some(CourseAccess {
        standing,
        may_give: access.by_teachers && interface == Interface::Canvas,
        has_own: own.is_some(),
    }))
}

type Stored = (Access, Vec<Grant>, Option<String>);

/// What is switched on for the platform of the course, the tokens that this course can be read with, and whose its own is.
async fn stored(cairn: &Cairn, visitor: &Visitor) -> Result<Option<Stored>, ServiceError> {
    let (tenant, course) = (visitor.tenant().clone(), visitor.course.id.clone());
    let found = cairn.store.read(move |db| {
        let home = platforms::home_of_course(db, &tenant, &course)?;
        let Some(access) = rest_accesses::of_platform(db, &tenant, &home.platform)? else {
            return Ok(None);
        };
        let mut grants = rest_accesses::grants(db, &tenant, &access.id)?;
        grants.retain(|grant| grant.course.as_ref().is_none_or(|own| *own == course));
        let giver = grants.iter().find_map(|grant| match &grant.given_by {
            Giver::Teacher(id) => Some(id.clone()),
            _ => None,
        });
        let by = match giver {
            Some(id) => people::get(db, &tenant, &id)?.map(|person| person.display_name()),
            None => None,
        };
        Ok(Some((access, grants, by)))
    });
    Ok(found.await?)
}

/// Gives the token of a course's teacher back and deletes it here. Any teacher of the course may. Doing it twice is doing it once.
///
/// # Errors
/// [`ServiceError::Forbidden`] for who does not teach here.
#[tracing::instrument(name = "rest_access.take_back", skip_all)]
pub(crate) async fn take_back(cairn: &Cairn, visitor: &Visitor) -> Result<(), ServiceError> {
    visitor.teach()?;
    let Some((access, grants, _)) = stored(cairn, visitor).await? else {
        return Ok(());
    };
    let Some(own) = grants.into_iter().find(|grant| grant.course.is_some()) else {
        return Ok(());
    };
    unused(give_back(cairn, &access, &own).await);
    let (now, random) = cairn.moment();
    let entry = visitor.entry(Action::RestRevoked, access.platform.as_str(), now);
    let entry = entry.detail(serde_json::json!({ "course": own.course }));
    let removed = cairn.store.write(move |db| {
        rest_accesses::remove_grant(db, &own.tenant, &own.id)?;
        audit::record(db, &entry, random.as_ref())
    });
    Ok(removed.await?)
}
