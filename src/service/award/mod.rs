//! Who has earned what: decisions, awards, evidence, regrades and what is told of them.

pub(crate) mod awarding;
pub(crate) mod course_badge;
pub(crate) mod decide;
pub(crate) mod everywhere;
pub(crate) mod evidence;
pub(crate) mod file_check;
pub(crate) mod files;
pub(crate) mod holders;
mod in_gradebook;
pub(crate) mod learning;
pub(crate) mod lms_work;
pub(crate) mod over_time;
pub(crate) mod portfolio;
pub(crate) mod progress;
pub(crate) mod regrades;
pub(crate) mod reviewing;
pub(crate) mod shares;
pub(crate) mod timelines;
pub(crate) mod uploads;
mod whole;
