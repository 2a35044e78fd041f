//! The 1EdTech LTI Advantage certification list (tool side) over HTTP, in both flavours: twelve launches that must be
//! refused, nine that must be let in as a teacher and again as a student, the services as the tool uses them on its own. The seven points of deep linking stand in `placing::points`.
//! Each test prints its part of the table (`--no-capture`): a line is printed by what has just been asserted of it.

use std::sync::{Arc, Mutex};

use lti::services::media::{self, scope};
use practice_lms::{CourseRole, Heard, PracticeLms};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use crate::tests::guest::Guest;
use crate::tests::harness::{framed, launch_as, on_each_database};

/// A line of the table, printed when what it says has held.
pub(crate) fn passed(flavour: &str, part: &str, what: &str) {
    eprintln!("{flavour:8} {part:14} {what:44} passed");
}

type Tamper = fn(&mut Map<String, Value>, &mut Map<String, Value>);

const CLAIM: &str = "https://purl.imsglobal.org/spec/lti/claim/";

fn drop_claim(claims: &mut Map<String, Value>, name: &str) {
    assert!(
        claims.remove(&format!("{CLAIM}{name}")).is_some(),
        "{name} was not there"
    );
}

fn set_claim(claims: &mut Map<String, Value>, name: &str, value: Value) {
    claims.insert(format!("{CLAIM}{name}"), value);
}

const BAD: [(&str, &str, Tamper); 12] = [
    ("no kid", "launch.kid-missing", |header, _| {
        drop(header.remove("kid"))
    }),
    ("wrong kid", "launch.kid-unknown", |header, _| {
        drop(header.insert("kid".into(), json!("another")))
    }),
    ("wrong version", "launch.version", |_, claims| {
        set_claim(claims, "version", json!("1.1"))
    }),
    ("no version", "launch.version-missing", |_, claims| {
        drop_claim(claims, "version")
    }),
    ("not a 1.3 launch", "launch.", |_, claims| {
        claims.retain(|name, _| !name.starts_with("https://purl.imsglobal.org/"));
    }),
    ("required claims missing", "launch.", |_, claims| {
        drop_claim(claims, "deployment_id");
        drop_claim(claims, "roles");
        drop_claim(claims, "target_link_uri");
    }),
    ("times invalid", "launch.", |_, claims| {
        claims.insert("iat".into(), json!(1_000_000_000));
        claims.insert("exp".into(), json!(1_000_000_060));
    }),
    ("no message type", "launch.message-type-missing", |_, claims| {
        drop_claim(claims, "message_type")
    }),
    ("no roles", "launch.roles-missing", |_, claims| {
        drop_claim(claims, "roles")
    }),
    ("no deployment", "launch.deployment-missing", |_, claims| {
        drop_claim(claims, "deployment_id")
    }),
    ("no resource link id", "launch.resource-link", |_, claims| {
        set_claim(claims, "resource_link", json!({"title": "x"}))
    }),
    ("no sub", "launch.subject-missing", |_, claims| {
        drop(claims.remove("sub"))
    }),
];

#[test]
fn the_twelve_bad_launches_are_refused_each_for_its_reason() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            for (what, code, tamper) in BAD {
                lms.world().tamper(tamper);
                let mut browser = framed(lms);
                let page = launch_as(lms, &mut browser, CourseRole::Teacher).await;
                assert_eq!(page.status, 400, "{name}, {what}: {}", page.text());
                assert!(page.text().contains(code), "{name}, {what}: {}", page.text());
                let visit = browser
                    .cookies("127.0.0.1")
                    .into_iter()
                    .any(|(cookie, _)| cookie.starts_with("cairn_") && cookie != "cairn_probe");
                assert!(!visit, "{name}, {what}: a refused launch opened a visit");
                passed(name, "core, refused", what);
            }
            lms.world().stop_tampering();
        }
        scene.end().await;
    });
}

const MEMBERSHIP: &str = "http://purl.imsglobal.org/vocab/lis/v2/membership#";

fn without_person(claims: &mut Map<String, Value>, keep: &[&str]) {
    for name in ["name", "given_name", "family_name", "email", "picture"] {
        if !keep.contains(&name) {
            claims.remove(name);
        }
    }
}

