//! Rows 1 to 12 refuse, and say which row it was: form, state, header, key, signature and registered claims.

use super::*;
use crate::error::PlatformRefusal;

#[test]
fn row_1_the_form() {
    let parse = |list: &[(&str, &str)]| LaunchForm::parse(&pairs(list)).unwrap_err().code();
    assert_eq!(parse(&[]), "launch.state-missing");
    assert_eq!(parse(&[("id_token", "x")]), "launch.state-missing");
    assert_eq!(parse(&[("state", "s")]), "launch.token-missing");
    assert_eq!(parse(&[("state", "s"), ("id_token", "")]), "launch.token-missing");
    assert_eq!(
        parse(&[("state", "s"), ("state", "s"), ("id_token", "x")]),
        "launch.parameter-repeated"
    );
    assert_eq!(
        parse(&[("state", "s"), ("id_token", "x"), ("id_token", "y")]),
        "launch.parameter-repeated"
    );
    assert_eq!(
        parse(&[("state", "s"), ("id_token", &"x".repeat(66_000))]),
        "launch.too-large"
    );
    let form = LaunchForm::parse(&pairs(&[
        ("state", "s"),
        ("id_token", "x"),
        ("lti_storage_target", "_parent"),
    ]))
    .unwrap();
    assert_eq!(
        (form.id_token(), form.storage_target.as_deref()),
        (Ok("x"), Some("_parent"))
    );
}

#[test]
fn row_1_errors_of_the_platform_each_have_their_help() {
    let mut sentences = std::collections::HashSet::new();
    for (error, code) in [
        ("login_required", "platform.login-required"),
        ("launch_no_longer_valid", "platform.launch-no-longer-valid"),
        ("unauthorized_client", "platform.unauthorized-client"),
        ("invalid_request", "platform.invalid-request"),
        ("invalid_request_object", "platform.invalid-request-object"),
        ("invalid_scope", "platform.invalid-scope"),
        ("unsupported_response_type", "platform.unsupported-response-type"),
        ("access_denied", "platform.access-denied"),
        ("teapot", "platform.other"),
    ] {
        let form = LaunchForm::parse(&pairs(&[
            ("error", error),
            ("state", "s"),
            ("error_description", "d"),
        ]))
        .unwrap();
        let refusal = form.id_token().unwrap_err();
        assert_eq!(refusal.code(), code);
        assert!(sentences.insert(refusal.to_string()), "{error}");
        // Without state, and even beside a token, an error is an error.
        assert_eq!(
            LaunchForm::parse(&pairs(&[("error", error)])).unwrap_err().code(),
            code
        );
        let both = LaunchForm::parse(&pairs(&[("error", error), ("state", "s"), ("id_token", "x")])).unwrap();
        assert_eq!(both.id_token().unwrap_err().code(), code);
    }
    let PlatformRefusal::Other(text) = PlatformRefusal::of("x\r\n", Some(&"y".repeat(500))) else {
        panic!()
    };
    assert!(text.len() == 200 && !text.contains('\n'));
}

#[test]
fn rows_2_and_7_1_the_state_binds_to_one_enabled_registration() {
    let mut scene = Scene::new();
    scene.state.registration_id = "other".into();
    assert_eq!(scene.code(), "launch.registration-mismatch");
    let mut scene = Scene::new();
    scene.registration.enabled = false;
    assert_eq!(scene.code(), "launch.registration-disabled");
}

