//! The only way out. What calls a platform takes a [`Transport`]; the real one is [`guarded::GuardedClient`].

pub(crate) mod address;
pub(crate) mod guarded;
pub(crate) mod measured;

pub(crate) use lti::transport::{Method, NetError, Request, Response, Transport};
