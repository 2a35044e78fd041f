//! What keeps a badge from being saved or activated: each mistake its own variant.

mod design;
mod rule;
mod stack;

pub(crate) use design::{
    DesignProblem, MAX_ALIGNMENTS, MAX_ALT, MAX_ASSESSMENT, MAX_CRITERIA, MAX_DAYS, MAX_DESCRIPTION,
    MAX_MONTHS, MAX_NAME, MAX_OUTCOME, MAX_SHORT, is_address, review_design,
};
pub(crate) use rule::{
    RuleContext, RuleProblem, bound_problem, cannot_be_met, completion_problem, elsewhere_problem,
    hand_in_problem, lost, review_evidence, review_rule, share_elsewhere, share_of, threshold_problem,
    word_problem,
};
pub(crate) use stack::find_loop;
pub(crate) use stack::loop_from;
