//! What Moodle refuses, mostly with status 200; and readings that go on all the same.

use super::moodle::{item, limited, moodle, people, report, reports, rule};
use super::{Asked, Lms, all, ok, status};
use crate::transport::{NetError, Response};
use crate::{AccountFault, Limits, Part, Reason, Remedy};

async fn reason(answer: Result<Response, NetError>) -> Reason {
    let lms = Lms::new(move |_: &Asked| answer.clone());
    moodle(&lms).people("8").await.unwrap_err().reason
}

fn fault(code: &str) -> Result<Response, NetError> {
    ok(format!(
        r#"{{"exception":"core\\exception\\moodle_exception","errorcode":"{code}","message":"Ungültig s3cret","debuginfo":"SELECT s3cret"}}"#
    ))
}

#[tokio::test]
async fn errors_are_told_by_their_code_and_repeat_nothing() {
    for (code, expected) in [
        ("invalidtoken", Reason::TokenUnknown),
        (
            "accessexception",
            Reason::FunctionRefused("core_enrol_get_enrolled_users"),
        ),
        ("invalidrecord", Reason::Gone),
        ("invalidrecordunknown", Reason::Gone),
        ("invaliduser", Reason::UnknownPerson),
        ("usernotenroled", Reason::NotEnrolled),
        ("wsaccessusersuspended", Reason::Account(AccountFault::Suspended)),
        (
            "forcepasswordchangenotice",
            Reason::Account(AccountFault::PasswordChange),
        ),
        ("sitepolicynotagreed", Reason::Account(AccountFault::Policy)),
        ("sitemaintenance", Reason::OutOfOrder(None)),
        ("upgraderunning", Reason::OutOfOrder(None)),
        ("error/<b>odd", Reason::Code("error/bodd".into())),
    ] {
        let got = reason(fault(code)).await;
        assert_eq!(got, expected, "{code}");
        assert!(!format!("{got:?} {got}").contains("s3cret"));
    }
    for (code, capability) in [
        ("nopermissions", "moodle/course:viewparticipants"),
        ("requireloginerror", "moodle/course:viewhiddencourses"),
        ("errorcoursecontextnotvalid", "moodle/course:view"),
        ("notingroup", "moodle/site:accessallgroups"),
    ] {
        let got = reason(fault(code)).await;
        let Reason::CapabilityMissing { capabilities, .. } = &got else {
            panic!("{got:?}")
        };
        assert!(capabilities.contains(&capability), "{code}");
        assert_eq!(got.remedy(), Remedy::Administrator);
    }
}

#[tokio::test]
async fn what_is_no_success_is_no_error_of_moodle() {
    assert_eq!(reason(status(403, "")).await, Reason::ServicesOff);
    assert_eq!(reason(status(403, "<html>")).await, Reason::Rejected(403));
    assert_eq!(reason(status(404, "<html>")).await, Reason::NoAddress);
    assert_eq!(reason(status(503, "<html>")).await, Reason::OutOfOrder(Some(503)));
    assert_eq!(reason(ok("<!DOCTYPE html>")).await, Reason::Html);
    assert_eq!(reason(ok("<?xml version=\"1.0\"?>")).await, Reason::Html);
    assert_eq!(reason(ok("")).await, Reason::Empty);
    assert_eq!(reason(ok("[{")).await, Reason::HalfABody);
    assert!(matches!(reason(ok("{}")).await, Reason::Malformed { .. }));
    let unknown = fault("invalidtoken");
    assert_eq!(reason(unknown).await.remedy(), Remedy::Administrator);
}

const SHOWN: &str = r#","graderaw":5,"rangeformatted":"0&ndash;10""#;

fn many(count: usize) -> Vec<crate::moodle::Person> {
    let ids: Vec<String> = (1..=count).map(|id| id.to_string()).collect();
    people(&ids.iter().map(String::as_str).collect::<Vec<_>>())
}

#[tokio::test]
async fn a_large_course_is_read_person_by_person_and_never_at_once() {
    let lms = Lms::new(rule((1..=20).map(|id| item(id, SHOWN)).collect()));
    let limits = Limits {
        at_once: 4,
        ..Limits::default()
    };
    let mut grades = limited(&lms, limits).grades("8", &many(60)).await.unwrap();
    assert_eq!(all(&mut grades).await.len(), 60 * 20);
    let asked = lms.asked();
    assert!(asked.iter().all(|asked| asked.field("userid") != Some("0")));
    assert_eq!(asked.len(), 3 + 60);
    assert!(grades.coverage().is_whole(Part::Grades));
}

