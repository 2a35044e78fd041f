//! A whole course of Canvas and one of Moodle, against platforms by script: `cargo run -p cairn-gradebook-rest --example
//! whole_course`.

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use std::sync::Arc;

use ambient::random::SystemRandom;
use async_trait::async_trait;
use gradebook_rest::canvas::scope::Scope;
use gradebook_rest::canvas::{Canvas, Wanted, join::Join};
use gradebook_rest::moodle::{Expected, Moodle};
use gradebook_rest::transport::{NetError, Request, Response, Transport};
use gradebook_rest::{CourseGrades, Limits, Part, Remedy, Token};

/// Both platforms. A program sends the request instead, within its time-out and size, and follows no redirect.
#[derive(Debug)]
struct Script;

#[async_trait]
impl Transport for Script {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        let form = String::from_utf8_lossy(&request.body).into_owned();
        let asked = format!("{}?{form}", request.url.path());
        let has = |text: &str| asked.contains(text);
        let body = if has("students/submissions") {
            r#"[{"id":1,"user_id":4101,"assignment_id":90211,"workflow_state":"graded","score":44.0,"posted_at":"2026-11-19T11:49:50Z"},
                {"id":2,"user_id":4102,"assignment_id":90211,"workflow_state":"graded","score":50.0,"posted_at":null}]"#
        } else if has("enrollments") {
            r#"[{"user_id":4101,"type":"StudentEnrollment","enrollment_state":"active","grades":{"current_score":89.17}},
                {"user_id":4102,"type":"StudentEnrollment","enrollment_state":"active","grades":{"current_score":null}}]"#
        } else if has("courses/4711/assignments") {
            r#"[{"id":90211,"name":"Workshop report","points_possible":50.0,"grading_type":"points","published":true}]"#
        } else if has("courses/4711/") || has("value%5D=1000&options%5B3") {
            "[]"
        } else if has("courses/4711") {
            r#"{"id":4711,"workflow_state":"available","concluded":false}"#
        } else if has("wsfunction=core_enrol_get_enrolled_users") {
            r#"[{"id":321,"fullname":"Ada Plain","roles":[{"shortname":"student"}]}]"#
        } else if has("wsfunction=gradereport_user_get_grade_items") {
            r#"{"usergrades":[{"userid":321,"gradeitems":[{"id":55,"itemname":"Essay","itemtype":"manual","graderaw":42.12345,
                "gradeishidden":false,"rangeformatted":"0&ndash;50","grademin":0,"grademax":50}]}]}"#
        } else {
            r#"{"warnings":[]}"#
        };
        Ok(Response {
            status: 200,
            headers: Vec::new(),
            body: body.into(),
        })
    }
}

async fn show(mut grades: CourseGrades, name: impl Fn(&gradebook_rest::PersonKey) -> String) {
    loop {
        match grades.next().await {
            Ok(Some(batch)) => {
                for row in batch.rows {
                    println!("{} in {}: {:?}", name(&row.person), row.item, row.grade);
                }
            }
            Ok(None) => break,
            // Nothing is lost: wait or renew the token, and call again.
            Err(error) => {
                if let Remedy::Wait(wait) = error.remedy() {
                    println!("{error}; again in {:?}", wait.pick(&SystemRandom));
                }
                break;
            }
        }
    }
    let coverage = grades.coverage();
    println!(
        "all grades: {}; not posted or hidden: {}",
        coverage.is_whole(Part::Grades),
        coverage.dropped.unposted + coverage.dropped.hidden
    );
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (transport, limits): (Arc<dyn Transport>, _) = (Arc::new(Script), Limits::default());
    let agent = "Example/1.0 (+https://operator.example)";

    let base = "https://school.instructure.example".parse()?;
    let canvas = Canvas::new(transport.clone(), &base, Token::new("7~token"), agent, limits)?;
    let check = canvas.check("4711", &Scope::GRADES).await?;
    println!(
        "Canvas lacks {:?}, include parameters: {:?}",
        check.missing, check.includes
    );
    let who = Join::new([("sub-of-rosa", "4101"), ("sub-of-bo", "4102")]);
    let grades = canvas.grades("4711", &Wanted::default()).await?;
    show(grades, |person| who.sub(person).unwrap_or("somebody").to_owned()).await;

    let site = "https://moodle.example".parse()?;
    let moodle = Moodle::new(transport, &site, Token::new("token"), agent, limits)?;
    let check = moodle
        .check(
            "8",
            &Expected {
                people: Some(1),
                earlier: None,
            },
        )
        .await?;
    println!("Moodle: lists that are too short: {:?}", check.short);
    let people = moodle.people("8").await?;
    show(moodle.grades("8", &people.rows).await?, |person| {
        person.to_string()
    })
    .await;
    Ok(())
}
