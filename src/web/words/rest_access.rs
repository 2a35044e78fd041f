//! Grades beyond LTI, in words: what a test found, what a platform refuses, and how a course is read.

use gradebook_rest::canvas::scope::Scope;
use gradebook_rest::moodle::{CAPABILITIES, Function};

use super::checks;
use crate::domain::reading::{Help, Why};
use crate::domain::rest_access::{AccountFault, Fault, Finding, Interface, List};
use crate::service::base::refusal::RestRefusal;
use crate::service::institution::rest_access::{OfCourse, Standing};

/// What somebody has to change in the LMS, and where.
#[must_use]
pub(crate) fn fault(fault: &Fault) -> String {
    let fixed = match fault {
        Fault::Scope(scope) => return scope_missing(scope),
        Fault::Function(function) => return function_missing(function),
        Fault::Capabilities { function, one_of } => {
            return format!(
                "The role lacks one of {}: without it {function} refuses. Allow it under Users → Permissions → Define roles.",
                one_of.join(", ")
            );
        }
        Fault::Account(account) => account_fault(*account),
        Fault::Code(code) => {
            return format!(
                "The LMS answers with the error “{code}”. Its log says more; if it stays so, make the token anew."
            );
        }
        Fault::TokenUnknown => {
            "Moodle does not know this token, or no longer. Make a new one under Server → Web services → Manage tokens, and paste it here."
        }
        Fault::KeyRefused => {
            "Canvas does not accept this key: it is off, or client id and secret do not belong together. Look at Admin → Developer Keys, and paste both again."
        }
        Fault::ServicesOff => {
            "Web services are off. Tick “Enable web services” under General → Advanced features, and open the eye at “REST protocol” under Server → Web services → Manage protocols."
        }
        Fault::NotAllowed => {
            "The person whose token it is may not read this course: they lost the right, or the course is not below their account. Somebody who may has to sign in."
        }
        Fault::Redirected => {
            "The address leads on to another one, to which no token goes. Enter the address that the LMS has now."
        }
        Fault::Address => {
            "The address may not be called: it is none of the platform’s hosts, or leads into this server’s own network. Name its host under “Further service hosts” of the platform."
        }
        Fault::OtherSite => {
            "The token is of another Moodle than the one that launches Cairn. Its numbers would mean other people, so nothing was read. Make the token in the Moodle of this platform."
        }
        Fault::Unreadable => {
            "The LMS answers with something that its documents do not tell of. Try again; if it stays so, tell whoever runs Cairn."
        }
    };
    fixed.to_owned()
}

/// What a course is refused for, for those who teach it: without the menus of an administrator, whom [`Why::help`] names.
#[must_use]
pub(crate) fn to_teachers(why: &Fault) -> String {
    match why {
        Fault::Capabilities { one_of, .. } => {
            format!(
                "the role that reads there lacks one of {}.",
                one_of.join(", ")
            )
        }
        Fault::Function(function) => format!("the web service that is read lacks the function {function}."),
        Fault::Scope(scope) => format!("the key with which it is read lacks the scope {scope}."),
        Fault::Code(code) => format!("the course site answers with the error “{code}”."),
        Fault::Unreadable => {
            "the course site answers with something that cannot be understood. Cairn tries again.".to_owned()
        }
        Fault::NotAllowed => {
            "whoever let it be read may not read this course: they lost the right there.".to_owned()
        }
        Fault::TokenUnknown
        | Fault::KeyRefused
        | Fault::ServicesOff
        | Fault::Account(_)
        | Fault::Redirected
        | Fault::Address
        | Fault::OtherSite => {
            "the course site refuses it. Cairn’s console says what is missing, under the platform, “Grades beyond LTI”."
                .to_owned()
        }
    }
}

/// What a course of many was refused for, beside which the others are read.
#[must_use]
pub(crate) fn in_a_course(why: &Fault) -> String {
    format!(
        "In a course this was refused; others are read. {} Once it is mended, press “Test now”.",
        fault(why)
    )
}

fn scope_missing(scope: &str) -> String {
    let why = Scope::of(scope).map_or_else(String::new, |scope| format!(", which is needed {}", scope.why()));
    format!(
        "The key lacks the scope {scope}{why}. Tick it in Admin → Developer Keys, then sign in to Canvas again here: tokens that are there do not get it."
    )
}