#[tokio::test]
async fn who_is_missing_from_the_list_is_asked_for_by_id() {
    // 322 is in the list with 321; 323 is suspended; 324 was deleted; 900 is a teacher.
    let inner = rule(vec![item(1, SHOWN)]);
    let lms = Lms::new(move |asked: &Asked| match asked.field("userid") {
        Some("324") => fault("invaliduser"),
        _ => inner(asked),
    });
    let mut wanted = people(&["321", "322", "323", "324", "900"]);
    wanted[4].is_staff = true;
    let mut grades = moodle(&lms).grades("8", &wanted).await.unwrap();
    let rows = all(&mut grades).await;
    let mut who: Vec<&str> = rows.iter().map(|row| row.person.as_str()).collect();
    who.sort_unstable();
    assert_eq!(who, ["321", "322", "323"]);
    let coverage = grades.coverage();
    assert_eq!(coverage.people_missing, 1);
    assert_eq!(coverage.people[0].1, Reason::UnknownPerson);
    assert!(!coverage.is_whole(Part::Grades), "somebody is missing");
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_taken_apart() {
    let inner = rule(vec![item(1, SHOWN)]);
    let lms = Lms::new(move |asked: &Asked| match asked.field("userid") {
        Some("0") => Err(NetError::TimedOut),
        _ => inner(asked),
    });
    let mut grades = moodle(&lms).grades("8", &many(5)).await.unwrap();
    assert_eq!(all(&mut grades).await.len(), 5);
    assert!(grades.coverage().is_whole(Part::Grades));
}

#[tokio::test]
async fn a_pause_loses_nobody_and_a_lost_right_ends_the_reading() {
    let lms = Lms::new(rule((1..=20).map(|id| item(id, SHOWN)).collect()));
    let mut grades = moodle(&lms).grades("8", &many(60)).await.unwrap();
    grades.next().await.unwrap();
    lms.first(fault("sitemaintenance"));
    let half = grades.next().await.unwrap().unwrap();
    assert_eq!(half.rows.len(), 20, "of two calls one was answered");
    lms.first(status(503, ""));
    lms.first(status(503, ""));
    assert!(matches!(
        grades.next().await.unwrap_err().remedy(),
        Remedy::Wait(_)
    ));
    assert_eq!(all(&mut grades).await.len(), 58 * 20);

    let lms = Lms::new(rule((1..=20).map(|id| item(id, SHOWN)).collect()));
    let mut grades = moodle(&lms).grades("8", &many(60)).await.unwrap();
    grades.next().await.unwrap();
    lms.first(fault("nopermissions"));
    let kept = all(&mut grades).await;
    assert_eq!(kept.len(), 20);
    assert!(matches!(
        grades.coverage().missing.as_slice(),
        [(Part::Grades, Reason::CapabilityMissing { .. })]
    ));
    assert!(!grades.coverage().is_whole(Part::Grades));
}

#[tokio::test]
async fn a_column_that_is_new_is_told_with_its_first_grade() {
    let inner = rule(vec![item(1, SHOWN)]);
    let lms = Lms::new(move |asked: &Asked| match asked.field("userid") {
        Some("0") => ok(reports(&[report("2", &[item(1, SHOWN), item(2, SHOWN)])])),
        _ => inner(asked),
    });
    let mut grades = moodle(&lms).grades("8", &many(3)).await.unwrap();
    assert_eq!(grades.items.len(), 1);
    let mut new = Vec::new();
    while let Some(batch) = grades.next().await.unwrap() {
        new.extend(batch.new_items);
    }
    assert_eq!(new.len(), 1);
    assert_eq!(new[0].key.as_str(), "2");
}

#[tokio::test]
async fn without_dates_and_categories_grades_are_read_and_the_gap_is_named() {
    let inner = rule(vec![item(1, SHOWN)]);
    let lms = Lms::new(move |asked: &Asked| match asked.function() {
        "gradereport_user_get_grade_items" => inner(asked),
        _ => fault("accessexception"),
    });
    let mut grades = moodle(&lms).grades("8", &many(1)).await.unwrap();
    assert_eq!(all(&mut grades).await.len(), 1);
    let missing: Vec<Part> = grades.coverage().missing.iter().map(|(part, _)| *part).collect();
    assert_eq!(missing, [Part::Assignments, Part::Assignments, Part::Categories]);
}

#[tokio::test]
async fn nothing_is_sent_for_an_id_that_cannot_be_one() {
    let lms = Lms::new(|_: &Asked| ok("[]"));
    for course in ["", "8&userid=1", "../8", "٣"] {
        let error = moodle(&lms).people(course).await.unwrap_err();
        assert_eq!(error.reason, Reason::NoId, "{course:?}");
    }
    assert_eq!(lms.count(), 0);
    let gone = Lms::new(|_: &Asked| ok(r#"{"courses":[],"warnings":[]}"#));
    assert!(!moodle(&gone).has_course("8").await.unwrap());
}

#[tokio::test]
async fn somebody_who_cannot_be_read_keeps_nobody_else_from_being_read() {
    let lms = Lms::new(rule(vec![item(1, SHOWN)]));
    let wanted = people(&["not-a-number", "0", "321"]);
    let mut grades = moodle(&lms).grades("8", &wanted).await.unwrap();
    assert_eq!(all(&mut grades).await.len(), 1);
    assert_eq!(grades.coverage().people_missing, 2);
    let unsaid = item(1, SHOWN).replace("\"gradeishidden\":false,", "");
    let lms = Lms::new(rule(vec![unsaid]));
    let mut grades = moodle(&lms).grades("8", &people(&["321"])).await.unwrap();
    let rows = all(&mut grades).await;
    assert_eq!(rows[0].grade, crate::Grade::None, "nothing says that it is shown");
}
