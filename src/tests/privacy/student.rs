//! A student takes everything along, and nobody else does.

use serde_json::Value;

use super::{WORK, cairn, handed_in, holds_none, packed, said, secrets, taken, unpacked};
use crate::domain::decision::Truth;
use crate::domain::facts::GradeSource;
use crate::domain::outside::{Counting as Released, Measure, OutsideColumn, RestColumn, Scope};
use crate::domain::programme::Waiver;
use crate::domain::reading::{Coverage, Readings};
use crate::domain::release::{Counting, Release};
use crate::domain::rest_access::{Access, Giver, Grant, GrantState, Interface, SealedTokens};
use crate::domain::section::SectionKind;
use crate::store::{decisions, outside, platforms, programmes, readings, releases, rest_accesses};
use crate::tests::harness::on_each_database;
use crate::tests::showing::stage::{Stage, get, until};

#[test]
fn a_student_takes_everything_along_and_it_proves_itself_with_the_service_off() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (badge, award, credential) = stage.earned().await;
        let waiver = Waiver {
            id: "w1".into(),
            tenant: stage.course.tenant.clone(),
            badge: badge.clone(),
            part: badge,
            person: award.person,
            reason: "Taught it for years.".into(),
            by: "ada".into(),
            at: award.awarded_at,
            taken_back_at: None,
        };
        let store = &stage.scene.cairn.store;
        let waived = store.write(move |db| programmes::waive(db, &waiver));
        assert!(waived.await.unwrap());
        let submission = handed_in(&stage, 0).await;
        stage.divide(0, SectionKind::Section, "Day").await;
        stage.divide(1, SectionKind::Section, "Night shift 7").await;
        let page = taken(&stage, 0).await;
        assert_eq!(page.status, 200, "{}", page.words());
        assert_eq!(page.header("content-type"), Some("application/zip"));
        assert!(page.header("content-disposition").unwrap().contains("attachment"));
        assert!(page.header("cache-control").unwrap().contains("no-store"));
        let files = unpacked(&page.body);
        let folder = format!("badges/quiz-master-{}", credential.slug);
        assert_eq!(
            files[&format!("{folder}/badge.json")],
            credential.document.as_bytes()
        );
        for form in [
            "badge.png",
            "badge.svg",
            "badge.jwt",
            "badge.jwt.png",
            "badge.jwt.svg",
        ] {
            assert!(files.contains_key(&format!("{folder}/{form}")));
        }
        let evidence = format!("evidence/{}", submission.id);
        assert_eq!(files[&format!("{evidence}/text.txt")], b"What I saw in the field");
        assert_eq!(files[&format!("{evidence}/file-_report_ final.txt")], WORK);
        let page_in = String::from_utf8(files["verify.html"].clone()).unwrap();
        assert_eq!(page_in, get(&stage.url("/verify"), "text/html").await.text());
        let readme = String::from_utf8(files["README.txt"].clone()).unwrap();
        for part in [
            "about-me.json",
            "verify.html",
            "cairn verify-archive",
            "as of the date of its list",
        ] {
            assert!(readme.contains(part), "{part}: {readme}");
        }
        // Everything about this student, and nothing about another one.
        let about: Value = serde_json::from_slice(&files["about-me.json"]).unwrap();
        assert_eq!(about["parts_waived"][0]["reason"], "Taught it for years.");
        assert_eq!(about["parts_waived"][0]["part"], "Quiz master");
        let (_, name) = stage.student(0);
        assert_eq!(about["person"]["name"], name.as_str());
        assert_eq!(about["grades"][0]["column"], "Final quiz");
        assert_eq!(about["handed_in"][0]["review"]["message"], "Well seen");
        assert_eq!(
            about["handed_in"][0]["file_in_archive"],
            format!("{evidence}/file-_report_ final.txt")
        );
        assert_eq!(about["awards"][0]["badge"], "Quiz master");
        assert_eq!(about["courses"][0]["sections_and_groups"][0]["name"], "Day");
        let met = about["decisions"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["outcome"] == "yes");
        assert!(
            met && about["decisions"][0]["reasons"]["tree"].is_object(),
            "{}",
            about["decisions"]
        );
        assert!(
            !about["visits"].as_array().unwrap().is_empty()
                && !about["courses"].as_array().unwrap().is_empty()
        );
        let mut never = secrets(&stage.scene, &stage.course.tenant).await;
        never.push(stage.student(1).1.into_bytes());
        never.push(b"Night shift 7".to_vec());
        holds_none(&files, &never);
        // Another student takes nothing of this.
        let other = unpacked(&taken(&stage, 1).await.body);
        holds_none(&other, &[name.into_bytes(), credential.slug.clone().into_bytes()]);
        // Nothing is left on the disk.
        let left = until("the archives are gone", || async {
            let left = std::fs::read_dir(stage.scene.folder.path().join("exports"))
                .unwrap()
                .count();
            (left == 0).then_some(left)
        });
        left.await;

        stage.scene.end().await;
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
        put("mine.zip", &page.body);
        // No database, no settings that make sense, no net that it could ask: the server is off.
        let nowhere = [
            ("CAIRN_DATABASE_URL", "postgres://nobody@127.0.0.1:1/none"),
            ("CAIRN_LOG", "nonsense"),
        ];
        let did = files
            .iter()
            .find(|(name, _)| name.ends_with("/did.json"))
            .unwrap();
        let did: Value = serde_json::from_slice(did.1).unwrap();
        let keys = did["verificationMethod"].as_array().unwrap();
        let mut keys = keys.iter().filter_map(|key| key["id"].as_str());
        let key = keys.find(|key| key.contains("#z6Mk")).unwrap();
        let did = did["id"].as_str().unwrap();
        let whole = cairn(folder.path(), &["drill", "mine.zip", "--issuer", key], &nowhere);
        let text = said(&whole);
        assert_eq!(whole.status.code(), Some(0), "{text}");
        assert!(
            text.contains(&format!("Whole and unchanged since {did} signed it")),
            "{text}"
        );
        // The name alone proves nothing: its key is the archive's own.
        let by_name = cairn(folder.path(), &["drill", "mine.zip", "--issuer", did], &nowhere);
        assert_eq!(by_name.status.code(), Some(3), "{}", said(&by_name));
        // Whoever names nobody is told who signed, and that this proves nothing yet.
        let unnamed = cairn(folder.path(), &["drill", "mine.zip"], &nowhere);
        let said_then = said(&unnamed);
        assert_eq!(unnamed.status.code(), Some(3), "{said_then}");
        assert!(
            said_then.contains(did) && said_then.contains("Nothing in the archive can prove"),
            "{said_then}"
        );
        assert!(
            text.contains("6 badge files: 6 verified, 0 revoked, 0 expired, 0 failed."),
            "{text}"
        );
        assert!(text.contains("not revoked as of 20"), "{text}");
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            1,
            "it writes nothing"
        );
        // One byte of one badge.
        let mut changed = files.clone();
        let badge = changed
            .keys()
            .find(|name| name.ends_with("/badge.json"))
            .unwrap()
            .clone();
        let content = changed.get_mut(&badge).unwrap();
        let at = content
            .windows(11)
            .position(|part| part == b"Quiz master")
            .unwrap();
        content[at] = b'B';
        put("changed.zip", &packed(&changed));
        let failed = cairn(folder.path(), &["drill", "changed.zip"], &[]);
        let text = said(&failed);
        assert_eq!(failed.status.code(), Some(1), "{text}");
        assert!(
            text.contains("FAILED") && text.contains("5 verified") && text.contains("1 failed"),
            "{text}"
        );
        put("half.zip", &page.body[..page.body.len() / 2]);
        for wrong in ["half.zip", "none.zip"] {
            let failed = cairn(folder.path(), &["drill", wrong], &[]);
            assert_eq!(failed.status.code(), Some(1), "{}", said(&failed));
            assert!(said(&failed).starts_with("cairn: "), "{}", said(&failed));
        }
    });
}

