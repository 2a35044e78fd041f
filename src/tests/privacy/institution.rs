//! An institution takes everything along.

use std::collections::BTreeMap;

use crate::domain::award::Award;
use crate::domain::holder_note::HolderNote;
use crate::domain::portfolio::{Collection, CollectionLink, Item};
use crate::domain::programme::{Parts, PartsEnd, Place};
use crate::domain::timeline::{Shows, Timeline};
use crate::ids::BadgeId;
use crate::service::base::institutions;
use crate::service::institution::administrators::{Administrator, Scope};
use crate::service::institution::issuing;
use crate::service::institution::programmes::saving::{self, Saved, Typed};
use crate::store::{collections, holder_notes, timelines};
use serde_json::Value;

use super::{WORK, cairn, handed_in, holds_none, said, secrets, unpacked, verified};
use crate::tests::console::admin_browser::AdminBrowser;
use crate::tests::harness::on_each_database;
use crate::tests::showing::stage::{Stage, design};

/// A programme over a badge; and a collection, a timeline and a note of its holder.
async fn kept_beside(stage: &Stage, badge: &BadgeId, award: &Award) {
    let typed = Typed {
        design: design("Tower"),
        parts: Parts {
            badges: vec![(badge.clone(), Place::Required)],
            ..Parts::default()
        },
        parts_end: PartsEnd::Keeps,
        finish_begun: true,
    };
    let ada = Administrator {
        actor: "ada".into(),
        name: "Ada".into(),
        scope: Scope::Everything,
    };
    let (cairn, now) = (&stage.scene.cairn, stage.scene.cairn.clock.now());
    let saved = saving::save(cairn, &ada, &stage.course.tenant, None, typed).await;
    assert!(matches!(saved, Ok(Saved::Done(_))), "{saved:?}");
    let (tenant, award) = (stage.course.tenant.clone(), award.clone());
    let collection = Collection {
        id: "c-1".into(),
        tenant: tenant.clone(),
        person: award.person.clone(),
        title: "For the harbour".into(),
        words: "What I can do.".into(),
        items: vec![Item::Award(award.id.clone())],
        changed_at: now,
        link: Some(CollectionLink {
            digest: OPENS.into(),
            made_at: now,
            until: now,
        }),
    };
    let timeline = Timeline {
        id: "l-1".into(),
        tenant: tenant.clone(),
        person: award.person.clone(),
        award: Some(award.id.clone()),
        digest: format!("{OPENS}-too"),
        slug: Some(format!("{OPENS}-slug")),
        shows: Shows::default(),
        made_at: now,
        until: None,
        withdrawn_at: None,
    };
    let note = HolderNote {
        award: award.id.clone(),
        note: "I built it at night.".into(),
        link: None,
        shown: false,
        written_at: now,
    };
    let kept = cairn.store.write(move |db| {
        collections::insert(db, &collection)?;
        timelines::insert(db, &timeline)?;
        holder_notes::set(db, &tenant, &note)
    });
    kept.await.unwrap();
}

const OPENS: &str = "what-opens-a-link";

/// Whether all of that is in an archive, with whose it is and nothing that opens anything.
fn has_beside(files: &BTreeMap<String, Vec<u8>>, holder: &str) {
    let text = |name: &str| String::from_utf8(files[name].clone()).unwrap();
    let programmes: Value = serde_json::from_slice(&files["programmes.json"]).unwrap();
    let tower = &programmes["programmes"][0];
    assert_eq!(tower["design"]["name"], "Tower", "{programmes}");
    assert_eq!(tower["versions"][0]["version"], 1, "{programmes}");
    assert_eq!(tower["badges"][0]["name"], "Quiz master", "{programmes}");
    assert_eq!(tower["who_began_may_finish"], true, "{programmes}");
    for (name, says) in [
        ("portfolios/collections.jsonl", "For the harbour"),
        ("portfolios/timelines.jsonl", "to_anybody"),
        ("portfolios/notes.jsonl", "I built it at night."),
    ] {
        let lines = text(name);
        let line: Value = serde_json::from_str(lines.trim_end()).unwrap();
        assert_eq!(line["holder"]["name"], holder, "{line}");
        assert!(lines.contains(says) && !lines.contains(OPENS), "{lines}");
    }
    assert!(text("portfolios/badges.jsonl").is_empty());
    assert_eq!(text("endorsements.json"), "[]");
}

