//! Where a long list stands.

use super::thousands;

/// One page of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Paging {
    /// The number of the first row shown, from 1; 0 when the list is empty.
    pub(crate) first: u32,
    /// The number of the last row shown.
    pub(crate) last: u32,
    pub(crate) total: u32,
    pub(crate) previous_href: Option<String>,
    pub(crate) next_href: Option<String>,
}

impl Paging {
    /// "1 to 50 of 5,000".
    #[must_use]
    pub(crate) fn words(&self) -> String {
        format!(
            "{} to {} of {}",
            thousands(self.first),
            thousands(self.last),
            thousands(self.total)
        )
    }
}
