//! What a platform takes: the settings of the request, and what each platform does with more than it said.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{ContentItem, DeepLinkingSettings, ResourceLinkItem};
use crate::capabilities::{Capabilities, ContentItems, ItemLinks};

/// Most characters of a title.
const MAX_TITLE: usize = 255;
/// Most characters of a custom value.
const MAX_VALUE: usize = 255;

/// Items that may be returned in answer to one request. There is no other way to make one than [`accept`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Accepted(Vec<ContentItem>);

/// Items that were accepted, as they are kept until the answer is signed: what they are on the wire.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kept(Box<RawValue>);

/// What an answer can return: nothing that was not accepted.
pub trait Returned: Serialize + std::fmt::Debug {}

impl Returned for Accepted {}
impl Returned for Kept {}

impl Accepted {
    /// Nothing at all: the person thought better of it.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// The items, to be kept.
    ///
    /// # Errors
    /// What the serializer says; it has nothing to say.
    pub fn keep(&self) -> Result<Kept, serde_json::Error> {
        serde_json::value::to_raw_value(self).map(Kept)
    }

    /// The items.
    #[must_use]
    pub fn items(&self) -> &[ContentItem] {
        &self.0
    }
}

/// Why an item cannot be returned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unacceptable {
    /// The word of a type that is not among `accept_types`, or that the platform would misread.
    #[error("This place in your course takes no items of the type {0}. Choose something else.")]
    Type(&'static str),
    /// Several items where one is taken.
    #[error("This place in your course takes one item at a time. Choose one.")]
    TooMany,
    /// A line item where none is taken.
    #[error("This place in your course takes no grade column.")]
    LineItem,
    /// Points that Moodle would refuse or round.
    #[error("Your course site takes whole numbers of points from 1 to 100 here.")]
    Points,
    /// Points of zero or less.
    #[error("The points must be more than 0.")]
    NoPoints,
    /// No title, a very long one, or one of several lines.
    #[error("Give it a title of 1 to 255 characters on one line.")]
    Title,
    /// Moodle ties a link with an address of its own to a tool by domain, and not to the one that placed it.
    #[error("Your course site takes links of the tool itself only.")]
    Url,
    /// The name of the parameter.
    #[error("The parameter {0:?} is not one that every course site keeps as it is.")]
    Custom(String),
}

impl Unacceptable {
    /// A stable name for log, metrics and support.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Type(_) => "placing.type",
            Self::TooMany => "placing.too-many",
            Self::LineItem => "placing.line-item",
            Self::Points => "placing.points",
            Self::NoPoints => "placing.no-points",
            Self::Title => "placing.title",
            Self::Url => "placing.url",
            Self::Custom(_) => "placing.custom",
        }
    }
}

/// Lets items through that this request accepts.
///
/// # Errors
/// [`Unacceptable`] for the first thing that it does not accept.
pub fn accept(
    items: Vec<ContentItem>,
    settings: &DeepLinkingSettings,
    capabilities: &Capabilities,
) -> Result<Accepted, Unacceptable> {
    if items.len() > 1 && !settings.accept_multiple {
        return Err(Unacceptable::TooMany);
    }
    for item in &items {
        if !settings.accepts(item.kind()) {
            return Err(Unacceptable::Type(item.kind().word()));
        }
        match item {
            ContentItem::ResourceLink(link) => resource_link(link, settings, capabilities)?,
            other if capabilities.content_items == ContentItems::ToolLinks => {
                return Err(Unacceptable::Type(other.kind().word()));
            }
            ContentItem::Link(link) => title(&link.title)?,
            ContentItem::Html(html) => title(&html.title)?,
            ContentItem::Image(image) => title(&image.title)?,
        }
    }
    Ok(Accepted(items))
}

fn resource_link(
    link: &ResourceLinkItem,
    settings: &DeepLinkingSettings,
    capabilities: &Capabilities,
) -> Result<(), Unacceptable> {
    title(&link.title)?;
    custom(&link.custom)?;
    if capabilities.item_links == ItemLinks::Bare && link.url.is_some() {
        return Err(Unacceptable::Url);
    }
    let Some(column) = &link.line_item else {
        return Ok(());
    };
    if !settings.accept_lineitem {
        return Err(Unacceptable::LineItem);
    }
    title(&column.label)?;
    if let Some(review) = &column.submission_review {
        custom(&review.custom)?;
    }
    let points = column.score_maximum;
    if points <= Decimal::ZERO {
        return Err(Unacceptable::NoPoints);
    }
    if !capabilities.item_points.take(points) {
        return Err(Unacceptable::Points);
    }
    Ok(())
}

fn title(text: &str) -> Result<(), Unacceptable> {
    let length = text.chars().count();
    if (1..=MAX_TITLE).contains(&length) && !text.chars().any(char::is_control) {
        Ok(())
    } else {
        Err(Unacceptable::Title)
    }
}

/// Moodle keeps these as lines `key=value` that it splits again, sends an odd-cased key twice, and both platforms put in
/// the variable that a value beginning with `$` names.
fn custom(parameters: &BTreeMap<String, String>) -> Result<(), Unacceptable> {
    let sound = |(key, value): &(&String, &String)| {
        let key_fits = !key.is_empty()
            && key
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        let value_fits = !value.is_empty()
            && value.chars().count() <= MAX_VALUE
            && !value.starts_with('$')
            && value.trim() == *value
            && !value
                .chars()
                .any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'));
        key_fits && value_fits
    };
    match parameters.iter().find(|pair| !sound(pair)) {
        Some((key, _)) => Err(Unacceptable::Custom(key.clone())),
        None => Ok(()),
    }
}
