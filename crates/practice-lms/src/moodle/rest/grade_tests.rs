use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::super::super::{Display, GradeGroup, SERVICE_FUNCTIONS};
use super::testing::*;

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
