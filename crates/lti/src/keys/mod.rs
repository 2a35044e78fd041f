//! Keys of both sides: the tool's own ([`ToolKey`]), which signs what it says to platforms, and the platforms'
//! ([`KeySetCache`]), which verify launches and notices.

mod cache;
pub(crate) mod openid;
mod platform;
mod tool;

pub use crate::error::KeyFault;
pub use cache::{KeySetCache, Probe};
pub use platform::{KeySet, PlatformKey};
pub use tool::ToolKey;
