use serde_json::{Value, json};

use super::super::keys::platform_keys;
use super::super::testing::*;
use super::super::{Browser, CourseRole, Flavour, Shown};
use ambient::clock::Clock as _;

const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";
const DL: &str = "https://purl.imsglobal.org/spec/lti-dl/claim/";

/// The claims of a deep linking request.
fn request(bench: &Bench, placement: &str) -> Value {
    let teacher = bench.person(CourseRole::Teacher).id;
    let form = bench
        .world
        .selection_form(bench.course(), teacher, 0, placement)
        .unwrap();
    let answer = bench.world.authorize(&bench.auth_request(&form, &[])).unwrap();
    let jwt = super::super::keys::Jwt::parse(answer.field("id_token").unwrap()).unwrap();
    Value::Object(jwt.claims)
}

/// An answer to it over `changes`, as the tool would sign it, and the page that the LMS shows then.
async fn answer(
    bench: &Bench,
    request: &Value,
    items: &Value,
    changes: &Value,
) -> super::super::browser::Page {
    answer_in(&mut Browser::new().unwrap(), bench, request, items, changes).await
}

/// The same in that browser.
async fn answer_in(
    browser: &mut Browser,
    bench: &Bench,
    request: &Value,
    items: &Value,
    changes: &Value,
) -> super::super::browser::Page {
    let key = &platform_keys().unwrap()[1];
    let now = bench.clock.now().timestamp();
    let settings = &request[format!("{DL}deep_linking_settings")];
    let mut claims = json!({
        "iss": request["aud"], "aud": request["iss"], "azp": request["aud"], "iat": now - 1, "exp": now + 60, "nonce": "n",
        (format!("{LTI}message_type")): "LtiDeepLinkingResponse", (format!("{LTI}version")): "1.3.0",
        (format!("{LTI}deployment_id")): request[format!("{LTI}deployment_id")],
        (format!("{DL}content_items")): items,
    });
    if let Some(data) = settings.get("data") {
        claims[format!("{DL}data")] = data.clone();
    }
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    let header = json!({"alg": "RS256", "typ": "JWT", "kid": key.kid});
    let jwt = key.sign(header.as_object().unwrap(), claims.as_object().unwrap());
    let url = settings["deep_link_return_url"].as_str().unwrap();
    browser.set_cookie("127.0.0.1", "practice_session", "3");
    browser.post(url, &[("JWT", &jwt)]).await.unwrap()
}

/// Saves the form that the answer filled in, with `changes` to it.
async fn save(page: &super::super::browser::Page, changes: &[(&str, &str)]) -> super::super::browser::Page {
    let mut browser = Browser::new().unwrap();
    browser.set_cookie("127.0.0.1", "practice_session", "3");
    let form = page.form("/placed").unwrap();
    browser.submit(page, &form, changes).await.unwrap()
}

#[actix_web::test]
async fn moodle_asks_in_the_shape_that_was_observed() {
    let bench = bench(Flavour::Moodle).await;
    let seen: Value =
        serde_json::from_str(include_str!("../fixtures/moodle/deep-linking-request.json")).unwrap();
    let asked = request(&bench, "");
    assert_eq!(shape(&asked), shape(&seen));
    let settings = format!("{DL}deep_linking_settings");
    for name in [
        "accept_types",
        "accept_presentation_document_targets",
        "accept_multiple",
        "auto_create",
        "accept_copy_advice",
        "accept_unsigned",
        "can_confirm",
        "text",
    ] {
        assert_eq!(asked[&settings][name], seen[&settings][name], "{name}");
    }
    assert_eq!(
        asked[format!("{LTI}message_type")],
        seen[format!("{LTI}message_type")]
    );
    let form = bench
        .world
        .selection_form(2, bench.person(CourseRole::Teacher).id, 0, "")
        .unwrap();
    let hint: Value = serde_json::from_str(form.field("lti_message_hint").unwrap()).unwrap();
    assert!(hint.get("cmid").is_none(), "{hint}");
}

#[actix_web::test]
async fn moodle_tells_the_member_list_to_no_choice_of_content_before_the_first_activity() {
    let bench = bench(Flavour::Moodle).await;
    let members = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice";
    assert!(request(&bench, "").get(members).is_some());
    for link in bench.world.links(bench.course()) {
        bench.world.remove_link(bench.course(), link.id);
    }
    let asked = request(&bench, "");
    assert!(asked.get(members).is_none(), "{asked}");
    assert!(
        asked
            .get("https://purl.imsglobal.org/spec/lti-ags/claim/endpoint")
            .is_some()
    );
    bench.world.add_link(bench.course(), "First", 0, None);
    assert!(request(&bench, "").get(members).is_some());
    assert!(bench.launch(CourseRole::Teacher, "First").get(members).is_some());
}