fn function_missing(function: &str) -> String {
    if function == Function::SiteInfo.as_str() {
        return format!(
            "Moodle refuses the account everything. Look at these, in this order: the role has the capability webservice/rest:use, and is given to the account under Users → Permissions → Assign system roles; the service is enabled, has the account among its authorised users and the function {function}; the token has no IP restriction that keeps this server out."
        );
    }
    let mut all = Function::NEEDED.into_iter().chain(Function::USEFUL);
    let known = all.find(|one| one.as_str() == function);
    let why = known.map_or_else(String::new, |one| format!(", which is needed {}", one.why()));
    format!(
        "The web service does not have the function {function}, or not for this account{why}. Add it under Server → Web services → External services → Functions, and look whether the service is enabled and its user authorised."
    )
}

const fn account_fault(fault: AccountFault) -> &'static str {
    match fault {
        AccountFault::Suspended => {
            "The account of the token is suspended. Open it again under Users → Accounts."
        }
        AccountFault::NoLogin => {
            "The account of the token may not log in. Choose “Manual accounts” or “Web services authentication” for it."
        }
        AccountFault::Deleted => {
            "The account of the token was deleted. Make one again, with a token of its own, and paste that here."
        }
        AccountFault::Unconfirmed => {
            "The account of the token is not confirmed. Confirm it under Users → Accounts."
        }
        AccountFault::PasswordChange => {
            "The account of the token must change its password first. Untick “Force password change” for it."
        }
        AccountFault::Policy => {
            "The account of the token has not accepted the site’s policy. Log in as it once and accept it."
        }
    }
}

/// A finding of a test.
#[must_use]
pub(crate) fn finding(finding: &Finding) -> String {
    let fixed = match finding {
        Finding::Refused(why) => return fault(why),
        Finding::Short {
            list: which,
            found,
            expected,
            capabilities,
        } => {
            return format!(
                "Only {found} of {expected} {} can be seen, and Moodle says nothing of the others. Either the course has fewer now, or the role lacks one of {}.",
                list(*which),
                capabilities.join(", ")
            );
        }
        Finding::Lacks(capabilities) => return lacks(capabilities),
        Finding::Untried(capabilities) => {
            return format!(
                "Could not be tried, because nothing in this course shows it: {}. Look at the role in Moodle yourself.",
                capabilities.join(", ")
            );
        }
        Finding::Unnamed => {
            return format!(
                "The web service does not have the function {}, which is needed {}: nobody can tell whether all columns are read. Add it under Server → Web services → External services → Functions.",
                Function::GradeItems.as_str(),
                Function::GradeItems.why()
            );
        }
        Finding::Superfluous(1) => {
            "The service has one function that Cairn never calls. Take it out: a token that leaks can do as little as possible then."
        }
        Finding::Superfluous(more) => {
            return format!(
                "The service has {more} functions that Cairn never calls. Take them out: a token that leaks can do as little as possible then."
            );
        }
        Finding::Works => "Grades can be read.",
        Finding::NoCourse => {
            "There is no course to try it on: nobody has opened Cairn from a course of this platform yet. Test again afterwards."
        }
        Finding::Consent => {
            "The sign-in has come to its end, or was withdrawn in Canvas. Sign in to Canvas again."
        }
        Finding::Away => {
            "The LMS did not answer as it should, so nothing is known. Test again in some minutes."
        }
        Finding::IncludesCut => {
            "“Allow Include Parameters” is not ticked in the key. Grades are read all the same, but not whether a course is over by its dates. Tick the box in Admin → Developer Keys."
        }
        Finding::OwnSectionsOnly => {
            "The person who signed in sees their own sections only, so students of other sections are missing. Somebody who sees all of them has to sign in."
        }
        Finding::CourseGone => {
            "The course is not there for the person who signed in. Somebody who teaches it, or an administrator of its account, has to sign in."
        }
        Finding::CourseConcluded => "The course has concluded. Its grades can be read still.",
        Finding::SiteAdministrator => {
            "The token is of a site administrator: it can do everything, which Cairn does not need. Make an account with the role above, and a token for that."
        }
    };
    fixed.to_owned()
}

/// Each capability with what is missing without it.
fn lacks(capabilities: &[String]) -> String {
    let told: Vec<String> = capabilities
        .iter()
        .map(|name| {
            let known = CAPABILITIES.iter().find(|(known, _)| known == name);
            known.map_or_else(
                || name.clone(),
                |(_, without)| format!("{name} (without it {without})"),
            )
        })
        .collect();
    format!(
        "The role lacks {}. Allow it under Users → Permissions → Define roles.",
        told.join(", ")
    )
}

const fn list(list: List) -> &'static str {
    match list {
        List::People => "people",
        List::Groups => "groups",
        List::Columns => "columns",
        List::Activities => "activities",
        List::Assignments => "assignments",
        List::Quizzes => "quizzes",
    }
}

