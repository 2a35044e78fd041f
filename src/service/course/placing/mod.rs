//! Deep linking: what an instructor puts into a course, and how it is known again when it is launched.
//!
//! Each item that is placed has an id of ours, which the platform keeps in the custom parameters of the link and copies
//! with it. An evidence activity that is placed has a link of its own from the start, under a name that no platform gives;
//! the first launch with its id takes that place.

mod adopt;
mod chooser;
mod items;
mod removing;
mod send;
pub(crate) mod waiting;

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use url::Url;

use crate::domain::badge::Badge;
use crate::domain::session::Session;
use crate::ids::{ActivityId, BadgeId, PlacementId};
use crate::service::base::addresses;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::PlacingRefusal;
use crate::service::base::session::Visitor;
use crate::service::course::launch::leads::PlacingRequest;
use lti::deep_linking::{ContentItem, SubmissionReview};

pub(in crate::service) use adopt::{adopt, keeps_place, settle};
pub(crate) use chooser::{Chooser, Offer, Shape, chooser};
pub(crate) use removing::{remove, review_removal, unopened};
pub(crate) use send::{Sent, Signed, cancel, plan, send};

/// The custom parameter with the id of a placement.
pub(crate) const ITEM: &str = "cairn_item";
/// The custom parameter that says how a badge is shown, and its value for a small card.
pub(crate) const VIEW: &str = "cairn_view";
pub(crate) const CARD: &str = "card";
/// The custom parameter of a submission review: the id of the evidence activity.
pub(crate) const REVIEW: &str = "cairn_review";

/// What an instructor picked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    MyBadges,
    /// A badge or a stack.
    Badge(BadgeId),
    Activity(ActivityId),
    NewActivity {
        title: String,
        instructions: String,
        /// Points of a full grade.
        maximum: Decimal,
    },
}

/// One thing to place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pick {
    /// Made for the review and sent with it, so that a form that is sent twice places once.
    pub(crate) id: PlacementId,
    pub(crate) what: What,
    pub(crate) shape: Shape,
}

/// A pick as it will be placed.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    pub(crate) pick: Pick,
    pub(crate) title: String,
    pub(crate) item: ContentItem,
    /// The badge that it shows.
    pub(crate) badge: Option<Badge>,
    /// Points of the grade column that comes with it.
    pub(crate) points: Option<Decimal>,
    /// A badge that students do not see yet.
    pub(crate) is_draft: bool,
}

/// The request that this visit answers.
///
/// # Errors
/// [`ServiceError::Forbidden`] for all but instructors, [`ServiceError::Refused`] for a visit that no deep linking
/// request opened.
pub(crate) fn request(visitor: &Visitor) -> Result<PlacingRequest, ServiceError> {
    visitor.teach()?;
    request_of(&visitor.session)
}

fn request_of(session: &Session) -> Result<PlacingRequest, ServiceError> {
    let asked = session.request.as_deref();
    asked
        .and_then(|text| serde_json::from_str(text).ok())
        .ok_or_else(|| PlacingRefusal::NotAsked.into())
}

/// Where the platform opens the page with one student's work in an evidence activity.
#[must_use]
pub(in crate::service) fn submission_review(activity: &ActivityId, origin: &str) -> Option<SubmissionReview> {
    let url = Url::parse(&format!("{origin}{}", addresses::LAUNCH)).ok()?;
    Some(SubmissionReview {
        reviewable_status: vec!["Submitted", "Completed"],
        label: "Review the work".to_owned(),
        url,
        custom: BTreeMap::from([(REVIEW.to_owned(), activity.to_string())]),
    })
}
