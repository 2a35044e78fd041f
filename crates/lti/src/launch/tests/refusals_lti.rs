//! Rows 13 to 24 refuse, and say which row it was: the claims of LTI.

use super::*;

#[test]
fn rows_13_to_18_the_claims_of_lti() {
    assert_eq!(Scene::new().without("version").code(), "launch.version-missing");
    assert_eq!(
        Scene::new().with("version", json!("1.3")).code(),
        "launch.version"
    );
    assert_eq!(
        Scene::new().without("message_type").code(),
        "launch.message-type-missing"
    );
    assert_eq!(
        Scene::new().with("message_type", json!("LtiDance")).code(),
        "launch.message-type"
    );
    assert_eq!(
        Scene::new().without("deployment_id").code(),
        "launch.deployment-missing"
    );
    assert_eq!(
        Scene::new().with("deployment_id", json!("")).code(),
        "launch.deployment-missing"
    );
    assert_eq!(
        Scene::new().with("deployment_id", json!("é")).code(),
        "launch.deployment-malformed"
    );
    assert_eq!(
        Scene::new().with("deployment_id", json!("1".repeat(256))).code(),
        "launch.deployment-malformed"
    );
    assert_eq!(
        Scene::new().with("deployment_id", json!("2")).code(),
        "launch.deployment-mismatch"
    );
    assert_eq!(Scene::new().without("sub").code(), "launch.subject-missing");
    assert_eq!(
        Scene::new().with("sub", json!("")).code(),
        "launch.subject-missing"
    );
    assert_eq!(
        Scene::new().with("sub", json!("x".repeat(256))).code(),
        "launch.subject-malformed"
    );
    assert_eq!(Scene::new().without("roles").code(), "launch.roles-missing");
    assert_eq!(
        Scene::new().with("roles", json!("Instructor")).code(),
        "launch.roles-missing"
    );
}

#[test]
fn row_15_an_unknown_deployment_enters_only_where_new_ones_may() {
    let scene = Scene::new();
    let launch = scene.run().unwrap();
    let mut registration = scene.registration.clone();
    assert_eq!(admit(&registration, &launch, true), Ok(Admission::Known));
    assert_eq!(
        admit(&registration, &launch, false),
        Err(Refusal::DeploymentUnknown("1".into()))
    );
    registration.accepts_new_deployments = true;
    assert_eq!(admit(&registration, &launch, false), Ok(Admission::Claimable));
}

#[test]
fn row_19_the_target() {
    assert_eq!(
        Scene::new().without("target_link_uri").code(),
        "launch.target-missing"
    );
    for foreign in [
        "https://evil.example/lti/launch",
        "https://tool.example.evil.example/",
        "http://tool.example/lti/launch",
        "javascript:alert(1)",
        "/lti/launch",
        "https://tool.example:8443/lti/launch",
        "https://tool.example@evil.example/",
    ] {
        assert_eq!(
            Scene::new().with("target_link_uri", json!(foreign)).code(),
            "launch.target-foreign",
            "{foreign}"
        );
    }
    for unknown in [
        "https://tool.example/admin",
        "https://tool.example/lti/launch/../../admin",
        "https://tool.example/lti/launch/",
    ] {
        assert_eq!(
            Scene::new().with("target_link_uri", json!(unknown)).code(),
            "launch.target-unknown",
            "{unknown}"
        );
    }
    assert_eq!(
        Scene::new()
            .with(
                "target_link_uri",
                json!("https://tool.example/lti/launch?badge=42")
            )
            .code(),
        "launch.target-changed"
    );
    assert!(
        submission_review().run().is_ok(),
        "Moodle signs another target for a review than it logs in with"
    );
}

#[test]
fn rows_20_to_22_each_message_type_has_its_own_claims() {
    assert_eq!(
        Scene::new().without("resource_link").code(),
        "launch.resource-link"
    );
    for id in [json!(""), json!("x".repeat(256)), json!(null)] {
        assert_eq!(
            Scene::new().with("resource_link", json!({"id": id})).code(),
            "launch.resource-link"
        );
    }
    let settings = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings";
    assert_eq!(deep_linking().without(settings).code(), "launch.deep-linking");
    for name in [
        "deep_link_return_url",
        "accept_types",
        "accept_presentation_document_targets",
    ] {
        let mut scene = deep_linking();
        scene.claims[settings].as_object_mut().unwrap().remove(name);
        assert_eq!(scene.run().unwrap_err(), Refusal::DeepLinking(name));
    }
    for url in [
        "https://evil.example/",
        "http://lms.example/",
        "javascript:alert(1)",
        "nowhere",
    ] {
        let mut scene = deep_linking();
        scene.claims[settings]["deep_link_return_url"] = json!(url);
        assert_eq!(scene.code(), "launch.deep-link-return", "{url}");
    }
    assert_eq!(
        submission_review().without("for_user").code(),
        "launch.submission-review"
    );
    assert_eq!(
        submission_review().with("for_user", json!({})).code(),
        "launch.submission-review"
    );
    let ags = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint";
    assert_eq!(
        submission_review().without(ags).without("resource_link").code(),
        "launch.submission-review",
        "neither a column nor a link"
    );
}

#[test]
fn row_23_service_urls_stay_on_the_platforms_hosts() {
    for (claim, member) in [
        (
            "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint",
            "lineitem",
        ),
        (
            "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint",
            "lineitems",
        ),
        (
            "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice",
            "context_memberships_url",
        ),
        ("platformnotificationservice", "platform_notification_service_url"),
        ("eulaservice", "url"),
    ] {
        assert!(
            Scene::new()
                .with(claim, json!({member: "https://lms.example/service"}))
                .run()
                .is_ok()
        );
        for url in [
            "https://evil.example/x",
            "http://lms.example/x",
            "http://169.254.169.254/",
            "file:///etc/passwd",
            "nowhere",
        ] {
            assert_eq!(
                Scene::new().with(claim, json!({member: url})).code(),
                "launch.service-url",
                "{member} {url}"
            );
        }
    }
}

#[test]
fn row_24_what_is_unknown_or_odd_is_passed_over() {
    let launch = Scene::new()
        .with("urn:example:claim", json!({"deep": [1, 2, {"x": null}]}))
        .with("context", json!(7))
        .with("custom", json!("text"))
        .with("tool_platform", json!({"name": 7, "guid": "g"}))
        .with(
            "launch_presentation",
            json!({"return_url": "javascript:alert(1)", "locale": 7}),
        )
        .run()
        .unwrap();
    assert_eq!(launch.context, None);
    assert_eq!(launch.tool_platform.guid.as_deref(), Some("g"));
    assert_eq!(launch.presentation.return_url, None);
}
