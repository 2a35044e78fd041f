//! Words for people that several pages, or one page in several cases, choose from.

pub(crate) mod lms;
pub(crate) mod places;
