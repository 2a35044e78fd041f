//! What can go wrong when a platform's service is called.
//!
//! A [`ServiceError`] says what was being done; its [`Reason`] says why it failed, in a sentence for the person who runs the
//! course or the tool, and whether trying again makes sense.

use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::answered::{excerpt, is_throttled, retry_after};
use crate::capabilities::{Capabilities, ConcludedCourses};
use crate::services::media::scope::purpose;
use crate::token::TokenError;
use crate::transport::{NetError, Response};

/// A call to a service of the platform that failed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{doing} failed: {reason}")]
pub struct ServiceError {
    /// The work in words, such as "Reading the results".
    pub doing: &'static str,
    /// Why it failed.
    pub reason: Reason,
}

impl ServiceError {
    /// The same for a log: without anything that the platform or the network said, which may hold names, tokens and
    /// addresses.
    #[must_use]
    pub fn for_log(&self) -> String {
        format!("{} failed: {}", self.doing, self.reason.for_log())
    }

    /// Whether the same call may succeed a little later.
    #[must_use]
    pub fn retryable(&self) -> bool {
        self.reason.retryable()
    }

    /// That the course is over, where a service of it says so; for services of the course itself, not of one column.
    #[must_use]
    pub fn course_end(&self, capabilities: &Capabilities) -> Option<CourseEnd> {
        self.reason.course_end(capabilities)
    }
}

/// Why nothing more is to be had of a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CourseEnd {
    /// It was concluded.
    Concluded,
    /// It is not there, or not for this tool.
    Gone,
}

/// Why a call failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Reason {
    /// 401, also with a new token.
    #[error(
        "the platform does not accept our access token (401). Is the tool still allowed to use this service?"
    )]
    Unauthorized,
    /// 403, not for going too fast.
    #[error("the platform does not allow it (403). {0}")]
    Forbidden(String),
    /// 429, or 403 with "Rate Limit Exceeded".
    #[error("the platform asks us to slow down")]
    Throttled {
        /// How long the platform asks to wait.
        retry_after: Option<Duration>,
    },
    /// 404 or 410.
    #[error("it is no longer there. Was the column or the course deleted?")]
    NotFound,
    /// 409: on Moodle, a score with the same or a later second is stored already.
    #[error("the platform holds a newer score for this person (409)")]
    Conflict,
    /// 412: on Canvas, the link has no active line item or belongs to another course.
    #[error("the link has no gradebook column that can be used (412). {0}")]
    Precondition(String),
    /// 422: on Canvas, not an active student, or a limit on attempts.
    #[error("the platform cannot grade this person or accept this value (422). {0}")]
    Unprocessable(String),
    /// 400: on Moodle also a person who cannot be graded.
    #[error("the platform did not understand or accept the request (400). {0}")]
    BadRequest(String),
    /// 3xx: redirects are never followed with a token in hand.
    #[error("the platform redirects this address (status {0}); its service addresses may have changed")]
    Redirected(u16),
    /// 5xx
    #[error("the platform is out of order (status {status})")]
    Unavailable {
        /// 500 to 599.
        status: u16,
        /// How long the platform asks to wait.
        retry_after: Option<Duration>,
    },
    /// Any other status.
    #[error("the platform answered with the unexpected status {0}. {1}")]
    Status(u16, String),
    /// A page for people where data was expected.
    #[error("the platform answered with a web page instead of data. Is it under maintenance?")]
    Html,
    /// Success, and no body where data was expected.
    #[error("the platform's answer is empty where data was expected")]
    Empty,
    /// The body ends in the middle, or the connection did.
    #[error("the platform's answer broke off in the middle")]
    HalfABody,
    /// Not the JSON that the standard describes.
    #[error("the platform's answer cannot be read: {0}")]
    Malformed(String),
    /// No answer within the time-out, or 408.
    #[error("the platform did not answer in time")]
    TimedOut,
    /// No connection: why not.
    #[error("the platform cannot be reached: {0}")]
    Unreachable(String),
    /// Our own guard said no.
    #[error("the address may not be called: {0}")]
    Blocked(String),
    /// The bound, in bytes.
    #[error("the platform's answer is larger than {0} bytes")]
    TooLarge(usize),
    /// A link to a next page or a line item on another server, to which our token must not go.
    #[error("the platform points to another server ({0}), which is not trusted")]
    ForeignHost(String),
    /// A list whose next page was read already, or one of very many pages.
    #[error("the platform's pages do not come to an end")]
    Endless,
    /// Refused by us before anything was sent.
    #[error("{0}")]
    Invalid(String),
    /// The launch did not grant this scope.
    #[error("the platform does not allow this tool {}. Check the tool's services in its settings", purpose(.0))]
    NotGranted(String),
    /// There is no access token.
    #[error(transparent)]
    Token(TokenError),
}

