//! State cookies and platform storage over HTTP: what a browser without cookies proves by the platform's storage, and what it cannot.

use practice_lms::browser::{Browser, Page, ThirdPartyCookies};
use practice_lms::{CourseRole, LoginForm, PracticeLms};

use crate::tests::harness::{
    Scene, authentication_request, framed, launch_as, launch_form, on_each_database, signed,
};

/// A browser that keeps no cookie of Cairn's inside the LMS.
fn cookieless(lms: &PracticeLms) -> Browser {
    Browser::new()
        .unwrap()
        .framed_by(lms.origin(), ThirdPartyCookies::None)
}

/// The value of an attribute of the element that the scripts read.
fn stored(page: &Page, name: &str) -> Option<String> {
    let text = page.text();
    let element = text.split("id=\"storage\"").nth(1)?.split('>').next()?;
    let value = element.split(&format!("data-{name}=\"")).nth(1)?;
    value.split('"').next().map(str::to_owned)
}

/// A login whose page left `secret` with the LMS, and the answer of the LMS, not yet posted.
async fn login(lms: &PracticeLms, browser: &mut Browser) -> (String, LoginForm) {
    let page = browser
        .login(&launch_form(lms, CourseRole::Student))
        .await
        .unwrap();
    let secret = stored(&page, "value").unwrap_or_else(|| panic!("{}", page.text()));
    let forms = page.forms();
    let here = forms
        .iter()
        .find(|form| form.action.contains("authorize"))
        .unwrap();
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(here.filled(&[]))
        .finish();
    (secret, lms.world().authorize(&query).unwrap())
}

/// Posts what the proof page would post, as a page of `site` seen from Cairn.
async fn prove(scene: &Scene, browser: &mut Browser, answer: &LoginForm, proof: &str, site: &str) -> Page {
    let fields = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&answer.fields)
        .append_pair("proof", proof)
        .finish();
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", site),
    ];
    let url = format!("{}/lti/launch/proof", scene.origin);
    browser
        .fetch(reqwest::Method::POST, &url, &headers, fields.into_bytes())
        .await
        .unwrap()
}

#[test]
fn what_the_login_left_with_the_platform_proves_the_browser_and_a_form_carries_the_visit() {
    on_each_database(|scene| async move {
        let mut browser = cookieless(&scene.canvas);
        let (secret, answer) = login(&scene.canvas, &mut browser).await;
        let asks = browser.login(&answer).await.unwrap();
        assert_eq!(asks.status, 200, "{}", asks.text());
        assert_eq!(stored(&asks, "frame").as_deref(), Some("_parent"));
        assert_eq!(stored(&asks, "origin").as_deref(), Some(scene.canvas.origin()));
        assert_eq!(
            stored(&asks, "value"),
            None,
            "the page holds no secret: it is to be fetched"
        );
        assert_eq!(asks.header("referrer-policy"), Some("same-origin"));
        let world = scene.canvas.world();
        let course = &world.courses()[0];
        let name = world.member(course.id, CourseRole::Student).unwrap().name;
        for data in [&name, &course.title] {
            assert!(
                !asks.text().contains(data),
                "nothing of anybody is on an unverified page"
            );
        }
        assert!(!asks.text().contains("session"), "no visit before the proof");

        let entrance = prove(&scene, &mut browser, &answer, &secret, "same-origin").await;
        assert_eq!(entrance.status, 200, "{}", entrance.text());
        assert!(
            entrance.header("location").is_none(),
            "no address carries the visit"
        );
        assert!(entrance.header("set-cookie").is_none());
        let form = entrance.form("/c/").unwrap();
        assert_eq!(form.method, "post");
        assert!(form.value("session").is_some_and(|token| token.len() > 30));
        let page = browser.submit(&entrance, &form, &[]).await.unwrap();
        assert_eq!(page.status, 200, "{}", page.text());
        assert!(page.words().contains("My badges"), "{}", page.words());
        assert!(
            page.links("/c/").is_empty(),
            "every way on is a form: {}",
            page.text()
        );
        let again = prove(&scene, &mut browser, &answer, &secret, "same-origin").await;
        assert!(again.text().contains("launch.state-consumed"), "{}", again.text());
        scene.end().await;
    });
}

