//! What can be placed here.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::badge::{Badge, BadgeState};
use crate::domain::evidence::Activity;
use crate::domain::namesakes::Mark;
use crate::domain::policy::Power;
use crate::domain::rule::Rule;
use crate::ids::{ActivityId, BadgeId, CourseId, TenantId};
use crate::service::Cairn;
use crate::service::base::activities::in_course;
use crate::service::base::error::ServiceError;
use crate::service::base::namesakes;
use crate::service::base::session::Visitor;
use crate::store::{Db, StoreError, activities, badges, policies, programmes, rules};
use lti::capabilities::{Capabilities, ContentItems, ItemPoints};
use lti::deep_linking::{DeepLinkingSettings, ItemType};

/// So long an activity is offered that nobody has opened, and that perhaps is in no course.
const OFFERED: TimeDelta = TimeDelta::days(7);

/// How an item looks in the course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Shape {
    /// A link that opens it in Cairn.
    Open,
    /// A small card in a frame, with the next step of whoever looks.
    Next,
    /// Picture, name and outcome, in a page.
    Card,
    /// A link to its public page.
    Link,
    /// Its picture.
    Image,
}

impl Shape {
    /// The plainest first.
    const ALL: [Self; 5] = [Self::Open, Self::Next, Self::Card, Self::Link, Self::Image];

    /// Whether it is a link that launches Cairn.
    #[must_use]
    pub(crate) fn opens_cairn(self) -> bool {
        matches!(self, Self::Open | Self::Next)
    }

    /// The content item type that it needs.
    #[must_use]
    pub(crate) fn item(self) -> ItemType {
        match self {
            Self::Open | Self::Next => ItemType::ResourceLink,
            Self::Card => ItemType::Html,
            Self::Link => ItemType::Link,
            Self::Image => ItemType::Image,
        }
    }

    /// As forms send it.
    #[must_use]
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Next => "next",
            Self::Card => "card",
            Self::Link => "link",
            Self::Image => "image",
        }
    }

    /// The shape of that word.
    #[must_use]
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shape| shape.word() == word)
    }

    /// The shapes that this place takes, the plainest first.
    #[must_use]
    pub(crate) fn taken(settings: &DeepLinkingSettings, capabilities: &Capabilities) -> Vec<Self> {
        Self::ALL
            .into_iter()
            .filter(|shape| settings.accepts(shape.item()))
            .filter(|shape| capabilities.content_items == ContentItems::AsOffered || shape.opens_cairn())
            .collect()
    }
}

/// A badge that can be placed.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    pub(crate) badge: Badge,
    /// Earned by badges alone.
    pub(crate) is_stack: bool,
}

/// What an instructor can choose from.
#[derive(Debug, Clone)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "three things about the place, one about the person"
)]
pub(crate) struct Chooser {
    pub(crate) badges: Vec<Offer>,
    pub(crate) activities: Vec<Activity>,
    /// Those of them that perhaps are not in the course: nobody has opened them yet.
    pub(crate) unopened: Vec<ActivityId>,
    /// What tells those apart that bear one name.
    pub(crate) marks: HashMap<ActivityId, Mark>,
    /// Whether several items may be placed at once.
    pub(crate) several: bool,
    /// None where this place takes nothing that Cairn has.
    pub(crate) shapes: Vec<Shape>,
    /// Whether a grade column comes with an activity.
    pub(crate) columns: bool,
    /// Whether points are whole numbers from 1 to 100.
    pub(crate) whole_points: bool,
    /// Whether this person may make a new badge.
    pub(crate) makes_badges: bool,
}

