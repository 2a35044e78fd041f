//! Badges as instructors design them: texts, pictures, rules and stacks.

pub mod copied_inputs;
pub mod design;
pub mod grade_rows;
pub mod pictures;
pub mod uploads;