#[test]
fn nobody_takes_the_data_of_somebody_else() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        stage.earned().await;
        let archive = stage.inside("/me/archive");
        assert_eq!(get(&stage.inside("/me"), "text/html").await.status, 401);
        let mut student = stage.student_browser(0).await;
        let honest = student.get(&stage.inside("/me")).await.unwrap();
        let form = honest.form("/me/archive").unwrap();
        assert_eq!(student.post(&archive, &[]).await.unwrap().status, 403, "no proof");
        let mut other = stage.student_browser(1).await;
        let stolen = other.submit(&honest, &form, &[]).await.unwrap();
        assert_eq!(stolen.status, 403, "the form belongs to another visit");
        stage.world.tamper(|_, claims| {
            let custom = claims["https://purl.imsglobal.org/spec/lti/claim/custom"].as_object_mut();
            custom
                .unwrap()
                .insert("masquerading_user_id".into(), serde_json::json!(4711));
        });
        let mut acting = stage.student_browser(0).await;
        stage.world.stop_tampering();
        let page = acting.get(&stage.inside("/me")).await.unwrap();
        assert!(page.form("/me/archive").is_err(), "{}", page.words());
        let csrf = page
            .forms()
            .iter()
            .find_map(|form| form.value("csrf").map(str::to_owned))
            .unwrap();
        for (path, fields) in [
            ("/me/archive", vec![]),
            ("/me/erasure/ask", vec![("word", "erase")]),
        ] {
            let mut fields = fields;
            fields.push(("csrf", csrf.as_str()));
            let refused = acting.post(&stage.inside(path), &fields).await.unwrap();
            assert!(
                refused.status == 403 && refused.text().contains("masquerade"),
                "{path}: {}",
                refused.words()
            );
        }
        stage.scene.end().await;
    });
}

