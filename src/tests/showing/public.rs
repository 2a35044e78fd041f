//! The public pages and files.

use crate::domain::achievement::AchievementType;
use crate::domain::award::Award;
use crate::domain::badge::{BadgeState, Expiry, Picture};
use crate::domain::credential::Credential;
use crate::domain::page::Page;
use crate::ids::{AwardId, CredentialId};
use crate::random::SystemRandom;
use crate::service::badge::pictures::{self, Drawing, png};
use crate::store::testing::shortcuts::logged;
use crate::store::{awards, badges, credentials, share_links};
use bytes::Bytes;
use openbadges::bake::extract;
use serde_json::Value;

use super::stage::{Stage, design, get};
use crate::tests::harness::on_each_database;

const HTML: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

#[test]
fn anybody_sees_what_a_badge_is_worth_and_nothing_that_its_holder_keeps() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, _, credential) = stage.earned().await;
        let address = stage.url(&format!("/b/{}", credential.slug));
        let page = get(&address, HTML).await;
        let text = page.text();
        assert_eq!(page.status, 200, "{text}");
        for shown in [
            "Quiz master",
            "North Coast Polytechnic",
            "Reads a table of data without help.",
            "<strong>80 %</strong>",
            "Is it genuine?",
            "What was assessed?",
            "nothing was changed since it was signed",
            "Not revoked",
            "Valid today",
            "By this site’s own word the issuer is known by its domain",
            "EQF 4",
            "analyse data (ESCO)",
            "noindex",
        ] {
            assert!(text.contains(shown), "{shown} in {text}");
        }
        assert_eq!(page.header("x-robots-tag"), Some("noindex"));
        let (_, name) = stage.student(0);
        for kept in ["80 of 100", name.as_str(), "og:title", "Evidence", "<h2>Download"] {
            assert!(!text.contains(kept), "{kept} in {text}");
        }
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("form-action 'none'"));
        assert!(!text.contains("src=\"http") && !text.contains("<form"), "{text}");
        for (ending, accept) in [
            (".json", "*/*"),
            (".png", "*/*"),
            (".svg", "*/*"),
            ("", "application/vc"),
            ("", "image/png"),
        ] {
            let file = get(&format!("{address}{ending}"), accept).await;
            assert_eq!(file.status, 403, "{ending} {accept}");
            assert!(file.text().contains("has not switched downloads on"));
        }
        for nowhere in [
            "/b/absent",
            "/b/absent.json",
            "/issuers/absent",
            "/issuers/absent/did.json",
        ] {
            let page = get(&stage.url(nowhere), HTML).await;
            assert_eq!(page.status, 404, "{nowhere}");
            assert!(
                page.text().contains("at this address"),
                "{nowhere}: {}",
                page.text()
            );
        }
        assert_eq!(get(&format!("{address}.exe"), HTML).await.status, 404);
        stage.scene.end().await;
    });
}

