//! `POST /c/{course}/window`: the same visit and the same page in a window of its own.
//!
//! The new window is another place to the browser: a partitioned cookie of the frame does not come along. The form's
//! proof names the visit, so a second visit is opened from it, with a cookie of its own.

use actix_web::{HttpRequest, HttpResponse, web};
use url::form_urlencoded::{Serializer, parse};

use crate::ids::CourseId;
use crate::service::Cairn;
use crate::web::error::AppError;
use crate::web::extract::fields::Fields;
use crate::web::extract::same_origin;
use crate::web::extract::visit::{Visit, session_cookie};
use crate::web::paths::{self, course};

/// The pages of a course that an address alone opens. What was answered to a form that changes something is not among them.
const PAGES: &[&str] = &[
    paths::COURSE_HOME,
    course::LINK,
    course::PROGRESS,
    course::OVER_TIME,
    course::BADGE_NEW,
    course::BADGE,
    course::BADGE_EDIT,
    course::BADGE_RULE,
    course::BADGE_VERSIONS,
    course::BADGE_REPLAY,
    course::BADGE_PREVIEW,
    course::BADGE_RETIRE,
    course::BADGE_AWARDS,
    course::BADGE_REVOKE,
    course::BADGE_REPLACED,
    course::BADGE_ENDORSEMENTS,
    course::BADGE_CARD,
    course::COACH,
    course::PROGRAMMES,
    course::PROGRAMMES_MAP,
    course::PROGRAMME_NEW,
    course::PROGRAMME,
    course::PROGRAMME_EDIT,
    course::PROGRAMME_TRIAL,
    course::COLUMNS,
    course::COLUMN_RELEASE,
    course::GRADES_ELSEWHERE,
    course::GRADES_REMOVE,
    course::STUDENTS,
    course::DECISION,
    course::APPROVE,
    course::AWARD,
    course::REGRADE,
    course::PLACE,
    course::COPIED,
    course::INSTITUTION,
    course::INSTITUTION_BADGE,
    course::EVIDENCE,
    course::SUBMISSION,
    course::ACTIVITY,
    course::ACTIVITY_REMOVE,
    course::STUDENT_WORK,
    course::REVIEW_UNKNOWN,
    course::CREDENTIAL,
    course::CREDENTIAL_PRINT,
    course::CREDENTIAL_TIMELINE,
    course::ALL_MINE,
    course::MY_TIMELINE,
    course::ACCOUNTS,
    course::ELSEWHERE,
    course::COLLECTIONS,
    course::COLLECTION,
    course::MY_DATA,
    course::ERASURE,
];

/// The parameter with the page to open, below the course.
const TO: &str = "to";
/// Letters of it.
const LONGEST: usize = 2_000;

/// Where the form "Open in new window" of this page posts to.
#[must_use]
pub(crate) fn address(visit: &Visit) -> String {
    let home = paths::course_home(&visit.visitor.course.id);
    let (page, is_whole) = page_of(&visit.route, &visit.path).unwrap_or((home.as_str(), false));
    let below = page.strip_prefix(home.as_str()).unwrap_or_default();
    let mut asked = Serializer::new(String::new());
    if is_whole {
        let sent = visit
            .fields
            .pairs
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()));
        let query = parse(visit.query_string.as_bytes()).into_owned().chain(sent);
        asked.extend_pairs(query.filter(|(name, _)| !matches!(name.as_str(), "session" | "csrf" | "notice")));
    }
    let asked = asked.finish();
    let to = if asked.is_empty() {
        below.to_owned()
    } else {
        format!("{below}?{asked}")
    };
    let window = visit.href(&course::window());
    if is_below(&to) {
        format!(
            "{window}?{}",
            Serializer::new(String::new()).append_pair(TO, &to).finish()
        )
    } else {
        window
    }
}

/// The page at `path`, or else the nearest one above it, and whether it is the page itself.
fn page_of<'a>(route: &str, path: &'a str) -> Option<(&'a str, bool)> {
    let (mut known, mut page, mut is_whole) = (route, path, true);
    while !PAGES.contains(&known) {
        known = known.rsplit_once('/')?.0;
        page = page.rsplit_once('/')?.0;
        is_whole = false;
    }
    Some((page, is_whole))
}

/// Whether that is a plain address below a course, and leads nowhere else.
fn is_below(to: &str) -> bool {
    let path = to.split('?').next().unwrap_or_default();
    let steps_out = path.split('/').any(|part| {
        let part = part.to_ascii_lowercase().replace("%2e", ".");
        part == "." || part == ".."
    });
    (to.starts_with('/') || to.starts_with('?'))
        && to.len() <= LONGEST
        && to
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\' && byte != b'#')
        && !path.starts_with("//")
        && !steps_out
}

