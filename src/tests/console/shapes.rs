//! The shapes in which providers say who somebody is, each over HTTP: what they document, and what was seen of them.

use practice_lms::browser::Browser;
use serde_json::{Value, json};

use super::provider::{back, come_in, leave, with_settings};
use crate::tests::log::Log;

const ADA: (&str, &str) = ("CAIRN_ADMIN_OIDC_EMAILS", "ada@school.example => *");
const TRUSTED: (&str, &str) = ("CAIRN_ADMIN_OIDC_TRUST_EMAILS", "true");
const STAFF: &str = "0e3b1a52-7a4c-4a80-9b39-6f0f8f5c1d11";
const BY_GROUP: (&str, &str) = (
    "CAIRN_ADMIN_OIDC_GROUPS",
    "badge-admins => North Coast Polytechnic, 0e3b1a52-7a4c-4a80-9b39-6f0f8f5c1d11 => *",
);

/// Signs in once for each of the claims, and gives the status and the words of what comes.
fn each(settings: &[(&str, &str)], rows: &[(&str, Value, u16, &str)]) {
    with_settings(settings, |scene, provider| async move {
        for (what, claims, status, words) in rows {
            let (_, page) = come_in(&scene, &provider, claims.clone()).await;
            assert_eq!(page.status, *status, "{what}: {}", page.words());
            assert!(page.words().contains(words), "{what}: {}", page.words());
        }
        scene.end().await;
    });
}

