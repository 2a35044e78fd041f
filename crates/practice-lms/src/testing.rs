//! A running practice LMS with a tool that has a key set and nothing else.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use reqwest::Method;
use serde_json::{Value, json};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::keys::platform_keys;
use super::world::World;
use super::{CourseRole, Flavour, LoginForm, Options, PracticeLms, Tool};
use ambient::clock::{Clock, ManualClock};
use ambient::random::SeededRandom;

pub(crate) const LINE_ITEM: &str = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem";
pub(crate) const READ: &str = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly";
pub(crate) const RESULT: &str = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly";
pub(crate) const SCORE: &str = "https://purl.imsglobal.org/spec/lti-ags/scope/score";
pub(crate) const MEMBERS: &str = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly";

/// LMS, tool and clock.
pub(crate) struct Bench {
    pub lms: PracticeLms,
    pub world: World,
    pub clock: Arc<ManualClock>,
    pub tool: MockServer,
}

/// An answer, read.
#[derive(Debug)]
pub(crate) struct Read {
    pub status: u16,
    pub kind: String,
    pub link: String,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Read {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The address of that relation in the `Link` header.
    pub(crate) fn to(&self, rel: &str) -> Option<String> {
        let wanted = format!("rel=\"{rel}\"");
        let link = self.link.split(',').find(|link| link.ends_with(&wanted))?;
        link.split(['<', '>']).nth(1).map(str::to_owned)
    }
}

pub(crate) async fn bench(flavour: Flavour) -> Bench {
    let tool = MockServer::start().await;
    let keys = json!({"keys": [platform_keys().unwrap()[1].jwk()]});
    Mock::given(path("/lti/jwks"))
        .respond_with(ResponseTemplate::new(200).set_body_json(keys))
        .mount(&tool)
        .await;
    let start = DateTime::parse_from_rfc3339("2026-11-23T22:06:52.25Z")
        .unwrap()
        .to_utc();
    let clock = Arc::new(ManualClock::at(start));
    let options = Options::new(flavour, clock.clone(), Arc::new(SeededRandom::new(1)));
    let lms = PracticeLms::start(options).await.unwrap();
    let world = lms.world();
    let bench = Bench {
        lms,
        world,
        clock,
        tool,
    };
    bench.install("Cairn");
    bench
}

impl Bench {
    pub(crate) fn install(&self, name: &str) -> super::Registration {
        let at = |path: &str| format!("{}{path}", self.tool.uri());
        self.lms.install_tool(Tool {
            name: name.into(),
            initiate_login_uri: at("/lti/login"),
            redirect_uris: vec![at("/lti/launch")],
            target_link_uri: at("/lti/launch"),
            jwks_uri: at("/lti/jwks"),
            share_names: true,
            share_email: true,
        })
    }

    /// A client assertion of that client, with `changes`.
    pub(crate) fn assertion(&self, client_id: &str, changes: &Value) -> String {
        let key = &platform_keys().unwrap()[1];
        let now = self.clock.now().timestamp();
        let mut claims = json!({
            "iss": client_id, "sub": client_id, "aud": self.lms.registration().token_url,
            "iat": now, "exp": now + 60, "jti": ambient::random::token::<16>(self.world.random()),
        });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let header = json!({"alg": "RS256", "typ": "JWT", "kid": key.kid});
        key.sign(header.as_object().unwrap(), claims.as_object().unwrap())
    }

    pub(crate) async fn ask_for_token(&self, assertion: &str, scope: &str) -> Read {
        let form = LoginForm::new(
            "",
            vec![
                ("grant_type", "client_credentials".into()),
                (
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".into(),
                ),
                ("client_assertion", assertion.into()),
                ("scope", scope.into()),
            ],
        );
        let url = self.lms.registration().token_url;
        let kind = "application/x-www-form-urlencoded";
        self.call(Method::POST, &url, "", &[("content-type", kind)], form.encoded())
            .await
    }

