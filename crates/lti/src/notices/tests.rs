//! The checklist of a notice, row by row.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::*;
use crate::keys::KeySet;
use crate::testing;

fn good() -> Value {
    json!({
        "iss": "https://lms.example",
        "aud": "ifauoB4Zav216hU",
        "azp": "ifauoB4Zav216hU",
        "iat": testing::now().timestamp(),
        "exp": testing::now().timestamp() + 3_600,
        "nonce": "n-1",
        "https://purl.imsglobal.org/spec/lti/claim/version": "1.3.0",
        "https://purl.imsglobal.org/spec/lti/claim/deployment_id": "1",
        "https://purl.imsglobal.org/spec/lti/claim/notice":
            {"id": "notice-1", "timestamp": "2026-11-23T12:00:00Z", "type": "LtiContextCopyNotice"},
        "https://purl.imsglobal.org/spec/lti/claim/context": {"id": "new", "title": "Data Literacy 102"},
        "https://purl.imsglobal.org/spec/lti/claim/origin_contexts": ["old", {"id": "older"}, 7, ""],
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = good();
    let members = claims.as_object_mut().unwrap();
    let full = format!("{CLAIM}{name}");
    let name = if members.contains_key(&full) {
        full
    } else {
        name.to_owned()
    };
    if value.is_null() {
        members.remove(&name);
    } else {
        members.insert(name, value);
    }
    claims
}

fn sign(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let key = testing::tool_key().encoding_key();
    let signature =
        jsonwebtoken::crypto::sign(message.as_bytes(), key, jsonwebtoken::Algorithm::RS256).unwrap();
    format!("{message}.{signature}")
}

fn header() -> Value {
    json!({"typ": "JWT", "alg": "RS256", "kid": testing::tool_key().kid()})
}

fn read(jwt: &str) -> Result<Notice, NoticeRefusal> {
    let registration = testing::registration();
    let header = Header::read(jwt, &registration)?;
    let set = KeySet::parse(testing::jwk_set().to_string().as_bytes()).unwrap();
    let key = set
        .find(&header.kid)
        .ok_or(Refusal::KeyUnknown(header.kid.clone()))?
        .map_err(Refusal::from)?;
    verify_with_key(jwt, &header, &key, &registration, testing::now())
}

fn code(claims: &Value) -> &'static str {
    read(&sign(&header(), claims)).unwrap_err().code()
}

#[test]
fn a_copy_notice_names_the_new_course_and_the_old_ones() {
    let jwt = sign(&header(), &good());
    let notice = read(&jwt).unwrap();
    assert_eq!(
        (notice.deployment_id.as_str(), notice.id.as_str()),
        ("1", "notice-1")
    );
    assert_eq!(
        notice.about,
        About::ContextCopy {
            context_id: "new".into(),
            title: Some("Data Literacy 102".into()),
            origins: vec!["old".into(), "older".into()],
        }
    );
    assert_eq!(notice.remember_until, testing::now() + TimeDelta::seconds(3_660));
    let claimed = claimed(&jwt).unwrap();
    assert_eq!(claimed.issuer, "https://lms.example");
    assert_eq!(claimed.audiences, ["ifauoB4Zav216hU"]);
}

#[test]
fn a_notice_of_an_unknown_type_is_read_and_means_nothing() {
    let other = json!({"id": "notice-2", "type": "LtiNewlyInventedNotice"});
    let notice = read(&sign(&header(), &with("notice", other))).unwrap();
    assert_eq!(notice.about, About::Other("LtiNewlyInventedNotice".into()));
    let hello = json!({"id": "notice-3", "type": "LtiHelloWorldNotice"});
    let hello = read(&sign(&header(), &with("notice", hello))).unwrap();
    assert_eq!(hello.about, About::HelloWorld);
}

#[test]
fn each_thing_that_is_wrong_is_a_refusal_of_its_own() {
    let (now, hour) = (testing::now().timestamp(), 3_600);
    let rows = [
        (with("iss", json!("https://lms.example/")), "launch.issuer"),
        (with("aud", json!("another")), "launch.audience"),
        (
            with("aud", json!(["ifauoB4Zav216hU", "another"])),
            "launch.audience-untrusted",
        ),
        (with("azp", json!("another")), "launch.azp"),
        (with("iat", Value::Null), "launch.time-missing"),
        (with("exp", Value::Null), "launch.time-missing"),
        (with("exp", json!(now - 61)), "notice.old"),
        (with("iat", json!(now - 2 * hour)), "notice.old"),
        (with("iat", json!(now + 90)), "notice.future"),
        (with("nbf", json!(now + 90)), "notice.future"),
        (with("nonce", Value::Null), "launch.nonce-missing"),
        (with("nonce", json!("n".repeat(300))), "launch.nonce-missing"),
        (with("version", Value::Null), "launch.version-missing"),
        (with("version", json!("1.1")), "launch.version"),
        (with("deployment_id", Value::Null), "launch.deployment-missing"),
        (with("deployment_id", json!("ä")), "launch.deployment-malformed"),
        (with("notice", Value::Null), "notice.not-a-notice"),
        (
            with("notice", json!({"id": "", "type": "LtiHelloWorldNotice"})),
            "notice.not-a-notice",
        ),
        (with("notice", json!({"id": "x"})), "notice.not-a-notice"),
        (with("context", Value::Null), "notice.not-a-notice"),
    ];
    for (claims, expected) in rows {
        assert_eq!(code(&claims), expected, "{claims}");
    }
}

#[test]
fn control_characters_are_taken_out_of_names_and_refused_in_ids() {
    let context = json!({"id": "new", "title": "Data\u{0} Literacy\n102"});
    let notice = read(&sign(&header(), &with("context", context))).unwrap();
    let About::ContextCopy { title, .. } = notice.about else {
        panic!("{notice:?}")
    };
    assert_eq!(title.as_deref(), Some("Data Literacy 102"));
    for (claim, value) in [
        ("context", json!({"id": "new\u{0}"})),
        ("notice", json!({"id": "notice\u{0}", "type": CONTEXT_COPY})),
    ] {
        assert_eq!(code(&with(claim, value)), "notice.not-a-notice");
    }
    assert_eq!(
        code(&with("deployment_id", json!("1\u{0}"))),
        "launch.deployment-malformed"
    );
    let origins = with("origin_contexts", json!(["old\u{0}", "older"]));
    let About::ContextCopy { origins, .. } = read(&sign(&header(), &origins)).unwrap().about else {
        panic!()
    };
    assert_eq!(origins, ["older"]);
    for (claim, value) in [
        ("iss", json!("https://lms.example\u{0}")),
        ("aud", json!(["ifauoB4Zav216hU", "\u{0}"])),
    ] {
        let unsigned = sign(&header(), &with(claim, value));
        assert_eq!(
            claimed(&unsigned),
            Err(NoticeRefusal::UnknownRegistration),
            "{claim}"
        );
    }
}

#[test]
fn a_forged_notice_is_refused_whatever_its_header_says() {
    let jwt = sign(&header(), &good());
    let (message, signature) = jwt.rsplit_once('.').unwrap();
    let changed = URL_SAFE_NO_PAD.encode(with("deployment_id", json!("2")).to_string());
    let (head, _) = message.split_once('.').unwrap();
    assert_eq!(
        read(&format!("{head}.{changed}.{signature}")).unwrap_err().code(),
        "launch.signature"
    );
    let unsigned = |header: Value| sign(&header, &good());
    let none = unsigned(json!({"alg": "none", "kid": testing::tool_key().kid()}));
    assert_eq!(read(&none).unwrap_err().code(), "launch.algorithm");
    let shared = unsigned(json!({"alg": "HS256", "kid": testing::tool_key().kid()}));
    assert_eq!(read(&shared).unwrap_err().code(), "launch.algorithm");
    let nameless = unsigned(json!({"alg": "RS256"}));
    assert_eq!(read(&nameless).unwrap_err().code(), "launch.kid-missing");
    let foreign = unsigned(json!({"alg": "RS256", "kid": "another"}));
    assert_eq!(read(&foreign).unwrap_err().code(), "launch.kid-unknown");
    for nonsense in ["", "a.b", "a.b.c", "...", "e30.e30.e30"] {
        assert!(read(nonsense).is_err(), "{nonsense}");
        assert!(claimed(nonsense).is_err(), "{nonsense}");
    }
}