/// Of version 2.0, of one tenant: no `email_verified`; groups by their ids, or none where there are too many.
fn entra(more: Value) -> Value {
    let mut claims = json!({
        "email_verified": null, "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ", "ver": "2.0",
        "tid": "11111111-2222-3333-4444-555555555555", "oid": "00000000-0000-0000-66f3-3332eca7ea81",
        "preferred_username": "ada@school.example", "rh": "0.ARoAv4j5cvGGr0GRqy180BHbR6", "uti": "fqiBqXLPj0eQa82S",
        "aio": "Df2UVXL1ix!lMCWMSOJBcFatzcGfvFGhjKv8q5g0x732dR5MB5Bis",
    });
    for (name, value) in more.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

#[test]
fn entra_says_nothing_of_addresses_so_they_are_believed_where_the_operator_says_so() {
    each(
        &[ADA, TRUSTED],
        &[("trusted", entra(json!({})), 200, "signed in")],
    );
    let not_vouched = "does not vouch for your e-mail address";
    each(
        &[ADA, BY_GROUP],
        &[
            ("not trusted", entra(json!({})), 403, not_vouched),
            (
                "a group alone",
                entra(json!({"email": null, "groups": [STAFF]})),
                200,
                "signed in",
            ),
            (
                "too many groups",
                entra(
                    json!({"sub": "b", "_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {"endpoint": "x"}}}),
                ),
                403,
                "left all of them out",
            ),
        ],
    );
}

#[test]
fn an_address_that_is_only_claimed_takes_no_account_over_although_a_group_lets_its_owner_in() {
    with_settings(&[ADA, BY_GROUP], |scene, provider| async move {
        let (_, page) = come_in(&scene, &provider, json!({"sub": "ada"})).await;
        assert_eq!(page.status, 200, "{}", page.words());
        let eve = json!({"sub": "eve", "email_verified": false, "name": "Eve", "groups": ["badge-admins"]});
        let (mut eve, page) = come_in(&scene, &provider, eve).await;
        assert_eq!(page.status, 200, "{}", page.words());
        let home = eve.get(&format!("{}/admin", scene.origin)).await.unwrap();
        assert!(
            home.words().contains("Eve") && !home.words().contains("Ada"),
            "{}",
            home.words()
        );
        scene.end().await;
    });
}

#[test]
fn google_says_whose_people_they_are() {
    let google = |hd: Value| json!({"azp": "cairn", "at_hash": "HK6E_P6Dh8Y93mRNtsDB1Q", "hd": hd});
    each(
        &[ADA, ("CAIRN_ADMIN_OIDC_HOSTED_DOMAIN", "school.example")],
        &[
            ("of the school", google("school.example".into()), 200, "signed in"),
            (
                "of nobody",
                google(Value::Null),
                403,
                "not as somebody who looks after Cairn",
            ),
            (
                "of others",
                google("evil.example".into()),
                403,
                "not as somebody who looks after Cairn",
            ),
        ],
    );
}

#[test]
fn okta_keeps_what_belongs_to_a_scope_for_the_userinfo_endpoint() {
    let scopes = ("CAIRN_ADMIN_OIDC_SCOPES", "email profile groups");
    with_settings(&[ADA, BY_GROUP, scopes], |scene, provider| async move {
        let thin = json!({
            "email": null, "email_verified": null, "name": null, "sub": "00uid4BxXw6I6TV4m0g3", "ver": 1,
            "amr": ["pwd"], "idp": "00ok1u7AsAkrwdZL3z0g3", "auth_time": 1_795_000_000, "at_hash": "cpqKfdQA5eH891Ff5oJr_Q",
        });
        let mut browser = Browser::new().unwrap();
        let asked = leave(&scene, &mut browser).await;
        assert_eq!(asked["scope"], "openid email profile groups");
        provider.vouches(&scene, &asked["nonce"], thin.clone()).await;
        let page = back(&scene, &mut browser, &asked["state"]).await;
        assert_eq!(page.status, 403, "nothing says who that is: {}", page.words());
        let info = json!({
            "sub": "00uid4BxXw6I6TV4m0g3", "name": "Ben", "zoneinfo": "America/Los_Angeles", "updated_at": 1_311_280_970,
            "email": "ben@school.example", "email_verified": true, "groups": ["Everyone", "badge-admins"],
        });
        provider.answers("GET", "/userinfo", &info).await;
        let (mut ben, page) = come_in(&scene, &provider, thin.clone()).await;
        assert_eq!(page.status, 200, "{}", page.words());
        let home = ben.get(&format!("{}/admin", scene.origin)).await.unwrap();
        assert!(home.words().contains("Ben"), "{}", home.words());
        let sent = provider.server.received_requests().await.unwrap();
        let asked = sent
            .iter()
            .rev()
            .find(|one| one.url.path() == "/userinfo")
            .unwrap();
        assert_eq!(asked.headers["authorization"], "Bearer a");
        // What is told of somebody else counts for nobody.
        let mut another = thin;
        another["sub"] = "00u-another".into();
        let (_, page) = come_in(&scene, &provider, another).await;
        assert_eq!(page.status, 403, "{}", page.words());
        scene.end().await;
    });
}

#[test]
fn keycloak_names_groups_by_their_paths() {
    let keycloak = |verified: bool, groups: Value| {
        json!({
            "typ": "ID", "azp": "cairn", "acr": "1", "sid": "4d5b1c3e", "session_state": "4d5b1c3e", "groups": groups,
            "email_verified": verified, "preferred_username": "ada", "given_name": "Ada", "family_name": "Lovelace",
        })
    };
    each(
        &[
            ("CAIRN_ADMIN_OIDC_GROUPS", "/staff/badge-admins => *"),
            ADA,
            TRUSTED,
        ],
        &[
            ("verified", keycloak(true, json!([])), 200, "signed in"),
            (
                "said not to be verified",
                keycloak(false, json!([])),
                403,
                "does not vouch",
            ),
            (
                "a group",
                keycloak(false, json!(["/staff/badge-admins"])),
                200,
                "signed in",
            ),
        ],
    );
}

#[test]
fn jumpcloud_says_true_as_text_and_groups_under_a_name_of_its_administrators() {
    let jumpcloud = |verified: &str, groups: Value| {
        json!({
            "aud": ["cairn"], "email_verified": verified, "jc_org": "7778e57842cd2850567c09b9", "middle_name": "",
            "picture": "none", "rat": 1_795_928_129, "sid": "83f08275", "memberOf": groups, "preferred_username": "user",
        })
    };
    each(
        &[ADA, BY_GROUP, ("CAIRN_ADMIN_OIDC_GROUPS_CLAIM", "memberOf")],
        &[
            ("verified", jumpcloud("true", json!([])), 200, "signed in"),
            (
                "not verified",
                jumpcloud("false", json!([])),
                403,
                "does not vouch",
            ),
            (
                "a group",
                jumpcloud("false", json!(["group1", "badge-admins"])),
                200,
                "signed in",
            ),
        ],
    );
}

#[test]
fn what_a_provider_sends_is_not_in_the_log() {
    let log = &Log::of_everything();
    with_settings(&[ADA], |scene, provider| async move {
        let mut browser = Browser::new().unwrap();
        let asked = leave(&scene, &mut browser).await;
        // A token answer of which a member has the wrong form: readers of such things repeat it.
        let secret = "pR0vider-s3cret-4nswer";
        let body =
            json!({"access_token": secret, "token_type": "Bearer", "id_token": secret, "expires_in": secret});
        provider.answers("POST", "/token", &body).await;
        let page = back(&scene, &mut browser, &asked["state"]).await;
        assert_eq!(page.status, 502, "{}", page.words());
        assert!(!log.lines("its token answer cannot be read").is_empty());
        log.holds_none(&[("the answer of the provider", secret)]);
        scene.end().await;
    });
}
