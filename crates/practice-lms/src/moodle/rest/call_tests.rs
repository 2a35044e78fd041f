use reqwest::Method;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::super::super::testing::*;
use super::super::super::{
    Completion, CourseRole, Endpoint, Fault, GroupMode, SERVICE_FUNCTIONS, Team, Tracking, Work,
};
use super::testing::*;

#[actix_web::test]
async fn the_shapes_are_those_of_the_notes() {
    let reading = reading().await;
    let (world, essay) = (&reading.bench.world, reading.column("Reflection essay"));
    let now = world.now();
    world.rename_line_item(2, essay, "Reflection essay");
    let done = Completion {
        state: 3,
        at: now,
        overridden_by: None,
    };
    world.change_column(2, essay, |column| {
        column.tracking = Some(Tracking::Automatic);
        column.due = Some(now);
        column.id_number = "ess-1".into();
    });
    world.hand_in(
        2,
        essay,
        5,
        Work {
            text: Some("<p>My <b>essay</b> text &amp; more</p>".into()),
            files: vec![("Grüße x 1.txt".into(), "text/plain".into(), b"Hello".to_vec())],
            ..Work::default()
        },
    );
    reading.bench.later(1);
    world.set_grade(2, essay, 5, Some(Decimal::new(4_212_345, 5)));
    world.change_cell(2, essay, 5, |cell| cell.completion = Some(done));
    world.run_completion_task(2);
    let (assign, quiz) = (
        reading.instance("Reflection essay"),
        reading.instance("Weekly quiz"),
    );
    let course = [("courseid", "2")];
    let person = [("courseid", "2"), ("userid", "5")];
    let all: [(&str, &str, Pairs<'_>); 12] = [
        ("info", "core_webservice_get_site_info", &[]),
        ("report", REPORT, &person),
        (
            "assignments",
            "mod_assign_get_assignments",
            &[("courseids[0]", "2"), ("includenotenrolledcourses", "1")],
        ),
        (
            "submissions",
            "mod_assign_get_submissions",
            &[("assignmentids[0]", &assign)],
        ),
        (
            "grades",
            "mod_assign_get_grades",
            &[("assignmentids[0]", &assign)],
        ),
        (
            "quizzes",
            "mod_quiz_get_quizzes_by_courses",
            &[("courseids[0]", "2")],
        ),
        (
            "attempts",
            "mod_quiz_get_user_quiz_attempts",
            &[("quizid", &quiz), ("userid", "5")],
        ),
        (
            "statuses",
            "core_completion_get_activities_completion_status",
            &person,
        ),
        (
            "completion",
            "core_completion_get_course_completion_status",
            &person,
        ),
        ("contents", "core_course_get_contents", &course),
        (
            "updates",
            "core_course_get_updates_since",
            &[("courseid", "2"), ("since", "1")],
        ),
        ("gradeitems", "core_grades_get_gradeitems", &course),
    ];
    for (name, function, parameters) in all {
        let answer = reading.call(function, parameters).await;
        assert_fits(&example(name), &answer, name);
    }
    let item = &reading.items(5).await["Reflection essay"];
    assert_fits(&example("item"), item, "item");
    assert_eq!(
        json!([
            item["graderaw"],
            item["gradeformatted"],
            item["percentageformatted"],
            item["scaleid"],
            item["gradedatesubmitted"]
        ]),
        json!([42.12345, "42.12", "42.12 %", null, null])
    );
    let grades = reading
        .call("mod_assign_get_grades", &[("assignmentids[0]", &assign)])
        .await;
    assert_eq!(
        grades["assignments"][0]["grades"][0]["grade"], "42.12345",
        "a text"
    );
}

#[actix_web::test]
async fn site_info_names_site_and_functions_and_holds_a_secret() {
    let reading = reading().await;
    let info = reading.call("core_webservice_get_site_info", &[]).await;
    assert_eq!(info["siteurl"], reading.bench.world.issuer());
    assert_eq!(info["functions"].as_array().unwrap().len(), 17);
    assert_eq!(
        info["userprivateaccesskey"],
        reading.bench.world.private_access_key(reading.account)
    );
    reading.bench.world.set_site_url(Some("https://other.example"));
    let info = reading.call("core_webservice_get_site_info", &[]).await;
    assert_eq!(info["siteurl"], "https://other.example");
    let answer = reading
        .bench
        .ws(&reading.token, "core_webservice_get_site_info", &[])
        .await;
    assert!(
        answer.text.contains("https:\\/\\/other.example"),
        "slashes as PHP writes them"
    );
    assert_eq!(answer.kind, "application/json");
}

#[actix_web::test]
async fn every_error_of_a_call_is_a_good_answer() {
    let reading = reading().await;
    let world = &reading.bench.world;
    let all: [(&str, Pairs<'_>, &str); 10] = [
        ("no_such_function", &[], "invalidrecordunknown"),
        ("", &[], "invalidparameter"),
        (REPORT, &[], "invalidparameter"),
        (REPORT, &[("courseid", "two")], "invalidparameter"),
        (REPORT, &[("courseid", "2"), ("extra", "1")], "invalidparameter"),
        (REPORT, &[("courseid", "77")], "invalidrecordunknown"),
        (REPORT, &[("courseid", "2"), ("userid", "987654")], "invaliduser"),
        (
            "mod_quiz_get_user_attempts",
            &[("quizid", "1")],
            "accessexception",
        ),
        (
            "core_group_get_course_groups",
            &[("courseid", "2")],
            "nopermissions",
        ),
        (
            "core_completion_get_course_completion_status",
            &[("courseid", "2"), ("userid", "5")],
            "cannotviewreport",
        ),
    ];
    for (function, parameters, code) in all {
        assert_eq!(
            reading.error(function, parameters).await,
            code,
            "{function} {parameters:?}"
        );
    }
    let wrong = reading.bench.ws("0", REPORT, &[("courseid", "2")]).await;
    assert_eq!(
        (wrong.status, &wrong.json()["errorcode"]),
        (200, &json!("invalidtoken"))
    );
    assert_eq!(
        reading
            .call(
                "core_course_get_courses_by_field",
                &[("field", "id"), ("value", "77")]
            )
            .await["courses"],
        json!([])
    );
    let course = [("courseid", "2")];
    world.maintain(true);
    assert_eq!(reading.error(REPORT, &course).await, "sitemaintenance");
    world.maintain(false);
    world.upgrade(true);
    assert_eq!(reading.error(REPORT, &course).await, "upgraderunning");
    world.upgrade(false);
    world.bar_account(reading.account, Some("wsaccessusersuspended"));
    assert_eq!(reading.error(REPORT, &course).await, "wsaccessusersuspended");
    world.bar_account(reading.account, Some("forcepasswordchangenotice"));
    assert_eq!(reading.error(REPORT, &course).await, "forcepasswordchangenotice");
    assert_eq!(
        reading.error("core_webservice_get_site_info", &[]).await,
        "none",
        "it still answers"
    );
    world.bar_account(reading.account, None);
    world.serve_function(&reading.token, REPORT, false);
    assert_eq!(reading.error(REPORT, &course).await, "accessexception");
    world.limit_ws_token(&reading.token, Some(world.now() - chrono::TimeDelta::seconds(1)));
    assert_eq!(
        reading.error("core_webservice_get_site_info", &[]).await,
        "accessexception",
        "once"
    );
    assert_eq!(
        reading.error("core_webservice_get_site_info", &[]).await,
        "invalidtoken",
        "and then it is gone"
    );
    world.switch_web_services(false);
    let off = reading.bench.ws(&reading.token, REPORT, &course).await;
    assert_eq!((off.status, off.text.as_str()), (403, ""));
}

#[actix_web::test]
async fn without_the_parameter_for_json_the_answer_is_xml_and_bearer_is_not_read() {
    let reading = reading().await;
    let path = format!(
        "/webservice/rest/server.php?wstoken={}&wsfunction=core_webservice_get_site_info",
        reading.token
    );
    let good = reading.bench.call(Method::GET, &path, "", &[], "").await;
    assert!(
        good.kind.starts_with("application/xml") && good.text.contains("<RESPONSE>"),
        "{}",
        good.text
    );
    let long = format!("{path}&courseids[0]={}", "1".repeat(8_200));
    let refused = reading.bench.call(Method::GET, &long, "", &[], "").await;
    assert_eq!(refused.status, 414, "and the same as POST is fine");
    let bare = "/webservice/rest/server.php?wsfunction=core_webservice_get_site_info";
    let bad = reading
        .bench
        .call(Method::GET, bare, &reading.token, &[], "")
        .await;
    assert!(
        bad.text.contains("<ERRORCODE>invalidtoken</ERRORCODE>"),
        "{}",
        bad.text
    );
}

#[actix_web::test]
async fn a_weak_role_makes_lists_shorter_and_no_errors() {
    let reading = reading().await;
    let (world, account) = (&reading.bench.world, reading.account);
    let people = async || {
        reading
            .call("core_enrol_get_enrolled_users", &[("courseid", "2")])
            .await
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(people().await, 33);
    world.allow_capability(account, "moodle/user:viewdetails", false);
    assert_eq!(people().await, 1);
    world.allow_capability(account, "moodle/user:viewdetails", true);
    let columns = async || reading.items(5).await.keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        columns().await,
        ["Project report", "Reflection essay", "Weekly quiz", "course"]
    );
    for (capability, label) in [
        ("mod/assign:view", "Reflection essay"),
        ("mod/quiz:view", "Weekly quiz"),
        ("mod/lti:view", "Project report"),
    ] {
        world.allow_capability(account, capability, false);
        let left = columns().await;
        assert!(
            left.len() == 3 && !left.iter().any(|one| one == label),
            "{capability}: {left:?}"
        );
        world.allow_capability(account, capability, true);
    }
    let essay = reading.column("Reflection essay");
    world.change_column(2, essay, |column| column.is_hidden_activity = true);
    assert_eq!(columns().await.len(), 4);
    world.allow_capability(account, "moodle/course:viewhiddenactivities", false);
    assert_eq!(columns().await.len(), 3);
    world.allow_capability(account, "moodle/course:viewhiddenactivities", true);
    let team = Team {
        id: 3,
        name: "Group A & co".into(),
        id_number: "grp-a".into(),
        people: [5, 6, 7].into(),
    };
    world.change_course(2, |course| {
        course.teams.push(team);
        course.group_mode = GroupMode::Visible;
    });
    let all = async || {
        reading.call(REPORT, &[("courseid", "2")]).await["usergrades"]
            .as_array()
            .map_or(0, Vec::len)
    };
    assert_eq!(all().await, 30);
    world.allow_capability(account, "moodle/site:accessallgroups", false);
    assert_eq!((all().await, people().await), (3, 3), "one group's people alone");
    world.change_course(2, |course| course.group_mode = GroupMode::Separate);
    assert_eq!(reading.error(REPORT, &[("courseid", "2")]).await, "notingroup");
    world.allow_capability(account, "mod/assign:viewgrades", false);
    let assign = reading.instance("Reflection essay");
    let grades = reading
        .call("mod_assign_get_grades", &[("assignmentids[0]", &assign)])
        .await;
    assert_eq!(
        (&grades["assignments"], &grades["warnings"][0]["warningcode"]),
        (&json!([]), &json!("1"))
    );
    world.allow_capability(account, "moodle/course:view", false);
    assert_eq!(
        reading.error(REPORT, &[("courseid", "2")]).await,
        "requireloginerror"
    );
    assert_eq!(
        reading
            .error("core_course_get_contents", &[("courseid", "2")])
            .await,
        "errorcoursecontextnotvalid"
    );
    world.give_role(account, &[]);
    assert_eq!(
        reading.error("core_webservice_get_site_info", &[]).await,
        "accessexception"
    );
}

#[actix_web::test]
async fn the_report_of_a_whole_course_takes_its_time_and_answers_go_wrong_on_purpose() {
    let reading = reading().await;
    let (world, faults) = (&reading.bench.world, reading.bench.world.faults());
    world.slow_reports(std::time::Duration::from_millis(50));
    let start = std::time::Instant::now();
    reading.items(5).await;
    assert!(
        start.elapsed() < std::time::Duration::from_millis(1_450),
        "one person is quick"
    );
    let start = std::time::Instant::now();
    reading.call(REPORT, &[("courseid", "2")]).await;
    assert!(start.elapsed() >= std::time::Duration::from_millis(1_500));
    world.slow_reports(std::time::Duration::ZERO);
    let endpoint = Endpoint::Function(REPORT);
    for (fault, status) in [
        (Fault::Html, 200),
        (Fault::BareForbidden, 403),
        (Fault::HalfJson, 200),
    ] {
        faults.inject(endpoint, &fault, 1);
        let answer = reading
            .bench
            .ws(&reading.token, REPORT, &[("courseid", "2")])
            .await;
        assert_eq!(answer.status, status, "{fault:?}");
        assert!(serde_json::from_str::<Value>(&answer.text).is_err(), "{fault:?}");
    }
    faults.inject(endpoint, &Fault::Exception("sitemaintenance"), 1);
    assert_eq!(
        reading.error(REPORT, &[("courseid", "2")]).await,
        "sitemaintenance"
    );
    assert_eq!(faults.requests(endpoint), 6);
    let asked = world.asked(REPORT);
    assert!(
        asked.len() == 6 && !asked.iter().any(|one| one.contains(&reading.token)),
        "{asked:?}"
    );
    let teacher = reading.bench.person(CourseRole::Teacher).id;
    let own = world.add_ws_token(teacher, &SERVICE_FUNCTIONS);
    let refused = reading.bench.ws(&own, REPORT, &[("courseid", "2")]).await.json();
    assert_eq!(
        refused["errorcode"], "accessexception",
        "teachers may not use web services by themselves"
    );
    world.give_role(teacher, &["webservice/rest:use"]);
    let all = reading.bench.ws(&own, REPORT, &[("courseid", "2")]).await.json();
    assert_eq!(all["usergrades"].as_array().unwrap().len(), 30);
}
