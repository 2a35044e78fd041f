//! Installing by hand: every value on the page is what the server really answers to, in both flavours.

use crate::service::institution::administrators::Scope;
use crate::store::registrations;
use practice_lms::browser::{Browser, Page};
use practice_lms::{CourseRole, Flavour, PracticeLms, Tool};
use serde_json::Value;

use crate::tests::console::admin_browser::AdminBrowser;
use crate::tests::harness::{Scene, framed, on_each_database};
use crate::tests::pentest::stranger;

/// The values to copy, each under the name that the LMS has for it: fields that cannot be typed in, with their labels.
fn copied(page: &Page) -> Vec<(String, String)> {
    let text = page.text();
    let parts = text.split("<label class=\"line-main\" for=\"").skip(1);
    let lines = parts.map(|part| {
        let (id, rest) = part.split_once("\">").unwrap();
        let name = rest.split('<').next().unwrap().to_owned();
        let field = rest
            .split(&format!("<input id=\"{id}\" readonly value=\""))
            .nth(1);
        let field = field.unwrap_or_else(|| panic!("{name} has no field"));
        let (value, after) = field.split_once('"').unwrap();
        let button = after.split("</li>").next().unwrap();
        assert!(
            button.contains(&format!("data-copy=\"{id}\"")),
            "{name} has no button: {button}"
        );
        (name, practice_lms::browser::unescape(value))
    });
    lines.collect()
}

#[track_caller]
fn value<'a>(lines: &'a [(String, String)], name: &str) -> &'a str {
    let line = lines.iter().find(|(known, _)| known == name);
    &line.unwrap_or_else(|| panic!("no {name} among {lines:?}")).1
}

/// What the server says to somebody who opens an address with nothing: never that there is no such page.
async fn answers(origin: &str, url: &str) {
    assert!(url.starts_with(&format!("{origin}/")), "{url}");
    let mut browser = Browser::new().unwrap();
    let path = url.strip_prefix(origin).unwrap();
    match path {
        "/lti/jwks" => {
            let page = browser.get(url).await.unwrap();
            let keys: Value = serde_json::from_slice(&page.body).unwrap();
            assert_eq!(page.status, 200);
            let key = &keys["keys"][0];
            for member in ["kid", "alg", "use", "n", "e"] {
                assert!(key[member].is_string(), "{member}: {keys}");
            }
        }
        // Both ways of LTI's login, and the only way of its launch; each says what is missing.
        "/lti/login" => {
            for page in [
                browser.get(url).await.unwrap(),
                browser.post(url, &[]).await.unwrap(),
            ] {
                assert_eq!(page.status, 400, "{}", page.words());
                assert!(page.text().contains("login.issuer-missing"), "{}", page.words());
            }
        }
        "/lti/launch" => {
            let page = browser.post(url, &[]).await.unwrap();
            assert_eq!(page.status, 400, "{}", page.words());
            assert!(page.text().contains("launch."), "{}", page.words());
        }
        "/lti/canvas.json" | "/static/icon/favicon.svg" => {
            assert_eq!(browser.get(url).await.unwrap().status, 200, "{url}");
        }
        other => panic!("{other} is an address that nobody expects"),
    }
}

/// Types what the LMS shows into the form of the page, and opens Cairn from the LMS.
async fn finish(scene: &Scene, admin: &mut AdminBrowser, page: &Page, lms: &PracticeLms, tool: Tool) {
    let shown = lms.install_tool(tool);
    let forms = page.forms();
    let form = forms
        .iter()
        .find(|form| form.value("token_url").is_some())
        .unwrap();
    let typed = [
        ("name", "By hand"),
        ("issuer", &shown.issuer),
        ("client_id", &shown.client_id),
        ("authorization_url", &shown.authorization_url),
        ("token_url", &shown.token_url),
        ("jwks_url", &shown.jwks_url),
        ("deployments", &shown.deployment_id),
    ];
    let saved = admin.browser.submit(page, form, &typed).await.unwrap();
    assert!(saved.words().contains("By hand"), "{}", saved.words());
    let (issuer, client) = (shown.issuer, shown.client_id);
    let known = scene
        .cairn
        .store
        .read(move |db| registrations::by_issuer_and_client(db, &issuer, &client));
    assert!(known.await.unwrap().is_some());
    let world = lms.world();
    let course = world.courses()[0].id;
    let link = world.links(course)[0].id;
    for role in [CourseRole::Teacher, CourseRole::Student] {
        let person = world.member(course, role).unwrap().id;
        let form = world.launch_form(course, person, link).unwrap();
        let opened = framed(lms).launch(&form).await.unwrap();
        assert_eq!(opened.status, 200, "{role:?}: {}", opened.words());
        assert!(opened.url.path().starts_with("/c/"), "{role:?}: {}", opened.url);
    }
}