#[test]
fn row_4_the_token_and_its_header() {
    let scene = Scene::new();
    let claims = scene.claims.to_string();
    for broken in [
        "",
        "a.b",
        "a.b.c.d",
        "!.e30.x",
        "e30.e30",
        "W10.e30.x",
        "e3.e30.x",
    ] {
        assert_eq!(
            scene.run_token(broken).unwrap_err(),
            Refusal::TokenMalformed,
            "{broken}"
        );
    }
    assert_eq!(
        scene.run_token(&"x".repeat(70_000)).unwrap_err(),
        Refusal::TooLarge
    );
    let kid = testing::tool_key().kid();
    for alg in ["none", "None", "HS256", "RS384", "PS256", "ES256", "rs256", ""] {
        let token = sign(&json!({"alg": alg, "kid": kid}).to_string(), &claims);
        assert_eq!(
            scene.run_token(&token).unwrap_err(),
            Refusal::Algorithm(alg.into())
        );
    }
    for extension in [
        json!({"alg": "RS256", "kid": kid, "crit": ["b64"], "b64": false}),
        json!({"alg": "RS256", "kid": kid, "b64": true}),
    ] {
        assert_eq!(
            scene
                .run_token(&sign(&extension.to_string(), &claims))
                .unwrap_err(),
            Refusal::CriticalHeader
        );
    }
    let repeated = format!(r#"{{"alg":"none","alg":"RS256","kid":"{kid}"}}"#);
    assert_eq!(
        scene.run_token(&sign(&repeated, &claims)).unwrap_err(),
        Refusal::MemberRepeated
    );
    let twice = claims.replacen('{', r#"{"sub":"admin","#, 1);
    assert_eq!(
        scene
            .run_token(&sign(&scene.header.to_string(), &twice))
            .unwrap_err(),
        Refusal::MemberRepeated
    );
}

#[test]
fn row_4_a_hash_made_with_the_public_key_is_no_signature() {
    let scene = Scene::new();
    let token = jsonwebtoken::encode(
        &jsonwebtoken::Header {
            kid: Some(testing::tool_key().kid().into()),
            ..jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256)
        },
        &scene.claims,
        &jsonwebtoken::EncodingKey::from_secret(scene.keys.to_string().as_bytes()),
    );
    assert_eq!(
        scene.run_token(&token.unwrap()).unwrap_err(),
        Refusal::Algorithm("HS256".into())
    );
}

#[test]
fn row_4_keys_in_the_header_are_not_looked_at() {
    let (attacker, _) = crate::keys::ToolKey::generate().unwrap();
    let mut scene = Scene::new();
    scene.header["jwk"] = serde_json::to_value(attacker.public_jwk()).unwrap();
    scene.header["jku"] = json!("https://evil.example/keys");
    assert!(
        scene.run().is_ok(),
        "the header's key is ignored, the registered one verifies"
    );
    let (message, _) = {
        let token = scene.token();
        let (m, s) = token.rsplit_once('.').unwrap();
        (m.to_owned(), s.to_owned())
    };
    let forged = jsonwebtoken::crypto::sign(
        message.as_bytes(),
        attacker.encoding_key(),
        jsonwebtoken::Algorithm::RS256,
    )
    .unwrap();
    assert_eq!(
        scene.run_token(&format!("{message}.{forged}")).unwrap_err(),
        Refusal::Signature
    );
}

#[test]
fn row_5_the_key_is_named_and_known() {
    let mut scene = Scene::new();
    scene.header["kid"] = json!("../../etc/passwd");
    assert_eq!(scene.code(), "launch.kid-unknown");
    scene.header.as_object_mut().unwrap().remove("kid");
    assert_eq!(scene.code(), "launch.kid-missing");
}

#[test]
fn row_6_the_key_fits() {
    let kid = testing::tool_key().kid();
    for (key, code) in [
        (
            json!({"kty": "oct", "kid": kid, "k": "AAAA"}),
            "launch.key-symmetric",
        ),
        (json!({"kty": "EC", "kid": kid}), "launch.key-type"),
        (
            json!({"kty": "RSA", "kid": kid, "n": URL_SAFE_NO_PAD.encode([255; 128]), "e": "AQAB"}),
            "launch.key-small",
        ),
        (json!({"kty": "RSA", "kid": kid, "use": "enc"}), "launch.key-use"),
        (
            json!({"kty": "RSA", "kid": kid, "n": "", "e": ""}),
            "launch.key-unreadable",
        ),
    ] {
        let mut scene = Scene::new();
        scene.keys = json!({ "keys": [key] });
        assert_eq!(scene.code(), code);
    }
    let mut scene = Scene::new();
    scene.keys["keys"][0]["alg"] = json!("RS512");
    assert_eq!(scene.code(), "launch.key-algorithm");
}

#[test]
fn row_7_the_signature() {
    let scene = Scene::new();
    let admin = scene.claims.to_string().replace("\"sub\":\"5\"", "\"sub\":\"1\"");
    let token = scene.token();
    let parts: Vec<&str> = token.split('.').collect();
    let changed = format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(admin), parts[2]);
    assert_eq!(scene.run_token(&changed).unwrap_err(), Refusal::Signature);
    assert_eq!(
        scene
            .run_token(&format!("{}.{}.", parts[0], parts[1]))
            .unwrap_err(),
        Refusal::Signature
    );
}

