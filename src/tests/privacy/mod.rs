//! Leaving with everything, proving it without the service, and being erased.

mod erasing;
mod given_up;
mod institution;
mod joined;
mod returning;
mod signers;
mod student;

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Output};

use crate::domain::evidence::{Activity, Artefact, Review, StoredFile, Submission, SubmissionState};
use crate::ids::{ActivityId, SubmissionId, TenantId};
use crate::random::SystemRandom;
use crate::service::base::institutions;
use crate::service::privacy::export::verifying::{Report, verify_archive};
use crate::store::{activities, issuers, links, submissions};
use base64::Engine as _;
use bytes::Bytes;
use openbadges::multibase;
use practice_lms::browser::Page;
use rust_decimal::Decimal;

use crate::tests::harness::Scene;
use crate::tests::showing::stage::Stage;

const WORK: &[u8] = b"The report that the first student handed in, as a file.";

/// The built program in a folder where there is nothing else.
fn cairn(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(crate::tests::program::path());
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
pub(crate) fn unpacked(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
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

fn verified(bytes: &[u8], scene: &Scene) -> Report {
    verify_archive(Cursor::new(bytes), scene.cairn.clock.now()).unwrap()
}

/// Work of the first student: a text and a file, approved.
pub(crate) async fn handed_in(stage: &Stage, n: usize) -> Submission {
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
pub(crate) async fn taken(stage: &Stage, n: usize) -> Page {
    let mut student = stage.student_browser(n).await;
    let home = student.get(&stage.inside("")).await.unwrap();
    assert!(home.words().contains("My data"), "{}", home.words());
    let page = student.get(&stage.inside("/me")).await.unwrap();
    assert_eq!(page.status, 200, "{}", page.words());
    let form = page.form("/me/archive").unwrap();
    student.submit(&page, &form, &[]).await.unwrap()
}
