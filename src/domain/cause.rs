//! Why a course is checked or a badge is decided: from whoever asks for it, through the queue, to the decision record.

use serde::{Deserialize, Serialize};

/// The one thing that led to a check or a decision. Queue and decision records keep it as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Cause {
    /// Somebody opened the course.
    Launch,
    /// It was time to read the course again.
    Schedule,
    /// An instructor pressed **Check now**.
    CheckNow,
    /// An evidence activity was made or changed.
    Activity,
    /// A gradebook column was made.
    Column,
    /// A badge was activated, or one below it was revoked or erased.
    Activation,
    /// Something else became known of a person, such as an approval.
    Fact,
    /// A badge below was awarded, or counts differently than before.
    Award,
    /// A student handed in.
    HandIn,
    /// An instructor answered a hand-in.
    Review,
    /// An instructor awards whatever the rule says.
    ByHand,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_is_stored_as_the_word_that_it_always_was() {
        let words = [
            (Cause::Launch, "launch"),
            (Cause::Schedule, "schedule"),
            (Cause::CheckNow, "check-now"),
            (Cause::Activity, "activity"),
            (Cause::Column, "column"),
            (Cause::Activation, "activation"),
            (Cause::Fact, "fact"),
            (Cause::Award, "award"),
            (Cause::HandIn, "hand-in"),
            (Cause::Review, "review"),
            (Cause::ByHand, "by-hand"),
        ];
        for (cause, word) in words {
            assert_eq!(serde_json::to_value(cause).unwrap(), word);
            assert_eq!(serde_json::from_value::<Cause>(word.into()).unwrap(), cause);
        }
    }
}
