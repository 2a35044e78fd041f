//! Another master key, as those who run an installation change it.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::tests::backup::{Restored, lived, lives_on, program, said};
use crate::tests::cli::{Server, add_platform, cairn, done, failed};
use crate::tests::harness::on_each_database;

#[test]
fn after_it_badges_stay_valid_new_ones_are_signed_and_the_old_key_opens_nothing() {
    on_each_database(|scene| async move {
        let lived = lived(scene).await;
        let scene = &lived.stage.scene;
        let old = scene.folder.path().join("master.key");
        // While its server runs nothing is changed.
        let mut running = program(scene.folder.path(), &scene.database.url);
        let (_, err) = failed(running.args(["keys", "rotate-master"]));
        assert!(err.contains("Stop every server"), "{err}");

        let restored = Restored::of(scene);
        restored.put_key(&old);
        let rotated = restored
            .program()
            .args(["keys", "rotate-master"])
            .output()
            .unwrap();
        let told = said(&rotated);
        assert!(rotated.status.success(), "{told}");
        assert!(
            told.contains("stored keys are encrypted with the new master key"),
            "{told}"
        );
        let kept = format!("master.key.old-{}", scene.cairn.vault.fingerprint());
        assert!(told.contains(&kept), "{told}");
        assert_eq!(
            std::fs::read(restored.data.join(&kept)).unwrap(),
            std::fs::read(&old).unwrap()
        );
        assert!(!restored.data.join("master.key.next").exists());

        // With the old key nobody gets in any more.
        let new = std::fs::read(restored.data.join("master.key")).unwrap();
        restored.put_key(&old);
        let said = restored.check_fails();
        assert!(said.contains("the master key is not the one"), "{said}");
        std::fs::write(restored.data.join("master.key"), new).unwrap();

        let serving = restored.serve(scene).await;
        lives_on(&lived).await;
        drop(serving);
        lived.stage.scene.end().await;
    });
}

const OLD: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
const NEW: &str = "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";

fn with_key<'a>(folder: &Path, key: &str, arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = cairn(folder);
    command.env("CAIRN_MASTER_KEY", key).args(arguments);
    command
}

#[test]
fn a_key_in_the_settings_is_changed_by_a_file_and_by_the_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let list = ["keys", "list"];
    let told = |mut command: Command| {
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let keys = told(with_key(folder, OLD, list));

    let rotate = ["keys", "rotate-master"];
    let (_, err) = failed(&mut with_key(folder, OLD, rotate));
    assert!(err.contains("--new-key-file"), "{err}");
    let from_file = ["keys", "rotate-master", "--new-key-file", "new.key"];
    let (_, err) = failed(&mut with_key(folder, OLD, from_file));
    assert!(err.contains("There is no file new.key"), "{err}");
    std::fs::write(folder.join("new.key"), NEW).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |mode| {
            let rights = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(folder.join("new.key"), rights).unwrap();
        };
        mode(0o644);
        let (_, err) = failed(&mut with_key(folder, OLD, from_file));
        assert!(err.contains("can be read by others"), "{err}");
        mode(0o600);
    }
    let (_, err) = failed(&mut with_key(folder, NEW, from_file));
    assert!(err.contains("cannot be decrypted"), "{err}");
    let rotated = told(with_key(folder, OLD, from_file));
    assert!(
        rotated.contains("put the new key into the setting master_key"),
        "{rotated}"
    );
    assert!(!rotated.contains(NEW) && !rotated.contains(OLD), "{rotated}");
    let (_, err) = failed(&mut with_key(folder, OLD, list));
    assert!(
        err.contains("after `cairn keys rotate-master` that is the new one"),
        "{err}"
    );
    assert_eq!(told(with_key(folder, NEW, list)), keys);
    let (_, err) = failed(&mut with_key(folder, NEW, from_file));
    assert!(err.contains("is the one that is in use"), "{err}");

    // And back, from a pipe.
    let mut process = with_key(folder, NEW, ["keys", "rotate-master", "--new-key-file", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = process.stdin.take().unwrap();
    writeln!(input, "{OLD}").unwrap();
    drop(input);
    assert!(process.wait().unwrap().success());
    assert_eq!(told(with_key(folder, OLD, list)), keys);
    assert!(!folder.join("data/master.key").exists());
}

#[test]
fn a_server_that_runs_keeps_its_key_and_one_that_was_killed_is_no_hindrance() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    add_platform(folder);
    let before = done(folder, &["keys", "list"]);
    let server = Server::start(folder);
    let (_, err) = failed(cairn(folder).args(["keys", "rotate-master"]));
    assert!(err.contains("Stop every server"), "{err}");
    assert!(!folder.join("data/master.key.next").exists());
    drop(server);
    let told = done(folder, &["keys", "rotate-master"]);
    assert!(told.contains("master.key.old-"), "{told}");
    assert_eq!(done(folder, &["keys", "list"]), before, "the keys stay the same");
    let help = done(folder, &["keys", "rotate-master", "--help"]);
    for part in ["Stop every server", "Nobody is signed out", "backups from before"] {
        assert!(help.contains(part), "{part}: {help}");
    }
}
