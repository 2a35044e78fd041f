use reqwest::Method;
use serde_json::{Value, json};

use super::super::super::{Completion, Team, Tracking, Work};
use super::testing::*;

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
    world.change_course(2, |course| {
        course.suspended.insert(5);
    });
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
