//! Long lists, a part at a time.

/// A part of a list: how many rows to skip and how many to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) offset: i64,
    /// Above zero.
    pub(crate) limit: i64,
}

impl Page {
    /// The first `limit` rows.
    #[must_use]
    pub(crate) fn first(limit: i64) -> Self {
        Self { offset: 0, limit }
    }
}
