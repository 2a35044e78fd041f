//! What a provider says of somebody, in the shapes of those that are about, and what of it is believed.
//!
//! Microsoft Entra ID says no `email_verified` (and, where it is asked to, `xms_edov`); with very many groups it leaves them
//! out. Google says `hd` of whoever belongs to an organisation. Okta keeps what belongs to a scope for the userinfo endpoint
//! where there is an access token too, and wants the scope `groups`. JumpCloud says `"true"` in the place of `true`, and its
//! groups under a name that its administrator chose.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::settings::AdminProvider;

/// Most characters of a name that are kept.
const LONGEST_NAME: usize = 100;

/// The claims of a token whose signature was verified.
pub(super) fn claims(token: &str) -> Value {
    let body = token.split('.').nth(1);
    let body = body.and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let claims = body.and_then(|body| serde_json::from_slice(&body).ok());
    claims.unwrap_or(Value::Null)
}

/// Whether the token leaves something out for which the userinfo endpoint is worth a question.
pub(super) fn is_incomplete(claims: &Value, provider: &AdminProvider) -> bool {
    let lacks = |name: &str| claims.get(name).is_none();
    lacks("email")
        || lacks("email_verified")
        || (!provider.groups.is_empty() && lacks(&provider.groups_claim))
}

/// The claims of a token with what the userinfo endpoint says besides. Only of the same person, and never in the place of
/// what is signed. Whether an e-mail address was verified is said of that address only.
pub(super) fn merged(mut claims: Value, info: &Value) -> Value {
    let same = |name: &str| text(&claims, name).is_some() && text(&claims, name) == text(info, name);
    let (is_theirs, same_email) = (same("sub"), same("email"));
    if !is_theirs {
        return claims;
    }
    if let (Some(signed), Some(more)) = (claims.as_object_mut(), info.as_object()) {
        let signs_email = signed.contains_key("email");
        if !signs_email {
            for about_it in VERIFIED {
                signed.remove(about_it);
            }
        }
        for (name, value) in more {
            let of_another = signs_email && !same_email && VERIFIED.contains(&name.as_str());
            if !of_another && !signed.contains_key(name) {
                signed.insert(name.clone(), value.clone());
            }
        }
    }
    claims
}

/// What says that an e-mail address is somebody's own: the standard's claim, and that of Entra ID.
const VERIFIED: [&str; 2] = ["email_verified", "xms_edov"];

/// The e-mail address, in lower case, if the provider vouches for it, or says nothing of it and the operator trusts the
/// provider. One of which it says that it is not verified is nobody's.
pub(super) fn email(claims: &Value, provider: &AdminProvider) -> Option<String> {
    let email = text(claims, "email")?.trim().to_lowercase();
    let said = |name: &str| claims.get(name).and_then(truth);
    let vouched = match (said("email_verified"), said("xms_edov")) {
        (Some(false), _) | (_, Some(false)) => false,
        (Some(true), _) => true,
        (None, Some(true)) => provider.is_entra() || provider.trusts_emails,
        (None, None) => provider.trusts_emails,
    };
    (vouched && email.contains('@')).then_some(email)
}

/// Whether somebody belongs to the organisation whose people may come in, where the settings name one.
pub(super) fn is_of_the_organisation(claims: &Value, provider: &AdminProvider) -> bool {
    let hosted = text(claims, "hd").map(str::to_lowercase);
    provider.hosted_domain.is_none() || provider.hosted_domain == hosted
}

/// The groups that the claims name: a list, or one as text.
pub(super) fn groups(claims: &Value, provider: &AdminProvider) -> Vec<String> {
    match claims.get(&provider.groups_claim) {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// Whether the provider left the groups out because there are too many of them, as Entra ID does.
pub(super) fn leaves_groups_out(claims: &Value, provider: &AdminProvider) -> bool {
    let elsewhere = claims.get("_claim_names");
    let elsewhere = elsewhere.is_some_and(|names| names.get(&provider.groups_claim).is_some());
    elsewhere || claims.get("hasgroups").and_then(truth) == Some(true)
}

/// What to call somebody.
pub(super) fn name(claims: &Value) -> Option<String> {
    let said = ["name", "preferred_username"]
        .into_iter()
        .find_map(|name| text(claims, name));
    said.map(|name| name.chars().take(LONGEST_NAME).collect())
}

fn text<'a>(claims: &'a Value, name: &str) -> Option<&'a str> {
    claims
        .get(name)
        .and_then(Value::as_str)
        .filter(|text| !text.trim().is_empty())
}

