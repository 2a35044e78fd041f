use chrono::TimeDelta;
use reqwest::Method;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::super::super::testing::*;
use super::super::super::{
    CourseRole, Endpoint, Fault, Flavour, GradeGroup, Oddity, Quota, Resource, Section, Work,
};
use super::SCOPES;

const BACK: &str = "https://tool.example/oauth/back";

/// What the notes on Canvas's interfaces show.
fn example(name: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("../../../fixtures/rest/canvas.json")).unwrap();
    all[name].clone()
}

struct Reading {
    bench: Bench,
    client_id: String,
    secret: String,
    token: String,
    refresh: String,
}

/// A key with all scopes, includes allowed, and the token of the teacher.
async fn reading() -> Reading {
    let bench = bench(Flavour::Canvas).await;
    let key = bench.world.add_api_key(&[BACK], &SCOPES);
    bench
        .world
        .change_api_key(&key.client_id, |key| key.allows_includes = true);
    let teacher = bench.person(CourseRole::Teacher).id;
    let (token, refresh) = bench.world.api_token(&key.client_id, teacher).unwrap();
    Reading {
        bench,
        client_id: key.client_id,
        secret: key.secret,
        token,
        refresh,
    }
}

impl Reading {
    async fn get(&self, path: &str) -> Read {
        self.bench.api(path, &self.token).await
    }

    fn column(&self, label: &str) -> u64 {
        let items = self.bench.world.line_items(2);
        items.iter().find(|one| one.label == label).unwrap().id
    }

    async fn cell(&self, column: u64, person: u64) -> Value {
        self.get(&format!("~/assignments/{column}/submissions/{person}"))
            .await
            .json()
    }

    /// All rows of a list, page by page.
    async fn all(&self, path: &str) -> Vec<Value> {
        let mut page = self.get(path).await;
        let mut rows = page.json().as_array().unwrap().clone();
        while let Some(next) = page.to("next") {
            page = self.get(&next).await;
            rows.extend(page.json().as_array().unwrap().clone());
            assert!(rows.len() < 100_000, "it goes in circles");
        }
        rows
    }

    async fn ask_token(&self, fields: &[(&str, &str)]) -> Read {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("client_id", self.client_id.as_str()),
                ("client_secret", self.secret.as_str()),
            ])
            .extend_pairs(fields)
            .finish();
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("user-agent", "Cairn/1.0"),
        ];
        self.bench
            .call(Method::POST, "/login/oauth2/token", "", &headers, body)
            .await
    }

    async fn refreshed(&self) -> Read {
        self.ask_token(&[("grant_type", "refresh_token"), ("refresh_token", &self.refresh)])
            .await
    }

    fn consent_address(&self, changes: &[(&str, &str)]) -> String {
        let mut fields = vec![
            ("client_id", self.client_id.as_str()),
            ("response_type", "code"),
            ("redirect_uri", BACK),
            ("state", "s-1"),
            ("scope", SCOPES[0]),
        ];
        for (name, value) in changes {
            fields.retain(|(known, _)| known != name);
            fields.push((name, value));
        }
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.bench.world.url(&format!("/login/oauth2/auth?{query}"))
    }
}

fn parameters(address: &str) -> std::collections::HashMap<String, String> {
    url::Url::parse(address)
        .unwrap()
        .query_pairs()
        .into_owned()
        .collect()
}

#[actix_web::test]
async fn a_consent_leads_to_a_code_that_is_good_once_and_a_refresh_ends_the_token_before_it() {
    let reading = reading().await;
    let teacher = reading.bench.person(CourseRole::Teacher);
    let to = reading
        .bench
        .world
        .consent(&reading.consent_address(&[]), teacher.id)
        .unwrap();
    let back = parameters(&to);
    assert!(
        to.starts_with(BACK) && back["state"] == "s-1" && back["code"].len() == 128,
        "{to}"
    );
    let fields = [
        ("grant_type", "authorization_code"),
        ("redirect_uri", BACK),
        ("code", back["code"].as_str()),
    ];
    let given = reading.ask_token(&fields).await;
    assert_eq!(given.status, 200, "{}", given.text);
    assert_fits(&example("token"), &given.json(), "token");
    assert_eq!(given.json()["user"]["id"], json!(teacher.id));
    let again = reading.ask_token(&fields).await;
    assert_eq!(
        (again.status, &again.json()["error"]),
        (400, &json!("invalid_grant"))
    );

    let access = given.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(reading.bench.api("~", &access).await.status, 200);
    let refresh = given.json()["refresh_token"].as_str().unwrap().to_owned();
    let second = reading
        .ask_token(&[("grant_type", "refresh_token"), ("refresh_token", &refresh)])
        .await;
    assert_eq!(second.json().get("refresh_token"), None, "it stays as it was");
    let lost = reading.bench.api("~", &access).await;
    assert_eq!(
        (lost.status, &lost.json()["errors"][0]["message"]),
        (401, &json!("Revoked access token."))
    );
    assert_eq!(lost.header("www-authenticate"), "Bearer realm=\"canvas-lms\"");
}

