//! By what an issuer is recognised: said in the console, seen in its profile and in the badges that are signed from then on.

use crate::service::badge::pictures::{Drawing, png};
use crate::service::institution::administrators::Scope;
use crate::store::issuers;
use serde_json::Value;

use super::admin_browser::AdminBrowser;
use crate::tests::harness::on_each_database;
use crate::tests::showing::stage::{Stage, get};

#[test]
fn a_logo_and_identifiers_are_said_once_and_stand_in_profile_and_badges() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let tenant = stage.course.tenant.clone();
        let mut admin = AdminBrowser::of(&stage.scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        let here = format!("/admin/issuers/{tenant}");
        let logo = png(&Drawing::new("NC", "circle", "#205080").svg(), 90).unwrap();
        let file = [("logo", "logo.png", "image/png", logo.as_slice())];

        // What is wrong is said at its field, and the logo that came with it is not lost.
        let page = admin.get(&here).await;
        let form = page.form("/admin/issuers/").unwrap();
        let wrong = [("ror", "https://ror.org/05dxps056"), ("linkedin", "1337")];
        let refused = admin
            .browser
            .submit_files(&page, &form, &wrong, &file)
            .await
            .unwrap();
        assert_eq!(refused.status, 422);
        assert!(
            refused.words().contains("Copy the ROR identifier"),
            "{}",
            refused.words()
        );
        let form = refused.form("/admin/issuers/").unwrap();
        assert_eq!(form.value("linkedin"), Some("1337"));
        assert_eq!(form.value("logo_kept").map(str::len), Some(64));
        let named = [
            ("ror", "05dxps055"),
            ("linkedin", "https://www.linkedin.com/company/north-coast/"),
        ];
        let refused = admin
            .browser
            .submit_files(&refused, &form, &named, &[])
            .await
            .unwrap();
        assert!(
            refused.words().contains("the number of your page at LinkedIn"),
            "{}",
            refused.words()
        );
        let form = refused.form("/admin/issuers/").unwrap();
        let right = [
            ("ror", "05dxps055"),
            ("linkedin", "https://www.linkedin.com/company/1337/"),
        ];
        let saved = admin
            .browser
            .submit_files(&refused, &form, &right, &[])
            .await
            .unwrap();
        assert!(saved.words().contains("Saved."), "{}", saved.words());
        let form = saved.form("/admin/issuers/").unwrap();
        assert_eq!(
            (form.value("ror"), form.value("linkedin")),
            (Some("https://ror.org/05dxps055"), Some("1337"))
        );

        let (_, _, credential) = stage.earned().await;
        let signed: Value = serde_json::from_str(&credential.document).unwrap();
        let issuer = &signed["issuer"];
        let image = issuer["image"]["id"].as_str().unwrap();
        assert!(image.ends_with(".png"), "{image}");
        let shown = get(image, "*/*").await;
        assert_eq!(
            (shown.status, shown.header("content-type")),
            (200, Some("image/png"))
        );
        assert_eq!(
            (
                &issuer["otherIdentifier"][0]["identifier"],
                &issuer["otherIdentifier"][0]["identifierType"]
            ),
            (&"https://ror.org/05dxps055".into(), &"ext:ror".into())
        );
        assert!(stage.verify(credential.document.as_bytes()).await.is_valid());
        let id = tenant.clone();
        let known = stage
            .scene
            .cairn
            .store
            .read(move |db| issuers::for_tenant(db, &id));
        let profile = stage.url(&format!("/issuers/{}", known.await.unwrap().unwrap().slug));
        let page = get(&profile, "text/html").await;
        assert!(
            page.text().contains("https://ror.org/05dxps055"),
            "{}",
            page.text()
        );
        let told: Value =
            serde_json::from_slice(&get(&format!("{profile}/profile.json"), "*/*").await.body).unwrap();
        assert_eq!(
            (&told["image"], &told["otherIdentifier"]),
            (&issuer["image"], &issuer["otherIdentifier"])
        );

        // No picture at all is refused in a sentence, and the one that is there stays; it goes when it is told to.
        let page = admin.get(&here).await;
        let form = page.form("/admin/issuers/").unwrap();
        let text = [("logo", "logo.png", "image/png", b"no picture".as_slice())];
        let refused = admin
            .browser
            .submit_files(&page, &form, &[], &text)
            .await
            .unwrap();
        assert_eq!(refused.status, 422);
        assert!(
            refused.words().contains("This is not a PNG or SVG picture"),
            "{}",
            refused.words()
        );
        let forged = "ab".repeat(32);
        let forged = [("logo_kept", forged.as_str())];
        let refused = admin
            .browser
            .submit_files(&page, &form, &forged, &[])
            .await
            .unwrap();
        assert!(
            refused.words().contains("Choose the logo again"),
            "{}",
            refused.words()
        );
        assert!(
            get(&profile, "text/html").await.text().contains("<img"),
            "it stays"
        );
        let done = admin
            .send(&page, "/admin/issuers/", &[("remove_logo", "yes"), ("ror", "")])
            .await;
        assert!(done.words().contains("Saved."), "{}", done.words());
        let page = get(&profile, "text/html").await.text();
        assert!(!page.contains("<img") && !page.contains("ror.org"), "{page}");
        stage.scene.end().await;
    });
}

