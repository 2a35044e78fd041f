//! The page that lies in an archive: opened from a disk, with the service stopped and the net off.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Finding;
use crate::tests::chromium::Chromium;
use crate::tests::harness::Scene;
use crate::tests::privacy::{taken, unpacked};
use crate::tests::showing::stage::Stage;

#[test]
fn an_archive_is_checked_with_its_own_page_with_everything_off() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::start(&["--host-resolver-rules=MAP * ~NOTFOUND"]).await else {
            return;
        };
        let stage = Stage::set(Scene::on(crate::store::testing::TestDatabase::sqlite()).await).await;
        stage.earned().await;
        let files = unpacked(&taken(&stage, 0).await.body);
        stage.scene.end().await;
        let folder = tempfile::tempdir().unwrap();
        let page = folder.path().join("verify.html");
        std::fs::write(&page, &files["verify.html"]).unwrap();
        let driver = &chromium.driver;
        driver.goto(format!("file://{}", page.display())).await.unwrap();
        chromium.reads("This is a saved copy").await;
        let file = |ending: &str| {
            let (name, content) = files.iter().find(|(name, _)| name.ends_with(ending)).unwrap();
            json!({ "name": name.rsplit('/').next(), "base64": STANDARD.encode(content) })
        };
        let (_, list) = files
            .iter()
            .find(|(name, _)| name.starts_with("status/"))
            .unwrap();
        let list = json!({ "name": "list.json", "base64": STANDARD.encode(list) });
        let (badge, did) = (file("badge.json"), file("did.json"));
        let mut forged = files
            .iter()
            .find(|(name, _)| name.ends_with("badge.json"))
            .unwrap()
            .1
            .clone();
        let at = forged
            .windows(11)
            .position(|part| part == b"Quiz master")
            .unwrap();
        forged[at] = b'B';
        let forged = json!({ "name": "badge.json", "base64": STANDARD.encode(forged) });
        let cases = [
            json!({ "files": [badge, did, list] }),
            json!({ "files": [list, file("badge.png"), did] }),
            json!({ "files": [file("badge.svg"), did, list] }),
            json!({ "files": [forged, did, list] }),
            json!({ "files": [badge, did] }),
            json!({ "files": [badge] }),
            json!({ "files": [badge, file("badge.svg"), did] }),
        ];
        let arguments = vec![json!(cases), Value::Null, Value::Null];
        let found = driver.execute_async(super::DRIVE, arguments).await.unwrap();
        let found: Vec<Finding> = serde_json::from_value(found.json().clone()).unwrap();
        for finding in &found[..3] {
            assert_eq!(finding.verdict, "valid", "{finding:?}");
            assert!(
                finding.says.contains("as far as the files that you chose tell"),
                "{finding:?}"
            );
            // Only the files say whose key it is: it does not look like what an issuer vouches for.
            assert_eq!(finding.look, "banner is-unknown", "{finding:?}");
            assert!(
                finding
                    .sentence
                    .contains("does not prove that it issued the badge"),
                "{finding:?}"
            );
            assert!(
                finding.checks["Status"].sentence.contains("not revoked as of 20"),
                "{finding:?}"
            );
            assert!(
                finding.checks["Key"].sentence.contains("could not be asked"),
                "{finding:?}"
            );
        }
        assert_eq!(found[3].verdict, "invalid", "{:?}", found[3]);
        assert_eq!(found[3].checks["Signature"].code, "Signature", "{:?}", found[3]);
        // Exactly what it could not do.
        let unchecked = |finding: &Finding| {
            let open = finding
                .checks
                .iter()
                .filter(|(_, check)| check.state == "unchecked");
            open.map(|(kind, _)| kind.clone()).collect::<Vec<_>>()
        };
        assert_eq!(
            (found[4].verdict.as_str(), unchecked(&found[4])),
            ("unknown", vec!["Status".to_owned()])
        );
        assert_eq!(
            (found[5].verdict.as_str(), unchecked(&found[5])),
            ("unknown", vec!["Key".to_owned(), "Status".to_owned()])
        );
        assert!(found[6].says.contains("Choose one badge"), "{:?}", found[6]);
        chromium.end().await;
    });
}
