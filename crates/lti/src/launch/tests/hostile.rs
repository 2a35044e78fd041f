//! Input of any kind: refused, never a panic.

use proptest::prelude::*;

use super::*;

/// Any JSON, with a good share of what looks like an address.
fn any_json() -> impl Strategy<Value = Value> {
    let texts = prop_oneof![
        ".{0,30}",
        "(https|http|javascript|file)://(lms.example|evil.example|[a-z0-9.@:\\[\\]]{0,20})/[a-z?&=%]{0,10}",
    ];
    strict_json::testing::any_json(texts, "[a-z_@#:/.]{1,16}")
}

const CLAIMS: [&str; 24] = [
    "iss",
    "aud",
    "azp",
    "sub",
    "nonce",
    "iat",
    "exp",
    "nbf",
    "name",
    "email",
    "version",
    "message_type",
    "deployment_id",
    "target_link_uri",
    "roles",
    "context",
    "resource_link",
    "custom",
    "lis",
    "launch_presentation",
    "tool_platform",
    "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint",
    "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice",
    "https://purl.imsglobal.org/spec/lti/claim/platformnotificationservice",
];

const SETTINGS: [&str; 10] = [
    "deep_link_return_url",
    "accept_types",
    "accept_presentation_document_targets",
    "accept_media_types",
    "accept_multiple",
    "accept_lineitem",
    "auto_create",
    "title",
    "text",
    "data",
];

#[test]
fn no_token_can_be_written_in_two_ways() {
    let scene = Scene::new();
    let token = scene.token();
    let parts: Vec<&str> = token.split('.').collect();
    for at in 0..3 {
        // The last character of a part may carry bits that no byte takes up.
        let (rest, last) = parts[at].split_at(parts[at].len() - 1);
        for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=".chars() {
            let other = other.to_string();
            if other != last {
                let changed = format!("{rest}{other}");
                let mut parts = parts.clone();
                parts[at] = &changed;
                assert!(
                    scene.run_token(&parts.join(".")).is_err(),
                    "part {at}: {other} for {last}"
                );
            }
        }
    }
    assert!(scene.run_token(&token).is_ok());
}

proptest! {
    #[test]
    fn any_value_in_any_claim_is_refused_or_let_in_without_a_panic(
        name in proptest::sample::select(&CLAIMS[..]),
        value in any_json(),
    ) {
        let scene = Scene::new().with(name, value);
        if let Ok(launch) = scene.run() {
            for url in launch.ags.iter().flat_map(|ags| ags.lineitems.iter().chain(&ags.lineitem)) {
                prop_assert_eq!(url.host_str(), Some("lms.example"));
            }
        }
    }

    #[test]
    fn any_deep_linking_settings_are_refused_or_lead_back_to_the_platform(
        changes in proptest::collection::vec((proptest::sample::select(&SETTINGS[..]), any_json()), 1..4),
        whole in proptest::option::of(any_json()),
    ) {
        let mut scene = deep_linking();
        let name = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings";
        if let Some(settings) = scene.claims[name].as_object_mut() {
            settings.extend(changes.into_iter().map(|(name, value)| (name.to_owned(), value)));
        }
        if let Some(whole) = whole {
            scene.claims[name] = whole;
        }
        if let Ok(launch) = scene.run()
            && let crate::claims::Message::DeepLinking { settings } = launch.message
        {
            prop_assert_eq!(settings.return_url.host_str(), Some("lms.example"));
        }
    }

    #[test]
    fn arbitrary_tokens_are_refused_without_a_panic(token in ".{0,300}", a in proptest::collection::vec(any::<u8>(), 0..80), b in proptest::collection::vec(any::<u8>(), 0..80)) {
        let scene = Scene::new();
        prop_assert!(scene.run_token(&token).is_err());
        let three = [URL_SAFE_NO_PAD.encode(&a), URL_SAFE_NO_PAD.encode(&b), token].join(".");
        prop_assert!(scene.run_token(&three).is_err());
        // A signature over rubbish is still rubbish.
        let rubbish = sign(&scene.header.to_string(), &String::from_utf8_lossy(&a));
        prop_assert!(scene.run_token(&rubbish).is_err());
    }

    #[test]
    fn any_changed_character_of_a_token_is_refused(at in any::<proptest::sample::Index>()) {
        let scene = Scene::new();
        let mut token = scene.token().into_bytes();
        let at = at.index(token.len());
        token[at] = if token[at] == b'A' { b'B' } else { b'A' };
        prop_assert!(scene.run_token(&String::from_utf8(token).unwrap()).is_err());
    }

    #[test]
    fn arbitrary_forms_never_panic(list in proptest::collection::vec((".{0,12}", ".{0,40}"), 0..8)) {
        let _ = LaunchForm::parse(&list);
        let _ = crate::login::LoginRequest::parse(&list);
    }
}