    /// A token of the first tool, or of the client named.
    pub(crate) async fn token_for(&self, client_id: &str, scope: &str) -> String {
        let read = self
            .ask_for_token(&self.assertion(client_id, &json!({})), scope)
            .await;
        read.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// What the token endpoint answers, with a word in place of the token itself.
    pub(crate) async fn token_answer(&self) -> Value {
        let assertion = self.assertion(&self.lms.registration().client_id, &json!({}));
        let mut answer = self
            .ask_for_token(&assertion, &[READ, MEMBERS].join(" "))
            .await
            .json();
        assert!(
            answer["access_token"]
                .as_str()
                .is_some_and(|token| token.len() > 20)
        );
        answer["access_token"] = json!("TOKEN");
        answer
    }

    pub(crate) async fn token(&self) -> String {
        let scopes = [LINE_ITEM, READ, RESULT, SCORE, MEMBERS].join(" ");
        self.token_for(&self.lms.registration().client_id, &scopes).await
    }

    pub(crate) async fn call(
        &self,
        method: Method,
        url: &str,
        token: &str,
        headers: &[(&str, &str)],
        body: impl Into<String>,
    ) -> Read {
        let url = if url.starts_with('/') {
            self.world.url(url)
        } else {
            url.to_owned()
        };
        let mut request = self
            .world
            .http()
            .request(method, url)
            .bearer_auth(token)
            .body(body.into());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        let header = |name: &str| {
            let value = answer.headers().get(name);
            value
                .map(|value| String::from_utf8(value.as_bytes().to_vec()).unwrap())
                .unwrap_or_default()
        };
        let (kind, link) = (header("content-type"), header("link"));
        Read {
            status: answer.status().as_u16(),
            kind,
            link,
            headers: answer.headers().clone(),
            text: answer.text().await.unwrap(),
        }
    }

    pub(crate) async fn get(&self, url: &str, token: &str, accept: &str) -> Read {
        self.call(Method::GET, url, token, &[("accept", accept)], "")
            .await
    }

    pub(crate) async fn post(&self, url: &str, token: &str, kind: &str, body: &Value) -> Read {
        self.call(
            Method::POST,
            url,
            token,
            &[("content-type", kind)],
            body.to_string(),
        )
        .await
    }

    /// Posts a score over `changes` as of now.
    pub(crate) async fn score(&self, item: &str, token: &str, user: &str, changes: &Value) -> Read {
        let mut score = json!({
            "userId": user, "timestamp": self.clock.now().to_rfc3339(),
            "activityProgress": "Completed", "gradingProgress": "FullyGraded",
        });
        for (name, value) in changes.as_object().unwrap() {
            score[name] = value.clone();
        }
        let (path, query) = item.split_once('?').unwrap_or((item, ""));
        let url = format!("{path}/scores?{query}");
        self.post(&url, token, "application/vnd.ims.lis.v1.score+json", &score)
            .await
    }

    /// Asks `/api/v1` of Canvas, or what is below the course with `~` at the beginning.
    pub(crate) async fn api(&self, path: &str, token: &str) -> Read {
        let url = match path.strip_prefix('~') {
            Some(rest) => format!("/api/v1/courses/{}{rest}", self.course()),
            None => path.to_owned(),
        };
        self.call(Method::GET, &url, token, &[("user-agent", "Cairn/1.0")], "")
            .await
    }

    /// Calls a function of Moodle's web services.
    pub(crate) async fn ws(&self, token: &str, function: &str, parameters: &[(&str, &str)]) -> Read {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("wstoken", token),
                ("wsfunction", function),
                ("moodlewsrestformat", "json"),
            ])
            .extend_pairs(parameters)
            .finish();
        let kind = "application/x-www-form-urlencoded";
        self.call(
            Method::POST,
            "/webservice/rest/server.php",
            "",
            &[("content-type", kind)],
            body,
        )
        .await
    }

