//! Where Canvas shows Cairn: what the key's file and the registration name, and what a choice at each place is answered
//! with.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use practice_lms::browser::Browser;
use practice_lms::keys::Jwt;
use practice_lms::{CourseRole, PracticeLms};
use serde_json::{Map, Value};

use super::{REPORT, answer, choose, place, send};
use crate::tests::guest::Guest;
use crate::tests::harness::{Scene, on_each_database};
use crate::tests::registering::way::{agree, invite, paste};

const LINK: &str = "LtiResourceLinkRequest";
const CHOICE: &str = "LtiDeepLinkingRequest";

/// Every place with the message that it sends.
const PLACES: [(&str, &str); 8] = [
    ("account_navigation", LINK),
    ("assignment_selection", CHOICE),
    ("course_navigation", LINK),
    ("editor_button", CHOICE),
    ("link_selection", CHOICE),
    ("module_index_menu_modal", CHOICE),
    ("module_menu_modal", CHOICE),
    ("user_navigation", LINK),
];

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn expected() -> BTreeMap<String, String> {
    PLACES
        .map(|(place, message)| (place.to_owned(), message.to_owned()))
        .into()
}

#[test]
fn the_keys_file_and_the_registration_name_the_same_places() {
    on_each_database(|scene| async move {
        let launch = format!("{}/lti/launch", scene.origin);
        let file = Browser::new()
            .unwrap()
            .get(&format!("{}/lti/canvas.json", scene.origin))
            .await
            .unwrap();
        let key: Value = serde_json::from_slice(&file.body).unwrap();
        let named = key["extensions"][0]["settings"]["placements"]
            .as_array()
            .unwrap()
            .clone();
        let mut in_file = BTreeMap::new();
        for one in &named {
            assert_eq!(one["enabled"], true, "{one}");
            assert_eq!(one["target_link_uri"], launch, "{one}");
            assert!(!text(&one["text"]).is_empty(), "{one}");
            let twice = in_file.insert(text(&one["placement"]), text(&one["message_type"]));
            assert_eq!(twice, None, "{one}");
        }
        assert_eq!(in_file, expected());

        let lms = &scene.canvas;
        let asked = paste(lms, &invite(&scene).await, &[]).await;
        let done = agree(lms, &asked).await;
        assert_eq!(done.status, 200, "{}", done.words());
        let request = lms.world().registered_tools().pop().unwrap().request;
        let tool = &request["https://purl.imsglobal.org/spec/lti-tool-configuration"];
        let mut registered = BTreeMap::new();
        for message in tool["messages"].as_array().unwrap() {
            assert_eq!(message["target_link_uri"], launch, "{message}");
            for place in message["placements"].as_array().unwrap() {
                let twice = registered.insert(text(place), text(&message["type"]));
                assert_eq!(twice, None, "{message}");
            }
        }
        assert_eq!(registered, expected());

        // In Moodle there is one place: the chooser of activities.
        let lms = &scene.moodle;
        let asked = paste(lms, &invite(&scene).await, &[]).await;
        agree(lms, &asked).await;
        let request = lms.world().registered_tools().pop().unwrap().request;
        let tool = &request["https://purl.imsglobal.org/spec/lti-tool-configuration"];
        let choices: Vec<&Value> = tool["messages"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|message| message["type"] == CHOICE)
            .collect();
        assert_eq!(choices.len(), 1, "{choices:?}");
        assert_eq!(choices[0]["placements"], serde_json::json!(["ContentArea"]));
        scene.end().await;
    });
}

/// What is asked at a place, and what Cairn answers: the items, or the status and words of the page that says no.
struct Answered {
    settings: Map<String, Value>,
    items: Result<Vec<Value>, (u16, String)>,
}

impl Answered {
    fn types(&self) -> Vec<String> {
        let items = self.items.as_ref().unwrap_or_else(|(_, words)| panic!("{words}"));
        items.iter().map(|item| text(&item["type"])).collect()
    }
}