#[test]
fn grades_that_are_not_released_are_not_taken_along_nor_what_was_decided_of_them() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (badge, award, _) = stage.earned().await;
        stage.grade(1, 57);
        stage.check().await;
        let second = stage.person(1).await;
        let decided = until("the second student is decided", || async {
            let (tenant, badge, person) = (stage.course.tenant.clone(), badge.clone(), second.clone());
            let store = &stage.scene.cairn.store;
            let found = store.read(move |db| decisions::current(db, &tenant, &badge, &person));
            let found = found.await.unwrap();
            found.filter(|(stored, _)| stored.decision.outcome == Truth::No)
        });
        decided.await;
        let about = async |n: usize| -> Value {
            let files = unpacked(&taken(&stage, n).await.body);
            serde_json::from_slice(&files["about-me.json"]).unwrap()
        };
        let before = about(1).await;
        assert_eq!(before["grades"][0]["points"], "57");
        assert_eq!(before["columns_not_released_yet"], serde_json::json!([]));

        let (tenant, item) = (stage.course.tenant.clone(), stage.item.clone());
        let waits = Release::of(Counting::OnRelease);
        let held = stage
            .scene
            .cairn
            .store
            .write(move |db| releases::set(db, &tenant, &item, &waits));
        held.await.unwrap();
        for n in [0, 1, 2] {
            let after = about(n).await;
            assert_eq!(after["grades"], serde_json::json!([]), "{n}");
            assert_eq!(
                after["columns_not_released_yet"],
                serde_json::json!(["Final quiz"])
            );
            // What an award rests on is known to whoever has it.
            let known: Vec<&Value> = after["decisions"].as_array().unwrap().iter().collect();
            let seen = |one: &&Value| one["reasons"].to_string().contains("\"seen\":\"grade\"");
            let known: Vec<&Value> = known.into_iter().filter(seen).map(|one| &one["id"]).collect();
            let rests_on = serde_json::json!(award.decision);
            assert_eq!(known, if n == 0 { vec![&rests_on] } else { vec![] });
        }
        stage.scene.end().await;
    });
}

/// From now on the LMS's own interface says what is released in the course, and shows nothing of its column.
async fn nothing_is_shown(stage: &Stage) {
    let now = stage.scene.cairn.clock.now();
    let (course, item) = (stage.course.clone(), stage.item.clone());
    let told = stage.scene.cairn.store.write(move |db| {
        let (tenant, id) = (&course.tenant, &course.id);
        let access = Access {
            id: "access".into(),
            tenant: tenant.clone(),
            platform: platforms::home_of_course(db, tenant, id)?.platform,
            interface: Interface::Moodle,
            address: "https://lms.example".to_owned(),
            client_id: None,
            sealed_secret: None,
            by_teachers: false,
            is_on: true,
            changed_by: None,
            changed_at: now,
        };
        rest_accesses::save(db, &access)?;
        let grant = Grant {
            id: "grant".into(),
            tenant: tenant.clone(),
            access: access.id,
            course: None,
            tokens: SealedTokens {
                token: "sealed".to_owned(),
                refresh: None,
                expires_at: None,
            },
            version: 0,
            state: GrantState::Consent,
            fault: None,
            state_at: now,
            given_by: Giver::Nobody,
            given_at: now,
            tested: None,
        };
        rest_accesses::give(db, &grant)?;
        let own = OutsideColumn {
            id: "own".into(),
            tenant: tenant.clone(),
            course: id.clone(),
            source: GradeSource::RestMoodle,
            key: "id:1".to_owned(),
            label: "Final quiz".to_owned(),
            maximum: None,
            measure: Measure::Points,
            scope: Scope::Item,
            counting: Released::Released,
            file: None,
            rest: Some(RestColumn {
                is_listed: true,
                ours: Some(item),
                ..RestColumn::default()
            }),
        };
        outside::save_column(db, &own, None, now)?;
        let whole = Readings {
            was_on: true,
            coverage: Some(Coverage {
                is_whole: true,
                ..Coverage::default()
            }),
            ..Readings::default()
        };
        readings::save(db, tenant, id, &whole)
    });
    told.await.unwrap();
}

#[test]
fn grades_that_the_lms_does_not_show_are_not_taken_along_nor_that_there_are_any() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, award, _) = stage.earned().await;
        let about = async |n: usize| -> Value {
            let files = unpacked(&taken(&stage, n).await.body);
            serde_json::from_slice(&files["about-me.json"]).unwrap()
        };
        assert!(!about(0).await["grades"].as_array().unwrap().is_empty());
        nothing_is_shown(&stage).await;
        let after = about(0).await;
        assert_eq!(after["grades"], serde_json::json!([]));
        assert_eq!(after["columns_not_released_yet"], serde_json::json!([]));
        let seen = |one: &&Value| one["reasons"].to_string().contains("\"seen\":\"grade\"");
        let decided = after["decisions"].as_array().unwrap().iter().filter(seen);
        let known: Vec<&Value> = decided.map(|one| &one["id"]).collect();
        assert_eq!(
            known,
            [&serde_json::json!(award.decision)],
            "what an award rests on"
        );
        stage.scene.end().await;
    });
}
