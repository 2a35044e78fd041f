//! What the self-test of a platform found, in words, and what to do about it in the words of that LMS.

mod settings;

use chrono::{DateTime, Utc};

use crate::domain::zone::Zone;
use crate::service::institution::rest_access;
use crate::service::institution::self_test::{
    Finding, Grades, KeysUnreadable, NoToken, Offer, OwnGrades, Patience, Setting, Step, Unread, Verdict,
};
use lti::registration::Registration;
use lti::services::error::Reason;
use lti::services::media;

/// What was found, with moments in that zone.
#[must_use]
pub(crate) fn sentence(finding: &Finding, registration: &Registration, zone: Zone) -> String {
    let fixed = match finding {
        Finding::DeploymentsPending(count) => {
            return match count {
                1 => "1 of its deployments waits to be accepted.".to_owned(),
                several => format!("{several} of its deployments wait to be accepted."),
            };
        }
        Finding::KeysUnreadable { url, why } => {
            let why = keys_unreadable(why);
            return format!(
                "Its public keys cannot be read from {url}: {why}. Until they can, launches are refused."
            );
        }
        Finding::KeyMissed { url, at, kid } => {
            return format!(
                "On {} a message named the signing key “{kid}”, which the key set at {url} does not have; it was refused.",
                zone.short(*at)
            );
        }
        Finding::Launched { at, product, version } => {
            return launched(*at, product.as_deref(), version.as_deref(), zone);
        }
        Finding::NotOffered(what) => {
            let what = match what {
                Offer::Members => "the member list",
                Offer::Grades => "grade services",
            };
            return format!("The last launch from a course did not offer {what}.");
        }
        Finding::Placements {
            placements,
            deep_linking,
        } => {
            let mut ways: Vec<&str> = placements.iter().map(String::as_str).collect();
            if *deep_linking {
                ways.push("deep linking");
            }
            return format!("Seen so far: {}.", ways.join(", "));
        }
        Finding::Clock { skew, verdict } => return clock(skew.num_seconds(), *verdict),
        Finding::NoToken { why, .. } => {
            let why = match why {
                NoToken::Said(error) => error.to_string(),
                NoToken::TooSlow(patience) => too_slow(*patience),
            };
            return because("It gives no access token", &why);
        }
        Finding::TokenWithout(refused) => {
            return format!(
                "It gives an access token, but Cairn may not: {}.",
                refused.join("; ")
            );
        }
        Finding::Members {
            course,
            count,
            left_out,
        } => {
            let read = format!("{} read in “{course}”.", counted(*count, "member"));
            return match left_out {
                0 => read,
                1 => format!("{read} One more row of the list cannot be read and is left out."),
                many => format!("{read} {many} more rows of the list cannot be read and are left out."),
            };
        }
        Finding::MembersUnread { course, why } => {
            return cannot_be_read(&format!("The members of “{course}”"), why);
        }
        Finding::Columns { course, count } => {
            let count = counted(*count, "gradebook column");
            return format!("{count} of Cairn's own found in “{course}”.");
        }
        Finding::ColumnsUnread { course, why } => {
            return cannot_be_read(&format!("The gradebook columns of Cairn in “{course}”"), why);
        }
        Finding::Results { column, count } => {
            return format!("{} read in “{column}”.", counted(*count, "grade"));
        }
        Finding::ResultsUnread { column, why } => {
            return cannot_be_read(&format!("The grades in “{column}”"), why);
        }
        Finding::Slow { step, took } => {
            return format!(
                "It answers slowly: {} took {} seconds. Checks of a course take so much longer.",
                step_words(*step),
                took.num_seconds()
            );
        }
        Finding::Grades(seen) => return grades(seen, lms(registration)),
        Finding::TurnedOff => "This platform is turned off in Cairn, so nobody can open Cairn from it.",
        Finding::NoDeployment => "No deployment is accepted yet.",
        Finding::KeysReadable => "Its public keys can be read, so its launches can be verified.",
        Finding::NeverLaunched => "Nobody has opened Cairn from this platform yet.",
        Finding::SharesNames => "It shares the names of students and teachers.",
        Finding::SharesNoNames => {
            "It does not share names: teachers see “Student 7F3A”. Badges work all the same."
        }
        Finding::SharesEmails => {
            "It shares e-mail addresses. Cairn uses one only where a student wants badges that can be checked against it."
        }
        Finding::SharesNoEmails => {
            "It shares no e-mail addresses, so a badge of another issuer is never known as a student’s and counts for nobody, though your policy lets such badges count."
        }
        Finding::NoService => "It knows Cairn but grants no service at all.",
        Finding::Token => "It gives an access token for members, line items, results and scores.",
    };
    fixed.to_owned()
}

