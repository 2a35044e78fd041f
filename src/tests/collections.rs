//! Collections: chosen badges on one page with own words, shown by a link that ends, as files, and gone with their person.

use chrono::TimeDelta;
use practice_lms::browser::{Browser, Page};
use reqwest::Method;
use serde_json::Value;

use crate::domain::portfolio::{Collection, CollectionLink};
use crate::service::base::session::digest;
use crate::store::collections;
use crate::store::testing::TestDatabase;
use crate::tests::harness::{Scene, on_each_database};
use crate::tests::portfolio::{School, bring, keep};
use crate::tests::privacy::{taken, unpacked};
use crate::tests::showing::stage::{Stage, get};

const HTML: &str = "text/html";

#[track_caller]
fn reads(page: &Page, text: &str) {
    assert!(page.words().contains(text), "{text}\nis not in\n{}", page.words());
}

async fn kept(stage: &Stage, n: usize) -> Vec<Collection> {
    let (tenant, person) = (stage.course.tenant.clone(), stage.person(n).await);
    let found = stage
        .scene
        .cairn
        .store
        .read(move |db| collections::of_people(db, &tenant, &[person]));
    found.await.unwrap()
}

/// A collection of everything that the student has.
async fn made(student: &mut Browser, stage: &Stage) -> Page {
    let page = student.get(&stage.inside("/collections/new")).await.unwrap();
    let form = page.form("/collections/new/save").unwrap();
    let item = page.text();
    let item = item.split("name=\"item\" value=\"").nth(1).unwrap();
    let item = item.split('"').next().unwrap();
    let fields = [
        ("title", "For the harbour"),
        ("words", "I apply as a welder.\nPlease look at both."),
        ("item", item),
    ];
    student.submit(&page, &form, &fields).await.unwrap()
}

fn fresh_link(page: &Page) -> String {
    let text = page.text();
    let field = text.split("id=\"fresh-link\" readonly value=\"").nth(1).unwrap();
    field.split('"').next().unwrap().to_owned()
}

#[test]
fn a_collection_is_seen_by_a_link_until_it_ends_or_is_withdrawn() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, _, credential) = stage.earned().await;
        let mut student = stage.student_browser(0).await;
        let empty = student.get(&stage.inside("/collections")).await.unwrap();
        reads(&empty, "None yet");
        let page = made(&mut student, &stage).await;
        reads(&page, "The collection was saved.");
        reads(&page, "Only you see it now.");

        let form = page.form("/link").unwrap();
        let odd = student.submit(&page, &form, &[("days", "4000")]).await.unwrap();
        assert_eq!(odd.status, 422);
        reads(&odd, "7, 30 or 90 days");
        let linked = student.submit(&page, &form, &[("days", "7")]).await.unwrap();
        let address = fresh_link(&linked);
        let shown = get(&address, HTML).await;
        assert_eq!(shown.status, 200, "{}", shown.words());
        for text in [
            "For the harbour",
            "I apply as a welder.",
            "Quiz master",
            "Earned",
            "it is not signed itself",
            "Reads a table of data without help.",
            "Reach 80 % in the final quiz.",
            "What this badge takes today",
        ] {
            reads(&shown, text);
        }
        let alone = get(&format!("{address}/badge-1"), HTML).await;
        assert_eq!(alone.text(), credential.document);
        assert!(shown.text().contains("/badge-1\""), "{}", shown.text());
        for other in ["badge-0", "badge-2", "badge-x"] {
            assert_eq!(
                get(&format!("{address}/{other}"), HTML).await.status,
                404,
                "{other}"
            );
        }
        assert_eq!(shown.header("x-robots-tag"), Some("noindex"));
        let (_, name) = stage.student(0);
        assert!(!shown.text().contains(&name), "nobody switched a name on");

        // What was signed stands in the presentation to the letter.
        let file = get(&format!("{address}/presentation.json"), "application/json").await;
        assert_eq!(file.header("x-robots-tag"), Some("noindex"));
        assert!(file.text().contains(&credential.document), "{}", file.text());
        let presentation: Value = serde_json::from_slice(&file.body).unwrap();
        assert_eq!(presentation["type"][0], "VerifiablePresentation");
        let registry = get(&format!("{address}/registry.json"), "application/json").await;
        let registry: Value = serde_json::from_slice(&registry.body).unwrap();
        assert_eq!(registry["@graph"][0]["@type"], "ceterms:OpenBadge");
        assert_eq!(registry["@graph"][0]["ceterms:name"]["en"], "Quiz master");
        assert_eq!(get(&format!("{address}/other.json"), HTML).await.status, 404);

        // It is in the archive of its holder, without what would open it.
        let secret = address.rsplit('/').next().unwrap().to_owned();
        let files = unpacked(&taken(&stage, 0).await.body);
        let about = String::from_utf8(files["about-me.json"].clone()).unwrap();
        assert!(about.contains("For the harbour") && !about.contains(&secret));

        let list = student.get(&stage.inside("/collections")).await.unwrap();
        reads(&list, "others see it until");
        let withdraw = linked.form("/end").unwrap();
        let done = student.submit(&linked, &withdraw, &[]).await.unwrap();
        reads(&done, "The link was withdrawn");
        assert_eq!(get(&address, HTML).await.status, 404);

        // Over: as if it had been made for a time that has passed.
        let now = stage.scene.cairn.clock.now();
        let over = Collection {
            link: Some(CollectionLink {
                digest: digest("over"),
                made_at: now - TimeDelta::days(7),
                until: now - TimeDelta::seconds(1),
            }),
            ..kept(&stage, 0).await.remove(0)
        };
        let done = stage
            .scene
            .cairn
            .store
            .write(move |db| collections::replace(db, &over));
        done.await.unwrap();
        let gone = get(&stage.url("/w/over"), HTML).await;
        assert_eq!(gone.status, 410);
        reads(&gone, "that time is over");
        stage.scene.end().await;
    });
}

