//! What the reading of grades ends with, as what is kept of it: nothing that a platform said but its own code words.

use gradebook_rest::transport::NetError;
use gradebook_rest::{AccountFault as Account, Reason, Remedy};

use super::super::trouble::Away;
use crate::domain::rest_access::{AccountFault, Fault};

/// What somebody has to change; none for what passes, and where a token has to be renewed or given again.
#[must_use]
pub(crate) fn fault(reason: &Reason) -> Option<Fault> {
    Some(match reason {
        Reason::TokenUnknown => Fault::TokenUnknown,
        Reason::ScopeMissing(scope) => Fault::Scope(scope.as_str().to_owned()),
        Reason::NotAllowed => Fault::NotAllowed,
        Reason::ServicesOff => Fault::ServicesOff,
        Reason::FunctionRefused(function) => Fault::Function((*function).to_owned()),
        Reason::CapabilityMissing {
            function,
            capabilities,
        } => Fault::Capabilities {
            function: (*function).to_owned(),
            one_of: words(capabilities),
        },
        Reason::Account(account) => Fault::Account(match account {
            Account::Suspended => AccountFault::Suspended,
            Account::NoLogin => AccountFault::NoLogin,
            Account::Deleted => AccountFault::Deleted,
            Account::Unconfirmed => AccountFault::Unconfirmed,
            Account::PasswordChange => AccountFault::PasswordChange,
            Account::Policy => AccountFault::Policy,
        }),
        Reason::Redirected(_) => Fault::Redirected,
        Reason::NoAddress | Reason::Net(NetError::Refused) => Fault::Address,
        Reason::Code(code) => Fault::Code(code.clone()),
        Reason::Rejected(status) => Fault::Code(status.to_string()),
        Reason::Malformed { .. } | Reason::Endless | Reason::ForeignHost => Fault::Unreadable,
        // What passes, what is renewed, and what is about one course or one thing in it.
        Reason::TokenRefused
        | Reason::TokenEnded
        | Reason::UnknownAssignment
        | Reason::UnknownPerson
        | Reason::NotEnrolled
        | Reason::Gone
        | Reason::Throttled(_)
        | Reason::OutOfOrder(_)
        | Reason::Html
        | Reason::Empty
        | Reason::HalfABody
        | Reason::Net(_)
        | Reason::TooMany(_)
        | Reason::NoId
        | Reason::OtherFile => return None,
    })
}

fn words(all: &[&str]) -> Vec<String> {
    all.iter().map(|one| (*one).to_owned()).collect()
}

/// How the platform is away, where that is why.
#[must_use]
pub(crate) fn away(reason: &Reason) -> Option<Away> {
    match reason {
        Reason::OutOfOrder(_) => Some(Away::Down),
        Reason::Html => Some(Away::WebPage),
        Reason::Empty => Some(Away::Empty),
        Reason::HalfABody | Reason::Net(NetError::BrokenOff) => Some(Away::BrokenOff),
        Reason::Throttled(_) => Some(Away::Busy),
        Reason::Net(NetError::TimedOut) => Some(Away::Silent),
        Reason::Net(NetError::Unreachable) => Some(Away::Unreachable),
        other => matches!(other.remedy(), Remedy::Wait(_)).then_some(Away::Down),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_no_fault_and_what_stays_is_nothing_that_passes() {
        for reason in [
            Reason::Html,
            Reason::Empty,
            Reason::OutOfOrder(Some(503)),
            Reason::Net(NetError::TimedOut),
        ] {
            assert!(fault(&reason).is_none() && away(&reason).is_some(), "{reason}");
        }
        for reason in [
            Reason::TokenUnknown,
            Reason::ServicesOff,
            Reason::NotAllowed,
            Reason::Redirected(302),
        ] {
            assert!(fault(&reason).is_some() && away(&reason).is_none(), "{reason}");
        }
        assert!(fault(&Reason::TokenRefused).is_none() && away(&Reason::TokenRefused).is_none());
    }
}
