//! The 1EdTech LTI Advantage certification list (tool side) over HTTP, in both flavours: twelve launches that must be
//! refused, nine that must be let in as a teacher and again as a student, the services as the tool uses them on its own. The seven points of deep linking stand in `placing::points`.
//! Each test prints its part of the table (`--no-capture`).

use cairn::practice_lms::browser::Browser;
use cairn::practice_lms::{CourseRole, Endpoint, PracticeLms};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use crate::guest::Guest;
use crate::harness::{framed, launch_as, on_each_database};

/// A line of the table, printed when what it says has held.
pub fn passed(flavour: &str, part: &str, what: &str) {
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

/// The address of a course's members as a launch says it.
async fn members_url(lms: &PracticeLms) -> String {
    let seen = std::sync::Arc::new(std::sync::Mutex::new(None));
    let keep = std::sync::Arc::clone(&seen);
    lms.world().tamper(move |_, claims| {
        let service = &claims["https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"];
        *keep.lock().unwrap() = service["context_memberships_url"].as_str().map(str::to_owned);
    });
    launch_as(lms, &mut framed(lms), CourseRole::Teacher).await;
    lms.world().stop_tampering();
    seen.lock().unwrap().clone().unwrap()
}

#[test]
fn names_and_roles_are_read_with_the_right_media_type_token_and_scope() {
    on_each_database(|scene| async move {
        for (name, lms) in scene.platforms() {
            let faults = lms.world().faults();
            let url = members_url(lms).await;
            passed(name, "NRPS", "launch with the service's claim");
            let mut teacher = Guest::open(lms, 0, "Teacher", "My badges").await;
            // Nobody of them ever launched: their number can only have come from the service.
            // Moodle lists its assistant and its observer as learners.
            let students = if name == "moodle" {
                "32 students"
            } else {
                "30 students"
            };
            let page = teacher.until("", students).await;
            assert!(faults.requests(Endpoint::Members) > 0, "{name}: {}", page.words());
            passed(name, "NRPS", "request received");
            // The practice LMS answers to nothing less, which is tried here; so what it answered to had all of it.
            let mut stranger = Browser::new().unwrap();
            let kind = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json";
            let get = reqwest::Method::GET;
            let without = stranger
                .fetch(get.clone(), &url, &[("accept", kind)], Vec::new())
                .await
                .unwrap();
            assert_eq!(without.status, 401, "{name}: {}", without.text());
            passed(name, "NRPS", "header Authorization, and Accept");
            let wrong = [("accept", kind), ("authorization", "Bearer guessed")];
            let wrong = stranger.fetch(get, &url, &wrong, Vec::new()).await.unwrap();
            assert_eq!(wrong.status, 401, "{name}: {}", wrong.text());
            passed(name, "NRPS", "bearer token valid");
            assert!(faults.requests(Endpoint::Token) > 0, "{name}");
            passed(name, "NRPS", "scope contextmembership.readonly");
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
            passed(name, "AGS", "create a line item");
            assert!(world.faults().requests(Endpoint::LineItems) > 1, "{name}");
            passed(name, "AGS", "read line items");

            let mut student = Guest::open(lms, 0, "Student", "Project report").await;
            passed(name, "AGS", "learner launch with the service's claim");
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
            passed(name, "AGS", "post a score");

            // The teacher types over it in the LMS: only the results service can tell.
            assert!(world.set_grade(at, report, person, Some(Decimal::from(95))));
            let page = teacher.get("").await;
            teacher.send(&page, "/check", &[]).await;
            student.until(&format!("/activities/{place}"), "95 of 100").await;
            assert!(world.faults().requests(Endpoint::Results) > 0, "{name}");
            passed(name, "AGS", "read results");
        }
        scene.end().await;
    });
}