/// A teacher picks those fields at that place; the answer is read and not posted.
async fn pick(lms: &PracticeLms, place: &str, fields: &[(&str, &str)]) -> Answered {
    let seen = Arc::new(Mutex::new(Map::new()));
    let hook = Arc::clone(&seen);
    lms.world()
        .tamper(move |_, claims| hook.lock().unwrap().clone_from(claims));
    let (mut browser, picker) = choose(lms, CourseRole::Teacher, place).await;
    lms.world().stop_tampering();
    let claims = seen.lock().unwrap().clone();
    let settings = claims["https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"].clone();
    let settings = settings.as_object().unwrap().clone();
    assert_eq!(picker.status, 200, "{place}: {}", picker.words());
    let review = send(&mut browser, &picker, "/place/review", fields).await;
    if review.status != 200 {
        return Answered {
            settings,
            items: Err((review.status, review.words())),
        };
    }
    let sent = answer(&mut browser, &review).await;
    assert_eq!(sent.status, 200, "{place}: {}", sent.words());
    let answer = Jwt::parse(sent.forms()[0].value("JWT").unwrap()).unwrap();
    let items = &answer.claims["https://purl.imsglobal.org/spec/lti-dl/claim/content_items"];
    Answered {
        settings,
        items: Ok(items.as_array().unwrap().clone()),
    }
}

/// An active badge of the first course.
async fn active_badge(lms: &PracticeLms) -> String {
    let mut teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
    let badge = teacher.make_badge("Reads tables", "knowledge").await;
    teacher.rule_on_column(&badge, "Final quiz").await;
    teacher.activate(&badge).await;
    format!("badge:{badge}")
}

async fn answers(scene: &Scene) {
    let lms = &scene.canvas;
    let badge = active_badge(lms).await;
    let mut two = vec![("item", "my_badges")];
    two.extend(REPORT);
    // The place; whether it takes several; whether it takes a grade column; what a badge may be there.
    let link: &[&str] = &["ltiResourceLink"];
    let any: &[&str] = &["ltiResourceLink", "html", "link", "image"];
    for (place, several, column, kinds) in [
        ("assignment_selection", false, true, link),
        ("link_selection", true, true, link),
        ("module_index_menu_modal", true, true, link),
        ("module_menu_modal", true, true, link),
        ("editor_button", true, false, any),
    ] {
        let both = pick(lms, place, &two).await;
        assert_eq!(both.settings["accept_multiple"], several, "{place}");
        assert_eq!(both.settings["accept_lineitem"], column, "{place}");
        if several {
            assert_eq!(both.types(), ["ltiResourceLink", "ltiResourceLink"], "{place}");
        } else {
            let (status, words) = both.items.unwrap_err();
            assert_eq!(status, 422, "{place}");
            assert!(words.contains("takes one item at a time"), "{place}: {words}");
        }

        let report = pick(lms, place, &REPORT).await;
        assert_eq!(report.types(), ["ltiResourceLink"], "{place}");
        let items = report.items.unwrap();
        let points = items[0]
            .get("lineItem")
            .map(|column| column["scoreMaximum"].clone());
        assert_eq!(
            points,
            column.then(|| serde_json::json!(25)),
            "{place}: {items:?}"
        );

        // The form may ask for any shape: what comes back is one that the place takes.
        let mut found = Vec::new();
        for shape in ["open", "next", "card", "link", "image"] {
            let one = pick(lms, place, &[("item", badge.as_str()), ("shape", shape)]).await;
            let types = one.types();
            assert_eq!(types.len(), 1, "{place}, {shape}: {types:?}");
            let taken = one.settings["accept_types"].as_array().unwrap();
            assert!(
                taken.iter().any(|known| *known == types[0]),
                "{place}, {shape}: {types:?}"
            );
            let items = one.items.unwrap();
            assert!(
                items[0].get("lineItem").is_none(),
                "{place}: a badge has no column: {items:?}"
            );
            assert_eq!(text(&items[0]["title"]), "Reads tables", "{place}, {shape}");
            found.extend(types);
        }
        found.dedup();
        assert_eq!(found, kinds, "{place}");
    }
}

#[test]
fn each_place_of_canvas_is_answered_with_exactly_what_it_takes() {
    on_each_database(|scene| async move {
        answers(&scene).await;
        // And Canvas, which looks at all of it, takes it at the places that no other test goes to.
        for at in ["module_index_menu_modal", "module_menu_modal"] {
            let lms = &scene.canvas;
            let before = lms.world().links(2).len();
            let mut two = vec![("item", "my_badges")];
            two.extend(REPORT);
            place(lms, at, &two).await;
            assert_eq!(lms.world().links(2).len(), before + 2, "{at}");
        }
        scene.end().await;
    });
}