#[test]
fn moodles_table_is_what_the_server_answers_to_and_installs_cairn() {
    on_each_database(|scene| async move {
        let mut admin = AdminBrowser::of(&scene, &Scope::Everything, "Ada").await;
        let page = admin.get("/admin/platforms/by-hand/moodle").await;
        let lines = copied(&page);
        let launch = format!("{}/lti/launch", scene.origin);
        let expected = [
            ("Tool URL", launch.clone()),
            ("Public keyset", format!("{}/lti/jwks", scene.origin)),
            ("Initiate login URL", format!("{}/lti/login", scene.origin)),
            ("Redirection URI(s)", launch.clone()),
            (
                "Custom parameters",
                "context_id_history=$Context.id.history".to_owned(),
            ),
            (
                "Custom parameters, on a line of its own below",
                "time_zone=$Person.address.timezone".to_owned(),
            ),
            ("Content Selection URL", launch),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value));
        assert_eq!(lines, expected);
        for (_, url) in lines.iter().filter(|(_, value)| value.starts_with("http")) {
            answers(&scene.origin, url).await;
        }
        let words = page.words();
        for chosen in [
            "Keyset URL",
            "LTI 1.3",
            "Use this service for grade sync and column management",
            "Use this service to retrieve members' information as per privacy settings",
            "Share launcher's email with tool Never",
        ] {
            assert!(words.contains(chosen), "{chosen}: {words}");
        }
        let lms = stranger(Flavour::Moodle, None).await;
        let tool = Tool {
            name: "Cairn".into(),
            initiate_login_uri: value(&lines, "Initiate login URL").into(),
            redirect_uris: vec![value(&lines, "Redirection URI(s)").into()],
            target_link_uri: value(&lines, "Tool URL").into(),
            jwks_uri: value(&lines, "Public keyset").into(),
            share_names: true,
            share_email: false,
        };
        finish(&scene, &mut admin, &page, &lms, tool).await;
        scene.end().await;
        lms.stop().await;
    });
}

#[test]
fn canvas_json_is_the_same_wherever_it_is_shown_and_installs_cairn() {
    on_each_database(|scene| async move {
        let mut admin = AdminBrowser::of(&scene, &Scope::Everything, "Ada").await;
        let page = admin.get("/admin/platforms/by-hand/canvas").await;
        let lines = copied(&page);
        let expected = [
            ("JSON URL", format!("{}/lti/canvas.json", scene.origin)),
            ("Redirect URIs", format!("{}/lti/launch", scene.origin)),
        ];
        assert_eq!(lines, expected.map(|(name, value)| (name.to_owned(), value)));
        for (_, url) in &lines {
            answers(&scene.origin, url).await;
        }
        // To be pasted, to be fetched, and in the repository: one document, but for the host.
        let text = page.text();
        let shown = text
            .split("<textarea id=\"p-json\" rows=\"12\" readonly>")
            .nth(1)
            .unwrap();
        let shown = practice_lms::browser::unescape(shown.split("</textarea>").next().unwrap());
        let shown: Value = serde_json::from_str(&shown).unwrap();
        let mut browser = Browser::new().unwrap();
        let served = browser.get(value(&lines, "JSON URL")).await.unwrap();
        assert!(
            served
                .header("content-type")
                .unwrap()
                .starts_with("application/json")
        );
        let served: Value = serde_json::from_slice(&served.body).unwrap();
        assert_eq!(shown, served);
        let domain = scene.origin.strip_prefix("http://").unwrap();
        let file = include_str!("../../../lti-config.json")
            .replace("https://cairn.example", &scene.origin)
            .replace("cairn.example", domain);
        assert_eq!(serde_json::from_str::<Value>(&file).unwrap(), served);
        // Every address in it is one of ours that answers.
        let mut urls = Vec::new();
        addresses(&served, &mut urls);
        urls.sort();
        urls.dedup();
        assert_eq!(urls.len(), 4, "{urls:?}");
        for url in &urls {
            answers(&scene.origin, url).await;
        }
        let lms = stranger(Flavour::Canvas, Some("https://canvas.school.example".to_owned())).await;
        let text = |name: &str| served[name].as_str().unwrap().to_owned();
        let tool = Tool {
            name: text("title"),
            initiate_login_uri: text("oidc_initiation_url"),
            redirect_uris: vec![value(&lines, "Redirect URIs").into()],
            target_link_uri: text("target_link_uri"),
            jwks_uri: text("public_jwk_url"),
            share_names: true,
            share_email: false,
        };
        finish(&scene, &mut admin, &page, &lms, tool).await;
        scene.end().await;
        lms.stop().await;
    });
}

