//! What real platforms send beside the standards: let in, unless it is what the launch is used for.

use std::sync::Arc;

use super::*;
use crate::keys::ToolKey;
use crate::testing::FakeTransport;
use ambient::clock::ManualClock;
use chrono::TimeDelta;

const INSTITUTION: &str = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#";
const LEARNER: &str = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner";

/// A launch with these claims beside the usual ones.
fn scene(more: &Value) -> Scene {
    let mut scene = Scene::new();
    let claims = scene.claims.as_object_mut().unwrap();
    claims.extend(more.as_object().unwrap().clone());
    scene
}

fn let_in(more: &Value) -> Launch {
    scene(more)
        .run()
        .unwrap_or_else(|refusal| panic!("{more}: {refusal}"))
}

#[test]
fn odd_optional_claims_are_ignored() {
    for odd in [
        json!({"email_verified": "true"}),
        json!({"email_verified": null, "phone_number_verified": "no"}),
        json!({"locale": ["de", "en"]}),
        json!({"address": "12 Hill Road"}),
        json!({"name": 7}),
        json!({"name": {"en": "Ada"}, "given_name": null, "family_name": [], "email": false}),
        json!({"picture": 1, "website": [], "zoneinfo": {}, "birthdate": 1990, "updated_at": "yesterday", "gender": 1}),
        json!({"auth_time": "now", "acr": 1, "amr": "pwd", "at_hash": 1, "c_hash": []}),
        json!({"name#de": 1, "nickname#": "x"}),
        json!({"jti": 7, "sid": [], "_claim_names": {"groups": "src1"}}),
    ] {
        let launch = let_in(&odd);
        assert_eq!((launch.name, launch.email), (None, None), "{odd}");
        assert_eq!(launch.locale, None, "{odd}");
    }
    let mut odd_header = Scene::new();
    odd_header.header["typ"] = json!(7);
    odd_header.header["cty"] = json!([]);
    assert!(odd_header.run().is_ok());
}

#[test]
fn what_is_shown_of_the_claims_is_still_what_was_signed() {
    let scene = scene(&json!({"email_verified": "true", "email": "ada@example.edu"}));
    let token = scene.token();
    let parts: Vec<&str> = token.split('.').collect();
    let changed = scene.claims.to_string().replace("\"true\"", "true");
    let forged = format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(changed), parts[2]);
    assert_eq!(scene.run_token(&forged).unwrap_err(), Refusal::Signature);
}

#[test]
fn a_name_is_made_of_its_parts_where_there_is_no_whole_one() {
    for (claims, name) in [
        (
            json!({"given_name": "Rosa", "family_name": "Fern"}),
            Some("Rosa Fern"),
        ),
        (json!({"name": " ", "given_name": "Rosa"}), Some("Rosa")),
        (json!({"name": 7, "family_name": "Fern"}), Some("Fern")),
        (json!({"name": "R. Fern", "given_name": "Rosa"}), Some("R. Fern")),
        (json!({}), None),
    ] {
        assert_eq!(let_in(&claims).name.as_deref(), name, "{claims}");
    }
}

#[test]
fn control_characters_are_taken_out_of_what_is_shown() {
    let launch =
        scene(&json!({"name": "Ada\u{0}Fern", "email": "ada@example.edu\u{0}", "locale": "de\u{0}"}))
            .with(
                "context",
                json!({"id": "2", "title": "Open\u{0} Badges\n101", "label": "OB\u{7}"}),
            )
            .with("resource_link", json!({"id": "7", "title": "\u{1b}Badge"}))
            .with(
                "tool_platform",
                json!({"name": "North\u{0} Coast", "guid": "g\u{0}"}),
            )
            .with("custom", json!({"one": "a\u{0}b", "two": "ab"}))
            .run()
            .unwrap();
    assert_eq!(launch.name.as_deref(), Some("AdaFern"));
    assert_eq!(launch.email.as_deref(), Some("ada@example.edu"));
    assert_eq!(launch.locale.as_deref(), Some("de"));
    let link = launch.resource_link().unwrap().title.clone();
    assert_eq!(link.as_deref(), Some("Badge"));
    let context = launch.context.clone().unwrap();
    assert_eq!(context.title.as_deref(), Some("Open Badges 101"));
    assert_eq!(context.label.as_deref(), Some("OB"));
    assert_eq!(launch.tool_platform.name.as_deref(), Some("North Coast"));
    assert_eq!(launch.tool_platform.guid.as_deref(), Some("g"));
    assert_eq!(
        (launch.custom_text("one"), launch.custom_text("two")),
        (None, Some("ab"))
    );
}

