//! Noticing what launches show of their platform, for the self-test. Seldom a write: at most once a minute, unless
//! something is new.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::course::Course;
use crate::domain::platform::{LastSeen, LastSeenDetail};
use crate::store::{Db, StoreError, last_seen};
use lti::capabilities::ServicesTold;
use lti::claims::{Launch, Message};
use lti::registration::Registration;

/// The time of the last launch is written down at most so often.
const OFTEN: TimeDelta = TimeDelta::minutes(1);
/// Most placements or messages that are remembered of one platform.
const MOST: usize = 40;

/// Notes a verified launch, within its transaction. `known` is what earlier ones showed.
pub(crate) fn note(
    db: &mut Db,
    registration: &Registration,
    known: Option<&LastSeen>,
    launch: &Launch,
    course: Option<&Course>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let told = registration.capabilities().services_told;
    let detail = detail(known.map(|known| &known.detail), told, launch, course);
    // Which course was last changes with each launch of a busy school, and matters to nobody within a minute.
    let fresh = known.is_some_and(|known| {
        let same = LastSeenDetail {
            course: detail.course.clone(),
            ..known.detail.clone()
        };
        same == detail
            && known.detail.course.is_some() == detail.course.is_some()
            && (now - known.launched_at).abs() < OFTEN
    });
    if fresh {
        return Ok(());
    }
    let last_seen = LastSeen {
        tenant: registration.tenant.clone(),
        registration: registration.id.clone(),
        launched_at: now,
        clock_skew: now - launch.issued_at,
        detail,
    };
    last_seen::put(db, &last_seen)
}

fn detail(
    known: Option<&LastSeenDetail>,
    told: ServicesTold,
    launch: &Launch,
    course: Option<&Course>,
) -> LastSeenDetail {
    let kept = known.cloned().unwrap_or_default();
    let text = |text: &Option<String>| text.as_ref().map(|text| text.chars().take(120).collect());
    let message = match &launch.message {
        Message::ResourceLink { .. } => "LtiResourceLinkRequest",
        Message::DeepLinking { .. } => "LtiDeepLinkingRequest",
        Message::SubmissionReview { .. } => "LtiSubmissionReviewRequest",
    };
    // A launch from an account has a context in Canvas, and no services.
    let in_course = course.is_some();
    LastSeenDetail {
        product: text(&launch.tool_platform.product_family_code),
        version: text(&launch.tool_platform.version),
        guid: text(&launch.tool_platform.guid),
        shares_names: launch.name.is_some() || launch.given_name.is_some() || launch.family_name.is_some(),
        shares_emails: launch.email.is_some(),
        messages: with(kept.messages, Some(message)),
        placements: with(kept.placements, launch.placement.as_deref()),
        grades: if in_course {
            launch.ags.is_some()
        } else {
            kept.grades
        },
        // A choice of content before the tool is in use says nothing of what it may read.
        members: match &launch.message {
            _ if !in_course => kept.members,
            Message::DeepLinking { .. } if told == ServicesTold::OnceInUse => {
                launch.nrps.is_some() || known.is_none_or(|known| known.members || known.course.is_none())
            }
            _ => launch.nrps.is_some(),
        },
        course: course.map(|course| course.id.clone()).or(kept.course),
    }
}

fn with(mut known: BTreeSet<String>, new: Option<&str>) -> BTreeSet<String> {
    if let Some(new) = new
        && known.len() < MOST
    {
        known.insert(new.chars().take(120).collect());
    }
    known
}
