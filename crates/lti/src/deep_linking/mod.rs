//! Deep linking (LTI Deep Linking 2.0): what a platform accepts, what may be returned to it, and the signed answer.
//!
//! There is one way: [`ContentItem`]s are [accepted](fn@accept) against the [`DeepLinkingSettings`] of the
//! request, and only what was [`Accepted`] can be put into an [`Answer`].

mod accept;
mod answer;
mod content_item;
mod settings;
#[cfg(test)]
mod tests;

pub use accept::{Accepted, Kept, Returned, Unacceptable, accept};
pub use answer::Answer;
pub use content_item::{
    ContentItem, Frame, HtmlItem, Icon, ImageItem, ItemLineItem, ItemType, LinkItem, ResourceLinkItem,
    SubmissionReview, plain,
};
pub(super) use settings::DeepLinkingClaim;
pub use settings::DeepLinkingSettings;