#[test]
fn control_characters_in_an_id_make_it_none() {
    assert_eq!(
        Scene::new().with("sub", json!("5\u{0}")).code(),
        "launch.subject-malformed"
    );
    let mut scene = Scene::new().with("deployment_id", json!("1\n"));
    scene.state.deployment_id = None;
    assert_eq!(scene.code(), "launch.deployment-malformed");
    assert_eq!(
        Scene::new().with("resource_link", json!({"id": "7\u{0}"})).code(),
        "launch.resource-link"
    );
    assert_eq!(
        submission_review()
            .with("for_user", json!({"user_id": "5\u{0}"}))
            .code(),
        "launch.submission-review"
    );
    let nowhere = Scene::new()
        .with("context", json!({"id": "2\u{0}"}))
        .run()
        .unwrap();
    assert_eq!(nowhere.context, None);
}

#[test]
fn a_learner_stays_one_whatever_else_stands_among_the_roles() {
    for other in [
        json!("urn:lti:sysrole:ims/lis/User"),
        json!("https://school.example/roles#Houseparent"),
        json!(""),
        Value::Null,
        json!(7),
        json!({"role": "x"}),
        json!(format!("{INSTITUTION}Faculty")),
    ] {
        let launch = Scene::new().with("roles", json!([LEARNER, other])).run().unwrap();
        assert!(launch.roles.may_learn() && !launch.roles.bars_award(), "{other}");
        assert_eq!(place(&launch, false), Ok(()));
    }
}

#[test]
fn roles_of_the_institution_alone_are_none_in_the_course() {
    let with = |roles: Value| Scene::new().with("roles", roles).run().unwrap();
    let student = with(json!([format!("{INSTITUTION}Student")]));
    let refusal = place(&student, false).unwrap_err();
    assert_eq!(refusal.code(), "launch.no-course-role");
    assert!(
        refusal
            .to_string()
            .contains("did not say your role in this course"),
        "{refusal}"
    );
    assert_eq!(
        place(&student, true),
        Ok(()),
        "a course that Canvas has concluded"
    );
    for roles in [
        json!([]),
        json!([format!("{INSTITUTION}Administrator")]),
        json!(["https://school.example/roles#Houseparent"]),
        json!([format!("{INSTITUTION}Student"), "Instructor"]),
    ] {
        assert_eq!(place(&with(roles.clone()), false), Ok(()), "{roles}");
    }
}

#[test]
fn a_launch_of_lti_1_1_is_told_from_one_without_state() {
    let old = [
        ("lti_message_type", "basic-lti-launch-request"),
        ("lti_version", "LTI-1p0"),
        ("oauth_consumer_key", "key"),
        ("oauth_signature", "x="),
        ("user_id", "5"),
    ];
    let refusal = LaunchForm::parse(&pairs(&old)).unwrap_err();
    assert_eq!(refusal.code(), "launch.lti-1-1");
    assert!(refusal.to_string().contains("LTI 1.1"), "{refusal}");
    assert_eq!(
        LaunchForm::parse(&pairs(&old[..1])).unwrap_err(),
        Refusal::OldLaunch
    );
    assert_eq!(
        LaunchForm::parse(&pairs(&old[2..3])).unwrap_err(),
        Refusal::OldLaunch
    );
    let login = crate::login::LoginRequest::parse(&pairs(&old)).unwrap_err();
    assert_eq!(login.code(), "login.lti-1-1");
    // A token is a token, whatever stands beside it.
    let mut new = pairs(&old);
    new.extend(pairs(&[("state", "s"), ("id_token", "x")]));
    assert!(LaunchForm::parse(&new).is_ok());
}