#[actix_web::test]
async fn a_consent_goes_wrong_as_in_canvas() {
    let reading = reading().await;
    let world = &reading.bench.world;
    let teacher = reading.bench.person(CourseRole::Teacher).id;
    for (changes, status) in [
        (("client_id", "7"), 401),
        (("redirect_uri", "https://other.example/"), 400),
    ] {
        let address = reading.consent_address(&[changes]);
        assert_eq!(world.consent(&address, teacher), None, "no redirect");
        assert_eq!(reading.bench.get(&address, "", "*/*").await.status, status);
    }
    let unknown = format!("{} url:GET|/api/v1/nothing url:GET|/api/v1/else", SCOPES[0]);
    let to = world
        .consent(&reading.consent_address(&[("scope", &unknown)]), teacher)
        .unwrap();
    let back = parameters(&to);
    assert_eq!(
        (back["error"].as_str(), back.get("state")),
        ("invalid_scope", None)
    );
    assert!(
        back["error_description"].ends_with("granted: url:GET|/api/v1/nothing and url:GET|/api/v1/else"),
        "{to}"
    );
    let no = parameters(&world.refuse_consent(&reading.consent_address(&[])).unwrap());
    assert_eq!(
        (no["error"].as_str(), no["state"].as_str()),
        ("access_denied", "s-1")
    );
    world.change_api_key(&reading.client_id, |key| key.is_on = false);
    let off = parameters(&world.consent(&reading.consent_address(&[]), teacher).unwrap());
    assert_eq!(off["error"], "unauthorized_client");
    let token = reading.get("~").await;
    assert_eq!(
        (token.status, &token.json()["errors"][0]["message"]),
        (401, &json!("Invalid access token."))
    );
    world.change_api_key(&reading.client_id, |key| key.is_on = true);
    assert_eq!(
        reading.get("~").await.status,
        200,
        "on again, its tokens work again"
    );
}

#[actix_web::test]
async fn a_person_agrees_on_a_page() {
    let reading = reading().await;
    let mut browser = crate::Browser::new().unwrap();
    let address = reading.consent_address(&[("redirect_uri", BACK)]);
    let page = browser.get(&address).await.unwrap();
    assert!(page.text().contains("tool.example"), "{}", page.text());
}

#[actix_web::test]
async fn scope_that_is_taken_away_ends_all_tokens_and_one_that_is_missing_is_no_challenge() {
    let reading = reading().await;
    let (world, client) = (&reading.bench.world, reading.client_id.as_str());
    let teacher = reading.bench.person(CourseRole::Teacher).id;
    let narrow = world.add_api_key(&[BACK], &SCOPES[..1]);
    let (token, _) = world.api_token(&narrow.client_id, teacher).unwrap();
    let refused = reading.bench.api("~/assignments", &token).await;
    assert_eq!((refused.status, refused.header("www-authenticate")), (401, ""));
    assert_eq!(
        refused.json(),
        json!({"errors": [{"message": "Insufficient scopes on access token."}], "error_report_id": 1272})
    );
    world.change_api_key(&narrow.client_id, |key| {
        drop(key.scopes.insert(SCOPES[2].to_owned()))
    });
    assert_eq!(
        reading.bench.api("~/assignments", &token).await.status,
        401,
        "the token is as it was"
    );
    assert_eq!(reading.bench.api("~", &token).await.status, 200);

    assert_eq!(reading.get("~/assignments").await.status, 200);
    world.change_api_key(client, |key| drop(key.scopes.remove(SCOPES[4])));
    assert_eq!(reading.get("~/assignments").await.status, 401);
    let refreshed = reading.refreshed().await;
    let said = (&refreshed.json()["error"], &refreshed.json()["error_description"]);
    assert_eq!(
        (refreshed.status, said),
        (
            400,
            (&json!("invalid_request"), &json!("refresh_token not found"))
        )
    );
}

