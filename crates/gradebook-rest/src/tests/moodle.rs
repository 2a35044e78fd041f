//! A course of Moodle, with the examples of its document.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Asked, Lms, all, cell, dec, ok, points, with};
use crate::moodle::{CompletionState, Moodle, Person};
use crate::transport::{Method, NetError, Response};
use crate::{Grade, Grading, ItemKey, Kind, Limits, Part, PersonKey, Token, Withheld};

pub(super) const SITE: &str = "https://moodle.example";

/// The item of the document.
const ITEM: &str = r#"{"id":55,"itemname":"Points & more <x>","itemtype":"mod","itemmodule":"assign","iteminstance":19,
 "itemnumber":0,"idnumber":"ess-1","categoryid":9,"outcomeid":null,"scaleid":null,"locked":false,"cmid":38,
 "weightraw":0.03506,"weightformatted":"3.51 %","graderaw":42.12345,"gradedatesubmitted":null,
 "gradedategraded":1795954405,"gradehiddenbydate":false,"gradeneedsupdate":false,"gradeishidden":false,
 "gradeislocked":false,"gradeisoverridden":false,
 "gradeformatted":"<i class=\"icon fa fa-check\" title=\"Pass\"></i>42.12",
 "grademin":0,"grademax":50,"rangeformatted":"0&ndash;50","percentageformatted":"84.25 %",
 "feedback":"<p>Well done & on</p>","feedbackformat":1}"#;

const ASSIGNMENTS: &str = r#"{"courses":[{"id":8,"fullname":"WS","assignments":[
 {"id":19,"cmid":38,"course":8,"name":"Points & more","grade":50,"duedate":1795950000,"cutoffdate":0,"blindmarking":0,"revealidentities":0,"markingworkflow":0,
  "configs":[{"plugin":"file","subtype":"assignsubmission","name":"enabled","value":"1"}],"intro":"","introattachments":[]},
 {"id":20,"cmid":39,"grade":-4,"duedate":0,"blindmarking":0},
 {"id":21,"cmid":40,"grade":100,"duedate":0,"blindmarking":1,"revealidentities":0}]}],"warnings":[]}"#;

const QUIZZES: &str = r#"{"quizzes":[{"id":5,"coursemodule":44,"course":8,"name":"Quiz","grade":10,"sumgrades":2,"attempts":3,"timeopen":0,"timeclose":1795960000}],"warnings":[]}"#;

const CATEGORIES: &str = r#"{"gradeItems":[{"id":"55","itemname":"Points &amp; more ","category":"Unit one &amp; two"},{"id":"56","itemname":"x","category":""}],"warnings":[]}"#;

pub(super) fn moodle(lms: &Arc<Lms>) -> Moodle {
    limited(lms, Limits::default())
}

pub(super) fn limited(lms: &Arc<Lms>, limits: Limits) -> Moodle {
    let site = SITE.parse().unwrap();
    Moodle::new(lms.clone(), &site, Token::new("0123secret"), "Cairn/1.2", limits).unwrap()
}

pub(super) fn item(id: u32, more: &str) -> String {
    format!(
        r#"{{"id":{id},"itemname":"I{id}","itemtype":"manual","categoryid":9,"gradeishidden":false,"gradedategraded":1795954405{more}}}"#
    )
}

pub(super) fn report(person: &str, items: &[String]) -> String {
    format!(
        r#"{{"courseid":8,"userid":{person},"userfullname":"Ada Plain","useridnumber":"W-001","maxdepth":3,"gradeitems":[{}]}}"#,
        items.join(",")
    )
}