#[test]
fn everything_that_is_wrong_with_an_issuer_is_said_at_once() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let tenant = stage.course.tenant.clone();
        let mut admin = AdminBrowser::of(&stage.scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        let here = format!("/admin/issuers/{tenant}");
        let page = admin.get(&here).await;
        let wrong = [
            ("name", ""),
            ("issuer_name", ""),
            ("url", "school"),
            ("email", "nobody"),
            ("ror", "05dxps056"),
            ("linkedin", "north coast"),
        ];
        let sentences = [
            "Give the institution a name",
            "Give the issuer a name",
            "Type the whole address of the institution’s site",
            "e-mail address",
            "Copy the ROR identifier",
            "Type the number of your page at LinkedIn",
        ];
        let form = page.form("/admin/issuers/").unwrap();
        let refused = admin
            .browser
            .submit_files(&page, &form, &wrong, &[])
            .await
            .unwrap();
        assert_eq!(refused.status, 422);
        let words = refused.words();
        assert!(words.contains("6 things are not right yet."), "{words}");
        for sentence in sentences {
            assert!(words.contains(sentence), "{sentence}: {words}");
        }
        // A logo that is refused is one more.
        let file = [("logo", "logo.png", "image/png", b"no picture".as_slice())];
        let refused = admin
            .browser
            .submit_files(&page, &form, &wrong, &file)
            .await
            .unwrap();
        let words = refused.words();
        assert!(words.contains("7 things are not right yet."), "{words}");
        assert!(words.contains("Nothing you typed was lost."), "{words}");
        let form = refused.form("/admin/issuers/").unwrap();
        assert_eq!(form.value("ror"), Some("05dxps056"), "what was typed is there");
        // Nobody types anything into an address.
        let looked = admin.get(&format!("/admin/audit/{tenant}?from=yesterday")).await;
        let words = looked.words();
        assert!(
            words.contains("One thing is not right yet.") && !words.contains("Nothing you typed"),
            "{words}"
        );
        stage.scene.end().await;
    });
}

#[test]
fn who_stands_behind_an_issuer_is_said_in_the_console_and_signed_from_then_on() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let tenant = stage.course.tenant.clone();
        let mut admin = AdminBrowser::of(&stage.scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        let page = admin.get(&format!("/admin/issuers/{tenant}")).await;
        let form = page.form("/admin/issuers/").unwrap();
        let wrong = [("parent_name", "Example University"), ("identifiers", "123456")];
        let refused = admin
            .browser
            .submit_files(&page, &form, &wrong, &[])
            .await
            .unwrap();
        assert_eq!(refused.status, 422);
        for said in [
            "Give the parent organisation a name",
            "Write one identifier a line",
        ] {
            assert!(refused.words().contains(said), "{said}: {}", refused.words());
        }
        let form = refused.form("/admin/issuers/").unwrap();
        assert_eq!(form.value("parent_name"), Some("Example University"));
        let right = [
            ("accreditation", "Example Accreditation Council"),
            ("parent_url", "https://university.example"),
            ("identifiers", "IPEDS 123456"),
            ("official", "Ada Example"),
        ];
        let saved = admin
            .browser
            .submit_files(&refused, &form, &right, &[])
            .await
            .unwrap();
        assert!(saved.words().contains("Saved."), "{}", saved.words());

        let (_, _, credential) = stage.earned().await;
        let signed: Value = serde_json::from_str(&credential.document).unwrap();
        let issuer = &signed["issuer"];
        assert_eq!(issuer["parentOrg"]["name"], "Example University");
        assert_eq!(issuer["otherIdentifier"][0]["identifierType"], "ext:ipeds");
        assert_eq!(issuer["official"], "Ada Example");
        assert!(stage.verify(credential.document.as_bytes()).await.is_valid());
        // Each letter of it is signed.
        let forged = credential
            .document
            .replace("Accreditation Council", "Accreditation Council!");
        assert_ne!(forged, credential.document);
        assert!(!stage.verify(forged.as_bytes()).await.is_valid());
        let page = get(&stage.url(&format!("/b/{}", credential.slug)), "text/html").await;
        for said in [
            "Accreditation of the issuer",
            "Example Accreditation Council",
            "Example University",
        ] {
            assert!(page.words().contains(said), "{said}: {}", page.words());
        }
        stage.scene.end().await;
    });
}