#[test]
fn what_a_holder_lets_out_verifies_in_every_form() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, award, credential) = stage.earned().await;
        let (mut student, _, page) = stage.holding(0, &award).await;
        let form = page.form("/share").unwrap();
        let choices = [("show_name", "yes"), ("allow_downloads", "yes")];
        let saved = student.submit(&page, &form, &choices).await.unwrap();
        assert!(saved.text().contains("Your choice was saved"), "{}", saved.text());

        let address = stage.url(&format!("/b/{}", credential.slug));
        let text = get(&address, HTML).await.text();
        let (_, name) = stage.student(0);
        for shown in [
            name.as_str(),
            "og:title",
            "og:image",
            "<h2>Download",
            ".png\"",
            ".svg\"",
        ] {
            assert!(text.contains(shown), "{shown} in {text}");
        }
        assert!(!text.contains("noindex") && !text.contains("<h3>Evidence"));
        let open = get(&address, HTML).await;
        assert_eq!(open.header("x-robots-tag"), None, "its holder made it public");
        let file = get(&format!("{address}.png"), "*/*").await;
        assert_eq!(file.header("x-robots-tag"), Some("noindex"));
        assert!(!text.contains("80 of 100"), "{text}");
        let work = [
            ("show_name", "yes"),
            ("show_evidence", "yes"),
            ("allow_downloads", "yes"),
        ];
        student.submit(&page, &form, &work).await.unwrap();
        let text = get(&address, HTML).await.text();
        assert!(
            text.contains("80 of 100") && text.contains("<h3>Evidence"),
            "{text}"
        );

        let signed = credential.document.as_bytes();
        for (ending, accept, media) in [
            (".json", "*/*", "application/vc+ld+json"),
            (".json", "application/json", "application/json"),
            ("", "application/vc", "application/vc"),
            ("", "application/vc+ld+json", "application/vc+ld+json"),
            (
                "",
                "application/ld+json;q=0.9, text/html;q=0.5",
                "application/ld+json",
            ),
            ("", "application/json", "application/json"),
        ] {
            let file = get(&format!("{address}{ending}"), accept).await;
            assert_eq!(file.header("content-type"), Some(media), "{ending} {accept}");
            assert_eq!(file.body, signed, "byte for byte");
            assert_eq!(file.header("access-control-allow-origin"), Some("*"));
            assert_eq!(file.header("vary"), Some("accept"));
        }
        let verdict = stage.verify(signed).await;
        assert!(verdict.is_valid(), "{:?}", verdict.first_failure());
        for (ending, accept, media) in [
            (".png", "*/*", "image/png"),
            ("", "image/png", "image/png"),
            (".svg", "*/*", "image/svg+xml"),
            ("", "image/svg+xml", "image/svg+xml"),
        ] {
            let file = get(&format!("{address}{ending}"), accept).await;
            assert_eq!(file.header("content-type"), Some(media));
            assert_eq!(extract(&file.body).unwrap().as_bytes(), signed, "{media}");
            assert!(
                file.header("content-security-policy")
                    .unwrap()
                    .contains("sandbox")
            );
        }
        stage.scene.end().await;
    });
}

#[test]
fn a_document_that_was_changed_is_called_out() {
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
        let forged = Credential {
            id: CredentialId::new(now, &SystemRandom),
            award: forged_award.id.clone(),
            slug: "forged".into(),
            document: credential
                .document
                .replace("\"value\":\"80\"", "\"value\":\"99\""),
            status_position: (credential.status_position + 1) % 1_000,
            ..credential
        };
        let written = cairn.store.write(move |db| {
            awards::insert_once(db, &forged_award)?;
            credentials::insert(db, &forged)
        });
        written.await.unwrap();
        let page = get(&stage.url("/b/forged"), HTML).await;
        for said in [
            "Not confirmed.",
            "The signature is not good: the document was changed, or somebody else signed it.",
        ] {
            assert!(page.text().contains(said), "{said} in {}", page.text());
        }
        assert!(!page.text().contains("nothing was changed since"));
        stage.scene.end().await;
    });
}

#[test]
fn an_issued_badge_keeps_its_words_and_its_picture_when_the_design_changes() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let bytes = png(&Drawing::new("UP", "circle", "#205080").svg(), 90).unwrap();
        let cairn = &stage.scene.cairn;
        // Uploaded pictures lie in a folder of their own, apart from what students hand in.
        let digest = cairn
            .blobs
            .put(&"pictures".into(), Bytes::from(bytes.clone()))
            .await
            .unwrap();
        let mut uploaded = design("First name");
        uploaded.picture = Picture::Uploaded {
            digest: digest.clone(),
            media_type: "image/png".into(),
        };
        let badge = stage.badge(uploaded, Some(vec![stage.quiz()])).await;
        stage.grade(0, 95);
        stage.check().await;
        let (award, credential) = stage.awarded(&badge, 0).await;

        let (tenant, id, now) = (stage.course.tenant.clone(), badge.clone(), cairn.clock.now());
        let edited = cairn.store.write(move |db| {
            let mut other = design("Second name");
            other.criteria = "Nothing at all.".into();
            other.expiry = Expiry::AfterDays { days: 1 };
            badges::update_design(db, &tenant, &id, 1, &other, now)?;
            badges::set_state(db, &tenant, &id, &BadgeState::Retired, now)
        });
        edited.await.unwrap();

        let page = get(&stage.url(&format!("/b/{}", credential.slug)), HTML).await;
        let (text, words) = (page.text(), page.words());
        assert!(text.contains("First name") && text.contains("80 %"), "{text}");
        assert!(!text.contains("Second name") && !text.contains("Nothing at all"));
        let until = award.valid_until.unwrap();
        assert!(until - award.awarded_at > chrono::TimeDelta::days(360), "{until}");
        assert!(
            words.contains(&format!("valid until {}", until.format("%-d %b %Y")))
                && words.contains("Valid today"),
            "a badge that is retired awards no more, and takes nothing back: {words}"
        );
        assert!(stage.verify(credential.document.as_bytes()).await.is_valid());
        assert!(text.contains(&format!("/p/{digest}.png")), "{text}");
        let mut student = stage.student_browser(0).await;
        let mine = stage.inside(&format!("/credentials/{}", award.id));
        let picture = student.get(&format!("{mine}.png")).await.unwrap();
        assert_eq!(extract(&picture.body).unwrap(), credential.document);
        assert_eq!(
            image_width(&picture.body),
            90,
            "the uploaded picture, not another one"
        );
        let wrapped = student.get(&format!("{mine}.svg")).await.unwrap();
        assert_eq!(extract(&wrapped.body).unwrap(), credential.document);
        assert!(wrapped.text().contains("data:image/png;base64,"));
        stage.scene.end().await;
    });
}