#[actix_web::test]
async fn moodle_makes_an_activity_of_everything_and_refuses_points_beyond_100() {
    let bench = bench(Flavour::Moodle).await;
    let item = |points: Value| {
        json!([{"type": "ltiResourceLink", "title": "Report", "custom": {"a": "1\nb=2"},
            "lineItem": {"scoreMaximum": points, "resourceId": "r", "tag": "t",
                "submissionReview": {"url": "http://x/lti/launch", "custom": {"c": "d"}}}}])
    };
    for points in [json!(101), json!(12.5), json!(0)] {
        let page = answer(&bench, &request(&bench, ""), &item(points.clone()), &json!({})).await;
        let refused = save(&page, &[]).await;
        let sentence = "Invalid grade value. This must be an integer between 1 and 100";
        assert!(
            refused.words().contains(sentence),
            "{points}: {}",
            refused.words()
        );
    }
    // Neither audience nor deployment is looked at.
    let odd = json!({"aud": "https://elsewhere.example", (format!("{LTI}deployment_id")): "77"});
    let page = answer(&bench, &request(&bench, ""), &item(json!(25)), &odd).await;
    save(&page, &[("name", "My report")]).await;
    let link = bench.link("My report");
    let made = bench
        .world
        .links(2)
        .into_iter()
        .find(|one| one.id == link)
        .unwrap();
    assert_eq!(made.custom["a"], "1");
    assert_eq!(made.custom["b"], "2", "a line break makes another parameter");
    let column = bench
        .world
        .line_items(2)
        .into_iter()
        .find(|one| one.link == Some(link))
        .unwrap();
    assert_eq!(
        (column.tag.as_deref(), column.resource_id.as_deref()),
        (Some("t"), Some("r"))
    );
    let several = json!([{"type": "link", "title": "A plain link", "url": "https://example.org/x"}, {"type": "html", "title": "H"}]);
    let page = answer(&bench, &request(&bench, ""), &several, &json!({})).await;
    save(&page, &[]).await;
    assert!(bench.link("A plain link") > 0 && bench.link("H") > 0);
    let wrong = answer(
        &bench,
        &request(&bench, ""),
        &several,
        &json!({"iss": "somebody"}),
    )
    .await;
    assert!(
        wrong.words().contains("Consumer key is incorrect."),
        "{}",
        wrong.words()
    );
}

#[actix_web::test]
async fn canvas_takes_at_each_place_what_it_offers_there() {
    let bench = bench(Flavour::Canvas).await;
    let link = json!({"type": "ltiResourceLink", "title": "Badge", "url": "http://x/lti/launch", "custom": {"k": "v"}});
    let two = json!([link, link]);
    let html = json!([{"type": "html", "title": "Card", "html": "<p>card</p>"}]);
    let graded = json!([{"type": "ltiResourceLink", "title": "Graded", "lineItem": {"scoreMaximum": 250, "label": "Graded"}}]);
    for (placement, items, changes, sentence) in [
        ("assignment_selection", &two, json!({}), "Only one content item"),
        (
            "assignment_selection",
            &html,
            json!({}),
            "type \"html\" is not accepted",
        ),
        ("editor_button", &graded, json!({}), "A line item is not accepted"),
        ("link_selection", &two, json!({"aud": "https://x"}), "'aud'"),
        (
            "link_selection",
            &two,
            json!({(format!("{DL}data")): "x"}),
            "'data'",
        ),
        (
            "link_selection",
            &two,
            json!({(format!("{LTI}deployment_id")): "1:x"}),
            "Deployment",
        ),
        ("link_selection", &two, json!({"exp": 1}), "expired"),
    ] {
        let page = answer(&bench, &request(&bench, placement), items, &changes).await;
        assert!(
            page.status == 400 && page.words().contains(sentence),
            "{placement}: {}",
            page.words()
        );
    }
    for (placement, items) in [
        ("link_selection", &two),
        ("editor_button", &html),
        ("assignment_selection", &graded),
    ] {
        let asked = request(&bench, placement);
        assert_eq!(asked["https://www.instructure.com/placement"], placement);
        let page = answer(&bench, &asked, items, &json!({})).await;
        assert_eq!(page.status, 200, "{}", page.words());
        save(&page, &[]).await;
    }
    assert_eq!(
        bench
            .world
            .links(2)
            .iter()
            .filter(|link| link.title == "Badge")
            .count(),
        2
    );
    assert_eq!(bench.world.course_page(2), ["<p>card</p>"]);
    let graded = bench.link("Graded");
    let columns = bench.world.line_items(2);
    let column = columns.iter().find(|one| one.link == Some(graded)).unwrap();
    assert_eq!(column.maximum, rust_decimal::Decimal::from(250));
}