/// What can be placed in answer to the request of this visit.
///
/// # Errors
/// As [`super::request`].
#[tracing::instrument(name = "placing.chooser", level = "debug", skip_all)]
pub(crate) async fn chooser(cairn: &Cairn, visitor: &Visitor) -> Result<Chooser, ServiceError> {
    let request = super::request(visitor)?;
    let capabilities = visitor.registration.capabilities();
    let (visitor, now) = (visitor.clone(), cairn.clock.now());
    let found = cairn.store.read_with(move |db| -> Result<_, ServiceError> {
        let (tenant, course) = (visitor.tenant(), &visitor.course.id);
        let mut offers = Vec::new();
        for badge in badges::for_course(db, tenant, course)? {
            if badge.state != BadgeState::Retired {
                offers.push(Offer {
                    is_stack: is_stack(db, &badge)?,
                    badge,
                });
            }
        }
        for (_, badge) in programmes::all(db, tenant)? {
            if badge.state == BadgeState::Active {
                offers.push(Offer {
                    is_stack: true,
                    badge,
                });
            }
        }
        let mut activities = activities::for_course(db, tenant, course)?;
        let there = in_course(db, tenant, course, |_| false)?;
        let is_there = |one: &Activity| there.iter().any(|known| known.id == one.id);
        activities.retain(|one| is_there(one) || may_be_saved_yet(one, now));
        let unopened = activities.iter().filter(|one| !is_there(one));
        let unopened: Vec<ActivityId> = unopened.map(|one| one.id.clone()).collect();
        let policy = policies::get(db, tenant)?;
        policy.allows(Power::Place, visitor.session.asker())?;
        let powers = policy.powers(visitor.session.asker());
        let marks = namesakes::of_activities(db, tenant, course, &activities)?;
        Ok((offers, (activities, marks), unopened, powers.create))
    });
    let (badges, (activities, marks), unopened, makes_badges) = found.await?;
    Ok(Chooser {
        badges,
        activities,
        unopened,
        marks,
        several: request.settings.accept_multiple,
        shapes: Shape::taken(&request.settings, &capabilities),
        columns: request.settings.accept_lineitem,
        makes_badges,
        whole_points: capabilities.item_points == ItemPoints::WholeTo100 && request.settings.accept_lineitem,
    })
}

/// A badge of that course, or a programme that awards, which is of every course of its institution.
pub(super) fn placeable(
    db: &mut Db,
    tenant: &TenantId,
    course: &CourseId,
    id: &BadgeId,
) -> Result<Option<Badge>, StoreError> {
    let Some(badge) = badges::get(db, tenant, id)? else {
        return Ok(None);
    };
    let may = badge.course == *course
        || (badge.state == BadgeState::Active && programmes::of_badge(db, tenant, id)?.is_some());
    Ok(may.then_some(badge))
}

/// Whether an activity that nobody has opened is offered: one that was left unsaved in the course goes by itself.
fn may_be_saved_yet(activity: &Activity, now: DateTime<Utc>) -> bool {
    now.signed_duration_since(activity.created_at) < OFFERED
}

/// Whether the badge's rule, or the one being written, asks for badges and nothing else.
pub(super) fn is_stack(db: &mut Db, badge: &Badge) -> Result<bool, StoreError> {
    let rule = match rules::active(db, &badge.tenant, &badge.id)? {
        Some(rule) => Some(rule),
        None => rules::draft(db, &badge.tenant, &badge.id)?,
    };
    Ok(rule.is_some_and(|rule| asks_for_badges(&rule)))
}

fn asks_for_badges(rule: &Rule) -> bool {
    let conditions = rule.root.conditions();
    !conditions.is_empty() && conditions.iter().all(|one| !one.badges().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_has_opened_for_a_week_is_not_offered_any_more() {
        let made: DateTime<Utc> = "2026-11-30T08:00:00Z".parse().unwrap();
        let activity = Activity {
            id: "activity".into(),
            tenant: "north-coast".into(),
            course: "course".into(),
            link: "link".into(),
            title: "Field report".into(),
            instructions: String::new(),
            line_item: None,
            maximum: 25.into(),
            created_at: made,
        };
        assert!(may_be_saved_yet(&activity, made + TimeDelta::days(6)));
        assert!(!may_be_saved_yet(&activity, made + TimeDelta::days(7)));
    }
}
