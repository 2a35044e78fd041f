//! How a browser proves that the launch which it brings is the one that it began (facts 1.4): by a cookie of its own, or
//! by what the login left with the platform. Whichever arrives is enough; both are compared here and nowhere else.

use actix_web::HttpRequest;
use chrono::TimeDelta;

use crate::web::extract::visit::partitioned;
use crate::web::views::lti::StorageView;
use lti::registration::Registration;
use lti::state::is_binding_cookie;

/// Logins that one browser may have under way; each has a cookie, and browsers keep few for a site in a frame.
const MOST_BINDINGS: usize = 12;
/// Letters of a frame's name.
const LONGEST_NAME: usize = 100;

/// The storage that the platform offered under the frame name `target`; none when it offered none, or under a name that
/// no frame has.
#[must_use]
pub(crate) fn storage(
    target: Option<&str>,
    registration: &Registration,
    key: String,
    value: Option<String>,
) -> Option<StorageView> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let frame =
        target.filter(|name| !name.is_empty() && name.len() <= LONGEST_NAME && name.bytes().all(plain))?;
    Some(StorageView {
        frame: frame.to_owned(),
        origin: registration.authorization_url.origin().ascii_serialization(),
        key,
        value,
    })
}

/// `Set-Cookie` values that make room for one more binding: the oldest go, which browsers send first (RFC 6265,
/// section 5.4).
#[must_use]
pub(crate) fn without_oldest(request: &HttpRequest, secure: bool) -> Vec<String> {
    let Ok(cookies) = request.cookies() else {
        return Vec::new();
    };
    let bindings: Vec<&str> = cookies
        .iter()
        .map(actix_web::cookie::Cookie::name)
        .filter(|name| is_binding_cookie(name, secure))
        .collect();
    let surplus = (bindings.len() + 1).saturating_sub(MOST_BINDINGS);
    let oldest = bindings.into_iter().take(surplus);
    oldest
        .map(|name| partitioned(name, "", TimeDelta::zero()))
        .collect()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn the_oldest_bindings_make_room_and_other_cookies_stay() {
        let with = |count: usize| {
            let bindings = (0..count).map(|n| format!("lti_{n:012x}=secret"));
            let cookies = std::iter::once("MoodleSession=1".to_owned()).chain(bindings);
            let header = cookies.collect::<Vec<_>>().join("; ");
            without_oldest(
                &TestRequest::default()
                    .insert_header(("cookie", header))
                    .to_http_request(),
                false,
            )
        };
        assert_eq!(with(0), Vec::<String>::new());
        assert_eq!(with(MOST_BINDINGS - 1), Vec::<String>::new());
        let gone = with(MOST_BINDINGS + 1);
        assert_eq!(gone.len(), 2);
        assert!(
            gone[0].starts_with("lti_000000000000=; Path=/; Max-Age=0;"),
            "{gone:?}"
        );
        assert!(gone[1].starts_with("lti_000000000001="), "{gone:?}");
    }

    #[test]
    fn a_frame_is_addressed_by_a_plain_name_and_the_origin_of_the_authorization_url() {
        let draft = lti::registration::RegistrationDraft {
            name: "School".into(),
            issuer: "https://canvas.instructure.com".into(),
            client_id: "1".into(),
            authorization_url: "https://sso.canvaslms.com/api/lti/authorize_redirect".into(),
            token_url: "https://sso.canvaslms.com/login/oauth2/token".into(),
            token_audience: None,
            jwks_url: "https://sso.canvaslms.com/api/lti/security/jwks".into(),
            flavour: lti::registration::Flavour::Canvas,
            algorithms: Vec::new(),
            service_hosts: Vec::new(),
            accepts_new_deployments: false,
            allow_http_loopback: false,
            enabled: true,
        };
        let registration = draft.check("r".into(), "t".into()).unwrap();
        let of = |target| storage(target, &registration, "lti_1".into(), None);
        assert_eq!(
            of(Some("post_message_forwarding")).unwrap().origin,
            "https://sso.canvaslms.com"
        );
        assert_eq!(of(Some("_parent")).unwrap().frame, "_parent");
        for none in [
            None,
            Some(""),
            Some("a b"),
            Some("\"><script>"),
            Some(&*"x".repeat(101)),
        ] {
            assert_eq!(of(none), None);
        }
    }
}
