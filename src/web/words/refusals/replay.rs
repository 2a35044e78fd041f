//! Why a rule is not tried on the gradebook of an earlier year, in words.

use crate::service::base::refusal::ReplayRefusal;
use crate::web::views::shared::thousands;

pub(super) fn replay(refusal: ReplayRefusal) -> String {
    let fixed = match refusal {
        ReplayRefusal::Unanswered(1) => {
            "Say for one more condition below what stands for it, or how it is taken. Nothing is assumed without you."
        }
        ReplayRefusal::Unanswered(things) => {
            return format!(
                "Say for {} more conditions below what stands for them, or how they are taken. Nothing is assumed without you.",
                thousands(u32::try_from(things).unwrap_or(u32::MAX))
            );
        }
        ReplayRefusal::Points => {
            "Type the points that the column is out of as a number above 0, or leave the field empty."
        }
        ReplayRefusal::Damaged => {
            "What this page kept of the file cannot be read any more. Choose the file again."
        }
    };
    fixed.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_says_what_to_do() {
        assert_eq!(
            replay(ReplayRefusal::Unanswered(2)),
            "Say for 2 more conditions below what stands for them, or how they are taken. Nothing is assumed without you."
        );
        assert!(replay(ReplayRefusal::Unanswered(1)).contains("one more condition below"));
        assert!(replay(ReplayRefusal::Points).starts_with("Type the points"));
        assert!(replay(ReplayRefusal::Damaged).contains("Choose the file again"));
    }
}
