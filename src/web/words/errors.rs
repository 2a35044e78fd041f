//! Everything that can go wrong in a use case, as people are told: on pages and, for the same use cases, by the command
//! line.

use super::{checks, policies, refusals, registering};
use crate::service::base::error::ServiceError;
use crate::service::base::trouble::Away;

/// What a person is told, as whole sentences that say what to do.
#[must_use]
pub(crate) fn sentence(error: &ServiceError) -> String {
    let fixed = match error {
        ServiceError::Refused(refusal) => return refusals::sentence(refusal),
        ServiceError::Several(all) => {
            let sentences: Vec<String> = all.iter().map(refusals::sentence).collect();
            return sentences.join(" ");
        }
        ServiceError::Forbidden(why) => refusals::forbidden(*why),
        ServiceError::Policy(refusal) => policies::refusal(*refusal),
        ServiceError::Form { sentence, .. } => return sentence.clone(),
        ServiceError::Configuration(error) => return registering::configuration(error),
        ServiceError::Registration(refused) => return registering::refusal(refused),
        ServiceError::NotFound(what) => {
            return format!(
                "There is no such {what} here. It may have been removed; go back and look again."
            );
        }
        ServiceError::TooMany { seconds } => {
            return format!(
                "More requests came from your network than this server answers at once. Wait {seconds} seconds, then open the page again; nothing was lost."
            );
        }
        ServiceError::Busy { by_client, seconds } => {
            let much = if *by_client {
                "More is under way from your network at once than this server takes from one."
            } else {
                "More forms arrive at this moment than this server takes in at once."
            };
            return format!("{much} Nothing was changed; wait {seconds} seconds, then try again.");
        }
        ServiceError::NoToken => {
            "This badge has no token form (JWT): it was issued before tokens were made. Its data file (JSON) and its pictures hold the same badge."
        }
        ServiceError::Kept => {
            "The holder of this badge shows its page only to those to whom they send a link."
        }
        ServiceError::Masquerade => {
            "You are acting as this person, so you can look but not hand in or share for them. Nothing was changed; they can do it themselves."
        }
        ServiceError::SessionOver => {
            "Your visit has ended. Open this page again from your course; what you had saved is kept."
        }
        ServiceError::SignInNeeded => {
            "Please sign in. What you had saved is kept; nothing that you just sent was changed."
        }
        ServiceError::Provider => {
            "Your institution’s sign-in service did not answer as it should. Try again in a minute; if it stays so, come in by another way: `cairn admin-link` on the server prints a link."
        }
        ServiceError::Internal(_) => OUR_FAULT,
        ServiceError::Platform(error) => match Away::of(error) {
            Some(how) => {
                return format!(
                    "{} Nothing was lost; try again in some minutes.",
                    checks::away(how)
                );
            }
            None => return error.to_string(),
        },
        // Where it is and how it is reached is for whoever runs Cairn, who finds it in the settings and in the log.
        ServiceError::Store(_) if error.is_database_away() => {
            "The database cannot be reached just now, so nothing can be shown or saved. If it stays so, tell whoever runs Cairn."
        }
        // What the modules below and the library say of themselves is a sentence already.
        ServiceError::Launch(_)
        | ServiceError::Login(_)
        | ServiceError::Store(_)
        | ServiceError::Blob(_)
        | ServiceError::Secrets(_) => return error.to_string(),
    };
    fixed.to_owned()
}

/// What is said of a defect of ours; the log has the rest.
pub(super) const OUR_FAULT: &str = "Something went wrong on our side. Nothing was lost; please try again, and name the error id if it stays.";