#[actix_web::test]
async fn an_account_is_no_course_and_a_course_may_have_a_deployment_of_its_own() {
    let bench = bench(Flavour::Canvas).await;
    let form = bench.world.account_form(2, 0).unwrap();
    let answer = bench.world.authorize(&bench.auth_request(&form, &[])).unwrap();
    let jwt = super::super::keys::Jwt::parse(answer.field("id_token").unwrap()).unwrap();
    let claims = Value::Object(jwt.claims);
    let context = &claims[format!("{LTI}context")];
    assert_eq!(context["type"], json!(["Account"]));
    assert_eq!(claims[format!("{LTI}resource_link")]["id"], context["id"]);
    assert!(
        claims
            .get("https://purl.imsglobal.org/spec/lti-ags/claim/endpoint")
            .is_none()
    );
    let roles = claims[format!("{LTI}roles")].to_string();
    assert!(
        roles.contains("person#Administrator") && !roles.contains("membership"),
        "{roles}"
    );
    let form = bench.world.personal_form(2, 0).unwrap();
    let answer = bench.world.authorize(&bench.auth_request(&form, &[])).unwrap();
    let personal = super::super::keys::Jwt::parse(answer.field("id_token").unwrap()).unwrap();
    let personal = Value::Object(personal.claims);
    assert_eq!(personal[format!("{LTI}context")]["type"], json!(["User"]));
    assert_eq!(
        personal["https://www.instructure.com/placement"],
        "user_navigation"
    );
    let name = bench.world.deploy_in_course(0, 2);
    let launch = bench.launch(CourseRole::Teacher, "My badges");
    assert_eq!(launch[format!("{LTI}deployment_id")], name);
    assert_ne!(claims[format!("{LTI}deployment_id")], name);
}

#[actix_web::test]
async fn a_submission_review_names_the_student_and_the_columns_own_target() {
    let bench = bench(Flavour::Moodle).await;
    let item = json!([{"type": "ltiResourceLink", "title": "Report", "lineItem": {"scoreMaximum": 25,
        "submissionReview": {"url": "http://x/lti/launch?review=1", "custom": {"cairn_review": "a"}}}}]);
    let page = answer(&bench, &request(&bench, ""), &item, &json!({})).await;
    save(&page, &[]).await;
    let link = bench.link("Report");
    let column = bench
        .world
        .line_items(2)
        .into_iter()
        .find(|one| one.link == Some(link))
        .unwrap()
        .id;
    let teacher = bench.person(CourseRole::Teacher).id;
    let form = bench.world.review_form(2, teacher, column, 5).unwrap();
    let answer = bench.world.authorize(&bench.auth_request(&form, &[])).unwrap();
    let jwt = super::super::keys::Jwt::parse(answer.field("id_token").unwrap()).unwrap();
    let claims = Value::Object(jwt.claims);
    assert_eq!(claims[format!("{LTI}message_type")], "LtiSubmissionReviewRequest");
    assert_eq!(claims[format!("{LTI}for_user")], json!({"user_id": "5"}));
    assert_eq!(
        claims[format!("{LTI}target_link_uri")],
        "http://x/lti/launch?review=1"
    );
    assert_eq!(claims[format!("{LTI}custom")]["cairn_review"], "a");
    assert!(form.field("target_link_uri").unwrap().ends_with("/lti/launch"));
}