#[test]
fn a_picture_that_was_uploaded_as_svg_is_named_as_png_and_kept_as_it_is() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let svg = Drawing::new("UP", "circle", "#205080").svg();
        let kept = pictures::clean_and_keep(&stage.scene.cairn, svg.into()).await;
        let mut uploaded = design("Scaled");
        uploaded.picture = kept.unwrap().unwrap();
        uploaded.chosen_type = Some(AchievementType::CertificateOfCompletion);
        let badge = stage.badge(uploaded, Some(vec![stage.quiz()])).await;
        stage.grade(0, 95);
        stage.check().await;
        let (award, credential) = stage.awarded(&badge, 0).await;
        let signed: Value = serde_json::from_str(&credential.document).unwrap();
        let achievement = &signed["credentialSubject"]["achievement"];
        let image = achievement["image"]["id"].as_str().unwrap();
        let shown = get(image, "*/*").await;
        assert_eq!(shown.header("content-type"), Some("image/png"), "{image}");
        assert_eq!(image_width(&shown.body), 600);
        // Chosen by whoever made it, and said in words.
        assert_eq!(achievement["achievementType"], "CertificateOfCompletion");
        let page = get(&stage.url(&format!("/b/{}", credential.slug)), HTML).await;
        for said in ["Certificate of completion", "Language en", "Work finished"] {
            assert!(page.words().contains(said), "{said}: {}", page.words());
        }
        let told = achievement["criteria"]["id"].as_str().unwrap();
        assert_eq!(told, format!("{}#criteria", achievement["id"].as_str().unwrap()));
        let about = get(achievement["id"].as_str().unwrap(), HTML).await;
        assert!(about.text().contains("id=\"criteria\""), "{}", about.text());

        let mut student = stage.student_browser(0).await;
        let mine = stage.inside(&format!("/credentials/{}", award.id));
        let drawn = student.get(&format!("{mine}.svg")).await.unwrap();
        assert_eq!(extract(&drawn.body).unwrap(), credential.document);
        assert!(!drawn.text().contains("data:image/png"), "the drawing itself");
        let drawn = student.get(&format!("{mine}.png")).await.unwrap();
        assert_eq!(extract(&drawn.body).unwrap(), credential.document);
        stage.scene.end().await;
    });
}

