//! What keeps a badge from being saved or activated: each mistake its own variant and a sentence that says what to do.

mod design;
mod rule;
mod stack;

pub(crate) use design::{
    DesignProblem, MAX_ALIGNMENTS, MAX_ALT, MAX_CRITERIA, MAX_DAYS, MAX_DESCRIPTION, MAX_MONTHS, MAX_NAME,
    MAX_OUTCOME, MAX_SHORT, review_design,
};
pub(crate) use rule::{RuleContext, RuleProblem, pausing_problems, review_evidence, review_rule};
pub(crate) use stack::{built_on, find_loop};