#[test]
fn an_institution_takes_everything_along_from_the_console_and_from_the_command_line() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (badge, award, credential) = stage.earned().await;
        handed_in(&stage, 0).await;
        let tenant = stage.course.tenant.clone();
        kept_beside(&stage, &badge, &award).await;
        // The key changes, and something is signed with the new one.
        let scene = &stage.scene.cairn;
        let keys = institutions::issuer_keys(scene).await.unwrap().remove(0).1;
        let before = &keys[0].public_multibase;
        issuing::rotate(
            scene,
            crate::service::institution::administrators::Operator::CommandLine,
            &tenant,
            before,
        )
        .await
        .unwrap();
        let later = stage
            .badge(design("After the change"), Some(vec![stage.quiz()]))
            .await;
        stage.check().await;
        stage.awarded(&later, 0).await;
        let here = format!("/admin/privacy/{tenant}");
        let mut admin = AdminBrowser::of(&stage.scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        let page = admin.get(&here).await;
        let asked = admin.send(&page, "/export", &[]).await;
        assert!(asked.words().contains("being packed"), "{}", asked.words());
        let mut ready = admin.get(&here).await;
        for _ in 0..600 {
            if ready.form("/exports/").is_ok() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            ready = admin.get(&here).await;
        }
        assert!(ready.words().contains("2 of 2 badges"), "{}", ready.words());
        let archive = admin.send(&ready, "/exports/", &[]).await;
        assert_eq!(
            archive.header("content-type"),
            Some("application/zip"),
            "{}",
            archive.words()
        );
        // It stays for a while, for those of this institution alone.
        assert_eq!(admin.send(&ready, "/exports/", &[]).await.status, 200);
        let (other, _) = institutions::find_or_create(&stage.scene.cairn, "South Coast College")
            .await
            .unwrap();
        let mut stranger = AdminBrowser::of(&stage.scene, &Scope::Tenant(other.id.clone()), "Eve").await;
        assert_eq!(stranger.get(&here).await.status, 404);
        let own = stranger.get(&format!("/admin/privacy/{}", other.id)).await;
        let csrf = own
            .forms()
            .iter()
            .find_map(|form| form.value("csrf").map(str::to_owned))
            .unwrap();
        let form = ready.form("/exports/").unwrap();
        let address = stage.url(
            form.action
                .strip_prefix(&stage.scene.origin)
                .unwrap_or(&form.action),
        );
        let refused = stranger
            .browser
            .post(&address, &[("csrf", csrf.as_str())])
            .await
            .unwrap();
        assert_eq!(refused.status, 404, "{}", refused.words());

        let folder = tempfile::tempdir().unwrap();
        let (data, identity) = (
            stage.scene.folder.path().display().to_string(),
            stage.scene.cairn.settings.identity(),
        );
        let variables = [
            ("CAIRN_DATA_DIR", data.as_str()),
            ("CAIRN_DATABASE_URL", stage.scene.database_url()),
            ("CAIRN_PUBLIC_ORIGIN", identity.as_str()),
            ("CAIRN_ALLOW_HTTP_LOOPBACK", "true"),
        ];
        let institution = "North Coast Polytechnic";
        let asked = ["export", "--institution", institution, "--out", "all.zip"];
        let written = cairn(folder.path(), &asked, &variables);
        assert!(written.status.success(), "{}", said(&written));
        let again = cairn(folder.path(), &asked, &variables);
        assert!(
            again.status.code() == Some(1) && said(&again).contains("is there already"),
            "{}",
            said(&again)
        );
        let unknown = ["export", "--institution", "Nowhere", "--out", "none.zip"];
        let unknown = cairn(folder.path(), &unknown, &variables);
        assert_eq!(unknown.status.code(), Some(1), "{}", said(&unknown));
        let by_hand = std::fs::read(folder.path().join("all.zip")).unwrap();
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            1,
            "no half archive stays"
        );
        for bytes in [archive.body.clone(), by_hand] {
            let files = unpacked(&bytes);
            let report = verified(&bytes, &stage.scene);
            assert!(report.is_unchanged() && report.badges.len() == 12, "{report:?}");
            let known = files.iter().find(|(name, _)| name.ends_with("keys.json"));
            let known: Value = serde_json::from_slice(known.unwrap().1).unwrap();
            assert!(known.to_string().contains(before.as_str()), "{known}");
            let kinds = ["z6Mk", "zDn"].map(|kind| known.to_string().matches(kind).count());
            assert!(
                kinds.iter().all(|kind| *kind >= 2),
                "old and new of each kind: {known}"
            );
            let holders = String::from_utf8(files["holders.csv"].clone()).unwrap();
            assert!(
                holders.contains(&stage.student(0).1) && holders.contains(&credential.slug),
                "{holders}"
            );
            assert!(
                holders.contains(",renewal\n") && holders.contains(",newer\n"),
                "{holders}"
            );
            assert!(files.values().any(|content| content == WORK));
            has_beside(&files, &stage.student(0).1);
            holds_none(&files, &secrets(&stage.scene, &tenant).await);
        }
        stage.scene.end().await;
        // What the command printed is what proves it.
        let printed = said(&written);
        let key = printed
            .split("--issuer ")
            .nth(1)
            .and_then(|rest| rest.lines().next());
        let proven = cairn(
            folder.path(),
            &["drill", "all.zip", "--issuer", key.unwrap()],
            &[],
        );
        assert_eq!(proven.status.code(), Some(0), "{}", said(&proven));
        let (did, _) = key.unwrap().split_once('#').unwrap();
        let by_name = cairn(folder.path(), &["drill", "all.zip", "--issuer", did], &[]);
        assert_eq!(by_name.status.code(), Some(3), "{}", said(&by_name));
    });
}
