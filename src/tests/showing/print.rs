//! A badge on paper: what stands on the sheet, for whom, and that it is one sheet of A4.

use crate::domain::award::Award;
use crate::domain::policy::Policy;
use crate::store::policies;
use crate::store::testing::TestDatabase;
use base64::Engine as _;
use practice_lms::browser::Browser;
use serde_json::json;

use super::elsewhere::scanned;
use super::stage::{Stage, design, get};
use crate::tests::chromium::Chromium;
use crate::tests::harness::{Scene, on_each_database};
use crate::tests::screens::{Viewer, launch};

#[test]
fn the_sheet_says_what_the_page_says_and_the_holders_own_has_the_name() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let (badge, award, credential) = stage.earned().await;
        let (_, name) = stage.student(0);
        let public = stage.url(&format!("/b/{}/print", credential.slug));
        let sheet = get(&public, "text/html").await;
        assert_eq!(sheet.status, 200, "{}", sheet.text());
        let address = format!("{}/b/{}", stage.scene.cairn.settings.identity(), credential.slug);
        for said in [
            "Quiz master",
            "North Coast Polytechnic",
            "Reads a table of data without help.",
            "<strong>80 %</strong>",
            "12 hours",
            "data:image/svg+xml;base64,",
            address.as_str(),
            "Valid until",
        ] {
            assert!(sheet.text().contains(said), "{said} in {}", sheet.text());
        }
        for kept in [name.as_str(), "80 of 100", "Revoked", "certificate-warning"] {
            assert!(!sheet.text().contains(kept), "{kept} in {}", sheet.text());
        }
        // A phone that is held over the paper opens that page, and no other.
        assert_eq!(scanned(&sheet.text()), [address.as_str()]);
        assert_eq!(get(&stage.url("/b/absent/print"), "text/html").await.status, 404);

        let mine = stage.inside(&format!("/credentials/{}/print", award.id));
        let mut holder = stage.student_browser(0).await;
        let own = holder.get(&mine).await.unwrap();
        assert!(
            own.text().contains(&name) && own.text().contains(&address),
            "{}",
            own.text()
        );
        assert_eq!(scanned(&own.text()), [address.as_str()]);
        let cookies = holder.cookies("127.0.0.1");
        let mut session = cookies
            .iter()
            .filter(|(name, _)| name.contains("cairn_") && name.len() > 20);
        let (_, token) = session.next().unwrap();
        let carried = Browser::new()
            .unwrap()
            .post(&mine, &[("session", token)])
            .await
            .unwrap();
        assert!(
            carried.text().contains(&name),
            "without cookies: {}",
            carried.text()
        );
        let mut other = stage.student_browser(1).await;
        assert_eq!(other.get(&mine).await.unwrap().status, 404, "another student");
        assert_eq!(get(&mine, "text/html").await.status, 401, "a stranger");

        let holders = stage.inside(&format!("/badges/{badge}/awards"));
        let page = stage.teacher.get(&holders).await.unwrap();
        let form = page.form("/revoke").unwrap();
        let review = stage
            .teacher
            .submit(&page, &form, &[("award", award.id.as_str())])
            .await
            .unwrap();
        let form = review.form("/revoke/confirm").unwrap();
        let reason = [("reason", "Between the two of us")];
        stage.teacher.submit(&review, &form, &reason).await.unwrap();
        for sheet in [
            get(&public, "text/html").await.text(),
            holder.get(&mine).await.unwrap().text(),
        ] {
            assert!(
                sheet.contains("Revoked.") && sheet.contains("no longer valid"),
                "{sheet}"
            );
            assert!(!sheet.contains("Between the two of us"), "{sheet}");
        }

        let (tenant, now) = (stage.course.tenant.clone(), stage.scene.cairn.clock.now());
        let closed = Policy {
            public_pages: false,
            ..Policy::default()
        };
        let set = stage
            .scene
            .cairn
            .store
            .write(move |db| policies::set(db, &tenant, &closed, now));
        set.await.unwrap();
        assert_eq!(get(&public, "text/html").await.status, 403);
        let own = holder.get(&mine).await.unwrap().text();
        assert!(
            own.contains(&name) && !own.contains("data:image/svg+xml"),
            "no code that leads nowhere: {own}"
        );
        stage.scene.end().await;
    });
}

/// How many pages the page that is open has on paper, and the size of the first in points.
pub(crate) async fn sheets(chromium: &Chromium, name: &str) -> (usize, String) {
    let asked = json!({ "preferCSSPageSize": true, "printBackground": true });
    let answer = chromium.tell("Page.printToPDF", asked).await;
    let data = answer["data"].as_str().unwrap();
    let bytes = base64::engine::general_purpose::STANDARD.decode(data).unwrap();
    if let Ok(folder) = std::env::var("CAIRN_SCREENS") {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(format!("{folder}/{name}.pdf"), &bytes).unwrap();
    }
    let text = String::from_utf8_lossy(&bytes);
    let pages = text.matches("/Type /Page\n").count();
    let (_, media) = text.split_once("/MediaBox [").unwrap();
    (pages, media.split(']').next().unwrap().to_owned())
}

#[test]
fn it_is_one_sheet_of_a4_and_fit_for_everybody_on_a_screen() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::start(&[]).await else {
            return;
        };
        let stage = Stage::set(Scene::on(TestDatabase::sqlite()).await).await;
        let (_, award, credential) = stage.earned().await;
        let mut long = design(&"Explains, measures and improves what others have built ".repeat(3));
        long.outcome = "Explains what a machine does, and to whom it matters. ".repeat(12);
        long.criteria = "- Reach **80 %** in the final quiz, and say why.\n\n".repeat(40);
        let long = stage.badge(long, Some(vec![stage.quiz()])).await;
        stage.check().await;
        let (long_award, long) = stage.awarded(&long, 0).await;
        let mut viewer = Viewer {
            chromium: &chromium,
            wrong: Vec::new(),
        };
        let own = |award: &Award| stage.inside(&format!("/credentials/{}/print", award.id));
        for (name, url) in [
            ("print", stage.url(&format!("/b/{}/print", credential.slug))),
            ("print-long", stage.url(&format!("/b/{}/print", long.slug))),
            ("print-own", own(&award)),
            ("print-own-long", own(&long_award)),
        ] {
            if name == "print-own" {
                launch(
                    &chromium,
                    &stage.scene.moodle,
                    0,
                    "My badges",
                    &stage.student(0).1,
                )
                .await;
            }
            viewer.goto(name, &url).await;
            let overflow = "const c = document.querySelector('.certificate'); return c.scrollHeight > c.clientHeight + 1;";
            chromium.emulate(794, false).await;
            chromium
                .tell("Emulation.setEmulatedMedia", json!({ "media": "print" }))
                .await;
            let cut = chromium.driver.execute(overflow, Vec::new()).await.unwrap();
            assert_eq!(
                cut.json(),
                &json!(false),
                "{name}: something of it does not fit the sheet"
            );
            chromium
                .tell("Emulation.setEmulatedMedia", json!({ "media": "" }))
                .await;
            let (pages, size) = sheets(&chromium, name).await;
            assert_eq!(pages, 1, "{name}");
            let points: Vec<f64> = size
                .split_whitespace()
                .map(|number| number.parse().unwrap())
                .collect();
            assert!(
                (points[2] - 595.0).abs() < 1.5 && (points[3] - 842.0).abs() < 1.5,
                "{name}: {size}"
            );
        }
        assert!(viewer.wrong.is_empty(), "{}", viewer.wrong.join("\n"));
        chromium.end().await;
        stage.scene.end().await;
    });
}
