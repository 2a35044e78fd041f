//! What somebody handed in to a column of the LMS, as its interface tells it: how, and its files by name. Neither content nor an
//! address of a file is in it: whoever may see the work opens it in the LMS.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The last hand-in of one person to one column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Work {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<WorkKind>,
    /// From 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) attempt: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) files: Vec<WorkFile>,
}

impl Work {
    /// Most files that are kept.
    pub(crate) const MOST: usize = 30;
}

/// How something was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WorkKind {
    Files,
    Text,
    /// The address of a page, which is not kept.
    Address,
    Recording,
    Annotation,
    Discussion,
    Quiz,
    Tool,
    Other,
}

/// A file of it, as the LMS lists it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WorkFile {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) media_type: Option<String>,
    /// Bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<DateTime<Utc>>,
}
