//! Leaving with everything, proving it without the service, and being erased.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Output};

use base64::Engine as _;
use bytes::Bytes;
use cairn::domain::evidence::{Activity, Artefact, Review, StoredFile, Submission, SubmissionState};
use cairn::ids::{ActivityId, PersonId, SubmissionId, TenantId};
use cairn::openbadges::multibase;
use cairn::practice_lms::browser::Page;
use cairn::random::SystemRandom;
use cairn::service::admins::Scope;
use cairn::service::institutions;
use cairn::service::leaving::drill::{Finding, Report, drill};
use cairn::store::blobs::BlobError;
use cairn::store::{
    Page as Part, activities, audit, awards, credentials, decisions, issuers, links, people, results,
    sessions, submissions,
};
use rust_decimal::Decimal;
use serde_json::Value;

use crate::console::keeper::Keeper;
use crate::harness::{Scene, on_each_database};
use crate::showing::stage::{Stage, get, until};

const WORK: &[u8] = b"The report that the first student handed in, as a file.";

/// The built program in a folder where there is nothing else.
fn cairn(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cairn"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CAIRN_")) {
        command.env_remove(name);
    }
    let mut command = command.current_dir(folder).args(arguments);
    for (name, value) in variables {
        command = command.env(name, value);
    }
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Every file of an archive.
pub fn unpacked(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut files = BTreeMap::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        files.insert(file.name().unwrap().into_owned(), content);
    }
    files
}

