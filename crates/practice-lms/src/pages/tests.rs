use rust_decimal::Decimal;

use super::super::testing::*;
use super::super::{Browser, Endpoint, Flavour};

#[actix_web::test]
async fn a_person_enters_a_course_and_finds_the_tool_in_a_frame() {
    for flavour in [Flavour::Moodle, Flavour::Canvas] {
        let bench = bench(flavour).await;
        let mut browser = Browser::new().unwrap();
        let start = browser.get(bench.lms.origin()).await.unwrap();
        let form = start.form("enter").unwrap();
        let course = browser.submit(&start, &form, &[("person", "5")]).await.unwrap();
        assert!(course.text().contains("Ada Adeyemi") && course.text().contains("Project report"));
        assert!(!course.text().contains("5,000"), "a student edits nothing");
        let link = course.links("/link/").first().unwrap().clone();
        let page = browser.get(&link).await.unwrap();
        let frame = page
            .text()
            .split("src=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .replace("&#38;", "&");
        let frame = page.url.join(&super::super::browser::unescape(&frame)).unwrap();
        let launch = browser
            .fetch(reqwest::Method::GET, frame.as_str(), &[], Vec::new())
            .await
            .unwrap();
        let form = launch.form("/lti/login").unwrap();
        assert!(form.value("login_hint").is_some());
        assert_eq!(
            form.value("lti_storage_target"),
            (flavour == Flavour::Canvas).then_some("_parent")
        );
        assert_eq!(page.text().contains("frame.js"), flavour == Flavour::Canvas);
        let closed = browser
            .get(&bench.world.url("/course/2/gradebook"))
            .await
            .unwrap();
        assert_eq!(closed.status, 404);
    }
}

#[actix_web::test]
async fn a_teacher_types_grades_adds_links_and_makes_the_course_large() {
    for flavour in [Flavour::Moodle, Flavour::Canvas] {
        let bench = bench(flavour).await;
        let mut browser = Browser::new().unwrap();
        let book = browser
            .get(&bench.world.url("/course/2/gradebook?user=3"))
            .await
            .unwrap();
        for label in ["Reflection essay", "Weekly quiz", "Project report", "Ada Adeyemi"] {
            assert!(book.text().contains(label), "{label}");
        }
        let item = bench
            .world
            .line_items(2)
            .into_iter()
            .find(|item| item.label == "Project report")
            .unwrap()
            .id;
        let form = book.form("gradebook").unwrap();
        let saved = browser
            .submit(&book, &form, &[(&format!("g-{item}-5"), "87,5")])
            .await
            .unwrap();
        assert_eq!(saved.status, 200);
        assert_eq!(
            bench.world.grade(2, item, 5).unwrap().points,
            Some(Decimal::new(875, 1))
        );
        assert!(
            bench.world.grade(2, item, 6).is_none(),
            "untouched cells stay untouched"
        );
        let course = browser.get(&bench.world.url("/course/2?user=3")).await.unwrap();
        let form = course.form("/links").unwrap();
        let after = browser
            .submit(&course, &form, &[("title", "<b>New</b>"), ("maximum", "10")])
            .await
            .unwrap();
        assert!(after.text().contains("&#60;b&#62;New") && !after.text().contains("<b>New"));
        assert!(
            bench
                .world
                .line_items(2)
                .iter()
                .any(|item| item.label == "<b>New</b>")
        );
        let form = course.form("/grow").unwrap();
        let after = browser.submit(&course, &form, &[]).await.unwrap();
        assert!(after.text().contains("5000 students"));
        assert_eq!(bench.world.students(2).len(), 5_000);
        assert_eq!(bench.world.faults().requests(Endpoint::Scores), 0);
    }
}

#[actix_web::test]
async fn grades_hidden_from_students_are_read_by_tools_as_ever_and_nothing_tells() {
    for flavour in [Flavour::Moodle, Flavour::Canvas] {
        let bench = bench(flavour).await;
        let mut browser = Browser::new().unwrap();
        let columns = bench.world.line_items(2);
        let item = columns
            .iter()
            .find(|item| item.label == "Project report")
            .unwrap()
            .id;
        let (column, results) = match flavour {
            Flavour::Moodle => {
                let column = format!("/mod/lti/services.php/2/lineitems/{item}/lineitem");
                (
                    format!("{column}?type_id=1"),
                    format!("{column}/results?type_id=1"),
                )
            }
            Flavour::Canvas => {
                let column = format!("/api/lti/courses/2/line_items/{item}");
                (column.clone(), format!("{column}/results"))
            }
        };
        bench.world.set_grade(2, item, 5, Some(Decimal::from(40)));
        let token = bench.token().await;
        let read = async || {
            let column = bench.get(&column, &token, "*/*").await;
            let results = bench.get(&results, &token, "*/*").await;
            assert_eq!((column.status, results.status), (200, 200));
            (column.text, results.text)
        };
        let before = read().await;
        assert!(before.1.contains("\"resultScore\":40"), "{}", before.1);
        assert_eq!(bench.world.grade_shown(2, item, 5), Some(Decimal::from(40)));

        for (button, shown) in [("hide", None), ("show", Some(Decimal::from(40)))] {
            let at = bench.world.url("/course/2/gradebook?user=3");
            let book = browser.get(&at).await.unwrap();
            assert!(
                book.text()
                    .contains(&format!("name=\"{button}\" value=\"{item}\""))
            );
            let form = book.form("gradebook").unwrap();
            let pressed = (button, &*item.to_string());
            browser.submit(&book, &form, &[pressed]).await.unwrap();
            assert_eq!(bench.world.grade_shown(2, item, 5), shown);
            assert_eq!(read().await, before);
        }
    }
}

#[actix_web::test]
async fn everything_lives_under_a_path_when_the_origin_has_one() {
    use std::sync::Arc;
    let clock = Arc::new(ambient::clock::SystemClock);
    let random = Arc::new(ambient::random::SeededRandom::new(4));
    let mut options = super::super::Options::new(Flavour::Moodle, clock, random);
    options.public_origin = Some("http://localhost:PORT/moodle".into());
    let lms = super::super::PracticeLms::start(options).await.unwrap();
    assert!(lms.origin().starts_with("http://localhost:") && lms.origin().ends_with("/moodle"));
    assert_eq!(lms.registration().issuer, lms.origin());
    let mut browser = Browser::new().unwrap();
    let keys = browser.get(&lms.registration().jwks_url).await.unwrap();
    assert_eq!(
        (keys.status, keys.header("content-type")),
        (200, Some("application/json; charset=utf-8"))
    );
    assert_eq!(
        browser.get(&format!("{}/", lms.origin())).await.unwrap().status,
        200
    );
    let home = format!("{}/", lms.origin());
    lms.stop().await;
    // Another test may have been given the port by now, but it has nothing under this path.
    let after = browser.get(&home).await.map(|page| page.status);
    assert!(!matches!(after, Ok(200)), "stopped means stopped: {after:?}");
}

#[actix_web::test]
async fn an_administrator_makes_a_key_or_a_token_on_a_page() {
    let canvas = bench(Flavour::Canvas).await;
    let mut browser = Browser::new().unwrap();
    let tools = browser.get(&canvas.world.url("/practice/admin")).await.unwrap();
    let link = tools.link("API keys").unwrap();
    let page = browser.get(&link).await.unwrap();
    let form = page.form("/practice/admin/keys").unwrap();
    let back = ("redirect_uris", "https://tool.example/back");
    let made = browser.submit(&page, &form, &[back]).await.unwrap();
    assert!(made.text().contains("150000000000123"), "{}", made.text());
    let (token, _) = canvas.world.api_token("150000000000123", 3).unwrap();
    assert_eq!(canvas.api("~/assignments", &token).await.status, 200);

    let moodle = bench(Flavour::Moodle).await;
    let page = browser
        .get(&moodle.world.url("/practice/admin/keys"))
        .await
        .unwrap();
    let form = page.form("/practice/admin/keys").unwrap();
    let refused = browser.submit(&page, &form, &[]).await.unwrap();
    assert!(
        refused.text().contains("Incorrect role name"),
        "{}",
        refused.text()
    );
    assert!(
        page.text().contains("checked> Valid until"),
        "as Moodle proposes it"
    );
    let named = [("full_name", "Badge reader")];
    let made = browser.submit(&page, &form, &named).await.unwrap().text();
    let token = made.split("<code>").nth(1).unwrap().split('<').next().unwrap();
    let info = moodle
        .ws(token, "core_webservice_get_site_info", &[])
        .await
        .json();
    assert_eq!(info["functions"].as_array().unwrap().len(), 15);
}