/// What to do about it, if anything.
#[must_use]
pub(crate) fn advice(finding: &Finding, registration: &Registration) -> Option<String> {
    let setting = match finding {
        Finding::TurnedOff => return Some("Turn it on on this page.".to_owned()),
        Finding::DeploymentsPending(_) => {
            return Some(
                "Accept those that are yours on this page; until then launches from them are refused."
                    .to_owned(),
            );
        }
        Finding::NoDeployment => {
            return Some(
                "Open Cairn once from the platform: the deployment appears on this page, and you accept it."
                    .to_owned(),
            );
        }
        Finding::NoToken {
            setting: setting @ Setting::OurKeys,
            our_keys,
            ..
        } => {
            let advice = settings::say(registration, *setting);
            return Some(format!("{advice} Our keys are at {our_keys}."));
        }
        Finding::Grades(Grades::Own(_)) => {
            let own = "Let students hand in through Cairn's evidence activities, or keep a column of Cairn's beside the assignment and type the grade there.";
            return Some(match rest_access::interface(registration) {
                Some(_) => format!(
                    "{own} Or let Cairn read them all: on the platform’s page in the console, under “Grades beyond LTI”."
                ),
                None => own.to_owned(),
            });
        }
        Finding::Grades(_) => {
            return Some(
                "Badges can still be awarded for approved evidence, by hand, and for other badges. Grant the services above to use grades."
                    .to_owned(),
            );
        }
        Finding::NoToken { setting, .. } => *setting,
        Finding::KeysUnreadable { .. } | Finding::KeyMissed { .. } => Setting::PlatformKeys,
        Finding::NeverLaunched => Setting::FirstLaunch,
        Finding::SharesNoNames => Setting::Names,
        Finding::SharesEmails => Setting::Emails,
        Finding::SharesNoEmails => Setting::EmailsForBadges,
        Finding::Clock {
            verdict: Verdict::Remark | Verdict::Failure,
            ..
        } => Setting::Clock,
        Finding::NoService | Finding::TokenWithout(_) => Setting::Scopes,
        Finding::Slow { .. } => Setting::OutOfOrder,
        Finding::MembersUnread { why, .. }
        | Finding::ColumnsUnread { why, .. }
        | Finding::ResultsUnread { why, .. }
            if why.is_out_of_order() =>
        {
            Setting::OutOfOrder
        }
        Finding::NotOffered(Offer::Members) | Finding::MembersUnread { .. } => Setting::MembersService,
        Finding::NotOffered(Offer::Grades)
        | Finding::ColumnsUnread { .. }
        | Finding::ResultsUnread { .. } => Setting::GradeService,
        Finding::KeysReadable
        | Finding::Launched { .. }
        | Finding::SharesNames
        | Finding::Placements { .. }
        | Finding::Clock { .. }
        | Finding::Token
        | Finding::Members { .. }
        | Finding::Columns { .. }
        | Finding::Results { .. } => return None,
    };
    Some(settings::say(registration, setting))
}

fn launched(at: DateTime<Utc>, product: Option<&str>, version: Option<&str>, zone: Zone) -> String {
    let product = match (product, version) {
        (Some(product), Some(version)) => format!("{product}, version {version}"),
        (Some(product), None) => product.to_owned(),
        (None, _) => "a product that does not name itself".to_owned(),
    };
    format!("Cairn was opened from it on {}; it is {product}.", zone.short(at))
}