#[actix_web::test]
async fn tokens_end_by_the_hour_by_the_person_and_by_the_tool() {
    let reading = reading().await;
    reading.bench.later(3_601);
    let over = reading.get("~").await;
    assert_eq!(
        (over.status, &over.json()["errors"][0]["message"]),
        (401, &json!("Invalid access token."))
    );
    let fresh = reading.refreshed().await.json()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(reading.bench.api("~", &fresh).await.status, 200);
    let url = reading.bench.world.url("/login/oauth2/token");
    let gone = reading.bench.call(Method::DELETE, &url, &fresh, &[], "").await;
    assert_eq!((gone.status, gone.json()), (200, json!({})));
    assert_eq!(reading.bench.api("~", &fresh).await.status, 401);
    assert_eq!(reading.refreshed().await.status, 400);
    let (token, _) = reading.bench.world.api_token(&reading.client_id, 3).unwrap();
    reading.bench.world.revoke_api_tokens(3);
    assert_eq!(reading.bench.api("~", &token).await.status, 401);
    assert_eq!(reading.bench.world.approved_integrations(), []);
    let none = reading.bench.api("~", "").await;
    assert_eq!(none.json()["status"], "unauthenticated");
    let unnamed = reading.bench.get("/api/v1/courses/2", &token, "*/*").await;
    assert_eq!(unnamed.status, 403, "whoever does not name itself is turned away");
}

#[actix_web::test]
async fn without_the_box_every_include_is_cut_in_silence() {
    let reading = reading().await;
    let essay = reading.column("Reflection essay");
    let path =
        format!("~/assignments/{essay}/submissions?include[]=user&include[]=submission_history&per_page=1");
    let with = reading.get(&path).await.json();
    assert!(
        with[0]["user"].is_object() && with[0]["submission_history"].is_array(),
        "{with}"
    );
    let world = &reading.bench.world;
    world.change_api_key(&reading.client_id, |key| key.allows_includes = false);
    let without = reading.get(&path).await;
    assert_eq!(without.status, 200);
    assert!(without.json()[0].get("user").is_none() && without.json()[0].get("submission_history").is_none());
    let uuid = reading.get("~/users?include[]=uuid&include[]=email").await.json();
    assert!(
        uuid[0]["uuid"].is_string() && uuid[0].get("email").is_none(),
        "{uuid}"
    );
    assert!(
        reading.cell(essay, 5).await["posted_at"].is_string(),
        "what matters needs no include"
    );
}

#[actix_web::test]
async fn the_shapes_are_those_of_the_notes() {
    let reading = reading().await;
    let (world, essay) = (&reading.bench.world, reading.column("Reflection essay"));
    let now = reading.bench.world.now();
    world.change_course(2, |course| {
        course.groups.push(GradeGroup {
            id: 78,
            name: "Labs".into(),
            weight: 40.into(),
            drop_lowest: 1,
            never_drop: vec![essay],
        });
        course.scheme = Some(vec![
            ("A".into(), Decimal::new(94, 2)),
            ("F".into(), Decimal::ZERO),
        ]);
        course.overrides.insert(5, 92.into());
    });
    world.change_column(2, essay, |column| column.due = Some(now - TimeDelta::hours(1)));
    world.hand_in(
        2,
        essay,
        5,
        Work {
            kind: "online_upload",
            files: vec![(
                "Report final.pdf".into(),
                "application/pdf".into(),
                b"%PDF".to_vec(),
            )],
            ..Work::default()
        },
    );
    world.deduct_for_lateness(2, essay, 5, 2.into());
    world.set_grade(2, essay, 5, Some(46.into()));
    let rubric = json!({"_8027": {"rating_id": "blank", "comments": "Neat.", "points": 4.0}});
    world.change_cell(2, essay, 5, |cell| cell.rubric = Some(rubric));
    let cell = format!("~/assignments/{essay}/submissions/5?include[]=rubric_assessment");
    let report = reading.column("Project report");
    let path = format!("~/assignments/{report}");
    for (name, path, at) in [
        ("course", "~?include[]=concluded&include[]=term", None),
        ("assignment", &path, None),
        ("group", "~/assignment_groups", Some(1)),
        (
            "student",
            "~/students/submissions?student_ids[]=all&grouped=1&include[]=total_scores",
            Some(0),
        ),
        ("enrollment", "~/enrollments?user_id=5", Some(0)),
        ("standard", "~/grading_standards", Some(0)),
        ("submission", &cell, None),
    ] {
        let answer = reading.get(path).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text);
        let answer = answer.json();
        assert_fits(&example(name), at.map_or(&answer, |at| &answer[at]), name);
    }
    let cell = reading.get(&cell).await.json();
    assert_fits(&example("file"), &cell["attachments"][0], "file");
    assert_eq!(
        json!([
            cell["score"],
            cell["grade"],
            cell["entered_score"],
            cell["points_deducted"],
            cell["late"],
            cell["seconds_late"]
        ]),
        json!([44.0, "44", 46.0, 2.0, true, 3600])
    );
}

