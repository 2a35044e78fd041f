//! Who has earned what: decisions, awards, evidence, regrades and what is told of them.

pub mod awarding;
pub mod decide;
pub mod evidence;
pub mod file_check;
pub mod files;
pub mod holders;
pub mod learning;
pub mod progress;
pub mod regrades;
