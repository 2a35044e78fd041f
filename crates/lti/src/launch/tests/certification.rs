//! The certification list of 1EdTech, tool side: twelve launches to refuse, and nine to accept in two roles.

use super::*;

const LIS: &str = "http://purl.imsglobal.org/vocab/lis/v2/";

#[test]
fn twelve_bad_launches_are_refused() {
    let mut no_kid = Scene::new();
    no_kid.header.as_object_mut().unwrap().remove("kid");
    let mut wrong_kid = Scene::new();
    wrong_kid.header["kid"] = json!("imstester_66067");
    let mut not_a_launch = Scene::new();
    not_a_launch.claims = json!({"name": "badltilaunch"});
    let now = testing::now().timestamp();
    for (what, scene, code) in [
        ("no kid", no_kid, "launch.kid-missing"),
        ("wrong kid", wrong_kid, "launch.kid-unknown"),
        (
            "wrong version",
            Scene::new().with("version", json!("11.3")),
            "launch.version",
        ),
        (
            "no version",
            Scene::new().without("version"),
            "launch.version-missing",
        ),
        ("not a launch", not_a_launch, "launch.issuer"),
        (
            "required claims missing",
            Scene::new()
                .without("version")
                .without("deployment_id")
                .without("target_link_uri"),
            "launch.version-missing",
        ),
        (
            "iat and exp of the past",
            Scene::new()
                .with("iat", json!(now - 90_000))
                .with("exp", json!(now - 86_400)),
            "launch.expired",
        ),
        (
            "no message type",
            Scene::new().without("message_type"),
            "launch.message-type-missing",
        ),
        ("no roles", Scene::new().without("roles"), "launch.roles-missing"),
        (
            "no deployment",
            Scene::new().without("deployment_id"),
            "launch.deployment-missing",
        ),
        (
            "no resource link id",
            Scene::new().with("resource_link", json!({"title": "x"})),
            "launch.resource-link",
        ),
        ("no sub", Scene::new().without("sub"), "launch.subject-missing"),
    ] {
        assert_eq!(scene.code(), code, "{what}");
    }
}

#[test]
fn nine_good_launches_in_two_roles_are_accepted() {
    for (role, short) in [
        ("membership#Instructor", "Instructor"),
        ("membership#Learner", "Learner"),
    ] {
        let full = format!("{LIS}{role}");
        let base = || Scene::new().with("roles", json!([full]));
        let named = |scene: Scene| {
            scene
                .with("name", json!("Ada Student"))
                .with("given_name:", json!(null))
        };
        let instructor = short == "Instructor";
        for (what, scene, powers) in [
            (
                "plain",
                named(base()).with("email", json!("ada@example.edu")),
                true,
            ),
            (
                "several roles",
                base().with("roles", json!([full, format!("{LIS}institution/person#Student")])),
                true,
            ),
            ("short role name", base().with("roles", json!([short])), true),
            (
                "unknown role",
                base().with("roles", json!([format!("{LIS}uknownrole/unknown#Helper")])),
                false,
            ),
            ("empty roles", base().with("roles", json!([])), false),
            (
                "only an address",
                base().with("email", json!("ada@example.edu")),
                true,
            ),
            ("only a name", named(base()), true),
            ("no personal data", base(), true),
            (
                "an address without context",
                base().with("email", json!("ada@example.edu")).without("context"),
                true,
            ),
        ] {
            let launch = scene
                .run()
                .unwrap_or_else(|refusal| panic!("{short}, {what}: {refusal}"));
            assert_eq!(
                launch.roles.is_instructor(),
                powers && instructor,
                "{short}, {what}"
            );
            assert_eq!(launch.roles.may_learn(), powers && !instructor, "{short}, {what}");
            assert_eq!(
                launch.context.is_some(),
                !what.ends_with("without context"),
                "{what}"
            );
            assert_eq!(
                launch.email.is_some(),
                what.contains("address") || what == "plain",
                "{what}"
            );
            assert_eq!(
                launch.name.is_some(),
                what.contains("a name") || what == "plain",
                "{what}"
            );
        }
    }
}