#[test]
fn nobody_counts_who_looks_at_a_badge() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, award, credential) = stage.earned().await;
        let (mut student, mine, page) = stage.holding(0, &award).await;
        let switches = page.form("/share").unwrap();
        let downloads = [("allow_downloads", "yes")];
        student.submit(&page, &switches, &downloads).await.unwrap();
        let page = student.get(&mine).await.unwrap();
        let form = page.form("/links").unwrap();
        let page = student.submit(&page, &form, &[("days", "7")]).await.unwrap();
        let (_, rest) = page
            .text()
            .split_once("/s/")
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .unwrap();
        let secret = rest.split('"').next().unwrap().to_owned();
        stage.settled().await;

        let (cairn, tenant, slug) = (&stage.scene.cairn, &stage.course.tenant, &credential.slug);
        let look = || {
            let (tenant, slug, award) = (tenant.clone(), slug.clone(), award.id.clone());
            let part = Page {
                offset: 0,
                limit: 500,
            };
            cairn.store.read(move |db| {
                let credential = credentials::by_slug(db, &slug)?.unwrap();
                let links = share_links::of_credential(db, &tenant, &credential.id, 10)?;
                let award = awards::get(db, &tenant, &award)?;
                Ok((credential, links, award, logged(db, &tenant, part)?))
            })
        };
        let (before, rows) = (look().await.unwrap(), stage.scene.database.rows());
        for path in [
            format!("/b/{slug}"),
            format!("/b/{slug}.json"),
            format!("/b/{slug}.png"),
            format!("/b/{slug}/print"),
            format!("/s/{secret}"),
        ] {
            for _ in 0..3 {
                let page = get(&stage.url(&path), HTML).await;
                assert_eq!(page.status, 200, "{path}: {}", page.text());
            }
        }
        assert_eq!(look().await.unwrap(), before);
        assert_eq!(stage.scene.database.rows(), rows);
        stage.scene.end().await;
    });
}

fn image_width(png: &[u8]) -> u32 {
    u32::from_be_bytes(png[16..20].try_into().unwrap())
}

#[test]
fn the_issuer_and_its_badges_have_pages_for_people_and_for_machines() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (badge, _, credential) = stage.earned().await;
        let draft = stage.badge(design("Secret plan"), None).await;
        let signed: Value = serde_json::from_str(&credential.document).unwrap();
        let did = signed["issuer"]["id"].as_str().unwrap();
        let issuer = stage.url(&format!("/issuers/{}", did.rsplit(':').next().unwrap()));

        let page = get(&issuer, HTML).await;
        assert!(page.text().contains("North Coast Polytechnic") && page.text().contains(did));
        let method = signed["proof"][0]["verificationMethod"].as_str().unwrap();
        assert!(page.text().contains(method), "{}", page.text());
        for address in [issuer.clone(), format!("{issuer}/profile.json")] {
            let profile = get(&address, "application/ld+json").await;
            assert_eq!(profile.header("content-type"), Some("application/ld+json"));
            let profile: Value = serde_json::from_slice(&profile.body).unwrap();
            assert_eq!(
                (&profile["id"], &profile["type"][0]),
                (&signed["issuer"]["id"], &"Profile".into())
            );
        }
        let document: Value =
            serde_json::from_slice(&get(&format!("{issuer}/did.json"), "*/*").await.body).unwrap();
        assert_eq!(document["id"], did);
        assert_eq!(document["assertionMethod"][0], method);

        let achievement = &signed["credentialSubject"]["achievement"];
        let id = achievement["id"].as_str().unwrap();
        assert_eq!(id, format!("{issuer}/achievements/{badge}"));
        let page = get(id, HTML).await;
        for shown in ["Quiz master", "EQF 4", "Knowledge badge", "<strong>80 %</strong>"] {
            assert!(page.text().contains(shown), "{shown} in {}", page.text());
        }
        let json: Value = serde_json::from_slice(&get(id, "application/json").await.body).unwrap();
        assert_eq!(json["name"], achievement["name"]);
        assert_eq!(json["tag"], achievement["tag"]);
        assert_eq!(achievement["creditsAvailable"].to_string(), "1.5");
        assert_eq!(
            achievement["tag"].to_string(),
            r#"["Knowledge","12 hours","Level: EQF 4"]"#
        );
        assert_eq!(
            get(&format!("{issuer}/achievements/{draft}"), HTML).await.status,
            404
        );

        let list = signed["credentialStatus"]["statusListCredential"]
            .as_str()
            .unwrap();
        let other = list.replace(&issuer, &stage.url("/issuers/another"));
        assert_eq!(get(&other, "*/*").await.status, 404, "a list has one address");
        let cache = get(list, "*/*").await;
        assert_eq!(cache.header("cache-control"), Some("public, max-age=60"));
        stage.scene.end().await;
    });
}