impl Reason {
    /// The same for a log: without anything that the platform or the network said, which may hold names, tokens and
    /// addresses.
    #[must_use]
    pub fn for_log(&self) -> String {
        let fixed = match self {
            Self::Forbidden(_) => "the platform does not allow it (403)",
            Self::NotFound => "it is no longer there (404)",
            Self::Precondition(_) => "the link has no gradebook column that can be used (412)",
            Self::Unprocessable(_) => "the platform cannot grade this person or accept this value (422)",
            Self::BadRequest(_) => "the platform did not understand or accept the request (400)",
            Self::Status(status, _) => {
                return format!("the platform answered with the unexpected status {status}");
            }
            Self::Malformed(_) => "the platform's answer cannot be read",
            Self::Unreachable(_) => "the platform cannot be reached",
            Self::Blocked(_) => "the address may not be called",
            Self::ForeignHost(_) => "the platform points to another server, which is not trusted",
            Self::Invalid(_) => "it cannot be sent as it is",
            Self::Token(error) => return error.for_log(),
            Self::Unauthorized
            | Self::Throttled { .. }
            | Self::Conflict
            | Self::Redirected(_)
            | Self::Unavailable { .. }
            | Self::Html
            | Self::Empty
            | Self::HalfABody
            | Self::TimedOut
            | Self::TooLarge(_)
            | Self::Endless
            | Self::NotGranted(_) => return self.to_string(),
        };
        fixed.to_owned()
    }

    /// Whether the same call may succeed a little later.
    #[must_use]
    pub fn retryable(&self) -> bool {
        match self {
            Self::Throttled { .. }
            | Self::Unavailable { .. }
            | Self::Empty
            | Self::HalfABody
            | Self::TimedOut
            | Self::Unreachable(_) => true,
            Self::Token(error) => error.retryable(),
            _ => false,
        }
    }

    /// Whether the platform certainly did nothing, so that even a request that must not happen twice may be repeated.
    #[must_use]
    pub fn nothing_happened(&self) -> bool {
        matches!(
            self,
            Self::Throttled { .. }
                | Self::Unreachable(_)
                | Self::Token(_)
                | Self::Blocked(_)
                | Self::Invalid(_)
        )
    }

    fn course_end(&self, capabilities: &Capabilities) -> Option<CourseEnd> {
        match (self, capabilities.concluded_courses) {
            (Self::NotFound, _) => Some(CourseEnd::Gone),
            (Self::Status(422, said) | Self::Unprocessable(said), ConcludedCourses::Said(text))
                if said.contains(text) =>
            {
                Some(CourseEnd::Concluded)
            }
            _ => None,
        }
    }

    /// What a status means where no score was sent: those that speak of a person's score do not fit there.
    pub(crate) fn beside_scores(self, response: &Response) -> Self {
        match self {
            Self::Conflict | Self::Precondition(_) | Self::Unprocessable(_) => {
                Self::Status(response.status, excerpt(&response.body))
            }
            reason => reason,
        }
    }

    /// How long the platform asks us to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Throttled { retry_after }
            | Self::Unavailable { retry_after, .. }
            | Self::Token(TokenError::Throttled { retry_after }) => *retry_after,
            _ => None,
        }
    }

    pub(crate) fn doing(self, doing: &'static str) -> ServiceError {
        ServiceError { doing, reason: self }
    }
}

