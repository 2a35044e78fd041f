//! Badges as instructors design them: texts, pictures, rules and stacks.

pub(crate) mod coach;
pub(crate) mod copied_inputs;
pub(crate) mod design;
pub(crate) mod grade_rows;
pub(crate) mod lineage;
pub(crate) mod pictures;
pub(crate) mod replaced;
pub(crate) mod resting;
pub(crate) mod skills;
pub(crate) mod uploads;