    pub(crate) fn later(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }

    pub(crate) fn course(&self) -> u64 {
        self.world.courses()[0].id
    }

    pub(crate) fn person(&self, role: CourseRole) -> super::world::MemberView {
        self.world.member(self.course(), role).unwrap()
    }

    pub(crate) fn link(&self, title: &str) -> u64 {
        self.world
            .links(self.course())
            .into_iter()
            .find(|link| link.title == title)
            .unwrap()
            .id
    }

    /// The tool's authentication request for a login form.
    pub(crate) fn auth_request(&self, form: &LoginForm, changes: &[(&str, &str)]) -> String {
        let redirect = format!("{}/lti/launch", self.tool.uri());
        let mut fields: Vec<(&str, &str)> = vec![
            ("scope", "openid"),
            ("response_type", "id_token"),
            ("response_mode", "form_post"),
            ("prompt", "none"),
            ("state", "s"),
            ("nonce", "n-1"),
            ("redirect_uri", &redirect),
        ];
        for name in ["client_id", "login_hint", "lti_message_hint"] {
            fields.push((name, form.field(name).unwrap()));
        }
        for (name, value) in changes {
            fields.retain(|(known, _)| known != name);
            fields.push((name, value));
        }
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        format!("{}?{query}", self.lms.registration().authorization_url)
    }

    /// The claims of a launch, verified with the published key set.
    pub(crate) fn launch(&self, role: CourseRole, link: &str) -> Value {
        let form = self
            .world
            .launch_form(self.course(), self.person(role).id, self.link(link))
            .unwrap();
        let answer = self.world.authorize(&self.auth_request(&form, &[])).unwrap();
        let jwt = super::keys::Jwt::parse(answer.field("id_token").unwrap()).unwrap();
        assert!(jwt.is_signed_by(&self.world.key_set()));
        Value::Object(jwt.claims)
    }
}

/// The shape of a JSON document: each key as a path, with the type of what stands there; entries of lists share one.
pub(crate) fn shape(value: &Value) -> std::collections::BTreeSet<String> {
    fn walk(value: &Value, path: &str, paths: &mut std::collections::BTreeSet<String>) {
        match value {
            Value::Object(object) => {
                for (key, value) in object {
                    let path = format!("{path} > {key}");
                    walk(value, &path, paths);
                    paths.insert(path);
                }
            }
            Value::Array(list) => {
                paths.insert(format!("{path}: list"));
                list.iter().for_each(|value| walk(value, path, paths));
            }
            Value::String(_) => drop(paths.insert(format!("{path}: text"))),
            Value::Number(number) if number.is_i64() => drop(paths.insert(format!("{path}: whole number"))),
            Value::Number(_) => drop(paths.insert(format!("{path}: fraction"))),
            Value::Bool(_) => drop(paths.insert(format!("{path}: yes or no"))),
            Value::Null => drop(paths.insert(format!("{path}: null"))),
        }
    }
    let mut paths = std::collections::BTreeSet::new();
    walk(value, "", &mut paths);
    paths
}

/// Whether an answer has every member of an example, each of its type or null.
pub(crate) fn assert_fits(example: &Value, answer: &Value, path: &str) {
    match (example, answer) {
        (Value::Object(example), Value::Object(answer)) => {
            for (name, value) in example {
                let found = answer.get(name);
                let found = found.unwrap_or_else(|| panic!("{path} has no {name}"));
                assert_fits(value, found, &format!("{path} > {name}"));
            }
        }
        (Value::Array(example), Value::Array(answer)) => {
            for (example, answer) in example.iter().zip(answer) {
                assert_fits(example, answer, path);
            }
        }
        (Value::Null, _) | (_, Value::Null) => {}
        (one, other) => assert_eq!(
            std::mem::discriminant(one),
            std::mem::discriminant(other),
            "{path}: {one} is not of the type of {other}"
        ),
    }
}
