//! Kinds of answers to what went wrong, as HTTP has them.

/// What kind of answer an error deserves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ErrorKind {
    BadRequest,
    Unauthorized,
    Forbidden,
    NotFound,
    Conflict,
    Gone,
    Unprocessable,
    TooLarge,
    Unsupported,
    Slow,
    TooManyRequests,
    BadGateway,
    Unavailable,
    Internal,
}