#[actix_web::test]
async fn pages_are_capped_at_a_hundred_and_whoever_counts_them_gets_the_first_one_again() {
    let reading = reading().await;
    reading.bench.world.grow(2, 150);
    let path = "~/students/submissions?student_ids[]=all&per_page=1000";
    let first = reading.get(path).await;
    assert_eq!(first.json().as_array().unwrap().len(), 100);
    assert!(
        first.to("last").is_none() && first.to("next").unwrap().contains("page=bookmark%3A"),
        "{}",
        first.link
    );
    let rows = reading.all(path).await;
    // The test student too, in each of three columns.
    assert_eq!(rows.len(), 151 * 3);
    let ids: std::collections::BTreeSet<u64> = rows.iter().map(|row| row["id"].as_u64().unwrap()).collect();
    assert_eq!(ids.len(), rows.len(), "each once");
    let second = reading.get(&format!("{path}&page=2")).await;
    assert_eq!(second.json()[0]["id"], first.json()[0]["id"]);
    assert_eq!(
        reading.get(&format!("{path}&page=bookmark:spoiled")).await.status,
        404
    );
    assert_eq!(reading.get("~/users").await.json().as_array().unwrap().len(), 10);
    let columns = reading.get("~/assignments?per_page=2").await;
    assert!(columns.to("last").unwrap().contains("page=2"), "{}", columns.link);
    assert_eq!(reading.get("~/assignments?page=9").await.json(), json!([]));
    reading.bench.world.be_odd(Oddity::ShortPages, true);
    let short = reading.get("~/enrollments?per_page=40").await;
    assert!(
        short.json() == json!([]) && short.to("next").is_some(),
        "empty, and more to come"
    );
    assert_eq!(reading.all("~/enrollments?per_page=40").await.len(), 155);
}

#[actix_web::test]
async fn a_link_header_of_many_ids_leaves_even_the_next_page_out() {
    let reading = reading().await;
    let essay = reading.column("Reflection essay");
    let one = format!("&assignment_ids[]={essay}").repeat(60);
    let page = reading
        .get(&format!(
            "~/students/submissions?student_ids[]=all&per_page=5{one}"
        ))
        .await;
    assert!(
        page.to("next").is_some() && page.to("first").is_none() && page.link.len() <= 6_144,
        "{}",
        page.link.len()
    );
    let all = format!("&assignment_ids[]={essay}").repeat(300);
    let page = reading
        .get(&format!(
            "~/students/submissions?student_ids[]=all&per_page=5{all}"
        ))
        .await;
    assert_eq!((page.status, page.link.as_str()), (200, ""));
}

#[actix_web::test]
async fn quotas_run_out_by_what_is_spent_and_by_what_is_under_way() {
    let reading = reading().await;
    let world = &reading.bench.world;
    let good = reading.get("~").await;
    assert!(good.header("x-request-cost").starts_with("0.13"));
    assert!(
        good.header("x-rate-limit-remaining").starts_with("599."),
        "{good:?}"
    );
    world.use_quota_up(40.0);
    let refused = reading.get("~").await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.text, "429 Too Many Requests (Rate Limit Exceeded)\n");
    assert_eq!(
        (refused.header("retry-after"), refused.header("x-request-cost")),
        ("", "")
    );
    world.be_odd(Oddity::OldThrottling, true);
    let refused = reading.get("~").await;
    assert_eq!(
        (refused.status, refused.header("x-rate-limit-remaining")),
        (403, "0.0")
    );
    assert_eq!(refused.text, "403 Forbidden (Rate Limit Exceeded)\n");
    reading.bench.later(10);
    assert_eq!(reading.get("~").await.status, 200, "ten come back each second");
    world.set_quota(Quota::default());
    world.faults().inject(
        Endpoint::Api(Resource::Course),
        &Fault::Delay(std::time::Duration::from_millis(300)),
        12,
    );
    let answers = futures_util::future::join_all((0..12).map(|_| reading.get("~"))).await;
    let refused = answers.iter().filter(|answer| answer.status == 403).count();
    assert_eq!(refused, 1, "twelve at a time are one too many");
    for _ in 0..3 {
        assert_eq!(reading.refreshed().await.status, 200);
    }
    assert_eq!(reading.refreshed().await.status, 403, "a refresh costs 200");
}

