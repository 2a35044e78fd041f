//! Consent, exchange, refresh and giving back.

use chrono::{DateTime, Utc};

use super::canvas::HOST;
use super::{Asked, Lms, ok, status, with};
use crate::canvas::oauth::{ConsentError, Key, OAuth, TokenError, Tokens, challenged, code, consent_url};
use crate::canvas::scope::Scope;
use crate::transport::{Method, NetError, Response};
use crate::{Limits, Reason, Token};

const ANSWER: &str = r#"{"access_token":"7~Jr3access","token_type":"Bearer",
 "user":{"id":4242,"name":"Nora Teach","global_id":"10000000004242","effective_locale":"en"},
 "refresh_token":"7~q8Wrefresh","expires_in":3600}"#;

fn key() -> Key {
    Key {
        base: HOST.parse().unwrap(),
        client_id: "150000000000123".into(),
        client_secret: Token::new("s3cret"),
        redirect_uri: "https://cairn.example/canvas/back".into(),
    }
}

fn now() -> DateTime<Utc> {
    "2026-11-30T08:00:00Z".parse().unwrap()
}

fn parameters(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn given_back(lms: &Lms) -> usize {
    let asked = lms.asked();
    let of_delete = asked
        .iter()
        .filter(|asked| asked.request.method == Method::Delete);
    of_delete.count()
}

async fn refreshed(answer: Result<Response, NetError>) -> Result<Tokens, TokenError> {
    let lms = Lms::new(move |_: &Asked| answer.clone());
    let oauth = OAuth::new(lms, "Cairn", Limits::default());
    oauth.refresh(&key(), &Token::new("7~old"), now()).await
}

#[test]
fn the_consent_asks_for_what_is_needed_and_fits_into_an_address() {
    let scopes = [Scope::GRADES.as_slice(), &Scope::FILES, &Scope::PEOPLE].concat();
    let url = consent_url(&key(), "st4te", &scopes, "Cairn reads grades").unwrap();
    assert_eq!(url.path(), "/login/oauth2/auth");
    let pairs: std::collections::HashMap<_, _> = url.query_pairs().into_owned().collect();
    assert_eq!(pairs["response_type"], "code");
    assert_eq!(pairs["state"], "st4te");
    assert_eq!(pairs["scope"].split(' ').count(), 9);
    assert!(pairs["scope"].contains("url:GET|/api/v1/courses/:course_id/students/submissions"));
    assert!(!url.as_str().contains("s3cret"));
    assert_eq!(
        consent_url(&key(), "s", &scopes.repeat(20), "x"),
        Err(ConsentError::TooLong)
    );
    for scope in scopes {
        assert_eq!(Scope::of(scope.as_str()), Some(scope));
        assert!(!scope.why().is_empty());
    }
}

#[tokio::test]
async fn a_code_is_exchanged_with_the_verifier_of_its_challenge_and_a_refresh_needs_none() {
    let url = consent_url(&key(), "st4te", &Scope::GRADES, "Cairn").unwrap();
    let url = challenged(url, "ch4llenge");
    let pairs: std::collections::HashMap<_, _> = url.query_pairs().into_owned().collect();
    assert_eq!(pairs["code_challenge"], "ch4llenge");
    assert_eq!(pairs["code_challenge_method"], "S256");
    let lms = Lms::new(|_: &Asked| ok(ANSWER));
    let oauth = OAuth::new(lms.clone(), "Cairn", Limits::default()).with_verifier(Token::new("v3rifier"));
    let code = Token::new("c0de");
    oauth.exchange(&key(), &code, None, now()).await.unwrap();
    oauth.refresh(&key(), &Token::new("7~old"), now()).await.unwrap();
    let asked = lms.asked();
    assert_eq!(asked[0].field("code_verifier"), Some("v3rifier"));
    assert_eq!(asked[1].field("code_verifier"), None);
    assert!(!format!("{oauth:?}").contains("v3rifier"));
}

#[test]
fn an_answer_without_our_state_links_nothing_and_its_error_is_told() {
    let read =
        |pairs: &[(&str, &str)]| code(&parameters(pairs), "st4te").map(|code| code.expose().to_owned());
    assert_eq!(read(&[("code", "c0de"), ("state", "st4te")]).unwrap(), "c0de");
    for odd in [
        &[("code", "c0de")][..],
        &[("code", "c0de"), ("state", "other")],
        &[("code", ""), ("state", "st4te")],
        &[("state", "st4te")],
        &[],
    ] {
        assert_eq!(read(odd), Err(ConsentError::NotOurs));
    }
    let description = "A requested scope is invalid, unknown, malformed, or exceeds the scope granted. The following scopes were requested, but not granted: url:GET|/api/v1/courses/:id, url:GET|/api/v1/files/:id/public_url, and url:GET|/api/v1/courses/:course_id/enrollments";
    let missing = read(&[("error", "invalid_scope"), ("error_description", description)]);
    assert_eq!(
        missing,
        Err(ConsentError::ScopeMissing(vec![
            "url:GET|/api/v1/courses/:id".into(),
            "url:GET|/api/v1/files/:id/public_url".into(),
            "url:GET|/api/v1/courses/:course_id/enrollments".into(),
        ]))
    );
    for (error, expected) in [
        ("access_denied", ConsentError::Denied),
        ("unauthorized_client", ConsentError::KeyOff),
        ("login_required", ConsentError::Interaction),
        ("<script>", ConsentError::Other("script".into())),
    ] {
        assert_eq!(read(&[("error", error), ("state", "st4te")]), Err(expected));
    }
}

#[tokio::test]
async fn a_code_becomes_tokens_of_the_person_who_launched() {
    let lms = Lms::new(|_: &Asked| ok(ANSWER));
    let oauth = OAuth::new(lms.clone(), "Cairn", Limits::default());
    let code = Token::new("c0de");
    let tokens = oauth.exchange(&key(), &code, Some("4242"), now()).await.unwrap();
    assert_eq!(tokens.access.expose(), "7~Jr3access");
    assert_eq!(tokens.refresh.as_ref().unwrap().expose(), "7~q8Wrefresh");
    assert_eq!(
        tokens.expires_at.unwrap().to_rfc3339(),
        "2026-11-30T09:00:00+00:00"
    );
    assert!(!tokens.is_due(now()));
    assert!(tokens.is_due("2026-11-30T08:59:01Z".parse().unwrap()));
    let debug = format!("{tokens:?} {:?} {code:?}", key());
    for secret in ["Jr3", "q8W", "s3cret", "c0de"] {
        assert!(!debug.contains(secret), "{debug}");
    }
    let asked = &lms.asked()[0];
    assert_eq!(asked.field("grant_type"), Some("authorization_code"));
    assert_eq!(asked.field("client_secret"), Some("s3cret"));
    assert_eq!(
        asked.field("redirect_uri"),
        Some("https://cairn.example/canvas/back")
    );
    assert_eq!(
        oauth
            .exchange(&key(), &code, Some("4243"), now())
            .await
            .unwrap_err(),
        TokenError::OtherPerson
    );
    assert_eq!(given_back(&lms), 1, "the token of somebody else");
    let masqueraded = ANSWER.replace("\"refresh_token\"", "\"real_user\":{\"id\":1},\"refresh_token\"");
    let lms = Lms::new(move |_: &Asked| ok(masqueraded.clone()));
    let oauth = OAuth::new(lms.clone(), "Cairn", Limits::default());
    assert_eq!(
        oauth.exchange(&key(), &code, None, now()).await.unwrap_err(),
        TokenError::Masqueraded
    );
    assert_eq!(given_back(&lms), 1);
}

#[tokio::test]
async fn a_refresh_keeps_the_refresh_token_unless_there_is_a_new_one() {
    let without = ANSWER.replace("\"refresh_token\":\"7~q8Wrefresh\",", "");
    let tokens = refreshed(ok(without)).await.unwrap();
    assert_eq!(tokens.refresh.unwrap().expose(), "7~old");
    let tokens = refreshed(ok(ANSWER)).await.unwrap();
    assert_eq!(tokens.refresh.unwrap().expose(), "7~q8Wrefresh");
    let endless = ANSWER.replace(",\"expires_in\":3600", "");
    assert_eq!(refreshed(ok(endless)).await.unwrap().expires_at, None);
}

#[tokio::test]
async fn only_a_refusal_ends_a_consent() {
    let refusal = |code, error: &str, description: &str| {
        let body = format!(r#"{{"error":"{error}","error_description":"{description}"}}"#);
        status(code, body)
    };
    let revoked = refusal(400, "invalid_request", "refresh_token not found");
    assert_eq!(refreshed(revoked).await.unwrap_err(), TokenError::Revoked);
    let other = refusal(400, "invalid_grant", "incorrect client");
    assert_eq!(refreshed(other).await.unwrap_err(), TokenError::Revoked);
    let key = refusal(401, "invalid_client", "unknown client");
    assert_eq!(refreshed(key).await.unwrap_err(), TokenError::KeyRefused);
    let unsupported = refusal(400, "unsupported_grant_type", "x");
    assert_eq!(
        refreshed(unsupported).await.unwrap_err(),
        TokenError::Refused("unsupported_grant_type".into())
    );
    let old = with(
        status(302, ""),
        "Location",
        "https://cairn.example/canvas/back?error=invalid_request&error_description=refresh_token+not+found",
    );
    assert_eq!(refreshed(old).await.unwrap_err(), TokenError::Revoked);
    for (answer, reason) in [
        (status(503, "<html>"), Reason::OutOfOrder(Some(503))),
        (Err(NetError::TimedOut), Reason::Net(NetError::TimedOut)),
        (status(302, ""), Reason::Redirected(302)),
        (ok("<html>"), Reason::Html),
        (ok("{}"), Reason::Malformed { line: 0, column: 0 }),
    ] {
        assert_eq!(refreshed(answer).await.unwrap_err(), TokenError::Failed(reason));
    }
}

#[tokio::test]
async fn a_token_is_given_back_and_the_person_stays_logged_in() {
    let lms = Lms::new(|_: &Asked| ok("{}"));
    let oauth = OAuth::new(lms.clone(), "Cairn", Limits::default());
    let base = HOST.parse().unwrap();
    oauth.revoke(&base, &Token::new("7~x")).await.unwrap();
    let asked = &lms.asked()[0];
    assert_eq!(asked.request.method, Method::Delete);
    assert_eq!(asked.header("authorization"), Some("Bearer 7~x"));
    assert_eq!(asked.query, "");
    lms.first(status(500, ""));
    assert!(oauth.revoke(&base, &Token::new("7~x")).await.is_err());
    lms.first(status(401, "{}"));
    assert!(oauth.revoke(&base, &Token::new("7~x")).await.is_ok());
}