fn addresses(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.starts_with("http") && !text.contains("purl.imsglobal.org") => {
            found.push(text.clone());
        }
        Value::Array(list) => list.iter().for_each(|one| addresses(one, found)),
        Value::Object(object) => object.values().for_each(|one| addresses(one, found)),
        _ => {}
    }
}

#[test]
fn the_form_is_filled_in_for_each_hosted_canvas_with_its_own_addresses() {
    on_each_database(|scene| async move {
        let mut admin = AdminBrowser::of(&scene, &Scope::Everything, "Ada").await;
        let first = admin.get("/admin/platforms/by-hand/canvas").await;
        for (words, preset, issuer, host) in [
            (
                "Canvas, hosted by Instructure",
                "production",
                "https://canvas.instructure.com",
                "https://sso.canvaslms.com",
            ),
            (
                "Canvas, hosted, beta",
                "beta",
                "https://canvas.beta.instructure.com",
                "https://sso.beta.canvaslms.com",
            ),
            (
                "Canvas, hosted, test",
                "test",
                "https://canvas.test.instructure.com",
                "https://sso.test.canvaslms.com",
            ),
        ] {
            let link = first.link(words).unwrap();
            assert!(link.ends_with(&format!("?preset={preset}")), "{link}");
            let page = admin.browser.get(&link).await.unwrap();
            let forms = page.forms();
            let form = forms
                .iter()
                .find(|form| form.value("token_url").is_some())
                .unwrap();
            let filled = ["issuer", "authorization_url", "token_url", "jwks_url"]
                .map(|name| form.value(name).unwrap());
            let ends = [
                "/api/lti/authorize_redirect",
                "/login/oauth2/token",
                "/api/lti/security/jwks",
            ];
            let [authorization, token, keys] = ends.map(|end| format!("{host}{end}"));
            assert_eq!(filled, [issuer, &authorization, &token, &keys], "{preset}");
            for empty in ["client_id", "deployments", "token_audience"] {
                assert_eq!(form.value(empty), Some(""), "{preset}, {empty}");
            }
            // As filled in, with a client id alone, it is a registration of just these values.
            let client = format!("170000000000{}", preset.len());
            let saved = admin
                .browser
                .submit(&page, form, &[("client_id", &client)])
                .await
                .unwrap();
            assert_eq!(saved.status, 200, "{preset}: {}", saved.words());
            let issuer = issuer.to_owned();
            let known = scene
                .cairn
                .store
                .read(move |db| registrations::by_issuer_and_client(db, &issuer, &client));
            let known = known.await.unwrap().unwrap();
            let urls = [known.authorization_url, known.token_url, known.jwks_url];
            assert_eq!(
                urls.map(String::from),
                [authorization, token.clone(), keys],
                "{preset}"
            );
            assert_eq!(known.token_audience, token, "{preset}");
        }
        scene.end().await;
    });
}

#[test]
fn everything_that_is_wrong_with_what_was_entered_is_said_at_once() {
    on_each_database(|scene| async move {
        let mut admin = AdminBrowser::of(&scene, &Scope::Everything, "Ada").await;
        let page = admin.get("/admin/platforms/by-hand/moodle").await;
        let forms = page.forms();
        let form = forms.iter().find(|form| form.value("token_url").is_some());
        let typed = [
            ("name", ""),
            ("issuer", "nowhere"),
            ("client_id", "abc"),
            ("authorization_url", "https://lms.example/auth"),
            ("token_url", "https://lms.example/token"),
            ("jwks_url", "https://lms.example/keys"),
            ("deployments", "schön"),
        ];
        let refused = admin.browser.submit(&page, form.unwrap(), &typed).await.unwrap();
        assert_eq!(refused.status, 422, "{}", refused.words());
        let words = refused.words();
        for said in [
            "3 things are not right yet.",
            "Give the platform a name",
            "The issuer",
            "A deployment id has 1 to 255 printable characters",
        ] {
            assert!(words.contains(said), "{said}: {words}");
        }
        scene.end().await;
    });
}