#[test]
fn rows_8_to_10_who_speaks_and_to_whom() {
    for issuer in [
        "https://lms.example/",
        "https://LMS.example",
        "http://lms.example",
        "not a url",
        "",
    ] {
        assert_eq!(
            Scene::new().with("iss", json!(issuer)).code(),
            "launch.issuer",
            "{issuer}"
        );
    }
    assert_eq!(Scene::new().without("iss").code(), "launch.issuer");
    let ours = "ifauoB4Zav216hU";
    for audience in [
        json!("12345"),
        json!([]),
        json!(["12345"]),
        json!(7),
        json!([ours, 7]),
    ] {
        assert_eq!(Scene::new().with("aud", audience).code(), "launch.audience");
    }
    assert_eq!(Scene::new().without("aud").code(), "launch.audience");
    assert_eq!(
        Scene::new()
            .with("aud", json!([ours, "other"]))
            .with("azp", json!(ours))
            .code(),
        "launch.audience-untrusted"
    );
    assert_eq!(
        Scene::new().with("aud", json!([ours, ours])).code(),
        "launch.azp-missing"
    );
    assert_eq!(Scene::new().with("azp", json!("other")).code(), "launch.azp");
    assert_eq!(Scene::new().with("azp", json!(7)).code(), "launch.azp");
    assert!(
        Scene::new()
            .with("aud", json!([ours]))
            .with("azp", json!(ours))
            .run()
            .is_ok()
    );
}

#[test]
fn row_11_time() {
    let now = testing::now().timestamp();
    let code = |iat: i64, exp: i64| {
        Scene::new()
            .with("iat", json!(iat))
            .with("exp", json!(exp))
            .run()
            .map_err(|refusal| refusal.code())
    };
    assert_eq!(code(now - 100, now - 59).err(), None, "the leeway is 60 seconds");
    assert_eq!(code(now - 120, now - 60).err(), Some("launch.expired"));
    assert_eq!(code(now + 60, now + 120).err(), None);
    assert_eq!(code(now + 61, now + 120).err(), Some("launch.issued-in-future"));
    assert_eq!(code(now - 600, now + 3_000).err(), None);
    assert_eq!(code(now - 601, now + 3_000).err(), Some("launch.too-old"));
    assert_eq!(
        Scene::new().with("nbf", json!(now + 61)).code(),
        "launch.not-yet-valid"
    );
    assert!(Scene::new().with("nbf", json!(now + 60)).run().is_ok());
    for name in ["iat", "exp"] {
        assert_eq!(Scene::new().without(name).run().unwrap_err(), Refusal::Time(name));
    }
    for wrong in [
        json!("1"),
        json!(-1),
        json!(1e300),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(true),
        json!([1]),
    ] {
        for name in ["iat", "exp", "nbf"] {
            assert_eq!(
                Scene::new().with(name, wrong.clone()).run().unwrap_err(),
                Refusal::Time(name),
                "{name} {wrong}"
            );
        }
    }
    assert!(
        Scene::new().with("iat", json!(1_795_435_200.25)).run().is_ok(),
        "a fraction of a second is allowed"
    );
    assert_eq!(
        Scene::new()
            .with("iat", json!(now))
            .with("exp", json!(now - 75))
            .run()
            .unwrap_err(),
        Refusal::Expired(75)
    );
}

#[test]
fn row_12_the_nonce() {
    assert_eq!(Scene::new().without("nonce").code(), "launch.nonce-missing");
    assert_eq!(
        Scene::new().with("nonce", json!("")).code(),
        "launch.nonce-missing"
    );
    assert_eq!(
        Scene::new().with("nonce", json!("another")).code(),
        "launch.nonce-mismatch"
    );
}