impl From<NetError> for Reason {
    fn from(error: NetError) -> Self {
        match error {
            NetError::Refused(_, why) => Self::Blocked(why),
            NetError::Unreachable(_, why) => Self::Unreachable(why),
            NetError::BrokenOff(..) => Self::HalfABody,
            NetError::TimedOut(_) => Self::TimedOut,
            NetError::TooLarge(_, limit) => Self::TooLarge(limit),
        }
    }
}

impl From<TokenError> for Reason {
    fn from(error: TokenError) -> Self {
        Self::Token(error)
    }
}

/// The refusal in a status, if it is not 2xx.
pub(crate) fn judge(response: &Response) -> Result<(), Reason> {
    let detail = || excerpt(&response.body);
    Err(match response.status {
        200..300 => return Ok(()),
        _ if is_throttled(response) => Reason::Throttled {
            retry_after: retry_after(response),
        },
        300..400 => Reason::Redirected(response.status),
        400 => Reason::BadRequest(detail()),
        401 => Reason::Unauthorized,
        403 => Reason::Forbidden(detail()),
        404 | 410 => Reason::NotFound,
        409 => Reason::Conflict,
        412 => Reason::Precondition(detail()),
        422 => Reason::Unprocessable(detail()),
        408 => Reason::TimedOut,
        status @ 500.. => Reason::Unavailable {
            status,
            retry_after: retry_after(response),
        },
        status => Reason::Status(status, detail()),
    })
}

