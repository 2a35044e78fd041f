//! Endorsements by other bodies in words: what is refused, where one stands, and by what its name is vouched for.

use crate::domain::endorsement::{DomainBy, Endorsement, EndorsementState, domain_of};
use crate::service::base::refusal::EndorsementRefusal;
use crate::web::views::shared::{Status, StatusChip};

/// What is refused, with what to do.
#[must_use]
pub(crate) fn refusal(refusal: &EndorsementRefusal) -> String {
    let fixed = match refusal {
        EndorsementRefusal::Over(until, zone) => {
            return format!(
                "This invitation worked until {}. Ask whoever sent it for a new one; nothing was signed.",
                zone.short_day(*until)
            );
        }
        EndorsementRefusal::DomainUnproven(domain) => {
            return format!(
                "At https://{domain}/.well-known/did.json there is no document that names your identity or its key, or it could not be read. Put it there as this page says, and try again; nothing was changed."
            );
        }
        EndorsementRefusal::DomainProven(domain) => {
            return format!(
                "{domain} has shown itself to be the endorser’s, which says more than a word of your institution. Nothing was changed."
            );
        }
        EndorsementRefusal::NotGood(why) => {
            return format!("This endorsement does not verify, so it was not taken: {why}");
        }
        EndorsementRefusal::Name => {
            "Say in 1 to 200 letters what the body is called that you invite. Nobody was invited."
        }
        EndorsementRefusal::Reserved => {
            "That is the name of your own institution, of Cairn or of a body behind the standard. An endorsement comes from somebody else: type their own name. Nobody was invited."
        }
        EndorsementRefusal::Email => {
            "That is no e-mail address. Write one like anna@firm.example, or leave the field empty. Nobody was invited."
        }
        EndorsementRefusal::Domain => {
            "That is no DNS name. Write one like firm.example, without https:// and without a path. Nothing was changed."
        }
        EndorsementRefusal::Unanswered => {
            "Nobody has endorsed by this invitation yet, so there is nothing to vouch for: whoever opens its link may be anybody. Vouch once you have read what was said; nothing was changed."
        }
        EndorsementRefusal::Many => {
            "This badge has as many endorsements and open invitations as it may. Withdraw an invitation first; nobody was invited."
        }
        EndorsementRefusal::InvitedAlready => {
            "This body is already invited, a moment ago, and nobody was invited twice. Its link was shown then; if you do not have it, ask them again below for a new one."
        }
        EndorsementRefusal::Draft => {
            "This badge was never turned on, so there is nothing yet that anybody could endorse. Activate it first; nobody was invited."
        }
        EndorsementRefusal::Withdrawn => {
            "Whoever sent this invitation has withdrawn it. Ask them for a new one; nothing was signed."
        }
        EndorsementRefusal::Used => {
            "This invitation was used, and works once. Whoever endorsed has a link of their own, which was shown then; ask for a new invitation to endorse again."
        }
        EndorsementRefusal::Changed => {
            "The badge was changed while you looked at it, so nothing was signed. Read below what it is now, and confirm again."
        }
        EndorsementRefusal::Comment => {
            "A comment has at most 2,000 letters. Shorten it and confirm again; nothing was signed."
        }
        EndorsementRefusal::TooLarge => {
            "An endorsement has 256 KB at most, and what you sent is larger. Nothing of it was kept; send the endorsement alone, as JSON."
        }
        EndorsementRefusal::NoEndorsement => {
            "This is no endorsement that can be taken. Send one EndorsementCredential of Open Badges 3.0 as JSON with a Data Integrity proof (eddsa-rdfc-2022), and nothing besides what the standard defines."
        }
        EndorsementRefusal::OtherSubject => {
            "This endorsement is about something else: its credentialSubject.id has to be the id of this badge, which stands on this page. Nothing was kept."
        }
        EndorsementRefusal::OwnIssuer => {
            "The issuer of the badge signed this itself. An endorsement comes from somebody else; nothing was kept."
        }
        EndorsementRefusal::NoKey => {
            "Cairn has no key of this endorser: it was taken before, or the endorsement was signed elsewhere. Nothing was changed."
        }
        EndorsementRefusal::Ended => "This endorsement is over already. Nothing was done twice.",
    };
    fixed.to_owned()
}