#[actix_web::test]
async fn the_answer_fills_the_form_of_the_page_round_its_frame_and_none_elsewhere() {
    for (flavour, placement) in [(Flavour::Moodle, ""), (Flavour::Canvas, "assignment_selection")] {
        let bench = bench(flavour).await;
        let item = json!([{"type": "ltiResourceLink", "title": "Report"}]);
        let framed = answer(&bench, &request(&bench, placement), &item, &json!({})).await;
        assert!(framed.text().contains("parent.takeContent"), "{}", framed.text());
        assert_eq!(framed.form("/placed").unwrap().value("name"), Some("Report"));
        // Posted from a window that the tool opened, it says the same, and there is no form.
        let mut window = Browser::new().unwrap().sending("sec-fetch-dest", "document");
        let alone = answer_in(
            &mut window,
            &bench,
            &request(&bench, placement),
            &item,
            &json!({}),
        )
        .await;
        assert!(
            alone.words().contains("Successfully fetched"),
            "{}",
            alone.words()
        );
        assert!(alone.form("/placed").is_err(), "{}", alone.text());
        // The form of the page round the frame is empty until then.
        let mut teacher = Browser::new().unwrap();
        let page = teacher
            .get(&bench.world.url("/course/2/select?tool=0&user=3"))
            .await
            .unwrap();
        let form = page.form("/placed").unwrap();
        assert_eq!(
            (form.value("selection"), form.value("name")),
            (Some(""), Some(""))
        );
        assert_eq!(
            teacher
                .submit(&page, &form, &[("name", "By hand")])
                .await
                .unwrap()
                .status,
            404
        );
    }
}

#[actix_web::test]
async fn a_duplicate_has_the_same_parameters_and_review_under_new_numbers() {
    let bench = bench(Flavour::Moodle).await;
    let item = json!([{"type": "ltiResourceLink", "title": "Report", "custom": {"cairn_item": "i"},
        "lineItem": {"scoreMaximum": 25, "resourceId": "r", "tag": "t",
            "submissionReview": {"url": "http://x/lti/launch", "custom": {"cairn_review": "a"}}}}]);
    let page = answer(&bench, &request(&bench, ""), &item, &json!({})).await;
    save(&page, &[]).await;
    let copy = bench.world.duplicate_link(2, bench.link("Report")).unwrap();
    let columns = bench.world.line_items(2);
    let [first, second] = [bench.link("Report"), copy].map(|link| {
        columns
            .iter()
            .find(|column| column.link == Some(link))
            .unwrap()
            .clone()
    });
    assert_eq!((first.tag, first.resource_id), (second.tag, second.resource_id));
    assert_ne!(first.id, second.id);
    let teacher = bench.person(CourseRole::Teacher).id;
    let form = bench.world.review_form(2, teacher, second.id, 5).unwrap();
    let answer = bench.world.authorize(&bench.auth_request(&form, &[])).unwrap();
    let jwt = super::super::keys::Jwt::parse(answer.field("id_token").unwrap()).unwrap();
    let claims = Value::Object(jwt.claims);
    assert_eq!(claims[format!("{LTI}custom")]["cairn_review"], "a");
    assert_eq!(claims[format!("{LTI}custom")]["cairn_item"], "i");
    assert_eq!(claims[format!("{LTI}resource_link")]["id"], copy.to_string());
}

#[actix_web::test]
async fn each_way_of_being_shown_has_its_own_target_and_way_back() {
    for flavour in [Flavour::Moodle, Flavour::Canvas] {
        let bench = bench(flavour).await;
        let person = bench.person(CourseRole::Student).id;
        let link = bench.link("My badges");
        let existing = if flavour == Flavour::Moodle {
            "frame"
        } else {
            "window"
        };
        for (shown, target, container) in [
            (Shown::Frame, "iframe", "launch_container=3"),
            (Shown::NewWindow, "window", "launch_container=4"),
            (Shown::ExistingWindow, existing, "launch_container=5"),
        ] {
            let form = bench.world.launch_form_shown(2, person, link, shown).unwrap();
            let answer = bench.world.authorize(&bench.auth_request(&form, &[])).unwrap();
            let jwt = super::super::keys::Jwt::parse(answer.field("id_token").unwrap()).unwrap();
            let said = jwt.claims[&format!("{LTI}launch_presentation")].clone();
            assert_eq!(said["document_target"], target, "{shown:?}");
            let back = said["return_url"].as_str().unwrap().to_owned();
            assert_eq!(
                back.contains(container),
                flavour == Flavour::Moodle,
                "{shown:?}: {back}"
            );
            let mut browser = Browser::new().unwrap();
            browser.set_cookie("127.0.0.1", "practice_session", &person.to_string());
            let page = browser.get(&back).await.unwrap();
            let closes = flavour == Flavour::Moodle && shown == Shown::NewWindow;
            assert_eq!(page.url.path().ends_with("/course/2"), !closes, "{}", page.url);
            assert_eq!(page.words().contains("can be closed"), closes, "{}", page.words());
        }
    }
}
