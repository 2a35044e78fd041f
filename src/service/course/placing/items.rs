//! A pick as a content item.

use std::collections::BTreeMap;

use html_escape::encode_quoted_attribute;
use rust_decimal::Decimal;
use url::Url;

use super::{CARD, ITEM, Pick, Planned, Shape, VIEW, What, submission_review};
use crate::domain::badge::{Badge, BadgeState};
use crate::domain::evidence::Activity;
use crate::ids::ActivityId;
use crate::service::badge::pictures;
use crate::service::base::addresses;
use crate::service::base::error::ServiceError;
use crate::service::base::refusal::PlacingRefusal;
use crate::service::course::columns::ACTIVITY_TAG;
use lti::capabilities::{Capabilities, ItemLinks};
use lti::deep_linking::{
    ContentItem, Frame, HtmlItem, Icon, ImageItem, ItemLineItem, LinkItem, ResourceLinkItem, plain,
};

/// Most characters of a title.
const MAX_TITLE: usize = 255;
/// Most characters of the text under it.
const MAX_TEXT: usize = 500;
/// Pixels of a picture in a page.
const PICTURE: u32 = 240;
/// Pixels of an icon.
const ICON: u32 = 64;
/// The frame of a small card. It scrolls where a telephone is narrower.
const FRAME: Frame = Frame {
    width: 560,
    height: 320,
};

/// What a pick is made of.
pub(super) struct Material<'a> {
    /// This server, without a trailing slash.
    pub(crate) origin: &'a str,
    /// Where public pages stand, and whose.
    pub(crate) identity: &'a str,
    pub(crate) issuer: &'a str,
    pub(crate) capabilities: Capabilities,
    /// Whether a line item may come with it. Not with an activity whose column came, or is to come, with another link.
    pub(crate) columns: bool,
    /// The picture beside what has none.
    pub(crate) icon: Option<&'a Url>,
    pub(crate) badge: Option<&'a Badge>,
    pub(crate) activity: Option<&'a Activity>,
    /// Whether the column of that activity is not there any more.
    pub(crate) column_is_gone: bool,
}

