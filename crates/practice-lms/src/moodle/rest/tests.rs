use reqwest::Method;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::super::super::testing::*;
use super::super::super::{
    Completion, CourseRole, Display, Endpoint, Fault, Flavour, GradeGroup, GroupMode, LEAST_ROLE,
    SERVICE_FUNCTIONS, Team, Tracking, Work,
};

const REPORT: &str = "gradereport_user_get_grade_items";

/// What the notes on Moodle's web services show.
fn example(name: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("../../../fixtures/rest/moodle.json")).unwrap();
    all[name].clone()
}

struct Reading {
    bench: Bench,
    account: u64,
    token: String,
}

/// A service account with the least role, and its token.
async fn reading() -> Reading {
    let bench = bench(Flavour::Moodle).await;
    let account = bench.world.add_account("badgereader", false);
    bench.world.give_role(account, &LEAST_ROLE);
    let token = bench.world.add_ws_token(account, &SERVICE_FUNCTIONS);
    bench
        .world
        .serve_function(&token, "core_grades_get_gradeitems", true);
    bench
        .world
        .serve_function(&token, "core_group_get_course_groups", true);
    Reading {
        bench,
        account,
        token,
    }
}

impl Reading {
    async fn call(&self, function: &str, parameters: &[(&str, &str)]) -> Value {
        let answer = self.bench.ws(&self.token, function, parameters).await;
        assert_eq!(answer.status, 200, "{function}: {}", answer.text);
        answer.json()
    }

    async fn error(&self, function: &str, parameters: &[(&str, &str)]) -> String {
        let answer = self.call(function, parameters).await;
        answer["errorcode"].as_str().unwrap_or("none").to_owned()
    }

    /// One person's columns, by their names; totals by their type.
    async fn items(&self, person: u64) -> std::collections::BTreeMap<String, Value> {
        let person = person.to_string();
        let report = self.call(REPORT, &[("courseid", "2"), ("userid", &person)]).await;
        let items = report["usergrades"][0]["gradeitems"]
            .as_array()
            .unwrap_or_else(|| panic!("{report}"))
            .clone();
        let name = |item: &Value| {
            item["itemname"]
                .as_str()
                .or(item["itemtype"].as_str())
                .unwrap()
                .to_owned()
        };
        items.into_iter().map(|item| (name(&item), item)).collect()
    }

    fn column(&self, label: &str) -> u64 {
        let items = self.bench.world.line_items(2);
        items.iter().find(|one| one.label == label).unwrap().id
    }

    fn instance(&self, label: &str) -> String {
        (self.column(label) + 1_000_000).to_string()
    }
}

