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