/// A platform whose key set changes, and who signs.
struct Changing {
    transport: Arc<FakeTransport>,
    clock: Arc<ManualClock>,
    keys: KeySetCache,
    scene: Scene,
}

impl Changing {
    fn new() -> Self {
        let transport = Arc::new(FakeTransport::serving(&testing::jwk_set()));
        let clock = Arc::new(ManualClock::at(testing::now()));
        Self {
            keys: KeySetCache::new(transport.clone(), clock.clone()),
            transport,
            clock,
            scene: Scene::new(),
        }
    }

    async fn open(&self, token: &str) -> Result<Launch, Refusal> {
        let Scene {
            state,
            registration,
            targets,
            now,
            ..
        } = &self.scene;
        verify(token, state, registration, &self.keys, targets, *now).await
    }

    /// A launch that `key` signs under the old name.
    fn signed_by(&self, key: &ToolKey) -> String {
        let token = self.scene.token();
        let (message, _) = token.rsplit_once('.').unwrap();
        let signature = jsonwebtoken::crypto::sign(
            message.as_bytes(),
            key.encoding_key(),
            jsonwebtoken::Algorithm::RS256,
        );
        format!("{message}.{}", signature.unwrap())
    }
}

fn published_under(kid: &str, key: &ToolKey) -> String {
    let mut set = ToolKey::jwk_set([key]);
    set["keys"][0]["kid"] = kid.into();
    set.to_string()
}

#[tokio::test]
async fn a_key_that_changed_under_its_old_name_is_found_by_one_more_fetch() {
    let c = Changing::new();
    c.open(&c.scene.token()).await.unwrap();
    let (new, _) = ToolKey::generate().unwrap();
    c.transport
        .serve(200, published_under(testing::tool_key().kid(), &new));
    c.open(&c.signed_by(&new)).await.unwrap();
    assert_eq!(c.transport.calls(), 2);
    c.open(&c.scene.token()).await.unwrap();
    assert_eq!(
        c.transport.calls(),
        2,
        "what was signed a moment before is on its way"
    );
}

#[tokio::test]
async fn bad_signatures_are_refused_and_cost_the_platform_one_fetch_per_half_minute() {
    let c = Changing::new();
    let (foreign, _) = ToolKey::generate().unwrap();
    for _ in 0..20 {
        let refusal = c.open(&c.signed_by(&foreign)).await.unwrap_err();
        assert_eq!(refusal, Refusal::Signature);
        assert!(
            refusal.to_string().contains("as the platform publishes it now"),
            "{refusal}"
        );
    }
    assert_eq!(c.transport.calls(), 2);
    c.clock.advance(TimeDelta::seconds(31));
    c.transport.serve(500, "down");
    let refusal = c.open(&c.signed_by(&foreign)).await.unwrap_err();
    assert_eq!(refusal.code(), "launch.keys-unavailable");
    c.open(&c.scene.token()).await.unwrap();
    assert_eq!(c.transport.calls(), 3);
    // What does not come as far as the signature causes no fetch.
    let mut other = Scene::new().with("nonce", json!("another"));
    other.claims["iss"] = json!("https://evil.example");
    c.clock.advance(TimeDelta::seconds(31));
    assert_eq!(c.open(&other.token()).await.unwrap_err().code(), "launch.issuer");
    assert_eq!(c.transport.calls(), 3);
}

#[tokio::test]
async fn a_key_that_could_not_be_used_is_looked_at_again_too() {
    let c = Changing::new();
    let kid = testing::tool_key().kid();
    let unusable = json!({"keys": [{"kty": "RSA", "kid": kid, "n": "", "e": ""}]});
    c.transport.serve(200, unusable.to_string());
    assert_eq!(
        c.open(&c.scene.token()).await.unwrap_err().code(),
        "launch.key-unreadable"
    );
    c.transport.serve(200, testing::jwk_set().to_string());
    c.clock.advance(TimeDelta::seconds(31));
    c.open(&c.scene.token()).await.unwrap();
}
