//! Third-party initiated login (LTI security 1.0, section 5.1.1): what the platform asks, and
//! where the browser is sent next. Everything here is unsigned: it chooses, and proves nothing.

use url::Url;

use super::error::LoginRefusal;
use super::old_launch::is_old_launch;
use super::registration::Registration;

/// Bytes of one value; Canvas's message hint is a JWT of about one kilobyte.
const MAX_VALUE: usize = 8 << 10;
/// Parameters of one request that are looked at.
const MAX_PAIRS: usize = 64;

/// A login initiation, from a query or a form alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginRequest {
    /// `iss`, as sent.
    pub issuer: String,
    /// Opaque; echoed byte for byte.
    pub login_hint: String,
    /// What shall be opened. Unsigned: the launch repeats it under signature.
    pub target_link_uri: Url,
    /// Opaque; echoed byte for byte. JSON in Moodle, a JWT in Canvas, and needed by both.
    pub lti_message_hint: Option<String>,
    /// `client_id`, which tells registrations of one issuer apart; optional in the standard.
    pub client_id: Option<String>,
    /// `lti_deployment_id` (Moodle) or `deployment_id` (Canvas).
    pub deployment_id: Option<String>,
    /// The frame that offers platform storage. Canvas only.
    pub storage_target: Option<String>,
    /// `us-east-1` and the like. Canvas only.
    pub canvas_region: Option<String>,
    /// `production`, `beta` or `test`. Canvas only.
    pub canvas_environment: Option<String>,
}

impl LoginRequest {
    /// Reads decoded name and value pairs; unknown names are passed over, empty values count as absent.
    ///
    /// # Errors
    /// One [`LoginRefusal`] for what is repeated, too long, malformed, missing or not a URL.
    pub fn parse(pairs: &[(String, String)]) -> Result<Self, LoginRefusal> {
        if pairs.len() > MAX_PAIRS || pairs.iter().any(|(_, value)| value.len() > MAX_VALUE) {
            return Err(LoginRefusal::TooLarge);
        }
        if is_old_launch(pairs) {
            return Err(LoginRefusal::OldLaunch);
        }
        let get = |name: &'static str| {
            let mut values = pairs
                .iter()
                .filter(|(known, _)| known == name)
                .map(|(_, value)| value);
            match (values.next(), values.next()) {
                (_, Some(_)) => Err(LoginRefusal::Repeated(name)),
                (value, None) => Ok(value.filter(|value| !value.is_empty()).cloned()),
            }
        };
        // What is looked up or shown; the hints are echoed as they are.
        let plain = |name: &'static str| match get(name)? {
            Some(value) if value.contains(char::is_control) => Err(LoginRefusal::Malformed(name)),
            value => Ok(value),
        };
        let issuer = plain("iss")?.ok_or(LoginRefusal::IssuerMissing)?;
        let login_hint = get("login_hint")?.ok_or(LoginRefusal::LoginHintMissing)?;
        let target = get("target_link_uri")?.ok_or(LoginRefusal::TargetMissing)?;
        let standard = plain("lti_deployment_id")?;
        let canvas = plain("deployment_id")?;
        if target.len() > 2_000 {
            return Err(LoginRefusal::TooLarge);
        }
        Ok(Self {
            issuer,
            login_hint,
            target_link_uri: Url::parse(&target).map_err(|_| LoginRefusal::TargetForeign)?,
            lti_message_hint: get("lti_message_hint")?,
            client_id: plain("client_id")?,
            deployment_id: standard.or(canvas),
            storage_target: plain("lti_storage_target")?,
            canvas_region: plain("canvas_region")?,
            canvas_environment: plain("canvas_environment")?,
        })
    }

    /// Whether the target is on our own origin.
    ///
    /// # Errors
    /// [`LoginRefusal::TargetForeign`].
    pub fn check_target(&self, our_origin: &Url) -> Result<(), LoginRefusal> {
        if self.target_link_uri.origin() == our_origin.origin() {
            Ok(())
        } else {
            Err(LoginRefusal::TargetForeign)
        }
    }
}