#[actix_web::test]
async fn the_shapes_are_those_of_the_notes() {
    let reading = reading().await;
    let (world, essay) = (&reading.bench.world, reading.column("Reflection essay"));
    let now = world.now();
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
    for (name, function, parameters) in [
        ("info", "core_webservice_get_site_info", &[][..]),
        ("report", REPORT, &person),
        (
            "assignments",
            "mod_assign_get_assignments",
            &[("courseids[0]", "2"), ("includenotenrolledcourses", "1")],
        ),
        (
            "submissions",
            "mod_assign_get_submissions",
            &[("assignmentids[0]", &assign as &str)],
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
    ] {
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
    for (function, parameters, code) in [
        ("no_such_function", &[][..], "invalidrecordunknown"),
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
    ] {
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
async fn hidden_blind_and_unreleased_grades_are_told_as_moodle_does() {
    let reading = reading().await;
    let (world, account, essay) = (
        &reading.bench.world,
        reading.account,
        reading.column("Reflection essay"),
    );
    world.hide_grades(2, essay, true);
    let items = reading.items(5).await;
    assert!(
        items["Reflection essay"]["gradeishidden"] == true
            && items["Reflection essay"]["graderaw"].is_number()
    );
    assert!(
        items["course"]["gradeishidden"] == false && items["course"]["graderaw"].is_number(),
        "the total does not tell"
    );
    world.allow_capability(account, "moodle/grade:viewhidden", false);
    let items = reading.items(5).await;
    assert!(!items.contains_key("Reflection essay"), "the column is missing");
    assert_eq!(
        (&items["course"]["graderaw"], &items["course"]["gradeformatted"]),
        (&Value::Null, &json!("-"))
    );
    world.hide_grades(2, essay, false);
    world.change_cell(2, essay, 5, |cell| cell.is_hidden = true);
    let item = &reading.items(5).await["Reflection essay"];
    assert_eq!(
        (&item["graderaw"], &item["gradeishidden"]),
        (&Value::Null, &json!(true))
    );
    world.change_cell(2, essay, 5, |cell| cell.is_hidden = false);
    world.allow_capability(account, "moodle/grade:viewhidden", true);
    let later = world.now() + chrono::TimeDelta::hours(1);
    world.change_column(2, essay, |column| column.hidden_until = Some(later));
    assert_eq!(reading.items(5).await["Reflection essay"]["gradeishidden"], true);
    reading.bench.later(3_601);
    assert_eq!(reading.items(5).await["Reflection essay"]["gradeishidden"], false);
    world.change_column(2, essay, |column| column.has_workflow = true);
    let item = &reading.items(5).await["Reflection essay"];
    assert_eq!(
        (&item["graderaw"], &item["status"]),
        (&Value::Null, &json!("novalue"))
    );
    let assign = reading.instance("Reflection essay");
    let grades = reading
        .call("mod_assign_get_grades", &[("assignmentids[0]", &assign)])
        .await;
    assert_eq!(
        grades["assignments"][0]["grades"].as_array().unwrap().len(),
        30,
        "the activity shows them all the same"
    );
    world.release_marks(2, essay);
    assert!(reading.items(5).await["Reflection essay"]["graderaw"].is_number());
    let own = world.add_ws_token(5, &SERVICE_FUNCTIONS);
    world.give_role(5, &["webservice/rest:use"]);
    let own_report = reading
        .bench
        .ws(&own, REPORT, &[("courseid", "2"), ("userid", "5")])
        .await
        .json();
    assert_eq!(
        own_report["usergrades"][0]["gradeitems"][0]["gradeislocked"],
        Value::Null
    );
    let other = reading
        .bench
        .ws(&own, REPORT, &[("courseid", "2"), ("userid", "6")])
        .await
        .json();
    assert_eq!(other["errorcode"], "nopermissiontoviewgrades");
    let all = reading.bench.ws(&own, REPORT, &[("courseid", "2")]).await.json();
    assert_eq!(all["errorcode"], "nopermissions");
}

#[actix_web::test]
async fn scales_letters_and_commas_are_only_in_what_is_formatted() {
    let reading = reading().await;
    let world = &reading.bench.world;
    let oral = world.add_native(2, "Points & more <x>", "manual", 3.into());
    assert!(world.grade_by_scale(2, oral, 3));
    world.change_column(2, oral, |column| {
        column.scale = vec!["Not yet".into(), "Nearly".into(), "Yes & more".into()]
    });
    world.set_grade(2, oral, 5, Some(3.into()));
    let item = reading.items(5).await["Points & more <x>"].clone();
    assert_eq!(
        json!([
            item["graderaw"],
            item["grademin"],
            item["grademax"],
            item["gradeformatted"],
            item["rangeformatted"],
            item["percentageformatted"],
            item["itemtype"],
            item.get("cmid")
        ]),
        json!([
            3,
            1,
            3,
            "Yes &amp; more",
            "Not yet&ndash;Yes &amp; more",
            "100.00 %",
            "manual",
            null
        ])
    );
    let essay = reading.column("Reflection essay");
    world.set_grade(2, essay, 5, Some(Decimal::new(875, 1)));
    world.change_column(2, essay, |column| column.display = Display::RealAndLetter);
    world.speak_with_comma(true);
    let item = reading.items(5).await["Reflection essay"].clone();
    assert_eq!(
        json!([
            item["graderaw"],
            item["gradeformatted"],
            item["percentageformatted"]
        ]),
        json!([87.5, "87,50 (B+)", "87,50 %"])
    );
    let pinned = [
        ("courseid", "2"),
        ("userid", "5"),
        ("moodlewssettinglang", "en"),
        ("moodlewssettingraw", "true"),
    ];
    let report = reading.call(REPORT, &pinned).await;
    assert_eq!(
        report["usergrades"][0]["gradeitems"][0]["gradeformatted"],
        "87.50 (B+)"
    );
    world.change_column(2, essay, |column| {
        column.display = Display::Real;
        column.pass = Some(50.into());
    });
    let shown = reading.items(5).await["Reflection essay"]["gradeformatted"].to_string();
    assert!(shown.contains("<i class=") && shown.contains("Pass"), "{shown}");
    let names = reading
        .call("core_grades_get_gradeitems", &[("courseid", "2")])
        .await;
    assert!(
        names["gradeItems"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["itemname"] == "Points &amp; more "),
        "{names}"
    );
    world.grade_by_scale(2, essay, 4);
    let settings = [("courseids[0]", "2"), ("includenotenrolledcourses", "1")];
    let list = reading.call("mod_assign_get_assignments", &settings).await;
    assert!(
        list["courses"][0]["assignments"][0]["grade"].as_i64().unwrap() < 0,
        "a scale"
    );
    let without = reading
        .call("mod_assign_get_assignments", &[("courseids[0]", "2")])
        .await;
    assert_eq!(
        (&without["courses"], without["warnings"].as_array().unwrap().len()),
        (&json!([]), 1)
    );
}

#[actix_web::test]
async fn settings_of_the_report_take_members_away_and_suspended_people_are_not_in_it() {
    let reading = reading().await;
    let world = &reading.bench.world;
    world.change_course(2, |course| {
        course.report.without_range = true;
        course.report.without_percentage = true;
        course.report.without_feedback = true;
        course.report.with_letter = true;
        course.suspended.insert(6);
        course.groups.push(GradeGroup {
            id: 41,
            name: "Labs".into(),
            ..GradeGroup::default()
        });
    });
    let items = reading.items(5).await;
    let item = &items["Reflection essay"];
    for gone in [
        "grademin",
        "grademax",
        "rangeformatted",
        "percentageformatted",
        "feedback",
    ] {
        assert_eq!(item.get(gone), None, "{gone}");
    }
    assert!(item["lettergradeformatted"].is_string());
    assert_eq!(
        (&items["category"]["itemname"], &items["category"]["iteminstance"]),
        (&Value::Null, &json!(41))
    );
    let all = reading.call(REPORT, &[("courseid", "2"), ("userid", "0")]).await;
    assert_eq!(all["usergrades"].as_array().unwrap().len(), 29);
    assert!(
        reading.items(6).await["Reflection essay"]["graderaw"].is_number(),
        "asked for by name they are there"
    );
    let people = reading
        .call("core_enrol_get_enrolled_users", &[("courseid", "2")])
        .await;
    assert_eq!(people.as_array().unwrap().len(), 33, "without a mark");
    let fields = [
        ("courseid", "2"),
        ("options[0][name]", "userfields"),
        ("options[0][value]", "groups,roles"),
    ];
    let people = reading.call("core_enrol_get_enrolled_users", &fields).await;
    let mut names: Vec<&String> = people[0].as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["fullname", "id", "roles"]);
    let stranger = reading.items(reading.account).await;
    assert_eq!(
        stranger["Reflection essay"]["graderaw"],
        Value::Null,
        "whoever is not enrolled has an empty report"
    );
}

#[actix_web::test]
async fn hand_ins_have_files_earlier_attempts_and_rows_of_their_group() {
    let reading = reading().await;
    let world = &reading.bench.world;
    let lab = world.add_native(2, "Lab", "assignment", 100.into());
    let id = (lab + 1_000_000).to_string();
    let asked = [("assignmentids[0]", id.as_str())];
    let files = || {
        vec![(
            "Grüße x 1.txt".to_owned(),
            "text/plain".to_owned(),
            b"Hello".to_vec(),
        )]
    };
    world.hand_in(
        2,
        lab,
        5,
        Work {
            files: files(),
            ..Work::default()
        },
    );
    reading.bench.later(5);
    world.set_grade(2, lab, 5, Some(31.into()));
    reading.bench.later(5);
    world.hand_in(
        2,
        lab,
        5,
        Work {
            files: files(),
            ..Work::default()
        },
    );
    let rows =
        reading.call("mod_assign_get_submissions", &asked).await["assignments"][0]["submissions"].clone();
    let row = &rows[0];
    assert_eq!(
        json!([row["userid"], row["attemptnumber"], row["status"]]),
        json!([5, 1, "submitted"])
    );
    let url = row["plugins"][1]["fileareas"][0]["files"][0]["fileurl"]
        .as_str()
        .unwrap();
    assert!(url.ends_with("Gr%C3%BC%C3%9Fe%20x%201.txt"), "{url}");
    let file = reading
        .bench
        .call(
            Method::GET,
            &format!("{url}?token={}", reading.token),
            "",
            &[],
            "",
        )
        .await;
    assert_eq!((file.status, file.text.as_str()), (200, "Hello"));
    let bare = reading.bench.call(Method::GET, url, "", &[], "").await;
    assert_eq!(
        (bare.status, &bare.json()["errorcode"]),
        (200, &json!("missingparam"))
    );
    let plain = url.replace("/webservice/", "/");
    assert!(
        reading
            .bench
            .call(Method::GET, &plain, "", &[], "")
            .await
            .kind
            .starts_with("text/html")
    );
    let status = reading
        .call(
            "mod_assign_get_submission_status",
            &[("assignid", &id), ("userid", "5")],
        )
        .await;
    assert_eq!(status["previousattempts"][0]["grade"]["grade"], "31.00000");
    let none = reading.call("mod_assign_get_grades", &asked).await;
    assert_eq!(none["assignments"], json!([]), "the new attempt has no grade");
    assert_eq!(
        reading.items(5).await["Lab"]["graderaw"],
        31,
        "and the gradebook has the old one"
    );
    world.set_grade(2, lab, 5, Some(50.into()));
    reading.bench.later(5);
    world.set_grade(2, lab, 5, None);
    let back = reading.call("mod_assign_get_grades", &asked).await;
    assert_eq!(
        back["assignments"][0]["grades"][0]["grade"], "-1.00000",
        "taken back"
    );
    let team = Team {
        id: 3,
        name: "A".into(),
        id_number: String::new(),
        people: [5, 6].into(),
    };
    world.change_course(2, |course| course.teams.push(team));
    world.change_column(2, lab, |column| column.by_teams = true);
    let rows =
        reading.call("mod_assign_get_submissions", &asked).await["assignments"][0]["submissions"].clone();
    assert_eq!((&rows[0]["userid"], &rows[0]["groupid"]), (&json!(0), &json!(3)));
    assert_eq!(
        (
            &rows[1]["userid"],
            &rows[1]["plugins"][1]["fileareas"][0]["files"]
        ),
        (&json!(5), &json!([]))
    );
    world.allow_capability(reading.account, "mod/assign:viewgrades", false);
    let refused = reading
        .bench
        .call(
            Method::GET,
            &format!("{url}?token={}", reading.token),
            "",
            &[],
            "",
        )
        .await;
    assert_eq!(
        (refused.status, &refused.json()["errorcode"]),
        (404, &json!("filenotfound"))
    );
}

#[actix_web::test]
async fn updates_tell_of_activities_and_not_of_the_gradebook() {
    let reading = reading().await;
    let (world, essay) = (&reading.bench.world, reading.column("Reflection essay"));
    let start = world.now().timestamp();
    let changes = async |since: i64| {
        let since = since.to_string();
        let updates = reading
            .call(
                "core_course_get_updates_since",
                &[("courseid", "2"), ("since", &since)],
            )
            .await;
        updates["instances"].as_array().unwrap().clone()
    };
    reading.bench.later(10);
    world.override_grade(2, essay, 5, Some(95.into()));
    world.hide_grades(2, essay, true);
    world.change_maximum(2, essay, 120.into());
    assert_eq!(changes(start).await, Vec::<Value>::new());
    let item = reading.items(5).await["Reflection essay"].clone();
    assert_eq!(
        (&item["graderaw"], &item["gradeisoverridden"]),
        (&json!(95), &json!(true))
    );
    let assign = reading.instance("Reflection essay");
    let grades = reading
        .call("mod_assign_get_grades", &[("assignmentids[0]", &assign)])
        .await;
    assert_ne!(
        grades["assignments"][0]["grades"][0]["grade"], "95.00000",
        "the activity keeps its own"
    );
    world.rename_line_item(2, essay, "Essay");
    world.set_grade(2, essay, 6, Some(70.into()));
    let told = changes(start).await;
    assert_eq!(told.len(), 1);
    let names: Vec<&str> = told[0]["updates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["configuration", "usergrades"]);
    assert_eq!(told[0]["id"], essay + 2_000_000);
    assert_eq!(changes(start + 10).await, Vec::<Value>::new(), "strictly later");
    assert_eq!(changes(start + 9).await.len(), 1);
    world.allow_capability(reading.account, "mod/assign:viewgrades", false);
    assert_eq!(
        changes(start).await[0]["updates"].as_array().unwrap().len(),
        1,
        "and no error"
    );
}

#[actix_web::test]
async fn completion_is_told_for_one_person_and_that_of_the_course_after_its_task() {
    let reading = reading().await;
    let world = &reading.bench.world;
    let page = world.add_activity(2, "page", "Read me", Some(Tracking::ByHand));
    world.allow_capability(reading.account, "mod/page:view", true);
    let person = [("courseid", "2"), ("userid", "5")];
    let of = async || {
        reading
            .call("core_completion_get_activities_completion_status", &person)
            .await["statuses"]
            .clone()
    };
    assert_eq!(
        json!([of().await[0]["state"], of().await[0]["tracking"]]),
        json!([0, 1])
    );
    let done = Completion {
        state: 1,
        at: world.now(),
        overridden_by: Some(3),
    };
    assert!(world.complete_activity(2, page, 5, Some(done)));
    let status = of().await[0].clone();
    assert_eq!(
        json!([
            status["cmid"],
            status["state"],
            status["overrideby"],
            status["isoverallcomplete"]
        ]),
        json!([page, 1, 3, true])
    );
    world.change_course(2, |course| {
        course.completed = Some(std::collections::BTreeMap::new())
    });
    let course = async || {
        reading
            .call("core_completion_get_course_completion_status", &person)
            .await["completionstatus"]
            .clone()
    };
    assert_eq!(course().await["completed"], false, "the task was not there yet");
    world.run_completion_task(2);
    assert_eq!(course().await["completed"], true);
    world.change_course(2, |course| drop(course.suspended.insert(5)));
    let status = of().await[0].clone();
    assert_eq!(
        (&status["state"], &status["istrackeduser"]),
        (&json!(0), &json!(false))
    );
    assert_eq!(
        reading
            .error("core_completion_get_course_completion_status", &person)
            .await,
        "usernotenroled"
    );
    world.change_course(2, |course| course.tracks_nothing = true);
    assert_eq!(of().await, json!([]));
    let shown = reading
        .call("core_course_get_contents", &[("courseid", "2")])
        .await[0]["modules"]
        .clone();
    let modules: Vec<&str> = shown
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["modname"].as_str().unwrap())
        .collect();
    assert_eq!(modules, ["assign", "quiz", "lti", "lti", "page"]);
}

#[actix_web::test]
async fn ids_join_with_those_of_lti_and_native_columns_are_in_the_report_alone() {
    let reading = reading().await;
    let world = &reading.bench.world;
    let people = reading.call(REPORT, &[("courseid", "2")]).await["usergrades"].clone();
    let subs: std::collections::BTreeSet<String> = world.students(2).into_iter().map(|one| one.sub).collect();
    let ids: std::collections::BTreeSet<String> = people
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["userid"].to_string())
        .collect();
    assert_eq!(ids, subs);
    let items = reading.items(5).await;
    let own = &items["Project report"];
    assert_eq!(own["itemmodule"], "lti");
    assert_eq!(own["iteminstance"], reading.bench.link("Project report"));
    let token = reading.bench.token().await;
    let url = "/mod/lti/services.php/2/lineitems";
    let listed = reading
        .bench
        .get(url, &token, "application/vnd.ims.lis.v2.lineitemcontainer+json")
        .await
        .json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert!(
        listed[0]["id"]
            .as_str()
            .unwrap()
            .contains(&format!("/lineitems/{}/lineitem", own["id"])),
        "{listed}"
    );
    let tools = reading
        .call("mod_lti_get_ltis_by_courses", &[("courseids[0]", "2")])
        .await;
    assert!(
        tools["ltis"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one.get("servicesalt").is_none()),
        "{tools}"
    );
}

#[actix_web::test]
async fn the_report_of_a_whole_course_takes_its_time_and_answers_go_wrong_on_purpose() {
    let reading = reading().await;
    let (world, faults) = (&reading.bench.world, reading.bench.world.faults());
    world.slow_reports(std::time::Duration::from_millis(20));
    let start = std::time::Instant::now();
    reading.items(5).await;
    assert!(
        start.elapsed() < std::time::Duration::from_millis(550),
        "one person is quick"
    );
    let start = std::time::Instant::now();
    reading.call(REPORT, &[("courseid", "2")]).await;
    assert!(start.elapsed() >= std::time::Duration::from_millis(600));
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
