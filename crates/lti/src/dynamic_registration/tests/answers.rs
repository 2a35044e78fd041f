//! What platforms answer.

use super::*;

const MOODLE_ANSWER: &[u8] = include_bytes!("moodle-answer.json");

fn refused(status: u16, body: &str) -> Refused {
    read_answer(status, body.as_bytes()).unwrap_err()
}

#[test]
fn moodle_answers_200_with_a_deployment_and_overstates_its_scopes() {
    let answer = read_answer(200, MOODLE_ANSWER).unwrap();
    assert_eq!(answer.client_id, "uDpTStV3vVYIKUy");
    assert_eq!(answer.deployment_id.as_deref(), Some("3"));
    assert_eq!(answer.scopes.len(), 6);
    assert_eq!(answer.registration_url, None);
    let made = moodle().draft(&answer).check("r".into(), "t".into()).unwrap();
    assert_eq!(made.service_hosts, ["moodle.example.edu"]);
    assert_eq!(made.token_audience, made.token_url.as_str());
}

#[test]
fn canvas_answers_without_a_deployment_and_says_where_it_keeps_the_registration() {
    let body = json!({
        "client_id": 10_000_000_000_007_u64,
        TOOL_CONFIGURATION: {
            "https://canvas.instructure.com/lti/registration_config_url": "https://college.instructure.com/api/lti/registrations/7/view",
        },
    });
    for status in [200, 201] {
        let answer = read_answer(status, body.to_string().as_bytes()).unwrap();
        assert_eq!(answer.client_id, "10000000000007");
        assert_eq!(answer.deployment_id, None);
        assert_eq!(
            answer.registration_url.as_ref().map(Url::as_str),
            Some("https://college.instructure.com/api/lti/registrations/7/view")
        );
    }
}

#[test]
fn a_canvas_that_installs_the_tool_at_once_names_its_deployment_beside_the_tools_part_or_in_it() {
    let beside = json!({
        "client_id": "10000000000042",
        "deployment_id": "7:0a1b",
        TOOL_CONFIGURATION: {},
        "registration_client_uri": "https://college.instructure.com/api/lti/registrations/7",
    });
    let within = json!({"client_id": "10000000000042", TOOL_CONFIGURATION: {"deployment_id": "7:0a1b"}});
    for body in [beside, within] {
        let answer = read_answer(200, body.to_string().as_bytes()).unwrap();
        assert_eq!(answer.deployment_id.as_deref(), Some("7:0a1b"), "{body}");
    }
}

#[test]
fn canvas_is_opened_from_new_places_and_no_longer_from_old_ones() {
    let place = |message: &str, placement: &str| Place {
        message: message.to_owned(),
        placement: Some(placement.to_owned()),
    };
    let body = json!({
        "client_id": "c",
        TOOL_CONFIGURATION: {"messages": [
            {"type": "LtiResourceLinkRequest", "placements": [
                "https://canvas.instructure.com/lti/account_navigation", "user_navigation"
            ]},
            {"type": "LtiDeepLinkingRequest", "placements": ["assignment_selection", "link_selection", "editor_button"]},
            {"label": "without a type"},
            "odd",
        ]},
    });
    let now = read_answer(200, body.to_string().as_bytes()).unwrap().places;
    assert_eq!(now.len(), 5, "{now:?}");
    let (gained, lost) = facts().places_beside(&canvas(), &now);
    let gained: Vec<Place> = gained.into_iter().collect();
    assert_eq!(
        gained,
        [
            place("LtiDeepLinkingRequest", "module_index_menu_modal"),
            place("LtiResourceLinkRequest", "course_navigation"),
        ]
    );
    let lost: Vec<Place> = lost.into_iter().collect();
    assert_eq!(lost, [place("LtiResourceLinkRequest", "user_navigation")]);
    let moodle = facts().places_beside(&moodle(), &now);
    assert!(
        moodle.0.is_empty() && moodle.1.is_empty(),
        "Moodle does not say all of it"
    );
}

#[test]
fn each_manner_of_saying_no_is_its_own() {
    let canvas = r#"{"errors":[{"field":"scopes","message":"invalid scope"},"too bad",{"placements":["unknown placement x"]}]}"#;
    let cases = [
        (401, "missing_registration_token", Refused::TokenMissing),
        (401, "token_already_used", Refused::TokenUsed),
        (400, "missing_domain", Refused::DomainMissing),
        (400, "\"domain_targetlinkuri_mismatch\"", Refused::DomainMismatch),
        (400, r#"{"error":"invalid_redirect_uri"}"#, Refused::RedirectUris),
        (
            400,
            r#"{"error":"invalid_client_metadata","error_description":"no client_name"}"#,
            Refused::Metadata("no client_name".into()),
        ),
        (
            422,
            canvas,
            Refused::Unprocessable(vec![
                "scopes: invalid scope".into(),
                "too bad".into(),
                "placements: unknown placement x".into(),
            ]),
        ),
        (
            401,
            r#"{"errorMessage":"Registration token has already been used"}"#,
            Refused::TokenUsed,
        ),
        (
            401,
            r#"{"errorMessage":"JWT did not include expected contents"}"#,
            Refused::TokenInvalid,
        ),
        (401, "", Refused::TokenInvalid),
        (403, "<html>", Refused::Forbidden),
        (302, "", Refused::Redirected),
        (503, "<html>", Refused::Broken(503)),
        (
            400,
            r#"{"error":"x","error_description":"because"}"#,
            Refused::Other {
                status: 400,
                detail: "because".into(),
            },
        ),
        (
            422,
            "",
            Refused::Other {
                status: 422,
                detail: "no reason given".into(),
            },
        ),
        (200, "{}", Refused::NoClientId),
        (200, "<html>", Refused::NoClientId),
        (200, r#"{"client_id":"has blank"}"#, Refused::NoClientId),
    ];
    for (status, body, expected) in cases {
        assert_eq!(refused(status, body), expected, "{status} {body}");
        // Every sentence names something to do.
        let sentence = expected.to_string();
        assert!(
            ["egister", "Start", "Check", "Look"]
                .iter()
                .any(|word| sentence.contains(word)),
            "{sentence}"
        );
    }
    assert_eq!(
        read_answer(200, &vec![b' '; MAX_DOCUMENT + 1]).unwrap_err(),
        Refused::TooLarge
    );
}