impl Material<'_> {
    pub(super) fn plan(&self, pick: Pick) -> Result<Planned, ServiceError> {
        let title = match (&pick.what, self.badge, self.activity) {
            (What::MyBadges, ..) => "My badges".to_owned(),
            (What::Badge(_), Some(badge), _) => badge.design.name.clone(),
            (What::Activity(_), _, Some(activity)) => activity.title.clone(),
            (What::NewActivity { title, .. }, ..) => title.clone(),
            (What::Badge(_), None, _) => return Err(ServiceError::NotFound("badge")),
            (What::Activity(_), _, None) => return Err(ServiceError::NotFound("evidence activity")),
        };
        let title = plain(&title, MAX_TITLE);
        let points = self.points(&pick.what);
        let item = match (pick.shape, self.badge) {
            (Shape::Open, _) | (Shape::Next, Some(_)) => self.link(&pick, &title, points)?,
            (shape, Some(badge)) => self.shown(shape, badge, &title)?,
            (_, None) => {
                return Err(PlacingRefusal::Shape.into());
            }
        };
        Ok(Planned {
            is_draft: self.badge.is_some_and(|badge| badge.state == BadgeState::Draft),
            badge: self.badge.cloned(),
            points: points.filter(|_| pick.shape == Shape::Open),
            pick,
            title,
            item,
        })
    }

    /// The points of the column that comes with it. An activity that has a column already brings no second one.
    fn points(&self, what: &What) -> Option<Decimal> {
        let points = match (what, self.activity) {
            (What::NewActivity { maximum, .. }, _) => Some(*maximum),
            (What::Activity(_), Some(activity)) if activity.line_item.is_none() || self.column_is_gone => {
                Some(activity.maximum)
            }
            _ => None,
        };
        // What a platform does not take here gets its column later, through the line item service.
        points
            .filter(|_| self.columns)
            .filter(|points| self.capabilities.item_points.take(*points))
    }

    fn url(&self, path: &str) -> Result<Url, ServiceError> {
        Url::parse(&format!("{}{path}", self.origin))
            .map_err(|error| ServiceError::Internal(error.to_string()))
    }

    fn link(&self, pick: &Pick, title: &str, points: Option<Decimal>) -> Result<ContentItem, ServiceError> {
        let picture = match self.badge {
            Some(badge) => Some(self.url(&pictures::href(&badge.design.picture))?),
            None => self.icon.cloned(),
        };
        let activity = match &pick.what {
            What::NewActivity { .. } => Some(ActivityId::from(pick.id.as_str())),
            What::Activity(activity) => Some(activity.clone()),
            _ => None,
        };
        let text = self.badge.map(|badge| plain(&badge.design.outcome, MAX_TEXT));
        let mut custom = BTreeMap::from([(ITEM.to_owned(), pick.id.to_string())]);
        if pick.shape == Shape::Next {
            custom.insert(VIEW.to_owned(), CARD.to_owned());
        }
        Ok(ContentItem::ResourceLink(ResourceLinkItem {
            title: title.to_owned(),
            text: text.filter(|text| !text.is_empty()),
            url: match self.capabilities.item_links {
                ItemLinks::Bare => None,
                ItemLinks::Addressed => Some(self.url(addresses::LAUNCH)?),
            },
            icon: picture.map(|url| Icon {
                url,
                width: ICON,
                height: ICON,
            }),
            custom,
            iframe: (pick.shape == Shape::Next).then_some(FRAME),
            line_item: activity.zip(points).map(|(activity, points)| ItemLineItem {
                label: title.to_owned(),
                score_maximum: points,
                resource_id: activity.to_string(),
                tag: ACTIVITY_TAG.to_owned(),
                submission_review: submission_review(&activity, self.origin),
            }),
        }))
    }

    /// A badge in a page: what anybody may see of it.
    fn shown(&self, shape: Shape, badge: &Badge, title: &str) -> Result<ContentItem, ServiceError> {
        if badge.state == BadgeState::Draft {
            return Err(PlacingRefusal::Draft(title.to_owned()).into());
        }
        let page = format!(
            "{}{}",
            self.identity,
            addresses::achievement(self.issuer, &badge.id)
        );
        let page = Url::parse(&page).map_err(|error| ServiceError::Internal(error.to_string()))?;
        let picture = self.url(&pictures::href(&badge.design.picture))?;
        let outcome = plain(&badge.design.outcome, MAX_TEXT);
        let title = title.to_owned();
        Ok(match shape {
            Shape::Image => ContentItem::Image(ImageItem {
                url: picture,
                title,
                text: plain(&badge.design.picture_alt, MAX_TEXT),
                width: PICTURE,
                height: PICTURE,
            }),
            Shape::Card => ContentItem::Html(HtmlItem {
                html: card(&picture, &page, &title, &outcome),
                title,
            }),
            Shape::Link | Shape::Open | Shape::Next => ContentItem::Link(LinkItem {
                url: page,
                title,
                text: Some(outcome).filter(|text| !text.is_empty()),
            }),
        })
    }
}

/// Picture, name and outcome. Styles stand in the elements, because a page of the platform has no sheet of ours.
fn card(picture: &Url, page: &Url, title: &str, outcome: &str) -> String {
    format!(
        "<div style=\"display:flex;gap:16px;align-items:center;max-width:480px;padding:16px;border:1px solid #d5dad9;border-radius:12px\">\
         <img src=\"{}\" alt=\"\" width=\"96\" height=\"96\">\
         <div><p style=\"margin:0 0 4px\"><strong><a href=\"{}\">{}</a></strong></p><p style=\"margin:0\">{}</p></div></div>",
        encode_quoted_attribute(picture.as_str()),
        encode_quoted_attribute(page.as_str()),
        encode_quoted_attribute(title),
        encode_quoted_attribute(outcome),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_that_a_teacher_types_becomes_markup(title in "(?s).{0,60}", outcome in "(?s).{0,60}") {
            let url: Url = "https://badges.example/x?a=1&b=2".parse().unwrap();
            let (bare, html) = (card(&url, &url, "", ""), card(&url, &url, &title, &outcome));
            for mark in ['<', '>', '"', '\''] {
                let count = |text: &str| text.chars().filter(|c| *c == mark).count();
                prop_assert_eq!(count(&html), count(&bare));
            }
        }
    }
}