pub(super) fn reports(reports: &[String]) -> String {
    format!(r#"{{"usergrades":[{}],"warnings":[]}}"#, reports.join(","))
}

/// The rule of a course in which everybody has these items.
pub(super) fn rule(items: Vec<String>) -> impl Fn(&Asked) -> Result<Response, NetError> {
    move |asked| match asked.function() {
        "mod_assign_get_assignments" => ok(ASSIGNMENTS),
        "mod_quiz_get_quizzes_by_courses" => ok(QUIZZES),
        "core_grades_get_gradeitems" => ok(CATEGORIES),
        "gradereport_user_get_grade_items" => match asked.field("userid").unwrap() {
            "0" => ok(reports(&[report("321", &items), report("322", &items)])),
            person => ok(reports(&[report(person, &items)])),
        },
        other => panic!("{other}"),
    }
}

pub(super) fn people(ids: &[&str]) -> Vec<Person> {
    ids.iter().map(|id| Person::of_sub(id)).collect()
}

#[tokio::test]
async fn the_example_of_the_document_is_read() {
    let lms = Lms::new(rule(vec![ITEM.to_owned()]));
    let mut grades = moodle(&lms).grades("8", &people(&["321"])).await.unwrap();
    let item = &grades.items[0];
    assert_eq!(
        (item.key.as_str(), item.kind, item.grading),
        ("55", Kind::Assignment, Grading::Points)
    );
    assert_eq!(item.title.as_deref(), Some("Points & more <x>"));
    assert_eq!((item.maximum, item.minimum), (Some(dec("50")), Some(dec("0"))));
    assert_eq!(item.due_at.unwrap().timestamp(), 1_795_950_000);
    let activity = item.activity.as_ref().unwrap();
    assert_eq!((activity.cmid.as_str(), activity.instance.as_str()), ("38", "19"));
    assert_eq!(grades.categories[0].title.as_deref(), Some("Unit one & two"));
    let rows = all(&mut grades).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].grade, points("42.12345"));
    assert_eq!(rows[0].at.unwrap().timestamp(), 1_795_954_405);
    assert!(grades.coverage().is_whole(Part::Grades));
    assert!(!format!("{grades:?}").contains("Ada"), "no name is kept");
}

#[tokio::test]
async fn calls_are_posts_with_pinned_language_and_the_token_in_the_body() {
    let lms = Lms::new(rule(vec![ITEM.to_owned()]));
    moodle(&lms).grades("8", &people(&["321"])).await.unwrap();
    let mut functions = Vec::new();
    for asked in lms.asked() {
        assert_eq!(asked.request.method, Method::Post);
        assert_eq!(asked.path, "/webservice/rest/server.php");
        assert_eq!(asked.query, "");
        for (name, value) in [
            ("wstoken", "0123secret"),
            ("moodlewsrestformat", "json"),
            ("moodlewssettinglang", "en"),
            ("moodlewssettingraw", "true"),
        ] {
            assert_eq!(asked.field(name), Some(value));
        }
        assert!(!format!("{:?}", asked.request).contains("secret"));
        functions.push(asked.function().to_owned());
    }
    assert_eq!(functions[0], "mod_assign_get_assignments");
    assert_eq!(lms.asked()[0].field("includenotenrolledcourses"), Some("1"));
    assert!(!format!("{:?}", moodle(&lms)).contains("secret"));
}