fn keys_unreadable(why: &KeysUnreadable) -> String {
    match why {
        KeysUnreadable::Said(error) => error.to_string(),
        KeysUnreadable::NoneUsable => "there is no key in it that can verify a signature".to_owned(),
        KeysUnreadable::TooSlow(patience) => too_slow(*patience),
    }
}

fn clock(seconds: i64, verdict: Verdict) -> String {
    let words = match seconds {
        0.. => format!("{seconds} seconds behind ours"),
        _ => format!("{} seconds ahead of ours", seconds.unsigned_abs()),
    };
    match verdict {
        Verdict::Failure => format!("Its clock is {words}."),
        Verdict::Remark => format!("Its clock is {words}, or its answers take that long."),
        Verdict::Good => "Its clock and ours agree within 5 seconds.".to_owned(),
    }
}

fn cannot_be_read(what: &str, why: &Unread) -> String {
    because(&format!("{what} cannot be read"), &unread(why))
}

/// The part of a sentence that says why something of a course could not be read.
fn unread(why: &Unread) -> String {
    match why {
        Unread::TooSlow(patience) => too_slow(*patience),
        Unread::Said(Reason::NotGranted(scope)) => refused(scope).to_owned(),
        Unread::Said(reason) => reason.to_string(),
    }
}

/// What a scope that is not granted is for, so that nobody has to know scopes.
fn refused(scope: &str) -> &'static str {
    match scope {
        media::scope::MEMBERS_READ => "Cairn is not allowed to read who is in a course",
        media::scope::RESULT_READ => "Cairn is not allowed to read grades",
        _ => "Cairn is not allowed to read its own gradebook columns",
    }
}

const fn step_words(step: Step) -> &'static str {
    match step {
        Step::KeySet => "the key set",
        Step::Tokens => "the access tokens",
        Step::Members => "reading the members",
        Step::Columns => "reading the gradebook columns",
        Step::Results => "reading the grades",
    }
}

/// Which grades can be seen, said plainly.
fn grades(seen: &Grades, lms: &str) -> String {
    match seen {
        Grades::NoToken => {
            format!("Cairn can see no grades here now: {lms} tells nothing without an access token.")
        }
        Grades::NotAllowed => {
            format!("Cairn can see no grades here: {lms} does not let it read any.")
        }
        Grades::NoColumns => {
            format!("Cairn can see no grades here: {lms} does not let it find its own gradebook columns.")
        }
        Grades::Unread(course) => format!(
            "Cairn can see no grades in “{course}” now, because what is named above cannot be read. It keeps what it read before."
        ),
        Grades::Own(own) => own_grades(*own, lms),
    }
}

fn own_grades(own: OwnGrades, lms: &str) -> String {
    let columns = if own.makes_columns {
        "and in columns that a teacher makes in Cairn's rule builder"
    } else {
        "but it may make no columns of its own"
    };
    let mut text = format!(
        "Cairn can see the grades in its own activities, {columns}, also where a teacher overrides them. It cannot see the grades of {lms}'s own assignments and quizzes: LTI shows a tool its own columns only."
    );
    if !own.writes_grades {
        text.push_str(" It cannot write grades: the points of a review stay in Cairn.");
    }
    if !own.reads_members {
        text.push_str(
            " Of students who never opened Cairn it sees no grade, because it may not read who they are.",
        );
    }
    text
}

/// `what: why` with one mark at its end.
fn because(what: &str, why: &str) -> String {
    let why = why.trim_end_matches('.');
    let ends = if why.ends_with(['?', '!']) { "" } else { "." };
    format!("{what}: {why}{ends}")
}

/// What a step says that took too long.
fn too_slow(patience: Patience) -> String {
    format!("there was no answer within {} seconds", patience.seconds)
}

/// The word for the LMS in sentences.
fn lms(registration: &Registration) -> &'static str {
    registration.capabilities().product.unwrap_or("the platform")
}

/// "1 grade", "2 grades".
fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}