/// What a good launch sends besides `role` ("Instructor" or "Learner").
fn good(what: &str, role: &str, claims: &mut Map<String, Value>) {
    let uri = format!("{MEMBERSHIP}{role}");
    match what {
        "plain" => {}
        "several roles" => set_claim(
            claims,
            "roles",
            json!([
                uri,
                "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Student"
            ]),
        ),
        "short role" => set_claim(claims, "roles", json!([role])),
        "unknown role" => set_claim(
            claims,
            "roles",
            json!([uri, "http://purl.imsglobal.org/vocab/lis/v2/unknown#Helper"]),
        ),
        "no role" => set_claim(claims, "roles", json!([])),
        "only e-mail" => {
            without_person(claims, &[]);
            claims.insert("email".into(), json!("somebody@example.edu"));
        }
        "only names" => without_person(claims, &["name", "given_name", "family_name"]),
        "nothing personal" => without_person(claims, &[]),
        "e-mail, no context" => {
            without_person(claims, &["email"]);
            drop_claim(claims, "context");
        }
        other => panic!("{other}"),
    }
}

#[test]
fn the_nine_good_launches_are_let_in_for_teacher_and_student() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            for (person, role) in [
                (CourseRole::Teacher, "Instructor"),
                (CourseRole::Student, "Learner"),
            ] {
                for what in [
                    "plain",
                    "several roles",
                    "short role",
                    "unknown role",
                    "no role",
                    "only e-mail",
                    "only names",
                    "nothing personal",
                    "e-mail, no context",
                ] {
                    lms.world().tamper(move |_, claims| good(what, role, claims));
                    let page = launch_as(lms, &mut framed(lms), person).await;
                    assert_eq!(page.status, 200, "{name}, {what} as {role}: {}", page.text());
                    let teaches = role == "Instructor" && !matches!(what, "no role" | "e-mail, no context");
                    assert_eq!(
                        !page.links("/evidence").is_empty(),
                        teaches,
                        "{name}, {what} as {role}"
                    );
                    passed(name, "core, let in", &format!("{what}, as {role}"));
                }
            }
            lms.world().stop_tampering();
        }
        scene.end().await;
    });
}

/// The claims of the next launches.
fn listen(lms: &PracticeLms) -> Arc<Mutex<Map<String, Value>>> {
    let seen = Arc::new(Mutex::new(Map::new()));
    let keep = Arc::clone(&seen);
    lms.world()
        .tamper(move |_, claims| *keep.lock().unwrap() = claims.clone());
    seen
}

/// The path of an address, which is how requests to it are known again.
#[track_caller]
fn path_of(address: &Value) -> String {
    let address = address
        .as_str()
        .unwrap_or_else(|| panic!("no address: {address}"));
    url::Url::parse(address).unwrap().path().to_owned()
}

/// What was asked with that method of paths that the test names: at least once.
#[track_caller]
fn asked(lms: &PracticeLms, method: &str, path: &str, ends: &str) -> Vec<Heard> {
    let mut heard = lms.world().heard(path);
    heard.retain(|one| one.method == method && one.path.ends_with(ends));
    assert!(!heard.is_empty(), "nobody asked {method} {path}…{ends}");
    heard
}

/// Every one of these requests carried a token that was good, with that scope and no other.
#[track_caller]
fn carried(heard: &[Heard], scopes: &[&str], what: &str) {
    for one in heard {
        let carried = one
            .scopes
            .as_ref()
            .unwrap_or_else(|| panic!("{what}: no good token in {one:?}"));
        let [scope] = carried.as_slice() else {
            panic!("{what}: more scopes than are needed in {one:?}")
        };
        assert!(
            scopes.contains(&scope.as_str()),
            "{what}: another scope in {one:?}"
        );
    }
}

#[test]
fn names_and_roles_are_read_with_the_right_media_type_token_and_scope() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let claims = listen(lms);
            let mut teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
            let service =
                claims.lock().unwrap()["https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"]
                    .clone();
            assert!(
                service["service_versions"]
                    .as_array()
                    .unwrap()
                    .contains(&json!("2.0")),
                "{name}"
            );
            let path = path_of(&service["context_memberships_url"]);
            passed(name, "NRPS", "launch with the service's claim");
            // Nobody of them ever launched: their number can only have come from the service.
            // Moodle lists its assistant and its observer as learners.
            let students = if name == "moodle" {
                "32 students"
            } else {
                "30 students"
            };
            teacher.until("", students).await;
            let heard = asked(lms, "GET", &path, "");
            passed(name, "NRPS", "request received");
            for one in &heard {
                assert_eq!(one.accept.as_deref(), Some(media::MEMBERS), "{name}: {one:?}");
            }
            assert_eq!(
                media::MEMBERS,
                "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
            );
            passed(name, "NRPS", "header Accept");
            for one in &heard {
                assert!(
                    one.scopes.is_some(),
                    "{name}: not authorized by a good token: {one:?}"
                );
            }
            passed(name, "NRPS", "header Authorization, bearer token valid");
            carried(&heard, &[scope::MEMBERS_READ], name);
            assert_eq!(
                scope::MEMBERS_READ,
                "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
            );
            passed(name, "NRPS", "scope contextmembership.readonly");
            lms.world().stop_tampering();
        }
        scene.end().await;
    });
}

