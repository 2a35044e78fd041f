//! Every form of a badge, by address and by `Accept`, for anybody and for the holder; and the keys behind the token.

use crate::domain::award::Award;
use crate::domain::credential::{Credential, Visibility};
use crate::ids::{AwardId, CredentialId};
use crate::random::SystemRandom;
use crate::store::{awards, credentials};
use openbadges::bake::extract;
use openbadges::jwt;
use serde_json::Value;

use super::stage::{Stage, get};
use crate::tests::harness::on_each_database;

/// What a browser says of itself when somebody types an address.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

async fn share(stage: &Stage, credential: &Credential) {
    let (tenant, id) = (credential.tenant.clone(), credential.id.clone());
    let visibility = Visibility {
        downloads: true,
        ..Visibility::default()
    };
    let shared = stage
        .scene
        .cairn
        .store
        .write(move |db| credentials::set_visibility(db, &tenant, &id, visibility));
    shared.await.unwrap();
}

#[test]
fn every_form_is_had_by_address_and_by_what_is_accepted_and_each_verifies() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, _, credential) = stage.earned().await;
        let token = credential.token.clone().unwrap();
        let address = stage.url(&format!("/b/{}", credential.slug));
        for ending in [".jwt", ".jwt.png", ".jwt.svg"] {
            let kept = get(&format!("{address}{ending}"), "*/*").await;
            assert_eq!(kept.status, 403, "the holder has not let it out: {ending}");
        }
        share(&stage, &credential).await;
        for (ending, accept, media) in [
            (".jwt", "*/*", "application/vc+jwt"),
            (".jwt", BROWSER, "application/vc+jwt"),
            (".jwt", "text/plain", "text/plain"),
            ("", "application/vc+jwt", "application/vc+jwt"),
            ("", "application/jwt", "application/jwt"),
            ("", "text/plain", "text/plain"),
            ("", "application/vc;q=0.5, text/plain;q=0.9", "text/plain"),
            (
                "",
                "application/vc+jwt, application/vc;q=0.9, */*;q=0.1",
                "application/vc+jwt",
            ),
        ] {
            let file = get(&format!("{address}{ending}"), accept).await;
            assert_eq!(file.header("content-type"), Some(media), "{ending} {accept}");
            assert_eq!(file.body, token.as_bytes(), "byte for byte");
            assert_eq!(file.header("access-control-allow-origin"), Some("*"));
        }
        for (accept, media) in [
            ("application/vc", "application/vc"),
            ("application/vc+ld+json", "application/vc+ld+json"),
            ("application/ld+json", "application/ld+json"),
            ("application/json", "application/json"),
            // Liked alike: the document, which says more to more software.
            ("application/vc+jwt, application/vc, */*;q=0.1", "application/vc"),
            (
                "application/vc+jwt;q=0.2, application/json;q=0.7",
                "application/json",
            ),
            ("text/plain;q=0, application/ld+json;q=0.1", "application/ld+json"),
        ] {
            let file = get(&address, accept).await;
            assert_eq!(file.header("content-type"), Some(media), "{accept}");
            assert_eq!(file.body, credential.document.as_bytes(), "byte for byte");
        }
        let signed: serde_json::Value = serde_json::from_str(&credential.document).unwrap();
        let list = signed["credentialStatus"]["statusListCredential"]
            .as_str()
            .unwrap();
        let list = stage.url(list.strip_prefix(&stage.scene.cairn.settings.identity()).unwrap());
        for (accept, media, is_token) in [
            ("*/*", "application/vc+ld+json", false),
            ("application/json", "application/json", false),
            ("application/vc", "application/vc", false),
            ("application/vc+jwt", "application/vc+jwt", true),
            ("application/jwt, application/vc;q=0.3", "application/jwt", true),
        ] {
            let file = get(&list, accept).await;
            assert_eq!(file.header("content-type"), Some(media), "{accept}");
            assert_eq!(file.header("vary"), Some("accept"));
            assert_eq!(openbadges::jwt::looks_like(&file.body), is_token, "{accept}");
        }
        for accept in [BROWSER, "*/*", "text/*"] {
            let page = get(&address, accept).await;
            assert!(
                page.header("content-type").unwrap().starts_with("text/html"),
                "{accept}"
            );
        }
        for (ending, media, signed) in [
            (".png", "image/png", &credential.document),
            (".svg", "image/svg+xml", &credential.document),
            (".jwt.png", "image/png", &token),
            (".jwt.svg", "image/svg+xml", &token),
        ] {
            let file = get(&format!("{address}{ending}"), "*/*").await;
            assert_eq!(file.header("content-type"), Some(media), "{ending}");
            let carried = extract(&file.body).unwrap();
            assert_eq!(&carried, signed, "{ending}");
            let verdict = stage.verify(carried.as_bytes()).await;
            assert!(verdict.is_valid(), "{ending}: {:?}", verdict.first_failure());
        }
        let svg = get(&format!("{address}.jwt.svg"), "*/*").await;
        assert!(
            svg.text()
                .contains(&format!("<openbadges:credential verify=\"{token}\">"))
        );
        for (ending, name) in [(".jwt", "quiz-master.jwt"), (".jwt.png", "quiz-master.jwt.png")] {
            let file = get(&format!("{address}{ending}"), "*/*").await;
            assert!(file.header("content-disposition").unwrap().contains(name));
        }
        for ending in [".jws", ".jwt.json", ".png.jwt", ".jwt.png.png", "."] {
            assert_eq!(
                get(&format!("{address}{ending}"), "*/*").await.status,
                404,
                "{ending}"
            );
        }
        let page = get(&address, BROWSER).await.text();
        for offered in [
            "Picture (PNG)",
            "Picture that scales (SVG)",
            "Data file (JSON)",
            "Signed token (JWT)",
            "Rarer forms",
            ">Print</a>",
            "VC-JWT, ES256",
        ] {
            assert!(page.contains(offered), "{offered} in {page}");
        }
        stage.scene.end().await;
    });
}

