//! What the library says of a platform, as it is kept.

use gradebook_rest::{Part as PartRead, Reason, Remedy};

use crate::domain::reading::{Help, Part, Passing, Why};
use crate::domain::rest_access::Fault;
use crate::service::base::rest_access::{self, RestTrouble};
use crate::service::base::trouble::Away;

/// Why something could not be read.
pub(super) fn why(reason: &Reason) -> Why {
    if let Some(fault) = rest_access::fault(reason) {
        return Why::Refused(fault);
    }
    if matches!(reason, Reason::OutOfOrder(None)) {
        return Why::Passing(Passing::Maintenance);
    }
    if let Some(away) = rest_access::away(reason) {
        return Why::Passing(passing(away));
    }
    match reason.remedy() {
        Remedy::Refresh | Remedy::Consent => Why::Consent,
        Remedy::Gone => Why::Gone,
        _ if matches!(reason, Reason::TooMany(_) | Reason::Net(_)) => Why::TooMuch,
        _ => Why::Refused(Fault::Unreadable),
    }
}

/// Why grades were refused in the middle of a reading, where somebody can mend it: a right was lost.
pub(super) fn lost_right(read: &gradebook_rest::Coverage) -> Option<&Reason> {
    let refused = read.missing.iter().filter(|(part, _)| *part == PartRead::Grades);
    let mut mended = refused
        .map(|(_, reason)| reason)
        .filter(|reason| matches!(why(reason).help(), Help::Administrator | Help::Giver));
    mended.next()
}

/// Why there is no reader, or its token could not be renewed; none for a defect of ours.
pub(super) fn of_trouble(trouble: &RestTrouble) -> Option<Why> {
    match trouble {
        RestTrouble::Consent => Some(Why::Consent),
        RestTrouble::Refused(fault) => Some(Why::Refused(fault.clone())),
        RestTrouble::Away(away) => Some(Why::Passing(passing(*away))),
        RestTrouble::Failed(_) => None,
    }
}

fn passing(away: Away) -> Passing {
    match away {
        Away::Down => Passing::Down,
        Away::WebPage => Passing::WebPage,
        Away::Silent => Passing::Silent,
        Away::Unreachable => Passing::Unreachable,
        Away::Busy => Passing::Busy,
        Away::BrokenOff | Away::Empty => Passing::BrokenOff,
    }
}

/// The same part, as it is kept.
pub(super) fn part(part: PartRead) -> Part {
    match part {
        PartRead::Categories => Part::Categories,
        PartRead::Assignments => Part::Assignments,
        PartRead::People => Part::People,
        PartRead::Totals => Part::Totals,
        PartRead::Grades => Part::Grades,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradebook_rest::transport::NetError;

    #[test]
    fn what_passes_what_somebody_mends_and_what_nobody_does_are_told_apart() {
        assert_eq!(
            why(&Reason::Net(NetError::TimedOut)),
            Why::Passing(Passing::Silent)
        );
        assert_eq!(why(&Reason::Html), Why::Passing(Passing::WebPage));
        assert_eq!(why(&Reason::OutOfOrder(None)), Why::Passing(Passing::Maintenance));
        assert_eq!(why(&Reason::OutOfOrder(Some(503))), Why::Passing(Passing::Down));
        assert_eq!(why(&Reason::TokenRefused), Why::Consent);
        assert_eq!(why(&Reason::NotAllowed), Why::Refused(Fault::NotAllowed));
        assert_eq!(why(&Reason::Gone), Why::Gone);
        assert_eq!(why(&Reason::TooMany(5)), Why::TooMuch);
        assert_eq!(why(&Reason::Net(NetError::TooLarge(5))), Why::TooMuch);
        assert_eq!(why(&Reason::OtherFile), Why::Refused(Fault::Unreadable));
    }
}