#[actix_web::test]
async fn teachers_read_what_is_not_posted_and_only_posted_at_tells() {
    let reading = reading().await;
    let world = &reading.bench.world;
    let oral = world.add_native(2, "Oral", "manual", 10.into());
    world.change_column(2, oral, |column| column.post_manually = true);
    world.set_grade(2, oral, 5, Some(9.into()));
    let cell = async || {
        let cell = reading.cell(oral, 5).await;
        (
            cell["score"].clone(),
            cell["posted_at"].clone(),
            cell["graded_at"].clone(),
        )
    };
    let before = cell().await;
    assert_eq!((&before.0, &before.1), (&json!(9.0), &Value::Null));
    let totals = async || {
        let path = "~/enrollments?user_id=5";
        let grades = reading.get(path).await.json()[0]["grades"].clone();
        (
            grades["current_score"].clone(),
            grades["unposted_current_score"].clone(),
        )
    };
    let (posted, unposted) = totals().await;
    assert_ne!(posted, unposted);
    reading.bench.later(60);
    assert!(world.post_grades(2, oral));
    let after = cell().await;
    assert!(
        after.1.is_string() && after.2 == before.2,
        "posting does not move when it was graded"
    );
    assert_eq!(totals().await.0, unposted);
    let since = before.2.as_str().unwrap();
    let path =
        format!("~/students/submissions?student_ids[]=all&assignment_ids[]={oral}&graded_since={since}");
    assert_eq!(
        reading.get(&path).await.json(),
        json!([]),
        "nor does whoever reads what is new hear of it"
    );
    assert!(world.hide_posted(2, oral));
    assert_eq!(cell().await.1, Value::Null, "hidden again");
    let essay = reading.column("Reflection essay");
    assert!(
        reading.cell(essay, 5).await["posted_at"].is_string(),
        "posted as soon as it is graded"
    );
    world.hide_grades(2, essay, true);
    assert_eq!(reading.cell(essay, 5).await["posted_at"], Value::Null);
    let (student, _) = world.api_token(&reading.client_id, 5).unwrap();
    let own = reading
        .bench
        .api(&format!("~/assignments/{essay}/submissions/self"), &student)
        .await
        .json();
    assert_eq!((&own["score"], &own["grade"]), (&Value::Null, &Value::Null));
}

#[actix_web::test]
async fn cells_are_excused_late_missing_and_handed_in_again() {
    let reading = reading().await;
    let (world, essay) = (&reading.bench.world, reading.column("Reflection essay"));
    assert!(world.excuse(2, essay, 5, true));
    let cell = reading.cell(essay, 5).await;
    let said = json!([
        cell["excused"],
        cell["score"],
        cell["grade"],
        cell["workflow_state"]
    ]);
    assert_eq!(said, json!([true, null, null, "graded"]));
    world.hand_in(
        2,
        essay,
        6,
        Work {
            kind: "online_text_entry",
            text: Some("again".into()),
            ..Work::default()
        },
    );
    let cell = reading.cell(essay, 6).await;
    let said = json!([
        cell["workflow_state"],
        cell["grade_matches_current_submission"],
        cell["attempt"],
        cell["body"]
    ]);
    assert_eq!(said, json!(["submitted", false, 1, "again"]));
    assert!(cell["score"].is_number(), "the score before it stays");
    world.set_grade(2, essay, 6, Some(80.into()));
    assert_eq!(reading.cell(essay, 6).await["workflow_state"], "graded");
    world.change_cell(2, essay, 7, |cell| cell.late_status = Some("missing"));
    assert_eq!(reading.cell(essay, 7).await["missing"], true);
    world.grade_pass_fail(2, essay, true);
    world.set_grade(2, essay, 8, Some(1.into()));
    let cell = reading.cell(essay, 8).await;
    assert_eq!(
        (&cell["grade"], &cell["score"]),
        (&json!("complete"), &json!(100.0))
    );
    let new = world.add_native(2, "New", "assignment", 10.into());
    let empty = reading.cell(new, 5).await;
    let said = json!([
        empty["workflow_state"],
        empty["score"],
        empty["posted_at"],
        empty["attempt"]
    ]);
    assert_eq!(
        said,
        json!(["unsubmitted", null, null, null]),
        "there is a row for everything that is assigned"
    );
    world.change_column(2, new, |column| column.only_for = Some([6].into()));
    assert_eq!(
        reading
            .get(&format!("~/assignments/{new}/submissions/5"))
            .await
            .status,
        404
    );
}

