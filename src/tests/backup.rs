//! An installation is backed up while it runs, and comes back from nothing but its backup and its master key.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::domain::credential::Credential;
use crate::ids::BadgeId;
use crate::store::testing::Engine;
use crate::store::testing::{TestDatabase, drop_postgres, postgres, say};
use serde_json::Value;

use crate::tests::cli::{done, failed};
use crate::tests::evidence::{ADA, activity};
use crate::tests::guest::Guest;
use crate::tests::harness::{Scene, on_each_database};
use crate::tests::showing::stage::{Stage, design, get};

const WORK: &[u8] = b"%PDF-1.7 what Ada found out";

/// A course with what must not get lost.
pub(crate) struct Lived {
    pub(crate) stage: Stage,
    pub(crate) badge: BadgeId,
    pub(crate) held: Credential,
    pub(crate) revoked: Credential,
    /// Where in the course Ada handed a file in.
    place: String,
}

/// A badge that one student holds and that another one lost, and a file that a third one handed in.
pub(crate) async fn lived(scene: Scene) -> Lived {
    let (_, place) = activity(&scene.moodle).await;
    let mut ada = Guest::open(&scene.moodle, 0, ADA, "Project report").await;
    let page = ada.get(&place).await;
    let file = [("file", "report.pdf", "application/pdf", WORK)];
    let handed_in = ada.send_files(&page, "/hand-in", &[], &file).await;
    assert!(handed_in.words().contains("Handed in."), "{}", handed_in.words());

    let mut stage = Stage::set(scene).await;
    let badge = stage.badge(design("Quiz master"), Some(vec![stage.quiz()])).await;
    stage.grade(0, 80);
    stage.grade(1, 90);
    stage.check().await;
    let (_, held) = stage.awarded(&badge, 0).await;
    let (award, revoked) = stage.awarded(&badge, 1).await;
    let holders = stage.inside(&format!("/badges/{badge}/awards"));
    let page = stage.teacher.get(&holders).await.unwrap();
    let form = page.form("/revoke").unwrap();
    let one = [("award", award.id.as_str())];
    let review = stage.teacher.submit(&page, &form, &one).await.unwrap();
    let confirm = review.form("/revoke/confirm").unwrap();
    let reason = [("reason", "It was copied")];
    let done = stage.teacher.submit(&review, &confirm, &reason).await.unwrap();
    assert_eq!(done.status, 200, "{}", done.words());
    assert!(stage.verify(revoked.document.as_bytes()).await.is_revoked());
    Lived {
        stage,
        badge,
        held,
        revoked,
        place,
    }
}

/// The built program for an installation.
pub(crate) fn program(data: &Path, database: &str) -> Command {
    let mut command = Command::new(crate::tests::program::path());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CAIRN_")) {
        command.env_remove(name);
    }
    command
        .current_dir(data.parent().unwrap())
        .env("CAIRN_DATA_DIR", data)
        .env("CAIRN_DATABASE_URL", database)
        .env("CAIRN_ALLOW_HTTP_LOOPBACK", "true")
        .env("CAIRN_LOG", "error");
    command
}

pub(crate) fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[track_caller]
fn well(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", said(&output));
    said(&output)
}

/// The backup of an installation, as those who run it make it: the folder, and of PostgreSQL the dump beside it.
fn backed_up(scene: &Scene, scratch: &Path) -> PathBuf {
    let (data, database) = (scene.folder.path(), &scene.database);
    let dump = scratch.join("cairn.dump");
    if database.engine == Engine::Postgres {
        let arguments = ["--format=custom", "--file"];
        well(
            Command::new("pg_dump")
                .args(arguments)
                .arg(&dump)
                .arg(&database.url),
        );
    }
    let target = scratch.join("backup");
    let mut command = program(data, &database.url);
    command.env("CAIRN_PUBLIC_ORIGIN", &scene.origin);
    let told = well(command.arg("backup").arg(&target));
    assert!(told.contains("1 files"), "{told}");
    assert_eq!(
        told.contains("pg_dump"),
        database.engine == Engine::Postgres,
        "{told}"
    );
    target
}

/// A backup that was put back into an empty place, with a database of its own. There is no master key yet.
pub(crate) struct Restored {
    _shelf: tempfile::TempDir,
    pub(crate) data: PathBuf,
    pub(crate) url: String,
    engine: Engine,
}