/// That somebody has to do something for the reading of a platform.
pub(crate) const TO_MEND: &str =
    "Grades beyond LTI are not read as they should be: look at what has to be done";

/// How a platform stands, after its name.
#[must_use]
pub(crate) const fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Never => "not switched on",
        Standing::Off => "switched off",
        Standing::Unused => "switched on; nobody has signed in yet",
        Standing::On => "on",
        Standing::Attention => "on; something has to be done",
    }
}

/// How a course is read, for those who teach it.
#[must_use]
pub(crate) fn of_course(standing: &OfCourse) -> String {
    let somebody = |by: &Option<String>| by.clone().unwrap_or_else(|| "somebody".to_owned());
    match standing {
        OfCourse::Off => "An administrator of your institution can let Cairn read the whole gradebook: in its console, under the platform, “Grades beyond LTI”.".to_owned(),
        OfCourse::NotGiven => "Cairn may read the whole gradebook as soon as a teacher lets it.".to_owned(),
        OfCourse::ForAll => "Cairn reads the whole gradebook of this course: an administrator has switched that on.".to_owned(),
        OfCourse::By(by) => format!("Cairn reads the whole gradebook of this course as {} sees it.", somebody(by)),
        OfCourse::Consent(Some(by)) => format!("{by} let Cairn read the whole gradebook, and that has come to its end. Until somebody signs in again, what is known stays."),
        OfCourse::Consent(None) => "That Cairn may read the whole gradebook has come to its end. Until an administrator signs in again, what is known stays.".to_owned(),
        OfCourse::Refused(why) if is_for_administrators(why) => "Cairn may read the whole gradebook, but the course site refuses it, so what is known stays. An administrator of your institution can mend it: Cairn’s console says what is missing, under the platform, “Grades beyond LTI”.".to_owned(),
        OfCourse::Refused(why) => format!("Cairn may read the whole gradebook, but the course site refuses it, so what is known stays. {}", fault(why)),
        OfCourse::SectionsOnly(by) => format!(
            "Cairn reads the gradebook as {} sees it, who sees some sections only: students of the others have no grades from there.",
            somebody(by)
        ),
    }
}

/// Whether only an administrator can do what a sentence about it says.
#[must_use]
pub(crate) fn is_for_administrators(why: &Fault) -> bool {
    Why::Refused(why.clone()).help() == Help::Administrator
}

/// Why it was refused to switch something on, or to sign in.
#[must_use]
pub(crate) fn refusal(refusal: &RestRefusal) -> String {
    let fixed = match refusal {
        RestRefusal::Scopes(scopes) if scopes.is_empty() => {
            "Canvas refused the scopes that were asked for. Tick all that are listed on the platform’s page in Admin → Developer Keys, then sign in again. Nothing was changed."
        }
        RestRefusal::Scopes(scopes) => {
            return format!(
                "The key lacks {}. Tick it in Admin → Developer Keys, then sign in again. Nothing was changed.",
                scopes.join(", ")
            );
        }
        RestRefusal::Word(word) => {
            return format!(
                "Canvas refused with “{word}”. Nothing was changed; try again, and if it stays so look at the key in Admin → Developer Keys."
            );
        }
        RestRefusal::Away(how) => {
            return format!(
                "{} Nothing was changed; try again in some minutes.",
                checks::away(*how)
            );
        }
        RestRefusal::Fault(why) => return format!("{} Nothing was changed.", fault(why)),
        RestRefusal::NoInterface => {
            "Cairn knows no interface of this platform beyond LTI. Gradebook files work with every platform."
        }
        RestRefusal::Address => {
            "Type the address of your Canvas alone, for instance https://school.instructure.com. Its host has to be one of the platform’s: others are added there under “Further service hosts”."
        }
        RestRefusal::ClientId => {
            "Copy the client id from the column “Details” of Admin → Developer Keys. It is a number, and another one than that of the LTI key."
        }
        RestRefusal::Secret => {
            "Copy the secret from “Show Key” in the column “Details” of Admin → Developer Keys: 64 characters without blanks."
        }
        RestRefusal::Token => {
            "Copy the token as Moodle shows it once when it is made: 32 digits and letters without blanks."
        }
        RestRefusal::Changed => {
            "Somebody has changed this since the page was made. Nothing was changed; open the page again and look at what is there."
        }
        RestRefusal::NotOn => {
            "This is not switched on for the platform. An administrator switches it on in the console, under the platform, “Grades beyond LTI”."
        }
        RestRefusal::NotByTeachers => {
            "Your institution does not let teachers give access to their courses. Ask an administrator. Nothing was changed."
        }
        RestRefusal::NotOurs => {
            "This sign-in was not begun in this browser, was used already, or took longer than 15 minutes. Nothing was changed; begin again from the page in Cairn."
        }
        RestRefusal::Denied => {
            "You did not agree in Canvas, so nothing is read. You can begin again at any time."
        }
        RestRefusal::Key => {
            "Canvas does not accept the key: it is off, or client id and secret do not belong together. Look at Admin → Developer Keys. Nothing was changed."
        }
        RestRefusal::Masqueraded => {
            "You are acting as another person in Canvas. Stop acting as them, then sign in again as yourself. Nothing was changed."
        }
        RestRefusal::OtherPerson => {
            "Somebody else is signed in to Canvas in this browser than the one who opened Cairn. Sign in to Canvas as yourself, then begin again. Nothing was changed."
        }
        RestRefusal::Code => {
            "Canvas does not accept this sign-in any more. Begin again from the page in Cairn. Nothing was changed."
        }
    };
    fixed.to_owned()
}

