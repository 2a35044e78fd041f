//! What keeps a badge from being saved or activated: each mistake its own variant and a sentence that says what to do.

mod design;
mod rule;
mod stack;

pub(crate) use design::{DesignProblem, review_design};
pub(crate) use rule::{RuleContext, review_evidence, review_rule};
