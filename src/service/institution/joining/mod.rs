//! Who is who, said by an administrator: that a platform which was registered anew is one that is known, or is another one; that two
//! people are one. Students say so of their own accounts of two platforms. What is said is looked at first, done by a job, kept in
//! the audit log, and can be taken back.

pub(crate) mod accounts;
pub(crate) mod joins;
pub(crate) mod people;
pub(crate) mod platforms;
pub(crate) mod working;

pub(crate) use joins::{Listed, SaidByStudent, list, part, review_part};
pub(crate) use people::{Side, join_people, review_people, search};
pub(crate) use platforms::{PlatformReview, join, keep_apart, review};