/// Opens the second visit, at the page that the address names.
///
/// # Errors
/// When the form did not come from a page of ours, or its visit is over.
pub(crate) async fn open(
    cairn: web::Data<Cairn>,
    request: HttpRequest,
    course: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, AppError> {
    same_origin::demand(&request, &cairn.settings.origin())?;
    let fields = Fields::read_unproven(&request, payload).await?;
    let course = CourseId::from(course.into_inner());
    let token = cairn
        .second_visit(fields.raw("csrf").unwrap_or_default(), &course)
        .await?;
    let secure = cairn.settings.public_origin.scheme() == "https";
    let mut asked = parse(request.query_string().as_bytes());
    let to = asked.find(|(name, _)| name == TO).map(|(_, to)| to);
    let to = to.filter(|to| is_below(to)).unwrap_or_default();
    Ok(HttpResponse::SeeOther()
        .insert_header(("location", format!("{}{to}", paths::course_home(&course))))
        .insert_header(("cache-control", "no-store"))
        .append_header(("set-cookie", session_cookie(&course, &token, secure)))
        .finish())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn page(route: &str, path: &str) -> Option<(String, bool)> {
        page_of(route, path).map(|(page, is_whole)| (page.to_owned(), is_whole))
    }

    #[test]
    fn a_page_opens_itself_and_what_was_answered_to_a_form_opens_the_page_of_the_form() {
        for (route, path, opens, whole) in [
            (paths::COURSE_HOME, "/c/1", "/c/1", true),
            (course::EVIDENCE, "/c/1/evidence", "/c/1/evidence", true),
            (
                course::SUBMISSION_REVIEW,
                "/c/1/evidence/2/review",
                "/c/1/evidence/2",
                false,
            ),
            (
                course::HAND_IN,
                "/c/1/activities/2/hand-in",
                "/c/1/activities/2",
                false,
            ),
            (
                course::BADGE_RULE_SAVE,
                "/c/1/badges/2/rule/save",
                "/c/1/badges/2/rule",
                false,
            ),
            (
                course::BADGE_REPLAY_TRY,
                "/c/1/badges/2/rule/replay/try",
                "/c/1/badges/2/rule/replay",
                false,
            ),
            (
                course::APPROVE_CONFIRM,
                "/c/1/badges/2/people/3/approve/confirm",
                "/c/1/badges/2/people/3/approve",
                false,
            ),
            (course::BADGE_SAVE_NEW, "/c/1/badges/save", "/c/1", false),
        ] {
            assert_eq!(page(route, path), Some((opens.to_owned(), whole)), "{route}");
        }
        assert_eq!(page("", "/x"), None);
    }

    #[test]
    fn nothing_leads_out_of_the_course() {
        for good in ["/evidence?state=all", "?page=2", "/badges/1/people/2"] {
            assert!(is_below(good), "{good}");
        }
        for bad in [
            "",
            "evil",
            "//evil.test/x",
            "/../../admin",
            "/%2e%2E/x",
            "/a\\b",
            "/a\r\nb",
            "/a b",
            "/a#b",
            "/ä",
        ] {
            assert!(!is_below(bad), "{bad:?}");
        }
        assert!(!is_below(&format!("/{}", "x".repeat(LONGEST))));
    }

    #[test]
    fn every_page_of_a_course_that_answers_get_is_listed() {
        fn read(folder: &Path, text: &mut String) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    read(&path, text);
                } else {
                    text.push_str(&std::fs::read_to_string(&path).unwrap());
                }
            }
        }
        let mut text = String::new();
        read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web"), &mut text);
        let listed = text
            .split("const PAGES")
            .nth(1)
            .unwrap()
            .split("];")
            .next()
            .unwrap()
            .to_owned();
        let mut found = 0;
        for part in text.split(concat!("route", "(course::")).skip(1) {
            let (name, rest) = part.split_once(',').unwrap();
            // Tables are saved, and the state of a check is for a script.
            let is_page = !name.ends_with("_CSV") && name != "CHECK_STATUS";
            if rest.trim_start().starts_with("web::get()") && is_page {
                assert!(
                    listed.contains(&format!("course::{name},")),
                    "{name} is not listed"
                );
                found += 1;
            }
        }
        assert!(found > 20, "{found}");
    }
}