#[tokio::test]
async fn scales_letters_and_texts_are_what_they_are() {
    let scale = r#","graderaw":2,"grademin":1,"grademax":3,"gradeformatted":"Yes &amp; more","rangeformatted":"Not yet&ndash;Yes &amp; more","scaleid":null"#;
    let letter =
        r#","graderaw":87,"grademin":0,"grademax":100,"gradeformatted":"B+","rangeformatted":"F&ndash;A+""#;
    let of_assign = r#","graderaw":"2.00000","grademax":4,"gradeformatted":"Good""#;
    let items = vec![
        item(1, scale),
        item(2, letter),
        item(3, of_assign).replace(
            "\"itemtype\":\"manual\"",
            "\"itemtype\":\"mod\",\"itemmodule\":\"assign\",\"iteminstance\":20,\"cmid\":39",
        ),
        item(
            4,
            r#","graderaw":null,"gradeformatted":"","rangeformatted":"&ndash;","grademax":100"#,
        ),
        item(
            5,
            r#","graderaw":13.3,"gradeformatted":"13.30000 (D)","rangeformatted":"0.00000 (F)&ndash;20.00000 (A)""#,
        ),
        item(
            6,
            r#","graderaw":66.66667,"gradeformatted":"67 %","rangeformatted":"0 %&ndash;100 %""#,
        ),
        item(7, r#","graderaw":42.12345,"gradeformatted":"42,12""#),
        item(8, r#","graderaw":2,"gradeformatted":"Good""#),
        item(
            9,
            r#","graderaw":-3.25,"grademin":-10,"grademax":10,"gradeformatted":"-3.25","rangeformatted":"-10&ndash;10""#,
        ),
        item(
            10,
            r#","graderaw":14.5,"grademax":10,"gradeformatted":"14.50","rangeformatted":"0&ndash;10""#,
        ),
        item(
            11,
            r#","graderaw":0,"gradeformatted":"0.00","rangeformatted":"0&ndash;10""#,
        ),
    ];
    let lms = Lms::new(rule(items));
    let mut grades = moodle(&lms).grades("8", &people(&["321"])).await.unwrap();
    let grading: Vec<Grading> = grades.items.iter().map(|item| item.grading).collect();
    assert_eq!(
        grading[..5],
        [
            Grading::Scale,
            Grading::Letters,
            Grading::Scale,
            Grading::None,
            Grading::Points
        ]
    );
    let rows = all(&mut grades).await;
    let scale = |of, word: &str| Grade::Scale {
        step: 2,
        of: Some(of),
        word: Some(word.into()),
    };
    let letter = |letter: &str, points| Grade::Letter {
        letter: letter.into(),
        points,
    };
    for (id, expected) in [
        ("1", scale(3, "Yes & more")),
        ("2", letter("B+", Some(dec("87")))),
        ("3", scale(4, "Good")),
        ("4", Grade::None),
        ("5", points("13.3")),
        ("6", points("66.66667")),
        ("7", points("42.12345")),
        // A step or points? Nothing tells.
        ("8", letter("Good", None)),
        ("9", points("-3.25")),
        ("10", points("14.5")),
        ("11", points("0")),
    ] {
        assert_eq!(cell(&rows, "321", id).grade, expected, "{id}");
    }
}

#[tokio::test]
async fn hidden_blind_and_broken_grades_are_dropped_and_totals_betray_none() {
    let shown = r#","graderaw":5,"rangeformatted":"0&ndash;10""#;
    let total = |id, kind: &str| {
        item(id, shown).replace(
            "\"itemtype\":\"manual\"",
            &format!("\"itemtype\":\"{kind}\",\"iteminstance\":9"),
        )
    };
    let hidden = |id| item(id, shown).replace("\"gradeishidden\":false", "\"gradeishidden\":true");
    let blind = item(3, shown).replace(
        "\"itemtype\":\"manual\"",
        "\"itemtype\":\"mod\",\"itemmodule\":\"assign\",\"iteminstance\":21,\"cmid\":40",
    );
    let all_items = vec![
        item(1, shown),
        hidden(2),
        blind,
        item(4, r#","graderaw":5,"gradeneedsupdate":true"#),
        item(5, r#","graderaw":"five""#),
        item(6, shown).replace("\"gradeishidden\":false", "\"gradeishidden\":\"maybe\""),
        total(7, "category"),
        total(8, "course"),
        "12".to_owned(),
    ];
    let lms = Lms::new(rule(all_items));
    let mut grades = moodle(&lms).grades("8", &people(&["321"])).await.unwrap();
    assert_eq!(grades.items[2].withheld, Some(Withheld::Anonymous));
    assert_eq!(grades.items[6].kind, Kind::CategoryTotal);
    let rows = all(&mut grades).await;
    for (id, expected) in [
        ("1", points("5")),
        ("2", Grade::None),
        ("4", Grade::Pending),
        ("6", Grade::None),
        ("7", Grade::None),
        ("8", Grade::None),
    ] {
        let row = cell(&rows, "321", id);
        assert_eq!(row.grade, expected, "{id}");
        assert_eq!(row.at.is_some(), expected == points("5"), "{id}");
    }
    assert_eq!(rows.len(), 6);
    let dropped = grades.coverage().dropped;
    assert_eq!((dropped.hidden, dropped.anonymous), (4, 1));
    let unseen = &grades.coverage().unseen;
    assert_eq!(unseen.get(&ItemKey::new("2")), Some(&1), "that it is there");
    assert_eq!(unseen.get(&ItemKey::new("1")), None);
    assert_eq!((dropped.broken, dropped.unreadable), (1, 2));

    // Everybody has a total out of something else.
    let of = |points: &str| {
        let more =
            format!(r#","graderaw":45,"grademin":0,"grademax":{points},"rangeformatted":"0&ndash;{points}""#);
        item(8, &more).replace("\"manual\"", "\"course\",\"iteminstance\":9")
    };
    for (points, expected) in [
        ("60", Grade::Percent("75".parse().unwrap())),
        ("90", Grade::Percent("50".parse().unwrap())),
        ("70", Grade::Percent("64.28571".parse().unwrap())),
    ] {
        let lms = Lms::new(rule(vec![of(points)]));
        let mut grades = moodle(&lms).grades("8", &people(&["321"])).await.unwrap();
        assert_eq!(
            (grades.items[0].grading, grades.items[0].maximum),
            (Grading::Percent, None)
        );
        let rows = all(&mut grades).await;
        assert_eq!(cell(&rows, "321", "8").grade, expected, "{points}");
    }

    let nothing_hidden = vec![item(1, shown), total(7, "category"), total(8, "course")];
    let lms = Lms::new(rule(nothing_hidden));
    let mut grades = moodle(&lms).grades("8", &people(&["321"])).await.unwrap();
    let rows = all(&mut grades).await;
    assert_eq!(cell(&rows, "321", "8").grade, points("5"));
}

#[tokio::test]
async fn changes_name_whose_grades_to_read() {
    let updates = r#"{"instances":[{"contextlevel":"module","id":38,"updates":[{"name":"configuration","timeupdated":1},{"name":"usersubmissions","itemids":[32,33]},{"name":"usergrades","itemids":[23]}]},
        {"contextlevel":"module","id":44,"updates":[{"name":"userattempts","itemids":[1]}]},{"id":45,"updates":[{"name":"questions"}]},7],"warnings":[]}"#;
    let inner = rule(vec![ITEM.to_owned()]);
    let lms = Lms::new(move |asked: &Asked| match asked.function() {
        "core_course_get_updates_since" => with(ok(updates), "Date", "Mon, 30 Nov 2026 07:29:04 GMT"),
        "mod_assign_get_grades" => ok(
            r#"{"assignments":[{"assignmentid":19,"grades":[{"id":23,"userid":321,"attemptnumber":0,"timecreated":1,"timemodified":1,"grader":3,"grade":"42.12345"},{"userid":null}]}],"warnings":[]}"#,
        ),
        _ => inner(asked),
    });
    let moodle = moodle(&lms);
    let grades = moodle.grades("8", &people(&["321"])).await.unwrap();
    let since: DateTime<Utc> = DateTime::from_timestamp(1_796_000_000, 0).unwrap();
    let changes = moodle.changes("8", since, &grades.items).await.unwrap();
    assert_eq!(changes.people.len(), 1);
    assert!(changes.people.contains(&PersonKey::new("321")));
    assert_eq!(changes.of_somebody.iter().collect::<Vec<_>>(), ["44"]);
    assert_eq!(changes.handed_in.iter().collect::<Vec<_>>(), ["38"]);
    assert!(changes.columns);
    assert_eq!(changes.unreadable, 2);
    assert_eq!(changes.at.to_rfc3339(), "2026-11-30T07:29:04+00:00");
    let asked = lms.asked();
    let [.., updates, whose] = asked.as_slice() else {
        panic!()
    };
    assert_eq!(updates.field("since"), Some("1795999999"));
    assert_eq!(whose.field("assignmentids[0]"), Some("19"));
}

#[tokio::test]
async fn completion_costs_a_call_for_each_and_keeps_to_its_budget() {
    const STATUSES: &str = r#"{"statuses":[{"cmid":38,"modname":"assign","instance":19,"state":3,"timecompleted":1795954405,"tracking":2,"overrideby":null,"valueused":false,"hascompletion":true,"isautomatic":true,"istrackeduser":true,"uservisible":true,"details":[{"rulename":"completionpassgrade"}],"isoverallcomplete":false},
        {"cmid":39,"state":1,"timecompleted":1795954405,"overrideby":3,"istrackeduser":true},{"cmid":40,"state":9}],"warnings":[]}"#;
    let lms = Lms::new(|asked: &Asked| match asked.function() {
        "core_completion_get_course_completion_status" => ok(
            r#"{"completionstatus":{"completed":true,"aggregation":1,"completions":[{"type":4,"title":"x","status":"Yes","complete":true}]}}"#,
        ),
        _ => match asked.field("userid") {
            Some("5") => ok(r#"{"exception":"x","errorcode":"invaliduser","message":"?"}"#),
            _ => ok(STATUSES),
        },
    });
    let moodle = moodle(&lms);
    let keys = ["321", "5", "322"].map(PersonKey::new);
    let mut reading = moodle.completion("8", keys);
    assert_eq!(lms.count(), 0);
    let batch = reading.next(2).await.unwrap().unwrap();
    assert_eq!((batch.people.len(), batch.failed.len()), (1, 1));
    assert_eq!((lms.count(), reading.left()), (2, 1));
    let one = &batch.people[0];
    assert!(one.is_tracked);
    assert_eq!(one.unreadable, 1);
    assert_eq!(one.activities[0].state, CompletionState::Failed);
    assert!(!one.activities[0].is_complete && one.activities[0].at.is_none());
    assert!(one.activities[1].is_complete && one.activities[1].is_overridden);
    lms.first(Err(NetError::TimedOut));
    assert!(reading.next(9).await.is_err());
    assert_eq!(reading.left(), 1, "whoever was not read stays in line");
    assert_eq!(reading.next(9).await.unwrap().unwrap().people.len(), 1);
    assert_eq!(reading.next(9).await.unwrap(), None);
    assert!(
        moodle
            .course_completion("8", &PersonKey::new("321"))
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn what_was_handed_in_is_read_of_people_and_of_teams() {
    let rows = r#"{"assignments":[{"assignmentid":19,"submissions":[
        {"id":32,"userid":321,"attemptnumber":0,"timecreated":1,"timemodified":1795949999,"status":"submitted","groupid":0,"gradingstatus":"graded","plugins":[]},
        {"id":33,"userid":322,"attemptnumber":1,"timemodified":1795950001,"status":"submitted","groupid":0},
        {"id":34,"userid":0,"attemptnumber":0,"timemodified":1795950002,"status":"submitted","groupid":3},
        {"id":35,"userid":0,"groupid":0,"timemodified":5,"status":"new"},
        {"id":37,"userid":326,"timemodified":"soon","status":"submitted"},
        {"id":36,"userid":325,"groupid":0,"timemodified":5,"status":"draft"}]}],"warnings":[]}"#;
    let inner = rule(vec![ITEM.to_owned()]);
    let lms = Lms::new(move |asked: &Asked| match asked.function() {
        "mod_assign_get_submissions" => ok(rows),
        _ => inner(asked),
    });
    let moodle = moodle(&lms);
    let mut people = people(&["321", "322", "323", "324"]);
    people[2].groups = vec!["3".into()];
    let grades = moodle.grades("8", &people).await.unwrap();
    let found = moodle.hand_ins(&grades.items[0], None, &people).await.unwrap();
    assert_eq!((found.people.len(), found.unreadable), (3, 1));
    let of = |id: &str| &found.people[&PersonKey::new(id)];
    assert_eq!(of("321").late, Some(false));
    assert_eq!(
        (of("322").late, of("322").attempt),
        (None, Some(2)),
        "there may be an extension"
    );
    assert_eq!(of("323").at.timestamp(), 1_795_950_002);
}