#[test]
fn a_proof_of_another_login_or_from_another_site_or_none_at_all_opens_nothing() {
    on_each_database(|scene| async move {
        let mut browser = cookieless(&scene.canvas);
        let (secret, answer) = login(&scene.canvas, &mut browser).await;
        let (other, _) = login(&scene.canvas, &mut browser).await;
        for (proof, site, code) in [
            (other.as_str(), "same-origin", "launch.browser-not-bound"),
            ("", "same-origin", "launch.browser-not-bound"),
            (secret.as_str(), "cross-site", "launch.proof-foreign"),
            (secret.as_str(), "same-site", "launch.proof-foreign"),
        ] {
            let page = prove(&scene, &mut browser, &answer, proof, site).await;
            assert_eq!(page.status, 400, "{site}");
            assert!(page.text().contains(code), "{site}: {}", page.text());
        }
        let in_time = prove(&scene, &mut browser, &answer, &secret, "same-origin").await;
        assert_eq!(
            in_time.status,
            200,
            "none of that used up the login: {}",
            in_time.text()
        );
        scene.end().await;
    });
}

#[test]
fn where_a_cookie_comes_back_the_address_opens_and_the_platform_is_asked_to_forget() {
    on_each_database(|scene| async move {
        let mut browser = framed(&scene.canvas);
        let answer = signed(&scene.canvas, &mut browser, CourseRole::Student).await;
        let entrance = browser.login(&answer).await.unwrap();
        assert_eq!(entrance.status, 200, "{}", entrance.text());
        assert!(stored(&entrance, "key").is_some_and(|key| key.starts_with("lti_")));
        let form = entrance.form("/c/").unwrap();
        assert_eq!(form.value("session"), None, "a cookie carries it");
        let page = browser.submit(&entrance, &form, &[]).await.unwrap();
        assert!(page.words().contains("My badges"), "{}", page.words());
        assert!(!page.links("/c/").is_empty(), "links are links where cookies are");
        scene.end().await;
    });
}

#[test]
fn what_a_platform_says_instead_of_a_launch_is_told_before_anything_else() {
    on_each_database(|scene| async move {
        // Safari: neither the LMS's cookies nor ours come back in the frame.
        let mut browser = cookieless(&scene.canvas);
        scene.canvas.world().refuse_next_authorization("login_required");
        let (_, refusal) = login(&scene.canvas, &mut browser).await;
        let page = browser.login(&refusal).await.unwrap();
        assert_eq!(page.status, 400);
        assert!(page.text().contains("platform.login-required"), "{}", page.text());
        assert!(
            page.words().contains("open it in a new window"),
            "{}",
            page.words()
        );
        scene.end().await;
    });
}

#[test]
fn a_browser_keeps_a_dozen_logins_and_the_last_ones_work() {
    on_each_database(|scene| async move {
        let mut browser = framed(&scene.moodle);
        let mut requests = Vec::new();
        for _ in 0..30 {
            let form = launch_form(&scene.moodle, CourseRole::Student);
            requests.push(authentication_request(&mut browser, &form).await);
        }
        let bindings = |browser: &Browser| {
            let cookies = browser.cookies("127.0.0.1");
            cookies
                .iter()
                .filter(|(name, _)| name.starts_with("lti_"))
                .count()
        };
        assert_eq!(bindings(&browser), 12);
        let answer = scene.moodle.world().authorize(requests.last().unwrap()).unwrap();
        let page = browser.login(&answer).await.unwrap();
        assert_eq!(page.status, 303, "{}", page.text());
        assert_eq!(bindings(&browser), 11, "and a login that was used leaves");
        let page = launch_as(&scene.moodle, &mut browser, CourseRole::Student).await;
        assert_eq!(page.status, 200, "{}", page.text());
        scene.end().await;
    });
}