/// The JSON of a body, whatever its media type says.
pub(crate) fn read_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Reason> {
    serde_json::from_slice(body).map_err(|error| {
        if body.trim_ascii().is_empty() {
            Reason::Empty
        } else if body.trim_ascii_start().first() == Some(&b'<') {
            Reason::Html
        } else if error.is_eof() {
            Reason::HalfABody
        } else {
            Reason::Malformed(error.to_string())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registration::Flavour;
    use proptest::prelude::*;

    fn response(status: u16, body: &str) -> Response {
        Response {
            status,
            headers: Vec::new(),
            body: body.to_owned().into(),
        }
    }

    fn reason(status: u16, body: &str) -> Reason {
        judge(&response(status, body)).unwrap_err()
    }

    #[test]
    fn each_status_has_its_own_reason_and_says_whether_to_try_again() {
        let rows = [
            (302, "Redirected", false),
            (400, "BadRequest", false),
            (401, "Unauthorized", false),
            (403, "Forbidden", false),
            (404, "NotFound", false),
            (409, "Conflict", false),
            (412, "Precondition", false),
            (418, "Status", false),
            (422, "Unprocessable", false),
            (429, "Throttled", true),
            (500, "Unavailable", true),
            (503, "Unavailable", true),
            (504, "Unavailable", true),
        ];
        for (status, name, retryable) in rows {
            let reason = reason(status, "");
            assert!(
                format!("{reason:?}").starts_with(name),
                "{status} gave {reason:?}"
            );
            assert_eq!(reason.retryable(), retryable, "{status}");
        }
        assert!(judge(&response(204, "")).is_ok());
    }

    #[test]
    fn a_log_is_told_nothing_that_a_platform_said() {
        let secret = "token-abc.def";
        for status in [400, 403, 412, 418, 422] {
            let reason = reason(status, secret);
            assert!(
                reason.to_string().contains(secret),
                "{reason}: a person may be told"
            );
            let told = reason.clone().doing("Sending a score").for_log();
            assert!(
                !told.contains(secret) && told.contains(&status.to_string()),
                "{told}"
            );
        }
        let url: url::Url = "https://10.0.0.7/token".parse().unwrap();
        for reason in [
            Reason::Malformed(secret.into()),
            Reason::Token(TokenError::NotAToken(secret.into())),
            Reason::Token(TokenError::InvalidClient(secret.into())),
            Reason::Token(TokenError::Net(NetError::Unreachable(url, secret.into()))),
            Reason::Unreachable(format!("tcp connect error: 10.0.0.7: {secret}")),
        ] {
            let told = reason.for_log();
            assert!(!told.contains(secret) && !told.contains("10.0.0.7"), "{told}");
        }
    }

    #[test]
    fn forbidden_and_throttled_share_a_status_in_canvas() {
        assert!(matches!(
            reason(403, "403 Forbidden (Rate Limit Exceeded)\n"),
            Reason::Throttled { .. }
        ));
        assert!(matches!(
            reason(403, r#"{"errors":"not yours"}"#),
            Reason::Forbidden(_)
        ));
    }

    #[test]
    fn retry_after_is_read_in_seconds() {
        let mut slow = response(429, "");
        slow.headers.push(("retry-after".to_owned(), "7".to_owned()));
        assert_eq!(
            judge(&slow).unwrap_err().retry_after(),
            Some(Duration::from_secs(7))
        );
        slow.headers[0].1 = "Wed, 21 Oct 2026 07:28:00 GMT".to_owned();
        assert_eq!(judge(&slow).unwrap_err().retry_after(), None);
    }

    #[test]
    fn a_web_page_half_a_body_and_nonsense_are_told_apart() {
        let read = |body: &str| read_json::<Vec<u8>>(body.as_bytes()).unwrap_err();
        assert!(matches!(read(" <!DOCTYPE html><html>"), Reason::Html));
        assert!(matches!(read("[1, 2,"), Reason::HalfABody));
        assert!(matches!(read("{}"), Reason::Malformed(_)));
        assert!(matches!(read(" "), Reason::Empty));
    }

    #[test]
    fn a_scope_is_named_by_what_it_is_for() {
        use crate::services::media::scope;
        let known = [
            scope::LINE_ITEM,
            scope::LINE_ITEM_READ,
            scope::RESULT_READ,
            scope::SCORE,
            scope::MEMBERS_READ,
            scope::NOTICE_HANDLERS,
        ];
        let mut told = std::collections::HashSet::new();
        for scope in known.into_iter().chain(["https://lms.example/scope/new"]) {
            let launch = Reason::NotGranted(scope.to_owned()).to_string();
            let token = TokenError::ScopeNotGranted(format!("{scope} {scope}")).to_string();
            assert!(
                !launch.contains("://") && !token.contains("://"),
                "{launch} {token}"
            );
            assert!(told.insert(launch), "each in its own words");
        }
    }

    #[test]
    fn a_course_that_is_over_is_told_by_its_text_or_by_404_and_by_nothing_else() {
        let canvas = Flavour::Canvas.capabilities();
        let end = |capabilities: &Capabilities, status: u16, body: &str| {
            let answer = response(status, body);
            judge(&answer)
                .unwrap_err()
                .beside_scores(&answer)
                .doing("Reading the columns")
                .course_end(capabilities)
        };
        let said = r#"{"errors":{"type":"unprocessable_entity","message":"This course has concluded. AGS requests will no longer be accepted for this course."}}"#;
        assert_eq!(end(&canvas, 422, said), Some(CourseEnd::Concluded));
        assert_eq!(end(&Flavour::Moodle.capabilities(), 422, said), None);
        assert_eq!(end(&canvas, 404, ""), Some(CourseEnd::Gone));
        assert_eq!(
            end(&Flavour::Moodle.capabilities(), 404, ""),
            Some(CourseEnd::Gone)
        );
        let unpublished =
            r#"{"errors":[{"field":"grade","message":"This assignment is still unpublished"}]}"#;
        for (status, body) in [
            (422, unpublished),
            (401, ""),
            (403, said),
            (503, said),
            (400, said),
        ] {
            assert_eq!(end(&canvas, status, body), None, "{status}");
        }
    }

    #[test]
    fn an_error_reads_as_a_sentence() {
        let error = reason(422, r#"{"errors":"User not found"}"#).doing("Posting a score");
        insta::assert_snapshot!(error.to_string(), @r#"Posting a score failed: the platform cannot grade this person or accept this value (422). The platform said: {"errors":"User not found"}"#);
        assert_eq!(excerpt(b"[]"), "The platform gave no reason.");
    }

    proptest! {
        #[test]
        fn no_body_makes_it_panic(status: u16, body: Vec<u8>) {
            let response = Response { status, headers: Vec::new(), body: body.clone().into() };
            prop_assert_eq!(judge(&response).is_ok(), (200..300).contains(&status));
            let _ = read_json::<serde_json::Value>(&body);
            prop_assert!(excerpt(&body).chars().count() < 330);
        }
    }
}