/// Where an endorsement stands.
#[must_use]
pub(crate) fn state(state: EndorsementState) -> StatusChip {
    match state {
        EndorsementState::Waiting => Status::InProgress.saying("Invited"),
        EndorsementState::Withdrawn => Status::Neutral.saying("Invitation withdrawn"),
        EndorsementState::Lapsed => Status::Neutral.saying("Invitation ended"),
        EndorsementState::InForce => Status::Earned.saying("Endorsed"),
        EndorsementState::OlderVersion => Status::NeedsAttention.saying("For an older version"),
        EndorsementState::Ended => Status::Neutral.saying("Ended"),
        EndorsementState::Revoked => Status::NeedsAttention.saying("Taken back"),
    }
}

/// What is said of one that was signed, to whoever looks at the badge: none while it holds for the badge as it is.
#[must_use]
pub(crate) const fn over(state: EndorsementState) -> Option<&'static str> {
    match state {
        EndorsementState::OlderVersion => Some(
            "It is about an earlier version: what the badge asks was changed since, and this body has not said anything about it.",
        ),
        EndorsementState::Ended => Some("It has ended: it holds for badges that were issued before."),
        EndorsementState::Revoked => {
            Some("It was taken back by whoever gave it. The badge itself is not touched by that.")
        }
        EndorsementState::Waiting
        | EndorsementState::Withdrawn
        | EndorsementState::Lapsed
        | EndorsementState::InForce => None,
    }
}

/// Who it is, as far as somebody vouches for it: "Example Works", or "says that it is “Example Works”".
#[must_use]
pub(crate) fn who(one: &Endorsement) -> String {
    if one.vouched_domain().is_some() || one.email.is_some() {
        one.name.clone()
    } else {
        format!("Somebody who says that it is “{}”", one.name)
    }
}

/// By what the name is vouched for. Of an address only its domain is said: it is somebody's.
#[must_use]
pub(crate) fn vouched(one: &Endorsement, institution: &str) -> String {
    match (&one.domain, one.email.as_deref().and_then(domain_of)) {
        (Some(domain), _) if domain.lost_at.is_some() => format!(
            "No longer proven: what is published at {} named this identity, and does not name it any more, as Cairn checked.",
            domain.name
        ),
        (Some(domain), _) => match domain.by {
            DomainBy::Did => format!(
                "The name is vouched for by {}: what is published there names this identity, as Cairn checked.",
                domain.name
            ),
            DomainBy::Institution => {
                format!("{institution} says that this is the body behind {}.", domain.name)
            }
        },
        (None, Some(domain)) => {
            format!("{institution} says that it sent the invitation to an address of {domain}.")
        }
        (None, None) => "Nobody vouches for the name.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::endorsement::{Domain, InvitedBy};
    use chrono::DateTime;

    #[test]
    fn a_name_without_a_voucher_is_told_as_what_somebody_says() {
        let mut one = Endorsement {
            id: "e".into(),
            tenant: "t".into(),
            badge: "b".into(),
            name: "Example Works".to_owned(),
            email: None,
            domain: None,
            invited_by: InvitedBy::Nobody,
            made_at: DateTime::UNIX_EPOCH,
            until: DateTime::UNIX_EPOCH,
            link_digest: String::new(),
            withdrawn_at: None,
            given: None,
        };
        assert_eq!(who(&one), "Somebody who says that it is “Example Works”");
        assert_eq!(vouched(&one, "Ghent"), "Nobody vouches for the name.");
        one.email = Some("anna@firm.example".to_owned());
        assert_eq!(who(&one), "Example Works");
        let said = vouched(&one, "Ghent");
        assert!(said.contains("firm.example") && !said.contains("anna"), "{said}");
        one.domain = Some(Domain {
            name: "firm.example".to_owned(),
            by: DomainBy::Did,
            at: DateTime::UNIX_EPOCH,
            lost_at: None,
        });
        assert!(vouched(&one, "Ghent").contains("is vouched for by firm.example"));
        one.email = None;
        if let Some(domain) = &mut one.domain {
            domain.lost_at = Some(DateTime::UNIX_EPOCH);
        }
        assert_eq!(who(&one), "Somebody who says that it is “Example Works”");
        let said = vouched(&one, "Ghent");
        assert!(said.starts_with("No longer proven: "), "{said}");
    }
}