#[actix_web::test]
async fn requests_are_refused_as_a_whole_for_one_wrong_id() {
    let reading = reading().await;
    let (world, essay) = (&reading.bench.world, reading.column("Reflection essay"));
    let list = "~/students/submissions?student_ids[]=all";
    for (path, status, text) in [
        (
            format!("{list}&assignment_ids[]={essay}&assignment_ids[]=99"),
            403,
            "invalid assignment ids requested",
        ),
        (
            format!("{list}&graded_since=2026-11-01"),
            400,
            "Invalid datetime for graded_since",
        ),
        (
            format!("{list}&enrollment_state=all"),
            400,
            "invalid enrollment_state",
        ),
        (
            format!("~/students/submissions?{}", "student_ids[]=5&".repeat(101)),
            400,
            "too many students",
        ),
        (
            "~/students/submissions?student_ids[]=3".to_owned(),
            403,
            "user not authorized",
        ),
        (
            "~/students/submissions?student_ids[]=all&as_user_id=5".to_owned(),
            401,
            "Invalid as_user_id",
        ),
        (
            "/api/v1/courses/77".to_owned(),
            404,
            "The specified resource does not exist.",
        ),
        (
            "~/assignments/999".to_owned(),
            404,
            "The specified resource does not exist.",
        ),
    ] {
        let refused = reading.get(&path).await;
        assert!(
            refused.status == status && refused.text.contains(text),
            "{path}: {} {}",
            refused.status,
            refused.text
        );
    }
    let own = reading.get("~/students/submissions").await;
    assert_eq!(
        own.json().as_array().unwrap().len(),
        3,
        "the caller's own, where nobody is named"
    );
    world.close_line_item(2, essay, Some(crate::Closed::Unpublished));
    let refused = reading.get(&format!("{list}&assignment_ids[]={essay}")).await;
    assert_eq!(refused.status, 403);
    let shown = reading.get(&format!("~/assignments/{essay}")).await.json();
    assert_eq!(
        (&shown["published"], &shown["workflow_state"]),
        (&json!(false), &json!("unpublished"))
    );
    world.rename_line_item(2, essay, "Other name");
    assert_eq!(
        reading.get(&format!("~/assignments/{essay}")).await.json()["name"],
        "Other name"
    );
    world.delete_line_item(2, essay);
    assert_eq!(reading.get(&format!("~/assignments/{essay}")).await.status, 404);
}

#[actix_web::test]
async fn who_may_read_is_a_matter_of_role_and_section_and_goes_on_after_the_end() {
    let reading = reading().await;
    let world = &reading.bench.world;
    let list = "~/students/submissions?student_ids[]=all&per_page=100";
    let (student, _) = world.api_token(&reading.client_id, 5).unwrap();
    let refused = reading.bench.api(list, &student).await;
    let text = json!({"status": "unauthorized", "errors": [{"message": "user not authorized to perform that action"}]});
    assert_eq!((refused.status, refused.json()), (403, text));
    world.be_odd(Oddity::OldRefusals, true);
    assert_eq!(reading.bench.api(list, &student).await.status, 401);
    let people = async || {
        let rows = reading.all(list).await;
        let people: std::collections::BTreeSet<u64> =
            rows.iter().map(|row| row["user_id"].as_u64().unwrap()).collect();
        people
    };
    assert_eq!(people().await.len(), 31);
    world.conclude(2, true);
    assert_eq!(people().await.len(), 31, "reading goes on");
    let course = reading.get("~?include[]=concluded").await.json();
    assert_eq!(
        (&course["workflow_state"], &course["concluded"]),
        (&json!("completed"), &json!(true))
    );
    assert_eq!(
        reading.get("~/enrollments").await.json(),
        json!([]),
        "and no enrolment is active"
    );
    assert_eq!(
        reading
            .all("~/enrollments?type[]=StudentEnrollment&state[]=completed")
            .await
            .len(),
        30
    );
    world.conclude(2, false);
    let section = Section {
        id: 900,
        name: "Evening".into(),
        people: [3, 5, 6].into(),
    };
    world.change_course(2, |course| course.sections.push(section));
    world.limit_to_sections(2, 3, true);
    assert_eq!(people().await, [5, 6].into(), "no hint that there are others");
    let own = reading.get("~/enrollments?user_id=self").await.json();
    assert_eq!(own[0]["limit_privileges_to_course_section"], true);
    assert_eq!(
        reading
            .get("/api/v1/sections/900/students/submissions?student_ids[]=all")
            .await
            .json()
            .as_array()
            .unwrap()
            .len(),
        6
    );
    world.set_role(2, 3, None);
    assert_eq!(reading.get("~").await.status, 401, "no longer in the course");
}