#[test]
fn minors_have_no_collection_on_the_web_and_keep_it_inside_the_lms() {
    crate::app::block_on(async {
        let scene = Scene::on(TestDatabase::sqlite()).await;
        let stage = Stage::set(scene).await;
        stage.earned().await;
        let mut student = stage.student_browser(0).await;
        let page = made(&mut student, &stage).await;
        let form = page.form("/link").unwrap();
        let linked = student.submit(&page, &form, &[("days", "7")]).await.unwrap();
        let address = fresh_link(&linked);
        stage.with_minors().await;
        for path in ["", "/presentation.json", "/registry.json"] {
            let refused = get(&format!("{address}{path}"), HTML).await;
            assert_eq!(refused.status, 403, "{path}: {}", refused.words());
        }
        let refused = student.submit(&page, &form, &[("days", "7")]).await.unwrap();
        assert_eq!(refused.status, 403, "{}", refused.words());
        let id = kept(&stage, 0).await.remove(0).id;
        let inside = student
            .get(&stage.inside(&format!("/collections/{id}")))
            .await
            .unwrap();
        reads(&inside, "your badges stay inside this course site");
        let form = inside.form("/files/presentation").unwrap();
        let file = student.submit(&inside, &form, &[]).await.unwrap();
        assert_eq!(file.status, 200);
        assert!(file.text().contains("VerifiablePresentation"));
        stage.scene.end().await;
    });
}

#[test]
fn nothing_of_others_comes_into_a_collection_and_nobody_else_changes_it() {
    crate::app::block_on(async {
        let scene = Scene::on(TestDatabase::sqlite()).await;
        let stage = Stage::set(scene).await;
        let (_, award, _) = stage.earned().await;
        let mut student = stage.student_browser(0).await;
        made(&mut student, &stage).await;
        let id = kept(&stage, 0).await.remove(0).id;
        let mut other = stage.student_browser(1).await;
        let page = other.get(&stage.inside("/collections/new")).await.unwrap();
        reads(&page, "You have no badge to choose yet.");
        let form = page.form("/collections/new/save").unwrap();
        let theirs = format!("award:{}", award.id);
        for (fields, says) in [
            (
                [("title", "Mine"), ("item", theirs.as_str())],
                "Choose at least one badge of yours",
            ),
            (
                [("title", " "), ("item", theirs.as_str())],
                "Give the collection a title",
            ),
        ] {
            let refused = other.submit(&page, &form, &fields).await.unwrap();
            assert_eq!(refused.status, 422);
            reads(&refused, says);
        }
        assert!(kept(&stage, 1).await.is_empty());
        let csrf = form.value("csrf").unwrap().to_owned();
        for what in ["save", "link", "end", "remove", "files/registry"] {
            let to = stage.inside(&format!("/collections/{id}/{what}"));
            let fields = [("csrf", csrf.as_str()), ("title", "x"), ("days", "7")];
            let refused = other.post(&to, &fields).await.unwrap();
            assert_eq!(refused.status, 404, "{what}: {}", refused.words());
        }
        assert_eq!(kept(&stage, 0).await.remove(0).title, "For the harbour");
        stage.scene.end().await;
    });
}

