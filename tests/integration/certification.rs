//! The launches of the 1EdTech LTI Advantage certification list over HTTP: twelve that must be refused, nine that must
//! be let in as a teacher and again as a student.

use cairn::practice_lms::CourseRole;
use serde_json::{Map, Value, json};

use crate::harness::{framed, launch_as, on_each_database};

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
                }
            }
            lms.world().stop_tampering();
        }
        scene.end().await;
    });
}
