//! Whatever is sent: no panic, no endless reading, and no word of it in an error.

use proptest::prelude::*;
use strict_json::testing::any_json;

use super::canvas::canvas;
use super::moodle::{moodle, people};
use super::{Asked, Lms, status, with};
use crate::canvas::oauth::{Key, OAuth};
use crate::canvas::scope::Scope;
use crate::canvas::{Wanted, join};
use crate::moodle::Expected;
use crate::{Batch, CourseGrades, Limits, PersonKey, Token};

/// Names that are looked at, so that what is made up gets past the first look.
const NAMES: &str = "id|user_id|userid|assignment_id|score|posted_at|grade|grades|type|enrollment_state|current_score|usergrades|gradeitems|graderaw|gradeishidden|rangeformatted|gradeformatted|grademin|grademax|courses|assignments|submissions|instances|updates|name|statuses|state|cmid|functions|siteurl|errorcode|errors|error|public_url|warnings|item";

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        ".{0,12}",
        "StudentEnrollment|active|graded|points|5|42.5|2026-11-19T12:00:00Z|https://moodle.example|&ndash;|<i>1|usergrades",
        Just("s3cret-of-the-platform".to_owned()),
    ]
}

fn body() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => any_json(text(), NAMES).prop_map(|json| json.to_string()),
        3 => proptest::collection::vec(any_json(text(), NAMES), 0..5).prop_map(|rows| serde_json::Value::from(rows).to_string()),
        1 => ".{0,40}",
    ]
}

fn run<F: Future>(work: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(work)
}

async fn to_the_end(grades: &mut CourseGrades) {
    for _ in 0..50 {
        match grades.next().await {
            Ok(Some(Batch { rows, .. })) => assert!(rows.len() < 1_000),
            Ok(None) => return,
            Err(error) => {
                assert!(!format!("{error:?} {error}").contains("s3cret"));
                return;
            }
        }
    }
    panic!("it does not end");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_that_canvas_says_makes_it_panic(bodies in proptest::collection::vec((prop_oneof![8 => Just(200_u16), 2 => any::<u16>()], body(), "|<\\?page=[0-3]>; rel=\"next\""), 1..6)) {
        let at = std::sync::atomic::AtomicUsize::new(0);
        let lms = Lms::new(move |_: &Asked| {
            let (code, body, link) = &bodies[at.fetch_add(1, std::sync::atomic::Ordering::SeqCst) % bodies.len()];
            with(status(*code, body.clone()), "link", link.clone())
        });
        run(async {
            let canvas = canvas(&lms);
            if let Ok(mut grades) = canvas.grades("4711", &Wanted::default()).await {
                to_the_end(&mut grades).await;
                if let Some(item) = grades.items.first() {
                    let _ = canvas.submission("4711", item, &join::by_sub("x")).await;
                }
            }
            let _ = canvas.check("4711", &Scope::GRADES).await;
            let _ = canvas.schemes("4711").await;
            let _ = canvas.person("self").await;
            let key = Key { base: super::canvas::HOST.parse().unwrap(), client_id: "1".into(), client_secret: Token::new("k"), redirect_uri: "https://x.example".into() };
            let oauth = OAuth::new(lms.clone(), "Cairn", Limits::default());
            let _ = oauth.refresh(&key, &Token::new("r"), chrono::DateTime::UNIX_EPOCH).await;
        });
    }

    #[test]
    fn nothing_that_moodle_says_makes_it_panic(bodies in proptest::collection::vec((prop_oneof![8 => Just(200_u16), 2 => any::<u16>()], body()), 1..6)) {
        let at = std::sync::atomic::AtomicUsize::new(0);
        let lms = Lms::new(move |_: &Asked| {
            let (code, body) = &bodies[at.fetch_add(1, std::sync::atomic::Ordering::SeqCst) % bodies.len()];
            status(*code, body.clone())
        });
        run(async {
            let moodle = moodle(&lms);
            let people = people(&["1", "2", "3"]);
            let mut items = Vec::new();
            if let Ok(mut grades) = moodle.grades("8", &people).await {
                to_the_end(&mut grades).await;
                items = grades.items;
            }
            let _ = moodle.people("8").await;
            let _ = moodle.changes("8", chrono::DateTime::UNIX_EPOCH, &items).await;
            for item in items.iter().take(2) {
                let _ = moodle.hand_ins(item, None, &people).await;
            }
            let _ = moodle.site_info().await;
            let _ = moodle.check("8", &Expected::default()).await;
            let _ = moodle.completion("8", [PersonKey::new("1")]).next(1).await;
            let _ = moodle.course_completion("8", &PersonKey::new("1")).await;
        });
    }

    #[test]
    fn no_grade_of_canvas_is_seen_before_it_is_posted(
        score in any_json(text(), NAMES), grade in any_json(text(), NAMES), excused: bool, missing: bool,
        state in "graded|submitted|unsubmitted|pending_review", graded_at in "|2026-11-19T12:00:00Z", type_of in "points|letter_grade|pass_fail|percent"
    ) {
        let submission = serde_json::json!([{"user_id": 1, "assignment_id": 1, "posted_at": null, "score": score, "grade": grade,
            "excused": excused, "missing": missing, "workflow_state": state, "graded_at": graded_at}]);
        let assignment = serde_json::json!([{"id": 1, "published": true, "grading_type": type_of}]);
        let student = r#"[{"user_id":1,"type":"StudentEnrollment","enrollment_state":"active"}]"#;
        let lms = Lms::new(super::canvas::rule(assignment.to_string(), student.into(), submission.to_string()));
        let rows = run(async {
            let mut grades = canvas(&lms).grades("4711", &Wanted::default()).await.unwrap();
            super::all(&mut grades).await
        });
        for row in rows {
            prop_assert!(matches!(row.grade, crate::Grade::None | crate::Grade::Missing) && row.at.is_none(), "{row:?}");
        }
    }

    #[test]
    fn no_hidden_grade_of_moodle_is_seen_and_no_total_over_it(raw in -100_i32..100, hidden in "true|1|\"1\"|[{][}]|2|\"yes\"", kind in "mod|manual|category|course") {
        let cell = |id: u32, kind: &str, hidden: &str| format!(r#"{{"id":{id},"itemtype":"{kind}","graderaw":{raw},"gradeishidden":{hidden},"gradeformatted":"{raw}","rangeformatted":"0&ndash;10"}}"#);
        let items = vec![cell(1, &kind, &hidden), cell(2, "course", "false"), cell(3, "category", "false")];
        let lms = Lms::new(super::moodle::rule(items));
        let rows = run(async {
            let mut grades = moodle(&lms).grades("8", &people(&["321"])).await.unwrap();
            super::all(&mut grades).await
        });
        prop_assert_eq!(rows.len(), 3);
        for row in rows {
            prop_assert!(row.grade == crate::Grade::None && row.at.is_none(), "{row:?}");
        }
    }
}