fn packed(files: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file(name.as_str(), options).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn drilled(bytes: &[u8], scene: &Scene) -> Report {
    drill(Cursor::new(bytes), scene.cairn.clock.now()).unwrap()
}

/// Work of the first student: a text and a file, approved.
async fn handed_in(stage: &Stage, n: usize) -> Submission {
    let person = stage.person(n).await;
    let (tenant, course) = (stage.course.tenant.clone(), stage.course.id.clone());
    let now = stage.scene.cairn.clock.now();
    let digest = stage
        .scene
        .cairn
        .blobs
        .put(&tenant, Bytes::from_static(WORK))
        .await
        .unwrap();
    let done = stage.scene.cairn.store.write(move |db| {
        let link = links::list(db, &tenant, &course)?.remove(0);
        let activity = Activity {
            id: ActivityId::new(now, &SystemRandom),
            tenant: tenant.clone(),
            course,
            link: link.id,
            title: "Field report".into(),
            instructions: String::new(),
            line_item: None,
            maximum: Decimal::TEN,
            created_at: now,
        };
        activities::insert(db, &activity)?;
        let submission = Submission {
            id: SubmissionId::new(now, &SystemRandom),
            tenant,
            activity: activity.id,
            version: 1,
            artefact: Artefact {
                text: Some("What I saw in the field".into()),
                link: None,
                file: Some(StoredFile {
                    name: "../report: final.txt".into(),
                    media_type: "text/plain".into(),
                    size: 1,
                    digest,
                }),
            },
            state: SubmissionState::Approved,
            submitted_at: now,
            review: Some(Review {
                by: person.clone(),
                at: now,
                message: "Well seen".into(),
                score: None,
            }),
            person,
        };
        submissions::insert_version(db, &submission)?;
        Ok(submission)
    });
    done.await.unwrap()
}

/// What must never leave: private keys in every notation.
async fn secrets(scene: &Scene, tenant: &TenantId) -> Vec<Vec<u8>> {
    let tenant = tenant.clone();
    let keys = scene.cairn.store.read(move |db| {
        let issuer = issuers::for_tenant(db, &tenant)?.unwrap();
        issuers::all_keys(db, &tenant, &issuer.id)
    });
    let mut found = Vec::new();
    for key in keys.await.unwrap() {
        let secret = institutions::signing_key(&scene.cairn.vault, &key)
            .unwrap()
            .to_bytes();
        found.push(secret.to_vec());
        found.push(hex::encode(secret).into_bytes());
        found.push(
            base64::engine::general_purpose::STANDARD_NO_PAD
                .encode(secret)
                .into_bytes(),
        );
        found.push(
            base64::engine::general_purpose::URL_SAFE_NO_PAD
                .encode(secret)
                .into_bytes(),
        );
        found.push(bs58::encode(secret).into_string().into_bytes());
        found.push(key.sealed_secret.into_bytes());
        assert!(multibase::decode_key(&key.public_multibase).is_ok());
    }
    found
}

#[track_caller]
fn holds_none(files: &BTreeMap<String, Vec<u8>>, needles: &[Vec<u8>]) {
    assert!(!needles.is_empty() && needles.iter().all(|needle| needle.len() > 3));
    for (name, content) in files {
        for needle in needles {
            let there = content.windows(needle.len()).any(|window| window == needle);
            assert!(!there, "{name} holds {}", String::from_utf8_lossy(needle));
        }
    }
}

/// The archive that the `n`th student saves from "My data".
pub async fn taken(stage: &Stage, n: usize) -> Page {
    let mut student = stage.student_browser(n).await;
    let home = student.get(&stage.inside("")).await.unwrap();
    assert!(home.words().contains("My data"), "{}", home.words());
    let page = student.get(&stage.inside("/me")).await.unwrap();
    assert_eq!(page.status, 200, "{}", page.words());
    let form = page.form("/me/archive").unwrap();
    student.submit(&page, &form, &[]).await.unwrap()
}

#[test]
fn a_student_takes_everything_along_and_it_proves_itself_with_the_service_off() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, _, credential) = stage.earned().await;
        let submission = handed_in(&stage, 0).await;
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
            "cairn drill",
            "as of the date of its list",
        ] {
            assert!(readme.contains(part), "{part}: {readme}");
        }
        // Everything about this student, and nothing about another one.
        let about: Value = serde_json::from_slice(&files["about-me.json"]).unwrap();
        let (_, name) = stage.student(0);
        assert_eq!(about["person"]["name"], name.as_str());
        assert_eq!(about["grades"][0]["column"], "Final quiz");
        assert_eq!(about["handed_in"][0]["review"]["message"], "Well seen");
        assert_eq!(
            about["handed_in"][0]["file_in_archive"],
            format!("{evidence}/file-_report_ final.txt")
        );
        assert_eq!(about["awards"][0]["badge"], "Quiz master");
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
        let sound = cairn(folder.path(), &["drill", "mine.zip"], &nowhere);
        let text = said(&sound);
        assert_eq!(sound.status.code(), Some(0), "{text}");
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
fn an_institution_takes_everything_along_from_the_console_and_from_the_command_line() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, _, credential) = stage.earned().await;
        handed_in(&stage, 0).await;
        let tenant = stage.course.tenant.clone();
        let here = format!("/admin/leaving/{tenant}");
        let mut keeper = Keeper::of(&stage.scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        let page = keeper.get(&here).await;
        let asked = keeper.send(&page, "/export", &[]).await;
        assert!(asked.words().contains("being packed"), "{}", asked.words());
        let mut ready = keeper.get(&here).await;
        for _ in 0..600 {
            if ready.form("/exports/").is_ok() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            ready = keeper.get(&here).await;
        }
        assert!(ready.words().contains("1 of 1 badges"), "{}", ready.words());
        let archive = keeper.send(&ready, "/exports/", &[]).await;
        assert_eq!(
            archive.header("content-type"),
            Some("application/zip"),
            "{}",
            archive.words()
        );
        // It stays for a while, for those of this institution alone.
        assert_eq!(keeper.send(&ready, "/exports/", &[]).await.status, 200);
        let (other, _) = institutions::find_or_create(&stage.scene.cairn, "South Coast College")
            .await
            .unwrap();
        let mut stranger = Keeper::of(&stage.scene, &Scope::Tenant(other.id.clone()), "Eve").await;
        assert_eq!(stranger.get(&here).await.status, 404);
        let own = stranger.get(&format!("/admin/leaving/{}", other.id)).await;
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
            let report = drilled(&bytes, &stage.scene);
            assert!(report.is_sound() && report.badges.len() == 6, "{report:?}");
            let holders = String::from_utf8(files["holders.csv"].clone()).unwrap();
            assert!(
                holders.contains(&stage.student(0).1) && holders.contains(&credential.slug),
                "{holders}"
            );
            assert!(files.values().any(|content| content == WORK));
            holds_none(&files, &secrets(&stage.scene, &tenant).await);
        }
        stage.scene.end().await;
        let proven = cairn(folder.path(), &["drill", "all.zip"], &[]);
        assert!(proven.status.success(), "{}", said(&proven));
    });
}

/// Whether anything of that person is still in the tables.
async fn left_of(stage: &Stage, person: &PersonId) -> [usize; 7] {
    let (tenant, person) = (stage.course.tenant.clone(), person.clone());
    let counts = stage.scene.cairn.store.read(move |db| {
        Ok([
            usize::from(people::get(db, &tenant, &person)?.is_some()),
            submissions::of_person(db, &tenant, &person)?.len(),
            decisions::of_person(db, &tenant, &person)?.len(),
            results::of_person(db, &tenant, &person)?.len(),
            awards::for_person(db, &tenant, &person)?.len(),
            credentials::for_person(db, &tenant, &person)?.len(),
            sessions::of_person(db, &tenant, &person)?.len(),
        ])
    });
    counts.await.unwrap()
}

