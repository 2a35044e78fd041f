//! What a tool returns: content items (Deep Linking 2.0, section 2).

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Serialize, Serializer};
use url::Url;

use crate::number::Number;

/// The types that this tool returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ItemType {
    /// `ltiResourceLink`
    ResourceLink,
    /// `link`
    Link,
    /// `html`
    Html,
    /// `image`
    Image,
}

impl ItemType {
    /// The word on the wire.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::ResourceLink => "ltiResourceLink",
            Self::Link => "link",
            Self::Html => "html",
            Self::Image => "image",
        }
    }
}

/// One item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type")]
pub enum ContentItem {
    /// A link that launches this tool.
    #[serde(rename = "ltiResourceLink")]
    ResourceLink(ResourceLinkItem),
    /// A link to any other page.
    #[serde(rename = "link")]
    Link(LinkItem),
    /// A fragment of a page.
    #[serde(rename = "html")]
    Html(HtmlItem),
    /// A picture.
    #[serde(rename = "image")]
    Image(ImageItem),
}

impl ContentItem {
    /// Which type it is.
    #[must_use]
    pub fn kind(&self) -> ItemType {
        match self {
            Self::ResourceLink(_) => ItemType::ResourceLink,
            Self::Link(_) => ItemType::Link,
            Self::Html(_) => ItemType::Html,
            Self::Image(_) => ItemType::Image,
        }
    }
}

/// A link that launches this tool (section 2.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceLinkItem {
    /// The words of the link, 1 to 255 characters.
    pub title: String,
    /// More words, shown beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Where it launches; without one, where the platform has the tool. Moodle binds a link with one by its domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Url>,
    /// A small picture beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon: Option<Icon>,
    /// Comes back in every launch. Teachers see it and may change it; a copied link keeps it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub custom: BTreeMap<String, String>,
    /// The size in which it is shown within a page, where the platform shows links so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iframe: Option<Frame>,
    /// Makes a column in the gradebook with the link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_item: Option<ItemLineItem>,
}

/// The size of a frame within a page (section 2.1, `iframe`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Frame {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// A picture beside a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Icon {
    /// Where the picture is.
    pub url: Url,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// The grade column that comes with a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemLineItem {
    /// The name of the column, 1 to 255 characters.
    pub label: String,
    /// Points, above zero. Moodle takes whole numbers from 1 to 100 only.
    #[serde(serialize_with = "points")]
    pub score_maximum: Decimal,
    /// The tool's own id of what is graded.
    pub resource_id: String,
    /// The tool's own word for the kind of column.
    pub tag: String,
    /// Lets teachers open what was handed in out of the gradebook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submission_review: Option<SubmissionReview>,
}

/// Where a teacher sees what a student handed in (LTI Submission Review 1.0, section 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SubmissionReview {
    /// `activityProgress` words at which there is something to see.
    pub reviewable_status: Vec<&'static str>,
    /// The words of the link in the gradebook.
    pub label: String,
    /// What is launched.
    pub url: Url,
    /// Merged into the custom parameters of the launch.
    pub custom: BTreeMap<String, String>,
}

/// A plain link (section 2.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LinkItem {
    /// Where it leads.
    pub url: Url,
    /// The words of the link, 1 to 255 characters.
    pub title: String,
    /// More words, shown beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A fragment of HTML (section 2.4); whatever is in it must be escaped already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HtmlItem {
    /// The markup.
    pub html: String,
    /// What the platform lists it as, 1 to 255 characters.
    pub title: String,
}

/// A picture (section 2.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImageItem {
    /// Where the picture is.
    pub url: Url,
    /// What the platform lists it as, 1 to 255 characters.
    pub title: String,
    /// What it shows, for those who do not see it.
    pub text: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

fn points<S: Serializer>(points: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    Number(*points).serialize(serializer)
}

/// `text` on one line of at most `most` characters: no control characters, which a platform might take for the end of
/// something, and none of the marks that turn the direction of text.
#[must_use]
pub fn plain(text: &str, most: usize) -> String {
    let turned = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let line: String = text
        .chars()
        .map(|c| {
            if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
                ' '
            } else {
                c
            }
        })
        .filter(|c| !turned(*c))
        .collect();
    let words: Vec<&str> = line.split_whitespace().collect();
    words.join(" ").chars().take(most).collect()
}