/// What is asked before everything is given back.
#[must_use]
pub(crate) fn before_revoking(interface: Interface) -> Vec<String> {
    let there = match interface {
        Interface::Canvas => {
            "Every token is given back to Canvas, and the key with its secret is deleted here."
        }
        Interface::Moodle => {
            "The token is deleted here. In Moodle it lives on until you delete it under Server → Web services → Manage tokens."
        }
    };
    vec![
        there.to_owned(),
        "Grades that were read are no longer kept up to date. Rules that use them wait.".to_owned(),
        "What was awarded stays.".to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::base::trouble::Away;

    #[test]
    fn what_is_missing_is_named_with_what_it_is_for() {
        let scope = fault(&Fault::Scope(Scope::Submissions.as_str().to_owned()));
        assert!(
            scope.contains("url:GET|/api/v1/courses/:course_id/students/submissions"),
            "{scope}"
        );
        assert!(
            scope.contains("needed to read all grades") && scope.contains("sign in"),
            "{scope}"
        );
        let function = fault(&Fault::Function(Function::Updates.as_str().to_owned()));
        assert!(function.contains("core_course_get_updates_since") && function.contains("needed to"));
        let unknown = fault(&Fault::Scope("url:GET|/api/v1/new".into()));
        assert!(unknown.contains("url:GET|/api/v1/new"), "{unknown}");
        let short = finding(&Finding::Short {
            list: List::People,
            found: 1,
            expected: 13,
            capabilities: vec!["moodle/user:viewdetails".into()],
        });
        assert!(
            short.contains("1 of 13 people") && short.contains("moodle/user:viewdetails"),
            "{short}"
        );
    }

    #[test]
    fn the_capability_that_is_forgotten_most_is_named_where_everything_is_refused() {
        let told = fault(&Fault::Function(Function::SiteInfo.as_str().to_owned()));
        for named in ["webservice/rest:use", "Assign system roles", "authorised users"] {
            assert!(told.contains(named), "{named}: {told}");
        }
        let told = finding(&Finding::Lacks(vec!["report/progress:view".into()]));
        assert!(
            told.contains("report/progress:view (without it completed activities are not told)"),
            "{told}"
        );
        let told = finding(&Finding::Untried(vec!["mod/lti:view".into()]));
        assert!(
            told.starts_with("Could not be tried") && told.contains("mod/lti:view"),
            "{told}"
        );
        let told = finding(&Finding::Unnamed);
        assert!(told.contains("core_grades_get_gradeitems"), "{told}");
    }

    #[test]
    fn every_refusal_says_what_to_do_and_repeats_no_secret() {
        for one in [
            RestRefusal::NoInterface,
            RestRefusal::Address,
            RestRefusal::ClientId,
            RestRefusal::Secret,
            RestRefusal::Token,
            RestRefusal::Changed,
            RestRefusal::NotOn,
            RestRefusal::NotByTeachers,
            RestRefusal::NotOurs,
            RestRefusal::Denied,
            RestRefusal::Scopes(Vec::new()),
            RestRefusal::Scopes(vec!["url:GET|/api/v1/courses/:id".into()]),
            RestRefusal::Key,
            RestRefusal::Masqueraded,
            RestRefusal::OtherPerson,
            RestRefusal::Code,
            RestRefusal::Word("server_error".into()),
            RestRefusal::Away(Away::Down),
            RestRefusal::Fault(Fault::OtherSite),
        ] {
            let told = refusal(&one);
            assert!(told.ends_with('.') && told.len() > 40, "{one:?}: {told}");
        }
    }
}
