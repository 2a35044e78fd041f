//! The only way out. What calls a platform takes a [`Transport`]; the real one is [`guarded::GuardedClient`].

pub mod address;
pub mod guarded;
pub mod measured;

pub use lti::transport::{Method, NetError, Request, Response, Transport};
