//! The other verifier: the packages of the kit in a folder that goes away again, and `peer.mjs` there.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::json;

use super::{Kind, Site};

/// How long each kind is measured.
const SECONDS: &str = "6";

/// How many badges of each kind it verifies in a second; nothing without the kit.
pub(crate) fn measure(site: &Site, kinds: &[Kind]) -> Option<HashMap<String, f64>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let kit = std::env::var_os("CAIRN_KIT").map_or_else(|| root.join("../shared/kit"), PathBuf::from);
    if !kit.join("package-lock.json").is_file() {
        println!(
            "left out: @digitalbazaar/vc. The kit is not at {}; name its folder in CAIRN_KIT.",
            kit.display()
        );
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("kit");
    succeed(Command::new("cp").arg("-r").arg(&kit).arg(&copy));
    fs::copy(root.join("benches/verify/peer.mjs"), copy.join("peer.mjs")).unwrap();
    let documents = folder.path().join("documents.json");
    let kinds: Vec<_> = kinds
        .iter()
        .map(|kind| json!({ "name": kind.name, "valid": kind.valid, "revoked": kind.revoked, "changed": kind.changed }))
        .collect();
    let all = json!({ "dids": site.dids, "lists": site.lists, "kinds": kinds });
    fs::write(&documents, all.to_string()).unwrap();
    succeed(
        Command::new("npm")
            .args(["ci", "--silent", "--no-audit", "--no-fund"])
            .current_dir(&copy),
    );
    let done = succeed(
        Command::new("node")
            .arg("peer.mjs")
            .arg(&documents)
            .arg(SECONDS)
            .current_dir(&copy),
    );
    Some(serde_json::from_slice(&done.stdout).unwrap())
}

fn succeed(command: &mut Command) -> Output {
    let done = command.output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?}: {said}");
    done
}
