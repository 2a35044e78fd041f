//! Configurations and answers as Moodle and Canvas send them, and as nobody should.

use proptest::prelude::*;
use serde_json::{Value, json};
use url::Url;

use super::*;
use crate::registration::Flavour;

mod answers;
mod properties;
mod tool;

use tool::{SCOPES, TOOL};

const MOODLE: &str = include_str!("moodle-configuration.json");
const CANVAS_HOST: &str = "https://sso.canvaslms.com";

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

/// Moodle's configuration as it was observed, on a host with https.
fn moodle_document() -> Value {
    serde_json::from_str(&MOODLE.replace("http://127.0.0.1:8090", "https://moodle.example.edu")).unwrap()
}

fn canvas_document() -> Value {
    json!({
        "issuer": "https://canvas.instructure.com",
        "authorization_endpoint": format!("{CANVAS_HOST}/api/lti/authorize_redirect"),
        "token_endpoint": format!("{CANVAS_HOST}/login/oauth2/token"),
        "jwks_uri": format!("{CANVAS_HOST}/api/lti/security/jwks"),
        "registration_endpoint": "https://badges.college.edu/api/lti/registrations",
        "scopes_supported": SCOPES.map(|one| one.scope),
        "claims_supported": ["sub", "iss", "name", "given_name", "family_name", "email", "picture", "locale"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "authorization_server": "sso.canvaslms.com",
        PLATFORM_CONFIGURATION: {
            "product_family_code": "canvas",
            "version": "OpenSource",
            "messages_supported": [
                {"type": "LtiResourceLinkRequest", "placements": ["course_navigation", "https://canvas.instructure.com/lti/account_navigation"]},
                {"type": "LtiDeepLinkingRequest", "placements": ["assignment_selection", "link_selection", "editor_button", "module_index_menu_modal", "course_assignments_menu"]},
            ],
            "variables": ["Canvas.user.id"],
            "https://canvas.instructure.com/lti/account_name": "Example College",
        },
    })
}

fn read(document: &Value, source: &str) -> Result<PlatformConfiguration, ConfigurationError> {
    PlatformConfiguration::read(document.to_string().as_bytes(), &url(source), false)
}

fn moodle() -> PlatformConfiguration {
    read(
        &moodle_document(),
        "https://moodle.example.edu/mod/lti/openid-configuration.php",
    )
    .unwrap()
}

fn canvas() -> PlatformConfiguration {
    read(
        &canvas_document(),
        &format!("{CANVAS_HOST}/api/lti/security/openid-configuration"),
    )
    .unwrap()
}

fn facts() -> ToolFacts {
    ToolFacts {
        profile: TOOL,
        origin: url("https://tool.example"),
        logo: "https://tool.example/static/icon/favicon.svg".into(),
    }
}

#[test]
fn moodles_configuration_is_read_as_observed() {
    let moodle = moodle();
    assert_eq!(moodle.flavour, Flavour::Moodle);
    assert_eq!(moodle.version.as_deref(), Some("5.1+ (Build: 20251017)"));
    assert_eq!(moodle.name(), "Moodle at moodle.example.edu");
    assert!(moodle.sends("LtiDeepLinkingRequest") && !moodle.sends("LtiSubmissionReviewRequest"));
    assert_eq!(TOOL.abilities(&moodle).len(), 5, "notices are not offered");
}

#[test]
fn moodle_is_asked_only_for_what_it_knows() {
    let request = facts().request(&moodle());
    let scope = request["scope"].as_str().unwrap();
    assert_eq!(scope.split(' ').count(), 5);
    assert!(!scope.contains("basicoutcome") && !scope.contains("noticehandlers"));
    let tool = &request[TOOL_CONFIGURATION];
    assert_eq!(tool["domain"], "tool.example");
    assert_eq!(
        tool["custom_parameters"],
        json!({"context_id_history": "$Context.id.history"})
    );
    assert_eq!(
        tool["claims"],
        json!(["iss", "sub", "name", "given_name", "family_name"])
    );
    let kinds: Vec<_> = tool["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["type"].clone())
        .collect();
    assert_eq!(kinds, ["LtiResourceLinkRequest", "LtiDeepLinkingRequest"]);
    assert_eq!(tool["messages"][1]["placements"], json!(["ContentArea"]));
    assert!(!request.to_string().contains("canvas"), "{request}");
    assert!(!request.to_string().contains("email"), "{request}");
}

#[test]
fn canvas_is_asked_for_its_placements_and_only_for_those_it_has() {
    let canvas = canvas();
    assert_eq!(canvas.name(), "Canvas at Example College");
    let request = facts().request(&canvas);
    assert_eq!(request["scope"].as_str().unwrap().split(' ').count(), 6);
    let tool = &request[TOOL_CONFIGURATION];
    assert_eq!(
        tool["https://canvas.instructure.com/lti/privacy_level"],
        "name_only"
    );
    let placed: Vec<String> = tool["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["placements"][0].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        placed,
        [
            "course_navigation",
            "account_navigation",
            "assignment_selection",
            "link_selection",
            "editor_button",
            "module_index_menu_modal"
        ],
        "module_menu_modal is not on its list, and an unknown one would be refused with 422"
    );
    let custom = tool["custom_parameters"].as_object().unwrap();
    assert_eq!(custom["masquerading_user_id"], "$Canvas.masqueradingUser.id");
    assert!(
        custom
            .keys()
            .all(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
    );
}

#[test]
fn a_platform_that_lists_nothing_is_asked_for_the_usual() {
    let mut document = moodle_document();
    document["scopes_supported"] = Value::Null;
    document[PLATFORM_CONFIGURATION] = json!({"product_family_code": "desire2learn"});
    let other = read(&document, "https://moodle.example.edu/d2l").unwrap();
    let request = facts().request(&other);
    assert_eq!(request["scope"].as_str().unwrap().split(' ').count(), 5);
    assert_eq!(request[TOOL_CONFIGURATION]["custom_parameters"], json!({}));
}

#[test]
fn a_configuration_speaks_only_for_its_own_platform() {
    let foreign = read(&moodle_document(), "https://evil.example/openid-configuration");
    assert!(
        matches!(foreign, Err(ConfigurationError::Issuer { .. })),
        "{foreign:?}"
    );
    let foreign = read(&canvas_document(), "https://evil.example/openid-configuration");
    assert!(
        matches!(foreign, Err(ConfigurationError::Issuer { .. })),
        "{foreign:?}"
    );
    // The hosted Canvas's name as part of another one.
    for host in [
        "instructure.com.evil.example",
        "evilinstructure.com",
        "sso.beta.canvaslms.com",
    ] {
        let foreign = read(
            &canvas_document(),
            &format!("https://{host}/openid-configuration"),
        );
        assert!(
            matches!(foreign, Err(ConfigurationError::Issuer { .. })),
            "{host}: {foreign:?}"
        );
    }
    for host in ["canvas.instructure.com", "college.instructure.com"] {
        assert!(
            read(&canvas_document(), &format!("https://{host}/x")).is_ok(),
            "{host}"
        );
    }
}

#[test]
fn every_endpoint_is_https_and_the_platforms_own() {
    let names = [
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "registration_endpoint",
    ];
    for (document, source) in [
        (moodle_document(), "https://moodle.example.edu/c"),
        (canvas_document(), "https://canvas.instructure.com/c"),
    ] {
        for name in names {
            let mut changed = document.clone();
            changed[name] = json!("http://moodle.example.edu/x");
            assert!(
                matches!(read(&changed, source), Err(ConfigurationError::Insecure(..))),
                "{name}"
            );
            changed[name] = json!("https://user@moodle.example.edu/x");
            assert!(
                matches!(read(&changed, source), Err(ConfigurationError::Insecure(..))),
                "{name}"
            );
            changed[name] = Value::Null;
            assert!(
                matches!(read(&changed, source), Err(ConfigurationError::Missing(_))),
                "{name}"
            );
            changed[name] = json!("https://evil.example/x");
            let canvas_school = source.contains("instructure") && name == "registration_endpoint";
            assert_eq!(
                matches!(
                    read(&changed, source),
                    Err(ConfigurationError::ForeignEndpoint { .. })
                ),
                !canvas_school,
                "{name} at {source}"
            );
        }
    }
}

#[test]
fn a_schools_own_host_becomes_a_service_host_because_canvas_says_so() {
    let answer = Answer {
        client_id: "10000000000007".into(),
        deployment_id: None,
        scopes: Vec::new(),
        places: std::collections::BTreeSet::new(),
        registration_url: None,
        redirect_uris: Vec::new(),
    };
    let made = canvas().draft(&answer).check("r".into(), "t".into()).unwrap();
    made.check_service_url(&url("https://badges.college.edu/api/lti/courses/1/line_items"))
        .unwrap();
    made.check_service_url(&url(
        "https://college.instructure.com/api/lti/courses/1/line_items",
    ))
    .unwrap();
    assert!(!made.accepts_new_deployments);
    assert_eq!(
        made.token_audience,
        made.token_url.as_str(),
        "Canvas names a bare host, and takes its token endpoint alone"
    );
}

#[test]
fn only_an_address_is_taken_for_the_audience() {
    let audience = |given: Value| {
        let mut document = canvas_document();
        document["authorization_server"] = given;
        let read = read(&document, &format!("{CANVAS_HOST}/c")).unwrap();
        let answer = read_answer(200, br#"{"client_id":"c"}"#).unwrap();
        let made = read.draft(&answer).check("r".into(), "t".into());
        made.unwrap().token_audience
    };
    let token_url = format!("{CANVAS_HOST}/login/oauth2/token");
    for none in [
        json!("sso.canvaslms.com"),
        json!("sso.canvaslms.com/login"),
        json!("sso.canvaslms.com:443"),
        json!(""),
        json!(7),
        Value::Null,
    ] {
        assert_eq!(audience(none.clone()), token_url, "{none}");
    }
    let other = "https://canvas.instructure.com/login/oauth2/token";
    assert_eq!(audience(json!(other)), other);
}

#[test]
fn plain_http_is_for_this_machine_under_the_switch() {
    let bytes = MOODLE.as_bytes();
    let source = url("http://127.0.0.1:8090/mod/lti/openid-configuration.php");
    assert!(PlatformConfiguration::read(bytes, &source, true).is_ok());
    assert!(matches!(
        PlatformConfiguration::read(bytes, &source, false),
        Err(ConfigurationError::Insecure("issuer", _))
    ));
    let address = |text, plain| configuration_url(Some(text), plain).is_ok();
    assert!(address("http://localhost:8090/c", true) && !address("http://localhost:8090/c", false));
    assert!(!address("http://moodle.example.edu/c", true) && !address("file:///etc/passwd", true));
    assert_eq!(configuration_url(None, true), Err(ConfigurationError::NoAddress));
    let refused = configuration_url(Some("http://x.example/c?registration_token=secret"), false).unwrap_err();
    assert!(!refused.to_string().contains("secret"), "{refused}");
}

#[test]
fn without_rs256_or_json_there_is_no_registration() {
    let mut document = moodle_document();
    document["id_token_signing_alg_values_supported"] = json!(["ES256"]);
    assert_eq!(
        read(&document, "https://moodle.example.edu/c"),
        Err(ConfigurationError::NoRs256)
    );
    let source = url("https://moodle.example.edu/c");
    let refused = PlatformConfiguration::read(b"<html>", &source, false);
    assert_eq!(refused, Err(ConfigurationError::NotJson));
    let long = vec![b' '; MAX_DOCUMENT + 1];
    assert_eq!(
        PlatformConfiguration::read(&long, &source, false),
        Err(ConfigurationError::TooLarge)
    );
}