#[actix_web::test]
async fn people_are_known_by_many_names_and_none_of_them_is_in_the_answer() {
    let reading = reading().await;
    let world = &reading.bench.world;
    let ada = &world.students(2)[0];
    let sub = &ada.sub;
    let legacy = reading
        .get("~/users?include[]=lti_id&include[]=uuid&per_page=100")
        .await;
    assert!(!legacy.text.contains(sub), "the id of LTI 1.3 is nowhere");
    let rows = legacy.json();
    let row = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["id"] == ada.id)
        .unwrap();
    let (hex, uuid) = (row["lti_id"].as_str().unwrap(), row["uuid"].as_str().unwrap());
    assert_eq!((hex.len(), uuid.len()), (40, 40));
    let essay = reading.column("Reflection essay");
    for name in [
        format!("lti_1_3_id:{sub}"),
        format!("lti_user_id:{hex}"),
        format!("uuid:{uuid}"),
        "sis_user_id:S-001".to_owned(),
        "sis_login_id:student1".to_owned(),
        format!("{}", 10_000_000_000_000 + ada.id),
        format!("1~{}", ada.id),
    ] {
        let one = reading
            .get(&format!("~/assignments/{essay}/submissions/{name}"))
            .await;
        assert_eq!(
            (one.status, &one.json()["user_id"]),
            (200, &json!(ada.id)),
            "{name}"
        );
    }
    let dropped = reading
        .get("~/students/submissions?student_ids[]=lti_1_3_id:nobody")
        .await;
    assert_eq!(dropped.json(), json!([]), "names that nobody has are dropped");
    let context = world.courses()[0].context_id.clone();
    assert_eq!(
        reading
            .get(&format!("/api/v1/courses/lti_context_id:{context}"))
            .await
            .json()["id"],
        2
    );
    assert_eq!(
        reading
            .get("/api/v1/courses/sis_course_id:SIS-DL101")
            .await
            .status,
        200
    );
    world.move_to_shard(ada.id, 2);
    let id = 20_000_000_000_000_u64 + ada.id;
    let moved = reading.get(&format!("~/enrollments?user_id={id}")).await.json();
    assert_eq!(moved[0]["user_id"], id);
    world.set_admin_custom("api_user", "$Canvas.user.id");
    let launch = reading.bench.launch(CourseRole::Student, "My badges");
    assert_eq!(
        launch["https://purl.imsglobal.org/spec/lti/claim/custom"]["api_user"],
        id
    );
    let headers = [
        ("accept", "application/json+canvas-string-ids"),
        ("user-agent", "Cairn/1.0"),
    ];
    let path = format!("/api/v1/courses/2/assignments/{essay}/submissions/{id}");
    let text = reading
        .bench
        .call(Method::GET, &path, &reading.token, &headers, "")
        .await
        .json();
    assert_eq!(
        (&text["user_id"], &text["assignment_id"]),
        (&json!(id.to_string()), &json!(essay.to_string()))
    );
    let me = reading.get("/api/v1/users/self/profile").await.json();
    assert_eq!(me["id"], 3);
}

#[actix_web::test]
async fn native_assignments_stand_beside_those_of_tools_and_lti_shows_only_these() {
    let reading = reading().await;
    let rows = reading.all("~/assignments").await;
    let names: Vec<&str> = rows.iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Reflection essay", "Weekly quiz", "Project report"]);
    assert_eq!(rows[1]["submission_types"], json!(["online_quiz"]));
    let links = reading.bench.world.links(2);
    let link = links.iter().find(|link| link.title == "Project report").unwrap();
    assert_eq!(
        rows[2]["external_tool_tag_attributes"]["resource_link_id"],
        link.resource_link_id.as_str()
    );
    let token = reading.bench.token().await;
    let items = reading
        .bench
        .get("/api/lti/courses/2/line_items", &token, "*/*")
        .await
        .json();
    assert_eq!(items.as_array().unwrap().len(), 1);
    let report = reading.column("Project report");
    assert_eq!(
        items[0]["id"],
        reading
            .bench
            .world
            .url(&format!("/api/lti/courses/2/line_items/{report}"))
    );
    let student = &reading.bench.world.students(2)[0];
    let url = items[0]["id"].as_str().unwrap();
    reading
        .bench
        .score(
            url,
            &token,
            &student.sub,
            &json!({"scoreGiven": 7, "scoreMaximum": 10}),
        )
        .await;
    let cell = reading.cell(report, student.id).await;
    assert_eq!(
        (&cell["score"], &cell["submission_type"]),
        (&json!(70.0), &json!("basic_lti_launch"))
    );
    assert!(cell["grader_id"].as_i64().unwrap() < 0, "graded by a tool");
}