/// The registration that a login means, among those that share its issuer.
///
/// # Errors
/// [`LoginRefusal`] when none or several fit, or the one is switched off.
pub fn choose_registration<'a>(
    same_issuer: &'a [Registration],
    request: &LoginRequest,
) -> Result<&'a Registration, LoginRefusal> {
    let mut candidates = same_issuer
        .iter()
        .filter(|known| known.issuer == request.issuer)
        .peekable();
    if candidates.peek().is_none() {
        return Err(LoginRefusal::IssuerUnknown(request.issuer.clone()));
    }
    let chosen = match &request.client_id {
        Some(client_id) => candidates
            .find(|known| known.client_id == *client_id)
            .ok_or_else(|| LoginRefusal::ClientUnknown(request.issuer.clone()))?,
        None => match (candidates.next(), candidates.next()) {
            (Some(only), None) => only,
            _ => return Err(LoginRefusal::ClientIdNeeded(request.issuer.clone())),
        },
    };
    if chosen.enabled {
        Ok(chosen)
    } else {
        Err(LoginRefusal::Disabled)
    }
}

/// Where the browser goes to sign in (LTI security 1.0, section 5.1.1.2). `redirect_uri` is always the tool's one launch URL, written exactly as it
/// was registered, and never the target of the login.
#[must_use]
pub fn authorization_redirect(
    registration: &Registration,
    request: &LoginRequest,
    redirect_uri: &str,
    state: &str,
    nonce: &str,
) -> Url {
    let mut url = registration.authorization_url.clone();
    {
        let mut query = url.query_pairs_mut();
        query
            .append_pair("scope", "openid")
            .append_pair("response_type", "id_token")
            .append_pair("response_mode", "form_post")
            .append_pair("prompt", "none")
            .append_pair("client_id", &registration.client_id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("login_hint", &request.login_hint);
        if let Some(hint) = &request.lti_message_hint {
            query.append_pair("lti_message_hint", hint);
        }
        query.append_pair("state", state).append_pair("nonce", nonce);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use proptest::prelude::*;

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    /// As Moodle 5.1 posts it.
    fn moodle() -> Vec<(String, String)> {
        pairs(&[
            ("iss", "https://lms.example"),
            ("target_link_uri", "https://tool.example/lti/launch"),
            ("login_hint", "6"),
            (
                "lti_message_hint",
                "{\"cmid\":16,\"launchid\":\"ltilaunch12_230906679\"}",
            ),
            ("client_id", "ifauoB4Zav216hU"),
            ("lti_deployment_id", "2"),
        ])
    }

    #[test]
    fn moodles_and_canvass_requests_are_read() {
        let request = LoginRequest::parse(&moodle()).unwrap();
        assert_eq!(request.deployment_id.as_deref(), Some("2"));
        assert_eq!(request.storage_target, None);

        let mut canvas = moodle();
        canvas.retain(|(name, _)| name != "lti_deployment_id");
        canvas.extend(pairs(&[
            ("deployment_id", "12:abc"),
            ("lti_storage_target", "post_message_forwarding"),
            ("canvas_region", "us-east-1"),
            ("canvas_environment", "production"),
            ("something_new", "1"),
        ]));
        let request = LoginRequest::parse(&canvas).unwrap();
        assert_eq!(request.deployment_id.as_deref(), Some("12:abc"));
        assert_eq!(request.storage_target.as_deref(), Some("post_message_forwarding"));
        assert_eq!(request.canvas_environment.as_deref(), Some("production"));
    }

    #[test]
    fn each_fault_of_a_request_is_its_own_refusal() {
        let without = |gone: &str| {
            let mut list = moodle();
            list.retain(|(name, _)| name != gone);
            LoginRequest::parse(&list).unwrap_err()
        };
        assert_eq!(without("iss"), LoginRefusal::IssuerMissing);
        assert_eq!(without("login_hint"), LoginRefusal::LoginHintMissing);
        assert_eq!(without("target_link_uri"), LoginRefusal::TargetMissing);
        let with = |name: &str, value: &str| {
            let mut list = moodle();
            list.push((name.to_owned(), value.to_owned()));
            LoginRequest::parse(&list)
        };
        assert_eq!(
            with("iss", "https://other.example"),
            Err(LoginRefusal::Repeated("iss"))
        );
        assert_eq!(
            with("lti_deployment_id", "3"),
            Err(LoginRefusal::Repeated("lti_deployment_id"))
        );
        assert_eq!(with("x", &"y".repeat(9_000)), Err(LoginRefusal::TooLarge));
        let mut bad = moodle();
        bad[1].1 = "not a url".into();
        assert_eq!(LoginRequest::parse(&bad), Err(LoginRefusal::TargetForeign));
        bad[1].1 = "https://evil.example/lti/launch".into();
        let ours = "https://tool.example".parse().unwrap();
        assert_eq!(
            LoginRequest::parse(&bad).unwrap().check_target(&ours),
            Err(LoginRefusal::TargetForeign)
        );
        assert_eq!(
            LoginRequest::parse(&moodle()).unwrap().check_target(&ours),
            Ok(())
        );
    }

    #[test]
    fn the_registration_is_chosen_by_issuer_and_client_id() {
        let one = testing::registration();
        let mut two = one.clone();
        two.id = "two".into();
        two.client_id = "other".into();
        let mut request = LoginRequest::parse(&moodle()).unwrap();
        let both = [one.clone(), two];
        request.client_id = Some("other".into());
        assert_eq!(choose_registration(&both, &request).unwrap().id.as_str(), "two");
        request.client_id = Some("third".into());
        assert_eq!(
            choose_registration(&both, &request),
            Err(LoginRefusal::ClientUnknown(one.issuer.clone()))
        );
        request.client_id = None;
        assert_eq!(
            choose_registration(&both, &request),
            Err(LoginRefusal::ClientIdNeeded(one.issuer.clone()))
        );
        assert_eq!(choose_registration(&both[..1], &request).unwrap().id, one.id);
        assert_eq!(
            choose_registration(&[], &request),
            Err(LoginRefusal::IssuerUnknown(one.issuer.clone()))
        );
        let off = [Registration {
            enabled: false,
            ..one
        }];
        assert_eq!(choose_registration(&off, &request), Err(LoginRefusal::Disabled));
    }

    proptest! {
        #[test]
        fn hints_arrive_byte_for_byte(login in ".{1,60}", message in proptest::option::of(".{1,200}")) {
            let mut registration = testing::registration();
            registration.authorization_url = "https://lms.example/auth?tenant=7".parse().unwrap();
            let request = LoginRequest { login_hint: login.clone(), lti_message_hint: message.clone(), ..LoginRequest::parse(&moodle()).unwrap() };
            let url = authorization_redirect(&registration, &request, "https://tool.example/lti/launch", "STATE", "NONCE");
            let sent: Vec<(String, String)> = url.query_pairs().into_owned().collect();
            let mut expected = pairs(&[
                ("tenant", "7"), ("scope", "openid"), ("response_type", "id_token"), ("response_mode", "form_post"), ("prompt", "none"),
                ("client_id", "ifauoB4Zav216hU"), ("redirect_uri", "https://tool.example/lti/launch"), ("login_hint", &login),
            ]);
            if let Some(message) = &message {
                expected.push(("lti_message_hint".into(), message.clone()));
            }
            expected.extend(pairs(&[("state", "STATE"), ("nonce", "NONCE")]));
            prop_assert_eq!(sent, expected);
        }
    }
}