#[test]
fn the_token_names_a_key_that_the_issuer_and_its_host_publish() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, _, credential) = stage.earned().await;
        let token = credential.token.clone().unwrap();
        let read = jwt::read(token.as_bytes()).unwrap();
        let key_id = read.header().unwrap().key_id.unwrap();
        let issuer = read.payload()["iss"].as_str().unwrap().to_owned();
        assert!(key_id.starts_with(&format!("{issuer}#zDn")), "{key_id}");
        let document: Value = serde_json::from_str(&credential.document).unwrap();
        for (name, value) in document.as_object().unwrap() {
            if name != "proof" {
                assert_eq!(&read.payload()[name], value, "{name}: both forms say the same");
            }
        }
        assert_eq!(
            read.payload()["exp"].as_i64().is_some(),
            document.get("validUntil").is_some()
        );

        let slug = issuer.rsplit(':').next().unwrap();
        let identity = get(
            &stage.url(&format!("/issuers/{slug}/did.json")),
            "application/json",
        )
        .await;
        let identity: Value = serde_json::from_slice(&identity.body).unwrap();
        let method = |index: usize| identity["verificationMethod"][index].clone();
        assert_eq!(method(0)["type"], "Multikey");
        assert_eq!(method(1)["type"], "JsonWebKey");
        assert_eq!(method(1)["id"], key_id);
        assert_eq!(method(1)["controller"], issuer);
        assert_eq!(method(1)["publicKeyJwk"]["crv"], "P-256");
        assert!(
            identity["assertionMethod"]
                .as_array()
                .unwrap()
                .contains(&key_id.clone().into())
        );

        let set = get(&stage.url("/.well-known/jwks.json"), "*/*").await;
        assert_eq!(set.header("content-type"), Some("application/jwk-set+json"));
        assert_eq!(set.header("access-control-allow-origin"), Some("*"));
        assert!(!set.text().contains("\"d\""), "nothing private");
        let set: Value = serde_json::from_slice(&set.body).unwrap();
        let keys = set["keys"].as_array().unwrap();
        let ours = keys.iter().find(|key| key["kid"] == key_id.as_str()).unwrap();
        assert_eq!(ours["iss"], issuer);
        assert_eq!(
            (&ours["kty"], &ours["alg"], &ours["use"]),
            (&"EC".into(), &"ES256".into(), &"sig".into())
        );
        assert_eq!(ours["x"], method(1)["publicKeyJwk"]["x"]);
        stage.scene.end().await;
    });
}