/// Yes or no, in the ways in which providers say it.
fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(said) => Some(*said),
        Value::String(said) if said == "1" || said.eq_ignore_ascii_case("true") => Some(true),
        Value::Number(said) if said.as_u64() == Some(1) => Some(true),
        Value::Null => None,
        _ => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn provider(issuer: &str, trusts_emails: bool) -> AdminProvider {
        AdminProvider {
            issuer: issuer.into(),
            client_id: "cairn".into(),
            client_secret: "hush".to_owned().into(),
            emails: Vec::new(),
            groups: Vec::new(),
            groups_claim: "groups".into(),
            scopes: Vec::new(),
            trusts_emails,
            hosted_domain: None,
        }
    }

    const ENTRA: &str = "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0";
    const REALM: &str = "https://login.school.example/realms/staff";

    #[test]
    fn an_address_is_believed_that_is_vouched_for_or_of_which_a_trusted_provider_says_nothing() {
        let ada = Some("ada@school.example".to_owned());
        for (issuer, trusted, said, expected) in [
            (REALM, false, json!({"email_verified": true}), &ada),
            (REALM, false, json!({"email_verified": "true"}), &ada),
            (REALM, false, json!({"email_verified": 1}), &ada),
            (REALM, true, json!({"email_verified": false}), &None),
            (REALM, true, json!({"email_verified": "false"}), &None),
            (REALM, true, json!({"email_verified": ["true"]}), &None),
            (REALM, false, json!({}), &None),
            (REALM, true, json!({}), &ada),
            (REALM, false, json!({"xms_edov": true}), &None),
            (ENTRA, false, json!({"xms_edov": true}), &ada),
            (ENTRA, false, json!({"xms_edov": "1"}), &ada),
            (ENTRA, true, json!({"xms_edov": false}), &None),
            (ENTRA, false, json!({}), &None),
            (ENTRA, true, json!({}), &ada),
        ] {
            let mut claims = said.clone();
            claims["email"] = "Ada@School.example".into();
            assert_eq!(
                &email(&claims, &provider(issuer, trusted)),
                expected,
                "{issuer} {said}"
            );
        }
        let none = json!({"email": "not an address", "email_verified": true});
        assert_eq!(email(&none, &provider(REALM, true)), None);
    }

    #[test]
    fn what_another_endpoint_says_is_of_the_same_person_and_the_same_address() {
        let signed = || json!({"sub": "1", "email": "ada@school.example"});
        let told = |info: Value| email(&merged(signed(), &info), &provider(REALM, false));
        let own = json!({"sub": "1", "email": "ada@school.example", "email_verified": true});
        assert!(told(own).is_some());
        let other_person = json!({"sub": "2", "email": "ada@school.example", "email_verified": true});
        let other_address = json!({"sub": "1", "email": "eve@school.example", "email_verified": true});
        assert_eq!((told(other_person), told(other_address)), (None, None));
        let thin = merged(
            json!({"sub": "1", "email_verified": true, "iss": REALM}),
            &json!({"sub": "1", "email": "eve@school.example", "iss": "x", "groups": ["a"]}),
        );
        assert_eq!(
            email(&thin, &provider(REALM, false)),
            None,
            "it was said of no address"
        );
        assert_eq!(
            (thin["iss"].as_str(), groups(&thin, &provider(REALM, false))),
            (Some(REALM), vec!["a".to_owned()])
        );
    }

    #[test]
    fn groups_have_the_name_that_the_settings_say_and_may_be_left_out() {
        let mut jumpcloud = provider("https://oauth.id.jumpcloud.com/", false);
        jumpcloud.groups_claim = "memberOf".into();
        let claims = json!({"groups": ["x"], "memberOf": ["badges", 7, "staff"]});
        assert_eq!(groups(&claims, &jumpcloud), ["badges", "staff"]);
        assert_eq!(groups(&json!({"memberOf": "badges"}), &jumpcloud), ["badges"]);
        let many = json!({"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {"endpoint": "x"}}});
        assert!(leaves_groups_out(&many, &provider(ENTRA, false)));
        assert!(!leaves_groups_out(&claims, &provider(ENTRA, false)));
    }

    #[test]
    fn only_people_of_the_organisation_where_one_is_named() {
        let mut google = provider("https://accounts.google.com", false);
        assert!(is_of_the_organisation(&json!({}), &google));
        google.hosted_domain = Some("school.example".into());
        assert!(is_of_the_organisation(&json!({"hd": "School.example"}), &google));
        for claims in [
            json!({}),
            json!({"hd": "evil.example"}),
            json!({"hd": ["school.example"]}),
        ] {
            assert!(!is_of_the_organisation(&claims, &google), "{claims}");
        }
    }
}