#[actix_web::test]
async fn a_key_with_scopes_fetches_files_by_their_public_address_alone() {
    let reading = reading().await;
    let (world, essay) = (&reading.bench.world, reading.column("Reflection essay"));
    let files = vec![(
        "Report final.pdf".to_owned(),
        "application/pdf".to_owned(),
        b"%PDF-1.7".to_vec(),
    )];
    world.hand_in(
        2,
        essay,
        5,
        Work {
            kind: "online_upload",
            files,
            ..Work::default()
        },
    );
    let cell = reading.cell(essay, 5).await;
    let file = &cell["attachments"][0];
    let (id, submission) = (&file["id"], &cell["id"]);
    assert!(!file["url"].as_str().unwrap().contains("verifier"));
    let refused = reading.get(file["url"].as_str().unwrap()).await;
    assert!(
        refused.status == 401 && refused.text.contains("Insufficient scopes"),
        "{}",
        refused.text
    );
    let stranger = reading.bench.get(file["url"].as_str().unwrap(), "", "*/*").await;
    assert!(
        stranger.status == 302 && stranger.header("location").ends_with("/login"),
        "{stranger:?}"
    );
    let bare = reading.get(&format!("/api/v1/files/{id}/public_url")).await;
    assert_eq!(bare.status, 403);
    let wrong = reading
        .get(&format!("/api/v1/files/{id}/public_url?submission_id=5"))
        .await;
    assert_eq!(
        wrong.status, 403,
        "the submission's own number, not that of the student"
    );
    let named = reading
        .get(&format!(
            "/api/v1/files/{id}/public_url?submission_id={submission}"
        ))
        .await;
    let url = named.json()["public_url"].as_str().unwrap().to_owned();
    let fetched = world.http().get(&url).send().await.unwrap();
    assert_eq!(
        (fetched.status().as_u16(), fetched.bytes().await.unwrap().as_ref()),
        (200, b"%PDF-1.7".as_ref())
    );
    assert_eq!(
        reading.get(&url).await.status,
        400,
        "the token has no business there"
    );
    reading.bench.later(301);
    assert_eq!(world.http().get(&url).send().await.unwrap().status(), 403);
}

#[actix_web::test]
async fn answers_go_wrong_on_purpose_and_what_was_asked_is_known() {
    let reading = reading().await;
    let faults = reading.bench.world.faults();
    let endpoint = Endpoint::Api(Resource::Submissions);
    let path = "~/students/submissions?student_ids[]=all";
    for (fault, status, is_json) in [
        (Fault::Html, 200, false),
        (Fault::BareForbidden, 403, false),
        (Fault::ThrottledPlainly, 429, false),
        (Fault::HalfJson, 200, false),
        (Fault::GatewayTimeout, 504, false),
    ] {
        faults.inject(endpoint, &fault, 1);
        let answer = reading.get(path).await;
        let is = serde_json::from_str::<Value>(&answer.text).is_ok();
        assert_eq!((answer.status, is), (status, is_json), "{fault:?}");
    }
    assert_eq!(reading.get(path).await.status, 200);
    assert_eq!(faults.requests(endpoint), 6);
    let asked = reading.bench.world.asked("/students/submissions");
    assert_eq!(asked.len(), 6);
    assert!(!asked[0].contains(&reading.token));
}

#[actix_web::test]
async fn totals_are_worked_out_by_weights_and_rules() {
    let reading = reading().await;
    let (world, essay, quiz) = (
        &reading.bench.world,
        reading.column("Reflection essay"),
        reading.column("Weekly quiz"),
    );
    let group = |id: u64, weight: i64| GradeGroup {
        id,
        name: format!("G{id}"),
        weight: weight.into(),
        ..GradeGroup::default()
    };
    world.change_course(2, |course| {
        course.groups = vec![group(81, 25), group(82, 75)];
        course.is_weighted = true;
    });
    world.change_column(2, essay, |column| column.group = Some(81));
    world.change_column(2, quiz, |column| column.group = Some(82));
    world.set_grade(2, essay, 5, Some(40.into()));
    world.set_grade(2, quiz, 5, Some(20.into()));
    let grades = reading.get("~/enrollments?user_id=5").await.json()[0]["grades"].clone();
    assert_eq!(grades["current_score"], 85.0);
    let groups = reading.all("~/assignment_groups").await;
    assert_eq!(
        (&groups[1]["group_weight"], &groups[1]["rules"]),
        (&json!(25.0), &json!({}))
    );
    world.set_grade(2, quiz, 5, None);
    let grades = reading.get("~/enrollments?user_id=5").await.json()[0]["grades"].clone();
    assert_eq!(
        (&grades["current_score"], &grades["final_score"]),
        (&json!(40.0), &json!(10.0))
    );
}
