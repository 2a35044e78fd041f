use reqwest::Method;
use serde_json::json;

use super::super::super::testing::*;
use super::super::super::{CourseRole, Endpoint, Fault, Oddity, Quota, Resource};
use super::SCOPES;
use super::testing::*;

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
async fn a_person_agrees_on_a_page_in_a_browser_of_their_own() {
    let reading = reading().await;
    let back = format!("{}/oauth/back", reading.bench.tool.uri());
    let world = &reading.bench.world;
    world.change_api_key(&reading.client_id, |key| key.redirect_uris.push(back.clone()));
    let address = reading.consent_address(&[("redirect_uri", &back)]);
    let mut browser = crate::Browser::new().unwrap();
    let page = browser.get(&address).await.unwrap();
    assert!(page.text().contains(SCOPES[0]), "{}", page.text());
    let form = page.form("/login/oauth2/accept").unwrap();
    browser.submit(&page, &form, &[("user", "3")]).await.unwrap();
    let asked = reading.bench.tool.received_requests().await.unwrap();
    let came = asked.iter().find(|one| one.url.path() == "/oauth/back").unwrap();
    let said = parameters(came.url.as_str());
    assert!(said["code"].len() == 128 && said["state"] == "s-1", "{said:?}");
    let long = "x".repeat(8_001);
    let address = reading.consent_address(&[("purpose", &long)]);
    assert_eq!(reading.bench.get(&address, "", "*/*").await.status, 414);
    assert_eq!(world.consent(&address, 3), None);
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
        key.scopes.insert(SCOPES[2].to_owned());
    });
    assert_eq!(
        reading.bench.api("~/assignments", &token).await.status,
        401,
        "the token is as it was"
    );
    assert_eq!(reading.bench.api("~", &token).await.status, 200);

    assert_eq!(reading.get("~/assignments").await.status, 200);
    world.change_api_key(client, |key| {
        key.scopes.remove(SCOPES[4]);
    });
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
    let url = reading.bench.world.url("/login/oauth2/token");
    let late = reading
        .bench
        .call(Method::DELETE, &url, &reading.token, &[], "")
        .await;
    assert_eq!(late.status, 401, "with it nothing is given back any more");
    let fresh = reading.refreshed().await.json()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(reading.bench.api("~", &fresh).await.status, 200);
    let gone = reading.bench.call(Method::DELETE, &url, &fresh, &[], "").await;
    assert_eq!((gone.status, gone.json()), (200, json!({})));
    assert_eq!(reading.bench.api("~", &fresh).await.status, 401);
    assert_eq!(reading.refreshed().await.status, 400);
    let (token, _) = reading.bench.world.api_token(&reading.client_id, 3).unwrap();
    reading.bench.world.revoke_api_tokens(3);
    assert_eq!(reading.bench.api("~", &token).await.status, 401);
    assert!(reading.bench.world.approved_integrations().is_empty());
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
