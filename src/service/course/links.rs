//! What a resource link opens: chosen once by an instructor, the same for everybody from then on.

use std::sync::Arc;

use rust_decimal::Decimal;
use serde_json::json;

use crate::domain::audit::Action;
use crate::domain::course::{Course, Link, Opens};
use crate::domain::evidence::Activity;
use crate::domain::policy::Power;
use crate::ids::{ActivityId, LinkId};
use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::policies;
use crate::service::base::queue::{self, EnsureLineItem};
use crate::service::base::refusal::CourseRefusal;
use crate::service::base::session::Visitor;
use crate::service::course::copying;
use crate::store::{Db, StoreError, activities, audit, line_items, links};

/// What an instructor chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Choice {
    MyBadges,
    Activity {
        title: String,
        instructions: String,
        maximum: Decimal,
    },
    /// An activity that came along from the course that this is a copy of, and waits for its link.
    Copied(ActivityId),
}

/// What a copy of another course has for a new link.
#[derive(Debug, Clone)]
pub(crate) struct OfCopy {
    /// The badges that may come along, for whoever may make badges.
    pub(crate) offers: Vec<copying::Offer>,
    /// Activities that came along and wait for their link.
    pub(crate) waiting: Vec<Activity>,
}

/// What the visit's course has for a new link where it is a copy of another one.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors.
#[tracing::instrument(name = "links.of_copy", level = "debug", skip_all)]
pub(crate) async fn of_copy(cairn: &Cairn, visitor: &Visitor) -> Result<OfCopy, ServiceError> {
    visitor.teach()?;
    let visitor = visitor.clone();
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let offers = if policies::may(db, &visitor, Power::Create)? {
            copying::offers(db, &visitor)?
        } else {
            Vec::new()
        };
        let waiting = copying::waiting(db, &visitor.course)?;
        Ok(OfCopy { offers, waiting })
    });
    found.await
}

/// A link of the visit's course.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::NotFound`] for a link of another course.
#[tracing::instrument(name = "links.get", level = "debug", skip_all, fields(link = id.as_str()))]
pub(crate) async fn get(cairn: &Cairn, visitor: &Visitor, id: &LinkId) -> Result<Link, ServiceError> {
    visitor.teach()?;
    let (tenant, course, id) = (visitor.tenant().clone(), visitor.course.id.clone(), id.clone());
    let found = cairn.store.read(move |db| links::get(db, &tenant, &id)).await?;
    found
        .filter(|link| link.course == course)
        .ok_or(ServiceError::NotFound("link"))
}

/// Says what a new link opens, and says it again without harm. An activity is made with it, and its gradebook column is
/// on its way.
///
/// # Errors
/// As [`get`]; [`ServiceError::Refused`] when the link opens something else already.
#[tracing::instrument(name = "links.choose", skip_all, fields(link = id.as_str()))]
pub(crate) async fn choose(
    cairn: &Cairn,
    visitor: &Visitor,
    id: &LinkId,
    choice: Choice,
) -> Result<Opens, ServiceError> {
    let link = get(cairn, visitor, id).await?;
    let (now, random) = (cairn.clock.now(), Arc::clone(&cairn.random));
    let visitor = visitor.clone();
    let chosen = cairn.store.write_with(move |db| -> Result<_, ServiceError> {
        policies::require(db, &visitor, Power::Place)?;
        let tenant = visitor.tenant();
        let link = links::get(db, tenant, &link.id)?.ok_or(ServiceError::NotFound("link"))?;
        match (&link.opens, &choice) {
            (Opens::Unchosen | Opens::CopyOf { .. }, _) => {}
            (Opens::MyBadges, Choice::MyBadges)
            | (Opens::Activity { .. }, Choice::Activity { .. } | Choice::Copied(_)) => {
                return Ok(link.opens);
            }
            _ => {
                return Err(CourseRefusal::LinkChosen.into());
            }
        }
        let opens = match choice {
            Choice::MyBadges => Opens::MyBadges,
            Choice::Copied(activity) => {
                let course = &visitor.course;
                if !copying::open_waiting(db, course, &activity, &link, now, random.as_ref())? {
                    return Err(CourseRefusal::CopyChoice.into());
                }
                Opens::Activity { activity }
            }
            Choice::Activity {
                title,
                instructions,
                maximum,
            } => {
                let activity = Activity {
                    id: ActivityId::new(now, random.as_ref()),
                    tenant: tenant.clone(),
                    course: visitor.course.id.clone(),
                    link: link.id.clone(),
                    title,
                    instructions,
                    line_item: None,
                    maximum,
                    created_at: now,
                };
                activities::insert(db, &activity)?;
                let job = EnsureLineItem::of(db, &activity)?;
                queue::enqueue(db, tenant, &job, now, now, random.as_ref())?;
                Opens::Activity {
                    activity: activity.id,
                }
            }
        };
        links::set_opens(db, tenant, &link.id, &opens)?;
        let entry = visitor.entry(Action::LinkChosen, link.id.as_str(), now);
        audit::record(db, &entry.detail(json!({"opens": opens})), random.as_ref())?;
        Ok(opens)
    });
    chosen.await
}

/// The activity that a link was copied from, where it is one that asks again because of that.
///
/// # Errors
/// As [`get`].
#[tracing::instrument(name = "links.copied_from", level = "debug", skip_all)]
pub(crate) async fn copied_from(
    cairn: &Cairn,
    visitor: &Visitor,
    link: &Link,
) -> Result<Option<Activity>, ServiceError> {
    visitor.teach()?;
    let Opens::CopyOf { activity } = &link.opens else {
        return Ok(None);
    };
    let (tenant, id) = (visitor.tenant().clone(), activity.clone());
    Ok(cairn
        .store
        .read(move |db| activities::get(db, &tenant, &id))
        .await?)
}

/// In Canvas the column of an activity may be an assignment with a link of its own: that link opens the same activity.
/// Run it in the launch's transaction.
pub(in crate::service) fn adopt(db: &mut Db, course: &Course, mut link: Link) -> Result<Link, StoreError> {
    let (Opens::Unchosen, Some(url)) = (&link.opens, &link.line_item_url) else {
        return Ok(link);
    };
    let Some(item) = line_items::by_url(db, &course.tenant, &course.id, url)? else {
        return Ok(link);
    };
    let all = activities::for_course(db, &course.tenant, &course.id)?;
    if let Some(activity) = all
        .into_iter()
        .find(|activity| activity.line_item.as_ref() == Some(&item.id))
    {
        link.opens = Opens::Activity {
            activity: activity.id,
        };
        links::set_opens(db, &course.tenant, &link.id, &link.opens)?;
    }
    Ok(link)
}
