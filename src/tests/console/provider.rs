//! Signing in through the institution's own provider, which here is a small one with a real RSA key.

use std::collections::HashMap;

use crate::store::testing::TestDatabase;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use lti::keys::ToolKey;
use practice_lms::browser::{Browser, Page};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::tests::harness::Scene;

pub(super) struct Provider {
    pub(super) server: MockServer,
    key: ToolKey,
}

impl Provider {
    async fn start() -> Self {
        let server = MockServer::start().await;
        let (key, _) = ToolKey::generate().unwrap();
        let at = |path: &str| format!("{}{path}", server.uri());
        let metadata = json!({
            "issuer": server.uri(),
            "authorization_endpoint": at("/authorize"),
            "token_endpoint": at("/token"),
            "jwks_uri": at("/keys"),
            "userinfo_endpoint": at("/userinfo"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        });
        let provider = Self { server, key };
        provider
            .answers("GET", "/.well-known/openid-configuration", &metadata)
            .await;
        provider
            .answers("GET", "/keys", &ToolKey::jwk_set([&provider.key]))
            .await;
        provider
    }

    pub(super) async fn answers(&self, verb: &str, at: &str, body: &Value) {
        Mock::given(method(verb))
            .and(path(at))
            .respond_with(ResponseTemplate::new(200).set_body_json(body))
            .with_priority(5)
            .mount(&self.server)
            .await;
    }

    /// The next code is changed for a token with these claims over the usual ones; null takes one away.
    pub(super) async fn vouches(&self, scene: &Scene, nonce: &str, more: Value) {
        let now = scene.cairn.clock.now();
        let mut claims = json!({
            "iss": self.server.uri(),
            "aud": "cairn",
            "sub": "person-1",
            "nonce": nonce,
            "iat": now.timestamp(),
            "exp": (now + TimeDelta::minutes(5)).timestamp(),
            "email": "Ada@school.example",
            "email_verified": true,
            "name": "Ada Lovelace",
        });
        for (name, value) in more.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
            .as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        let body = json!({
            "access_token": "a", "token_type": "Bearer", "id_token": self.key.sign(&claims).unwrap(),
        });
        Mock::given(method("POST"))
            .and(path("/token"))
            .respond_with(ResponseTemplate::new(200).set_body_json(body))
            .up_to_n_times(1)
            .with_priority(1)
            .mount(&self.server)
            .await;
    }
}

/// Leaves for the provider; what it was asked with.
pub(super) async fn leave(scene: &Scene, browser: &mut Browser) -> HashMap<String, String> {
    let url = format!("{}/admin/sign-in/provider?next=/admin/audit", scene.origin);
    let left = browser.fetch(Method::GET, &url, &[], Vec::new()).await.unwrap();
    assert_eq!(left.status, 303, "{}", left.words());
    let to = url::Url::parse(left.header("location").unwrap()).unwrap();
    assert_eq!(to.path(), "/authorize");
    to.query_pairs().into_owned().collect()
}

pub(super) async fn back(scene: &Scene, browser: &mut Browser, state: &str) -> Page {
    let url = format!("{}/admin/sign-in/return?code=c0de&state={state}", scene.origin);
    browser.fetch(Method::GET, &url, &[], Vec::new()).await.unwrap()
}

fn on_a_scene<F: Future<Output = ()>>(test: impl Fn(Scene, Provider) -> F) {
    let settings = [
        (
            "CAIRN_ADMIN_OIDC_EMAILS",
            "ada@school.example => *, zoe@school.example, max@school.example => Nowhere College",
        ),
        (
            "CAIRN_ADMIN_OIDC_GROUPS",
            "badge-admins => North Coast Polytechnic",
        ),
    ];
    with_settings(&settings, test);
}

/// A scene whose administrators sign in at a provider, with these settings besides.
pub(super) fn with_settings<F: Future<Output = ()>>(
    own: &[(&str, &str)],
    test: impl Fn(Scene, Provider) -> F,
) {
    crate::app::block_on(async {
        let provider = Provider::start().await;
        let issuer = provider.server.uri();
        let mut settings = vec![
            ("CAIRN_ADMIN_OIDC_ISSUER", issuer.as_str()),
            ("CAIRN_ADMIN_OIDC_CLIENT_ID", "cairn"),
            ("CAIRN_ADMIN_OIDC_CLIENT_SECRET", "hush"),
        ];
        settings.extend(own);
        let scene = Scene::with(TestDatabase::sqlite(), &settings).await;
        test(scene, provider).await;
    });
}

#[test]
fn whom_the_provider_vouches_for_and_the_settings_name_comes_in() {
    on_a_scene(|scene, provider| async move {
        let mut browser = Browser::new().unwrap();
        let entry = browser
            .get(&format!("{}/admin/sign-in", scene.origin))
            .await
            .unwrap();
        assert!(
            entry.words().contains("Sign in with 127.0.0.1"),
            "{}",
            entry.words()
        );
        for _ in 0..2 {
            let asked = leave(&scene, &mut browser).await;
            assert_eq!(asked["code_challenge_method"], "S256");
            provider.vouches(&scene, &asked["nonce"], json!({})).await;
            let inside = back(&scene, &mut browser, &asked["state"]).await;
            assert_eq!(inside.status, 200, "{}", inside.words());
            assert!(inside.links("/admin/audit").len() == 1, "{}", inside.text());
            let sent = provider.server.received_requests().await.unwrap();
            let sent = sent.iter().rev().find(|one| one.url.path() == "/token").unwrap();
            let form: HashMap<String, String> =
                url::form_urlencoded::parse(&sent.body).into_owned().collect();
            let proof = URL_SAFE_NO_PAD.encode(Sha256::digest(form["code_verifier"].as_bytes()));
            assert_eq!(proof, asked["code_challenge"]);
        }
        let list = browser
            .get(&format!("{}/admin/administrators", scene.origin))
            .await
            .unwrap();
        assert_eq!(
            list.words().matches("Ada Lovelace").count(),
            2,
            "once in the list, once in the frame: {}",
            list.words()
        );
        scene.end().await;
    });
}

#[test]
fn who_is_not_vouched_for_not_named_or_began_elsewhere_stays_out() {
    on_a_scene(|scene, provider| async move {
        let refused = [
            (json!({"email_verified": false}), 403, "does not vouch"),
            (
                json!({"email": "eve@school.example"}),
                403,
                "not as somebody who looks after Cairn",
            ),
            (json!({"nonce": "another"}), 502, "did not answer as it should"),
            (
                json!({"aud": "somebody-else"}),
                502,
                "did not answer as it should",
            ),
            (json!({"exp": 1_000_000_000}), 502, "did not answer as it should"),
        ];
        for (claims, status, sentence) in refused {
            let mut browser = Browser::new().unwrap();
            let asked = leave(&scene, &mut browser).await;
            provider.vouches(&scene, &asked["nonce"], claims.clone()).await;
            let page = back(&scene, &mut browser, &asked["state"]).await;
            assert_eq!(page.status, status, "{claims}: {}", page.words());
            assert!(page.words().contains(sentence), "{claims}: {}", page.words());
            let home = browser.get(&format!("{}/admin", scene.origin)).await.unwrap();
            assert_eq!(home.url.path(), "/admin/sign-in");
        }
        let (mut one, mut other) = (Browser::new().unwrap(), Browser::new().unwrap());
        let asked = leave(&scene, &mut one).await;
        leave(&scene, &mut other).await;
        let swapped = back(&scene, &mut other, &asked["state"]).await;
        assert_eq!(swapped.status, 403);
        assert!(
            swapped.words().contains("did not begin in this browser"),
            "{}",
            swapped.words()
        );
        let bare = back(&scene, &mut Browser::new().unwrap(), &asked["state"]).await;
        assert_eq!(bare.status, 403);

        // A group lets somebody in whose address is not named.
        let mut browser = Browser::new().unwrap();
        let asked = leave(&scene, &mut browser).await;
        let claims = json!({"email": "ben@school.example", "sub": "person-2", "groups": ["badge-admins"]});
        provider.vouches(&scene, &asked["nonce"], claims).await;
        assert_eq!(back(&scene, &mut browser, &asked["state"]).await.status, 200);
        scene.end().await;
    });
}

/// Signs somebody in at the provider, as the console shows it then.
pub(super) async fn come_in(scene: &Scene, provider: &Provider, claims: Value) -> (Browser, Page) {
    let mut browser = Browser::new().unwrap();
    let asked = leave(scene, &mut browser).await;
    provider.vouches(scene, &asked["nonce"], claims).await;
    let page = back(scene, &mut browser, &asked["state"]).await;
    (browser, page)
}

#[test]
fn a_new_account_reaches_as_far_as_its_entry_says_and_no_further() {
    on_a_scene(|scene, provider| async move {
        let at = |path: &str| format!("{}{path}", scene.origin);
        let (south, _) =
            crate::service::base::institutions::find_or_create(&scene.cairn, "South Hill School")
                .await
                .unwrap();
        // One institution.
        let claims = json!({"email": "ben@school.example", "sub": "person-2", "groups": ["badge-admins"]});
        let (mut ben, page) = come_in(&scene, &provider, claims.clone()).await;
        assert_eq!(page.status, 200, "{}", page.words());
        let home = ben.get(&at("/admin")).await.unwrap();
        assert!(
            home.words().contains("North Coast Polytechnic") && !home.words().contains("South Hill"),
            "{}",
            home.words()
        );
        let elsewhere = ben
            .get(&at(&format!("/admin/policies/{}", south.id)))
            .await
            .unwrap();
        assert_eq!(elsewhere.status, 404, "{}", elsewhere.words());
        let keys = ben.get(&at("/admin/tool-keys/publish")).await.unwrap();
        assert_eq!(keys.status, 403, "{}", keys.words());
        // Everything, where the settings say so.
        let (mut ada, _) = come_in(&scene, &provider, json!({})).await;
        let home = ada.get(&at("/admin")).await.unwrap();
        assert!(home.words().contains("South Hill School"), "{}", home.words());
        // Nothing said: only whoever was invited, and as far as that goes.
        let zoe = json!({"email": "zoe@school.example", "sub": "person-3"});
        let (_, stranger) = come_in(&scene, &provider, zoe.clone()).await;
        assert_eq!(stranger.status, 403);
        assert!(
            stranger.words().contains("nobody has made an account for you"),
            "{}",
            stranger.words()
        );
        // An institution that is not there opens nothing.
        let max = json!({"email": "max@school.example", "sub": "person-4"});
        let (_, lost) = come_in(&scene, &provider, max).await;
        assert_eq!(lost.status, 403);
        assert!(
            lost.words()
                .contains("the institution that you are to look after is not there"),
            "{}",
            lost.words()
        );
        let (known, _) = crate::service::institution::administrators::administrators_list::list(
            &scene.cairn,
            &crate::service::institution::administrators::Administrator {
                actor: crate::ids::AdminId::from("test"),
                name: "Test".into(),
                scope: crate::service::institution::administrators::Scope::Everything,
            },
        )
        .await
        .unwrap();
        assert_eq!(known.len(), 2, "who was refused left no account: {known:?}");

        let typed = [
            ("name", "Zoe"),
            ("email", "zoe@school.example"),
            ("password", super::admin_browser::PASSWORD),
        ];
        let scope = crate::service::institution::administrators::Scope::Tenant(south.id.clone());
        super::admin_browser::AdminBrowser::with(&scene, &scope, &typed).await;
        let (mut zoe, page) = come_in(&scene, &provider, zoe).await;
        assert_eq!(page.status, 200, "{}", page.words());
        let home = zoe.get(&at("/admin")).await.unwrap();
        assert!(
            home.words().contains("South Hill School") && !home.words().contains("North Coast"),
            "{}",
            home.words()
        );
        scene.end().await;
    });
}
