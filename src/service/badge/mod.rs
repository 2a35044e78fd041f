//! Badges as instructors design them: texts, pictures, rules and stacks.

pub mod design;
pub mod pictures;
pub mod theme;
pub mod uploads;