impl Drop for Restored {
    fn drop(&mut self) {
        if self.engine == Engine::Postgres {
            drop_postgres(&self.url);
        }
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

impl Restored {
    /// Backs up what runs there, and restores it elsewhere.
    pub(crate) fn of(scene: &Scene) -> Self {
        let database = &scene.database;
        let scratch = tempfile::tempdir().unwrap();
        let backup = backed_up(scene, scratch.path());
        let sums = Command::new("sha256sum")
            .args(["--check", "--quiet", "SHA256SUMS"])
            .current_dir(&backup)
            .output();
        let sums = sums.unwrap();
        assert!(sums.status.success(), "{}", said(&sums));
        assert!(!backup.join("master.key").exists());
        let place = scratch.path().join("data");
        copy_folder(&backup, &place);
        let url = match database.engine {
            Engine::Sqlite => format!("sqlite://{}", place.join("cairn.db").display()),
            Engine::Postgres => {
                let url = TestDatabase::empty_postgres(&postgres().unwrap());
                let dump = scratch.path().join("cairn.dump");
                well(
                    Command::new("pg_restore")
                        .args(["--no-owner", "--exit-on-error", "--dbname", &url])
                        .arg(dump),
                );
                url
            }
        };
        Self {
            _shelf: scratch,
            data: place,
            url,
            engine: database.engine,
        }
    }

    pub(crate) fn program(&self) -> Command {
        program(&self.data, &self.url)
    }

    pub(crate) fn put_key(&self, from: &Path) {
        std::fs::copy(from, self.data.join("master.key")).unwrap();
    }

    /// What `cairn check` says, which must fail.
    pub(crate) fn check_fails(&self) -> String {
        failed(self.program().arg("check")).0
    }

    /// Starts it where the server was from which the backup is; that one has to end first.
    pub(crate) async fn serve(&self, scene: &Scene) -> Serving {
        scene.pull_the_plug();
        let address = scene.origin.trim_start_matches("http://");
        let start = Instant::now();
        while std::net::TcpListener::bind(address).is_err() {
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "the server does not end"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let mut process = self
            .program()
            .env("CAIRN_LISTEN", address)
            .env("CAIRN_PUBLIC_ORIGIN", &scene.origin)
            .arg("serve")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        while reqwest::get(format!("{}/readyz", scene.origin)).await.is_err() {
            assert!(process.try_wait().unwrap().is_none(), "it ended by itself");
            assert!(
                start.elapsed() < Duration::from_mins(1),
                "it does not become ready"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Serving(process)
    }
}

/// A server, until dropped.
pub(crate) struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Everything is as it was, and goes on: asked over the web alone, of whichever server answers now.
pub(crate) async fn lives_on(lived: &Lived) {
    let stage = &lived.stage;
    let verdict = stage.verify(lived.held.document.as_bytes()).await;
    assert!(verdict.is_valid(), "{verdict:?}");
    let verdict = stage.verify(lived.revoked.document.as_bytes()).await;
    assert!(verdict.is_revoked(), "{verdict:?}");
    let page = get(&stage.url(&format!("/b/{}", lived.held.slug)), "text/html").await;
    assert!(
        page.words().contains("nothing was changed since it was signed"),
        "{}",
        page.words()
    );
    let page = get(&stage.url(&format!("/b/{}", lived.revoked.slug)), "text/html").await;
    assert!(page.words().contains("revoked"), "{}", page.words());

    let lms = &stage.scene.moodle;
    let mut ada = Guest::open(lms, 0, ADA, "Project report").await;
    let page = ada.get(&lived.place).await;
    let ticket = page.links("/f/").into_iter().next();
    let ticket = ticket.unwrap_or_else(|| panic!("{}", page.words()));
    let file = ada.browser.get(&ticket).await.unwrap();
    assert_eq!((file.status, file.body.as_slice()), (200, WORK));

    let (_, name) = stage.student(2);
    let holders = format!("/badges/{}/awards", lived.badge);
    let mut teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
    let before = teacher.get(&holders).await;
    assert!(!before.words().contains(&name), "{}", before.words());
    stage.grade(2, 95);
    let home = teacher.get("").await;
    teacher.send(&home, "/check", &[]).await;
    teacher.until(&holders, &name).await;
    // And the student holds it, signed: what the new signature says is verified as anybody would.
    let mut student = stage.student_browser(2).await;
    let mine = student
        .get(&stage.inside(&format!("/badges/{}", lived.badge)))
        .await
        .unwrap();
    let credential = mine.links("/credentials/").into_iter().next();
    let credential = credential.unwrap_or_else(|| panic!("{}", mine.words()));
    let json = student.get(&format!("{credential}.json")).await.unwrap();
    assert_eq!(json.status, 200, "{credential}: {}", json.words());
    let verdict = stage.verify(&json.body).await;
    assert!(verdict.is_valid(), "{verdict:?}");
}

#[test]
fn a_server_that_runs_is_backed_up_and_comes_back_from_its_backup() {
    on_each_database(|scene| async move {
        let lived = lived(scene).await;
        let scene = &lived.stage.scene;
        let restored = Restored::of(scene);
        let manifest = std::fs::read(restored.data.join("manifest.json")).unwrap();
        let manifest: Value = serde_json::from_slice(&manifest).unwrap();
        assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
        assert!(manifest["migration"].as_str().unwrap().starts_with("2026"));
        assert_eq!(manifest["identity_origin"], scene.origin.as_str());
        assert_eq!(
            manifest["master_key_fingerprint"],
            scene.cairn.vault.fingerprint().as_str()
        );

        // Without its key, and with another one, it says so and makes none.
        let said = restored.check_fails();
        assert!(said.contains("FAILED  There is no master key file"), "{said}");
        assert!(!restored.data.join("master.key").exists());
        let elsewhere = tempfile::tempdir().unwrap();
        done(elsewhere.path(), &["keys", "list"]);
        restored.put_key(&elsewhere.path().join("data/master.key"));
        let said = restored.check_fails();
        assert!(
            said.contains("FAILED  A stored key cannot be decrypted: the master key is not the one"),
            "{said}"
        );
        restored.put_key(&scene.folder.path().join("master.key"));

        let serving = restored.serve(scene).await;
        let fingerprint = scene.cairn.vault.fingerprint();
        let checked = well(
            restored
                .program()
                .env("CAIRN_LISTEN", scene.origin.trim_start_matches("http://"))
                .env("CAIRN_PUBLIC_ORIGIN", &scene.origin)
                .arg("check"),
        );
        assert!(
            checked.contains(&format!("ok      master key: {fingerprint}, from its file")),
            "{checked}"
        );
        assert!(checked.contains("/did.json has its keys"), "{checked}");
        lives_on(&lived).await;
        drop(serving);
        lived.stage.scene.end().await;
    });
}

#[test]
fn a_backup_is_whole_or_not_there_and_never_in_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (_, err) = failed(crate::tests::cli::cairn(folder).args(["backup", "copy"]));
    assert!(err.contains("nothing to back up"), "{err}");
    assert!(!folder.join("copy").exists() && !folder.join("copy.part").exists());
    assert!(!folder.join("data/cairn.db").exists(), "looking made a database");

    done(folder, &["keys", "list"]);
    let made = done(folder, &["backup", "copy"]);
    assert!(
        made.contains("It takes the master key ") && made.contains("0 files"),
        "{made}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(folder.join("copy"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0, "others read it");
    }
    let before = std::fs::read(folder.join("copy/cairn.db")).unwrap();
    let (_, err) = failed(crate::tests::cli::cairn(folder).args(["backup", "copy"]));
    assert!(err.contains("copy is there already"), "{err}");
    assert_eq!(std::fs::read(folder.join("copy/cairn.db")).unwrap(), before);
    let (_, err) = failed(crate::tests::cli::cairn(folder).args(["backup", "no/such/place"]));
    assert!(err.contains("could not be written"), "{err}");

    // A file that is not what it was is copied, and named.
    let digest = "0".repeat(64);
    let scratch = folder.join("data/files/tenant/00");
    std::fs::create_dir_all(&scratch).unwrap();
    std::fs::write(scratch.join(&digest), "something else").unwrap();
    std::fs::write(scratch.join("half#1"), "half").unwrap();
    let made = done(folder, &["backup", "second"]);
    assert!(
        made.contains(&format!("files/tenant/00/{digest} is damaged")) && made.contains("1 files"),
        "{made}"
    );
    assert!(!folder.join("second/files/tenant/00/half#1").exists());
}

#[test]
fn of_postgres_it_says_what_is_missing_and_no_password() {
    let Some(server) = postgres() else {
        say("left out: a backup of PostgreSQL");
        return;
    };
    let url = TestDatabase::empty_postgres(&server);
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (_, err) = failed(program(&data, &url).args(["backup", "early"]));
    assert!(!err.contains("cairn_test:cairn_test"), "{err}");
    well(program(&data, &url).args(["keys", "list"]));
    let made = well(program(&data, &url).args(["backup", "copy"]));
    assert!(
        made.contains("pg_dump --format=custom") && !made.contains(&url),
        "{made}"
    );
    assert!(!folder.path().join("copy/cairn.db").exists());
    drop_postgres(&url);
}