#[test]
fn a_badge_from_before_there_were_tokens_says_so() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (badge, award, credential) = stage.earned().await;
        let (cairn, now) = (&stage.scene.cairn, stage.scene.cairn.clock.now());
        let old_award = Award {
            id: AwardId::new(now, &SystemRandom),
            badge,
            person: stage.person(1).await,
            ..award
        };
        let old = Credential {
            id: CredentialId::new(now, &SystemRandom),
            award: old_award.id.clone(),
            slug: "from-before".into(),
            token: None,
            status_position: (credential.status_position + 1) % 1_000,
            visibility: Visibility {
                downloads: true,
                ..Visibility::default()
            },
            ..credential.clone()
        };
        let id = old_award.id.clone();
        let written = cairn.store.write(move |db| {
            awards::insert_once(db, &old_award)?;
            credentials::insert(db, &old)
        });
        written.await.unwrap();
        let address = stage.url("/b/from-before");
        for (ending, accept) in [
            (".jwt", "*/*"),
            (".jwt.png", "*/*"),
            (".jwt.svg", "image/svg+xml"),
            ("", "application/vc+jwt"),
            ("", "text/plain"),
        ] {
            let answer = get(&format!("{address}{ending}"), accept).await;
            assert_eq!(answer.status, 404, "{ending} {accept}");
            let said = "it was issued before tokens were made";
            assert!(answer.text().contains(said), "{}", answer.text());
            assert!(answer.text().contains("credential.no-token"), "{}", answer.text());
        }
        // Whoever takes something else as well gets that.
        let other = get(&address, "application/vc+jwt, application/vc;q=0.5").await;
        assert_eq!(other.header("content-type"), Some("application/vc"));
        assert_eq!(other.body, credential.document.as_bytes());
        let page = get(&address, BROWSER).await.text();
        assert!(
            page.contains("There is no signed token (JWT) of this badge"),
            "{page}"
        );
        assert!(
            !page.contains("Rarer forms") && !page.contains(".jwt\""),
            "{page}"
        );

        let mut holder = stage.student_browser(1).await;
        let mine = stage.inside(&format!("/credentials/{id}"));
        let page = holder.get(&mine).await.unwrap().text();
        assert!(
            page.contains("There is no signed token (JWT) of this badge"),
            "{page}"
        );
        let answer = holder.get(&format!("{mine}.jwt")).await.unwrap();
        assert_eq!(answer.status, 404);
        assert!(answer.text().contains("it was issued before tokens were made"));
        // Its holder has it signed anew, and then there is one.
        let page = holder.get(&mine).await.unwrap();
        let form = page.form("/sign").unwrap();
        let anew = holder.submit(&page, &form, &[]).await.unwrap();
        assert!(anew.text().contains("Rarer forms"), "{}", anew.text());
        let token = holder.get(&format!("{mine}.jwt")).await.unwrap();
        assert_eq!(token.status, 200);
        stage.scene.end().await;
    });
}

#[test]
fn a_token_that_was_changed_is_called_out_on_the_page() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (badge, award, credential) = stage.earned().await;
        let (cairn, now) = (&stage.scene.cairn, stage.scene.cairn.clock.now());
        let forged_award = Award {
            id: AwardId::new(now, &SystemRandom),
            badge,
            person: stage.person(1).await,
            ..award
        };
        let token = credential.token.clone().unwrap();
        let (signed, _) = token.rsplit_once('.').unwrap();
        let forged = Credential {
            id: CredentialId::new(now, &SystemRandom),
            award: forged_award.id.clone(),
            slug: "forged".into(),
            token: Some(format!("{signed}.{}", "A".repeat(86))),
            status_position: (credential.status_position + 1) % 1_000,
            ..credential
        };
        let written = cairn.store.write(move |db| {
            awards::insert_once(db, &forged_award)?;
            credentials::insert(db, &forged)
        });
        written.await.unwrap();
        let page = get(&stage.url("/b/forged"), BROWSER).await.text();
        assert!(page.contains("Not confirmed."), "{page}");
        let sheet = get(&stage.url("/b/forged/print"), BROWSER).await.text();
        assert!(sheet.contains("Not confirmed."), "{sheet}");
        stage.scene.end().await;
    });
}