/// A link to a collection of everything that the first student has.
async fn shown(student: &mut Browser, stage: &Stage) -> String {
    let page = student.get(&stage.inside("/collections/new")).await.unwrap();
    let form = page.form("/collections/new/save").unwrap();
    let page = page.text();
    let items: Vec<String> = page
        .split("name=\"item\" value=\"")
        .skip(1)
        .filter_map(|rest| Some(rest.split('"').next()?.to_owned()))
        .collect();
    let mut fields = vec![
        ("csrf", form.value("csrf").unwrap()),
        ("title", "For the harbour"),
        ("words", "Both are mine."),
    ];
    fields.extend(items.iter().map(|item| ("item", item.as_str())));
    let made = student
        .post(&stage.inside("/collections/new/save"), &fields)
        .await
        .unwrap();
    let form = made.form("/link").unwrap();
    let linked = student.submit(&made, &form, &[("days", "7")]).await.unwrap();
    fresh_link(&linked)
}

#[test]
fn whoever_has_the_link_checks_all_at_once_and_keeps_a_dated_sheet() {
    crate::app::block_on(async {
        let scene = Scene::on(TestDatabase::sqlite()).await;
        let (stage, school) = (Stage::set(scene).await, School::open().await);
        stage.world.share_email(0, true);
        stage.earned().await;
        let mut student = stage.student_browser(0).await;
        let address = stage.world.students(stage.at)[0].email.clone();
        let badge = school.awards("1", &address).await.to_string();
        let review = bring(&mut student, &stage, "badge.json", badge.as_bytes()).await;
        keep(&mut student, &review).await;
        let link = shown(&mut student, &stage).await;
        stage.settled().await;
        let before = stage.scene.database.rows();

        let mut employer = Browser::new().unwrap();
        let page = employer.get(&link).await.unwrap();
        let form = page.form("/check/sheet").unwrap();
        let sheet = employer.submit(&page, &form, &[]).await.unwrap();
        assert_eq!(sheet.status, 200, "{}", sheet.words());
        for text in [
            "Badges checked: For the harbour",
            "2 of 2",
            "Quiz master",
            "Basic welding",
            "Harbour College",
            "Both are mine.",
            "Check it independently",
            concat!("Cairn ", env!("CARGO_PKG_VERSION")),
        ] {
            reads(&sheet, text);
        }
        assert_eq!(sheet.header("x-robots-tag"), Some("noindex"));
        assert_eq!(sheet.header("cache-control"), Some("no-store"));
        let (_, name) = stage.student(0);
        assert!(!sheet.text().contains(&name), "nobody switched a name on");
        let form = page.form("/check/sheet.csv").unwrap();
        let table = employer.submit(&page, &form, &[]).await.unwrap().text();
        assert_eq!(table.matches(",valid,").count(), 2, "{table}");

        // The other school is away: it is said so, with what was found before.
        school.site.reset().await;
        let form = page.form("/check/sheet.json").unwrap();
        let data = employer.submit(&page, &form, &[]).await.unwrap();
        assert_eq!(data.header("x-robots-tag"), Some("noindex"));
        let data: Value = serde_json::from_slice(&data.body).unwrap();
        let mut results: Vec<&str> = data["badges"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|one| one["result"].as_str())
            .collect();
        results.sort_unstable();
        assert_eq!(results, ["not-checked", "valid"], "{data}");
        assert_eq!(data["checkedBy"]["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(
            stage.scene.database.rows(),
            before,
            "nothing is written for strangers"
        );

        // Only a page of ours asks, and only for what there is.
        let mut other = Browser::new().unwrap();
        let foreign = [("origin", "https://elsewhere.example")];
        let to = format!("{link}/check/sheet");
        let refused = other
            .fetch(Method::POST, &to, &foreign, Vec::new())
            .await
            .unwrap();
        assert_eq!(refused.status, 403, "{}", refused.words());
        let to = format!("{link}/check/sheet.pdf");
        let origin = stage.scene.cairn.settings.origin();
        let ours = [("origin", origin.as_str())];
        let none = other.fetch(Method::POST, &to, &ours, Vec::new()).await.unwrap();
        assert_eq!(none.status, 404);
        let to = stage.url("/w/unknown/check/sheet");
        let none = other.fetch(Method::POST, &to, &ours, Vec::new()).await.unwrap();
        assert_eq!(none.status, 404);
        stage.scene.end().await;
    });
}
