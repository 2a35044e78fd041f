//! Words for people that several pages, or one page in several cases, choose from.

pub mod lms;
pub mod places;
