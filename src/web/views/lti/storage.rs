//! The platform's storage, as the scripts of a login address it.

use std::fmt;

/// Everything that `storage.js` needs to ask for one value.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct StorageView {
    /// `_parent`, or the name of a frame beside ours.
    pub(crate) frame: String,
    /// The only origin that is asked and believed: that of the platform's authorisation endpoint.
    pub(crate) origin: String,
    /// Unique for each login.
    pub(crate) key: String,
    /// What is to be kept; none where it is to be read or taken back.
    pub(crate) value: Option<String>,
}

impl fmt::Debug for StorageView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StorageView")
            .field("frame", &self.frame)
            .field("origin", &self.origin)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}