#[test]
fn who_asks_to_be_erased_leaves_nothing_behind_but_a_revoked_place() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, _, credential) = stage.earned().await;
        let submission = handed_in(&stage, 0).await;
        let (person, tenant) = (stage.person(0).await, stage.course.tenant.clone());
        let (_, name) = stage.student(0);
        let mut student = stage.student_browser(0).await;
        let mine = stage.inside(&format!("/credentials/{}", credential.award));
        let mine = student.get(&mine).await.unwrap();
        let make = mine.form("/links").unwrap();
        let made = student.submit(&mine, &make, &[("days", "30")]).await.unwrap();
        assert!(made.words().contains("Your new link"), "{}", made.words());
        let before = taken(&stage, 0).await;
        let about: Value = serde_json::from_slice(&unpacked(&before.body)["about-me.json"]).unwrap();
        let links = &about["awards"][0]["credential"]["share_links"];
        assert_eq!(links.as_array().map(Vec::len), Some(1), "{about}");
        let review = student.get(&stage.inside("/me/erasure")).await.unwrap();
        for said in [
            "cannot be undone",
            "Your badges (1) are revoked",
            "the course site tells us of you again",
        ] {
            assert!(review.words().contains(said), "{said}: {}", review.words());
        }
        let form = review.form("/me/erasure/ask").unwrap();
        let wrong = student.submit(&review, &form, &[("word", "yes")]).await.unwrap();
        assert_eq!(wrong.status, 422);
        assert!(
            wrong.words().contains("Nothing was asked for yet"),
            "{}",
            wrong.words()
        );
        let asked = student
            .submit(&review, &form, &[("word", "Erase")])
            .await
            .unwrap();
        assert!(asked.words().contains("You asked for it"), "{}", asked.words());
        // Taken back and asked for again.
        let form = asked.form("/me/erasure/withdraw").unwrap();
        let back = student.submit(&asked, &form, &[]).await.unwrap();
        assert!(back.words().contains("was taken back"), "{}", back.words());
        let form = review.form("/me/erasure/ask").unwrap();
        student
            .submit(&review, &form, &[("word", "erase")])
            .await
            .unwrap();
        let public = stage.url(&format!("/b/{}", credential.slug));
        assert_eq!(
            get(&public, "text/html").await.status,
            200,
            "nothing has happened yet"
        );

        let here = format!("/admin/leaving/{tenant}");
        let mut keeper = Keeper::of(&stage.scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        let list = keeper.get(&here).await;
        assert!(
            list.words().contains(&name) && list.words().contains("1 badge, 1 hand-in"),
            "{}",
            list.words()
        );
        let href = list
            .text()
            .split("href=\"")
            .find(|part| part.contains("/erasures/"))
            .unwrap()
            .to_owned();
        let review = keeper.get(href.split('"').next().unwrap()).await;
        assert!(review.words().contains(&name), "{}", review.words());
        let done = keeper.send(&review, "/erasures/", &[]).await;
        assert!(done.words().contains("Nobody waits"), "{}", done.words());
        assert!(
            done.words().contains("Badges that were erased so far: 1"),
            "{}",
            done.words()
        );
        // Twice is once.
        assert_eq!(keeper.send(&review, "/erasures/", &[]).await.status, 200);

        assert_eq!(left_of(&stage, &person).await, [0; 7]);
        for ending in ["", ".json", ".png"] {
            let page = get(&format!("{public}{ending}"), "text/html").await;
            assert_eq!(page.status, 410, "{}", page.words());
            assert!(
                page.words().contains("erased at the wish of its holder"),
                "{}",
                page.words()
            );
            assert!(!page.words().contains(&name));
        }
        let verdict = stage.verify(credential.document.as_bytes()).await;
        assert!(verdict.is_revoked(), "{verdict:?}");
        let blobs = &stage.scene.cairn.blobs;
        let digest = submission.artefact.file.unwrap().digest;
        let gone = until("the file is removed", || async {
            matches!(blobs.get(&tenant, &digest).await, Err(BlobError::Missing)).then_some(())
        });
        gone.await;
        let of = tenant.clone();
        let log = stage.scene.cairn.store.read(move |db| {
            audit::list(
                db,
                &of,
                Part {
                    offset: 0,
                    limit: 500,
                },
            )
        });
        let log = format!("{:?}", log.await.unwrap());
        assert!(log.contains("erasure.done"), "{log}");
        for trace in [name.as_str(), person.as_str(), submission.id.as_str()] {
            assert!(!log.contains(trace), "{trace}: {log}");
        }
        // The old visit is over, what was taken before still proves itself, and whoever comes back begins anew.
        assert_eq!(student.get(&stage.inside("/me")).await.unwrap().status, 401);
        let report = drilled(&before.body, &stage.scene);
        assert!(
            matches!(report.badges[0].finding, Finding::Verified { .. }),
            "{report:?}"
        );
        let mut back = stage.student_browser(0).await;
        let home = back.get(&stage.inside("/me")).await.unwrap();
        assert_eq!(home.status, 200);
        let anew = stage.person(0).await;
        assert_ne!(anew, person);
        assert_eq!(left_of(&stage, &person).await, [0; 7]);
        stage.scene.end().await;
    });
}
