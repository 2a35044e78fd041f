//! Another master key, on both databases, and every point at which changing it may be interrupted.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::clock::SystemClock;
use crate::random::SystemRandom;
use crate::service::base::institutions;
use crate::service::base::master_key::opens;
use crate::service::institution::administrators::Operator;
use crate::service::institution::{issuing, tool_keys};
use crate::store::audit;
use crate::store::sealed::{Sealed, SealedKind};
use crate::store::testing::Engine;
use crate::store::testing::{TestDatabase, drop_postgres, postgres};
use crate::web::words::starting;

/// An installation that is started again and again.
struct Place {
    folder: tempfile::TempDir,
    settings: Settings,
}

impl Place {
    fn on(url: &str, own: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut environment = HashMap::from([
            ("CAIRN_DATA_DIR".to_owned(), folder.path().display().to_string()),
            ("CAIRN_DATABASE_URL".to_owned(), url.to_owned()),
        ]);
        environment.extend(
            own.iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let settings = Settings::load(None, &environment).unwrap();
        Self { folder, settings }
    }

    fn files(&self) -> KeyFile {
        KeyFile::in_folder(self.folder.path())
    }

    fn has(&self, name: &str) -> bool {
        self.folder.path().join(name).exists()
    }

    async fn start(&self) -> Result<Cairn, StartError> {
        Cairn::open(
            self.settings.clone(),
            Arc::new(SystemClock),
            Arc::new(SystemRandom),
        )
        .await
    }

    async fn rotate(&self, given: Option<Vault>) -> Result<Rotated, RotationError> {
        rotate(
            self.settings.clone(),
            Arc::new(SystemClock),
            Arc::new(SystemRandom),
            given,
        )
        .await
    }
}

/// Everything that is stored under the master key: old and new keys of an issuer, both kinds, and the tool's.
async fn fill(cairn: &Cairn) {
    let (tenant, _) = institutions::find_or_create(cairn, "North Coast").await.unwrap();
    let keys = institutions::issuer_keys(cairn).await.unwrap();
    let first = keys[0].1[0].public_multibase.clone();
    issuing::rotate(cairn, Operator::CommandLine, &tenant.id, &first)
        .await
        .unwrap();
    tool_keys::publish_next(cairn, Operator::CommandLine)
        .await
        .unwrap();
}

async fn stored(cairn: &Cairn) -> Vec<Sealed> {
    cairn.store.read(sealed::all).await.unwrap()
}

/// Runs a test on each database that there is.
fn on_each<F: Future<Output = ()>>(test: impl Fn(TestDatabase) -> F) {
    for database in TestDatabase::all() {
        crate::app::block_on(test(database));
    }
}

#[track_caller]
fn why(opened: Result<Cairn, StartError>) -> SecretsError {
    match opened {
        Err(StartError::Secrets(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_secret_is_encrypted_anew_and_stays_the_same_secret() {
    on_each(|database| async move {
        let place = Place::on(&database.url, &[]);
        let cairn = place.start().await.unwrap();
        fill(&cairn).await;
        let before = stored(&cairn).await;
        for kind in [
            SealedKind::IssuerKey,
            SealedKind::IssuerTokenKey,
            SealedKind::ToolKey,
        ] {
            let count = before.iter().filter(|one| one.kind == kind).count();
            assert_eq!(count, 2, "{kind:?}");
        }
        let new = Vault::new([7; 32]);
        assert_eq!(seal_anew(&cairn, &new).await.unwrap(), 6);
        let after = stored(&cairn).await;
        assert_eq!(after.len(), 6);
        for (old, now) in before.iter().zip(&after) {
            let purpose = purpose(old.kind);
            assert_eq!((old.kind, &old.id), (now.kind, &now.id));
            assert!(matches!(
                cairn.vault.open(purpose, &now.text),
                Err(SecretsError::WrongKey)
            ));
            assert_eq!(
                new.open(purpose, &now.text).unwrap(),
                cairn.vault.open(purpose, &old.text).unwrap()
            );
        }
        for (issuer, keys) in institutions::issuer_keys(&cairn).await.unwrap() {
            let subject = new.fingerprint();
            for key in &keys {
                institutions::can_be_used(&new, key).unwrap();
                assert!(institutions::can_be_used(&cairn.vault, key).is_err());
            }
            let noted = cairn
                .store
                .read(move |db| audit::about(db, &issuer.tenant, &[subject.as_str()]));
            let noted = noted.await.unwrap();
            assert_eq!(noted.len(), 1);
            assert_eq!(noted[0].action, "master-key.rotated");
        }
        // What is no longer there is not in the file of the database either.
        if let (Engine::Sqlite, Some(path)) = (database.engine, database.url.strip_prefix("sqlite://")) {
            let wal = format!("{path}-wal");
            assert_eq!(std::fs::metadata(&wal).map_or(0, |about| about.len()), 0);
            let bytes = std::fs::read(path).unwrap();
            let holds = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
            assert!(after.iter().all(|one| holds(&one.text)));
            assert!(!before.iter().any(|one| holds(&one.text)));
        }
        drop(cairn);
        let error = why(place.start().await);
        assert!(matches!(error, SecretsError::WrongKey), "{error}");
    });
}

#[test]
fn one_secret_that_does_not_open_and_nothing_is_changed() {
    on_each(|database| async move {
        let place = Place::on(&database.url, &[]);
        let cairn = place.start().await.unwrap();
        fill(&cairn).await;
        let all = stored(&cairn).await;
        let last = all.last().unwrap().clone();
        let foreign = Vault::new([1; 32]).seal(purpose(last.kind), b"x", &SystemRandom);
        let done = cairn
            .store
            .write(move |db| sealed::replace(db, &last, &foreign))
            .await;
        done.unwrap();
        let before = stored(&cairn).await;
        let refused = seal_anew(&cairn, &Vault::new([7; 32])).await;
        assert!(matches!(
            refused,
            Err(ServiceError::Secrets(SecretsError::WrongKey))
        ));
        assert_eq!(stored(&cairn).await, before);
    });
}

/// A change of the key that is killed after its first `steps`: the next key is laid ready, the transaction ends, the key
/// before is kept, the next one takes its place.
async fn killed_after(place: &Place, steps: u32) {
    let cairn = place.start().await.unwrap();
    fill(&cairn).await;
    let (files, old) = (place.files(), cairn.vault.clone());
    let new = files.prepare(None, &SystemRandom).unwrap();
    if steps > 1 {
        seal_anew(&cairn, &new).await.unwrap();
    }
    drop(cairn);
    if steps > 2 {
        std::fs::hard_link(files.path(), files.old_path(&old)).unwrap();
    }
    if steps > 3 {
        std::fs::rename(files.next_path(), files.path()).unwrap();
    }
    let cairn = place.start().await.unwrap();
    let expected = if steps > 1 { &new } else { &old };
    assert_eq!(cairn.vault.fingerprint(), expected.fingerprint(), "{steps}");
    for (_, keys) in institutions::issuer_keys(&cairn).await.unwrap() {
        for key in &keys {
            institutions::can_be_used(&cairn.vault, key).unwrap();
        }
    }
    assert_eq!(place.has("master.key.next"), steps == 1, "{steps}");
    let kept = files.old().unwrap();
    assert_eq!(kept.len(), usize::from(steps > 1), "{steps}");
    assert!(kept.iter().all(|(_, key)| key.fingerprint() == old.fingerprint()));
    drop(cairn);
    // And again, as if nothing had been.
    let cairn = place.start().await.unwrap();
    assert_eq!(cairn.vault.fingerprint(), expected.fingerprint(), "{steps}");
}

#[test]
fn killed_at_any_point_it_starts_with_the_key_that_opens_the_database() {
    for steps in 1..=4 {
        on_each(|database| async move {
            killed_after(&Place::on(&database.url, &[]), steps).await;
        });
    }
}

#[test]
fn a_change_that_was_killed_before_it_changed_anything_is_done_by_the_next_one() {
    crate::app::block_on(async {
        let database = TestDatabase::sqlite();
        let place = Place::on(&database.url, &[]);
        killed_after(&place, 1).await;
        let left = place.files().next().unwrap().unwrap();
        let done = place.rotate(None).await.unwrap();
        assert_eq!(done.after, left.fingerprint());
        assert!(!place.has("master.key.next"));
        place.start().await.unwrap();
    });
}

async fn changed_twice(url: &str) {
    let place = Place::on(url, &[]);
    let cairn = place.start().await.unwrap();
    fill(&cairn).await;
    let first = cairn.vault.fingerprint();
    drop(cairn);
    let done = place.rotate(None).await.unwrap();
    assert_eq!((done.keys, &done.before), (6, &first));
    assert_ne!(done.after, first);
    let kept = done.kept.unwrap();
    let old = crate::secrets::key_file::read(&kept).unwrap().unwrap();
    assert_eq!(old.fingerprint(), first);
    let given = Vault::new([9; 32]);
    let again = place.rotate(Some(given.clone())).await.unwrap();
    assert_eq!(
        (again.before, again.after.clone()),
        (done.after, given.fingerprint())
    );
    let cairn = place.start().await.unwrap();
    assert_eq!(cairn.vault.fingerprint(), again.after);
    assert_eq!(place.files().old().unwrap().len(), 2, "no key is ever lost");
}

#[test]
fn the_key_in_its_file_is_changed_again_and_again() {
    crate::app::block_on(async {
        changed_twice(&TestDatabase::sqlite().url).await;
        if let Some(server) = postgres() {
            // Nobody else may be connected.
            let url = TestDatabase::empty_postgres(&server);
            changed_twice(&url).await;
            drop_postgres(&url);
        }
    });
}

#[test]
fn with_the_key_in_the_settings_the_new_one_must_be_given() {
    const OLD: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    const NEW: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";
    crate::app::block_on(async {
        let database = TestDatabase::sqlite();
        let place = Place::on(&database.url, &[("CAIRN_MASTER_KEY", OLD)]);
        fill(&place.start().await.unwrap()).await;
        let refused = place.rotate(None).await.unwrap_err();
        assert!(matches!(refused, RotationError::NewKeyNeeded), "{refused}");
        assert!(
            starting::rotation(&refused).contains("--new-key-file"),
            "{refused}"
        );
        let same = place.rotate(Some(Vault::new([1; 32]))).await.unwrap_err();
        assert!(matches!(same, RotationError::SameKey), "{same}");
        place.start().await.unwrap();
        let done = place.rotate(Some(Vault::new([2; 32]))).await.unwrap();
        assert_eq!(done.kept, None);
        assert!(!place.has("master.key") && !place.has("master.key.next"));
        assert!(matches!(why(place.start().await), SecretsError::WrongKey));
        let changed = Place::on(&database.url, &[("CAIRN_MASTER_KEY", NEW)]);
        changed.start().await.unwrap();
    });
}

#[test]
fn it_is_not_changed_while_somebody_uses_it() {
    on_each(|database| async move {
        let place = Place::on(&database.url, &[]);
        let cairn = place.start().await.unwrap();
        let refused = place.rotate(None).await.unwrap_err();
        assert!(matches!(refused, RotationError::InUse), "{refused}");
        assert!(
            starting::rotation(&refused).contains("Stop every server"),
            "{refused}"
        );
        if database.engine == Engine::Postgres {
            // Another server, which has a data folder of its own.
            let key = cairn.vault.clone();
            let elsewhere = Place::on(&database.url, &[]);
            std::fs::copy(place.files().path(), elsewhere.files().path()).unwrap();
            let refused = elsewhere.rotate(None).await.unwrap_err();
            assert!(matches!(refused, RotationError::InUse), "{refused}");
            assert!(!elsewhere.has("master.key.next"));
            let there = elsewhere.files().current().unwrap().unwrap();
            assert_eq!(there.fingerprint(), key.fingerprint());
        }
        assert!(!place.has("master.key.next"));
        let all = stored(&cairn).await;
        assert!(opens(&cairn.vault, &all));
    });
}

#[test]
fn a_key_that_could_not_take_its_place_does_so_at_the_next_start() {
    crate::app::block_on(async {
        let database = TestDatabase::sqlite();
        let place = Place::on(&database.url, &[]);
        let files = place.files();
        let cairn = place.start().await.unwrap();
        let first = cairn.vault.clone();
        drop(cairn);
        // The key itself is turned into something that cannot be linked: a folder. It is read no more after the start.
        let next = files.prepare(None, &SystemRandom).unwrap();
        let cairn = place.start().await.unwrap();
        seal_anew(&cairn, &next).await.unwrap();
        drop(cairn);
        let aside = place.folder.path().join("aside");
        std::fs::rename(files.path(), &aside).unwrap();
        std::fs::create_dir(files.path()).unwrap();
        let said = why(place.start().await);
        assert!(matches!(said, SecretsError::File(..)), "{said}");
        std::fs::remove_dir(files.path()).unwrap();
        // Even without the key before it starts.
        let cairn = place.start().await.unwrap();
        assert_eq!(cairn.vault.fingerprint(), next.fingerprint());
        assert_ne!(cairn.vault.fingerprint(), first.fingerprint());
    });
}

#[test]
fn each_missing_or_wrong_key_has_its_sentence_and_no_new_one_is_made() {
    crate::app::block_on(async {
        let database = TestDatabase::sqlite();
        let place = Place::on(&database.url, &[]);
        fill(&place.start().await.unwrap()).await;
        let files = place.files();
        let aside = place.folder.path().join("aside");
        std::fs::rename(files.path(), &aside).unwrap();
        let missing = why(place.start().await);
        assert!(missing.to_string().contains("Put the file back"), "{missing}");
        assert!(!place.has("master.key"), "a new key would only hide the trouble");

        let wrong = files.create(&SystemRandom).unwrap();
        let said = why(place.start().await);
        assert!(matches!(said, SecretsError::WrongKey), "{said}");
        std::fs::remove_file(files.path()).unwrap();

        // An older database was put back below a newer key.
        let right = crate::secrets::key_file::read(&aside).unwrap().unwrap();
        std::fs::rename(&aside, files.old_path(&right)).unwrap();
        files.prepare(Some(&wrong), &SystemRandom).unwrap();
        std::fs::rename(files.next_path(), files.path()).unwrap();
        let older = why(place.start().await);
        assert!(older.to_string().contains(&right.fingerprint()), "{older}");
        copy_over(&files.old_path(&right), &files.path());
        place.start().await.unwrap();
    });
}

fn copy_over(from: &Path, to: &Path) {
    std::fs::copy(from, to).unwrap();
}
