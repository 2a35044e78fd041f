//! Keys of both sides: ours, which signs what we say to platforms, and theirs, which verify launches.

mod cache;
pub(crate) mod openid;
mod platform;
mod tool;

pub use cache::{KeySetCache, Look};
pub use platform::{KeyFault, KeySet, PlatformKey};
pub use tool::ToolKey;