#[test]
fn assignment_and_grade_services_are_exercised_create_read_score_results() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let world = lms.world();
            let at = world.courses()[0].id;
            let mut teacher = Guest::open(lms, 0, "Teacher", "Project report").await;
            let page = teacher.page.clone();
            let choice = [
                ("opens", "activity"),
                ("title", "Project report"),
                ("points", "100"),
            ];
            let chosen = teacher.send(&page, "/choose", &choice).await;
            let place = chosen.url.path().split_once("/activities/").unwrap().1.to_owned();
            teacher.until("", "1 column").await;
            let badge = teacher.make_badge("Certified", "knowledge").await;
            teacher.rule_on_column(&badge, "Made by the tool").await;
            let made = world.line_items(at);
            assert!(
                made.iter().any(|item| item.label == "Made by the tool"),
                "{name}: {made:?}"
            );

            let claims = listen(lms);
            let mut student = Guest::open(lms, 0, "Student", "Project report").await;
            let endpoint =
                claims.lock().unwrap()["https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"].clone();
            let columns = path_of(&endpoint["lineitems"]);
            assert!(
                endpoint["scope"]
                    .as_array()
                    .unwrap()
                    .contains(&json!(scope::SCORE)),
                "{name}"
            );
            passed(name, "AGS", "learner launch with the service's claim");
            lms.world().stop_tampering();

            let heard = asked(lms, "POST", &columns, &columns);
            carried(&heard, &[scope::LINE_ITEM], name);
            for one in &heard {
                assert_eq!(
                    one.content_type.as_deref(),
                    Some(media::LINE_ITEM),
                    "{name}: {one:?}"
                );
            }
            passed(name, "AGS", "create a line item");
            let heard = asked(lms, "GET", &columns, &columns);
            carried(&heard, &[scope::LINE_ITEM, scope::LINE_ITEM_READ], name);
            for one in &heard {
                assert_eq!(one.accept.as_deref(), Some(media::LINE_ITEMS), "{name}: {one:?}");
            }
            passed(name, "AGS", "read line items");

            let page = student.page.clone();
            student
                .send_files(&page, "/hand-in", &[("text", "My report")], &[])
                .await;
            let queue = teacher.get("/evidence").await;
            let review = queue.links("/evidence/").remove(0);
            let review = teacher.browser.get(&review).await.unwrap();
            teacher
                .send(&review, "/review", &[("score", "90"), ("verdict", "approve")])
                .await;
            let report = made
                .iter()
                .find(|item| item.label == "Project report")
                .unwrap()
                .id;
            let person = world.member(at, CourseRole::Student).unwrap().id;
            let mut grade = None;
            for _ in 0..300 {
                grade = world.grade(at, report, person).and_then(|grade| grade.points);
                if grade.is_some() {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
            assert_eq!(grade, Some(Decimal::from(90)), "{name}");
            let heard = asked(lms, "POST", &columns, "/scores");
            carried(&heard, &[scope::SCORE], name);
            for one in &heard {
                assert_eq!(one.content_type.as_deref(), Some(media::SCORE), "{name}: {one:?}");
            }
            passed(name, "AGS", "post a score");

            // The teacher types over it in the LMS: only the results service can tell.
            assert!(world.set_grade(at, report, person, Some(Decimal::from(95))));
            let page = teacher.get("").await;
            teacher.send(&page, "/check", &[]).await;
            student.until(&format!("/activities/{place}"), "95 of 100").await;
            let heard = asked(lms, "GET", &columns, "/results");
            carried(&heard, &[scope::RESULT_READ], name);
            for one in &heard {
                assert_eq!(one.accept.as_deref(), Some(media::RESULTS), "{name}: {one:?}");
            }
            passed(name, "AGS", "read results");
        }
        scene.end().await;
    });
}
