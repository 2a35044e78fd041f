//! `/login/oauth2/auth`: a person lets a tool read in their name.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;
use serde_json::json;

use super::super::super::answer::{Answer, escape};
use super::super::super::pages::{base, session};
use super::super::super::request::{parameter, query};
use super::super::super::world::World;
use super::super::super::world::rest::{ApiKey, Code, Consent};
use super::JSON;

/// The longest query: some 110 scopes.
const LONGEST: usize = 8_000;

/// What the address of a consent leads to.
enum Step {
    /// The person is asked, under that name; or not, where the key is trusted.
    Ask { name: String, is_trusted: bool },
    /// Back to the tool.
    Back(String),
}

impl World {
    /// Canvas: a person opens the address of a consent and agrees. Gives where the browser is sent: the tool's redirect URI,
    /// with a code or an error. None where Canvas shows a page of its own instead.
    #[must_use]
    pub fn consent(&self, address: &str, person: u64) -> Option<String> {
        self.consented(address, Some((person, None)))
    }

    /// The same by an administrator who acts as that person.
    #[must_use]
    pub fn consent_as(&self, address: &str, person: u64, administrator: u64) -> Option<String> {
        self.consented(address, Some((person, Some(administrator))))
    }

    /// The same, but the person says no.
    #[must_use]
    pub fn refuse_consent(&self, address: &str) -> Option<String> {
        self.consented(address, None)
    }

    fn consented(&self, address: &str, who: Option<(u64, Option<u64>)>) -> Option<String> {
        let url = url::Url::parse(address).ok()?;
        if url.query().unwrap_or_default().len() > LONGEST {
            return None;
        }
        let asked: std::collections::HashMap<String, String> = url.query_pairs().into_owned().collect();
        match begin(self, &asked).ok()? {
            Step::Back(to) => Some(to),
            Step::Ask { name, .. } => end(self, &name, who),
        }
    }
}

/// Reads the request and checks the key.
pub(super) async fn auth(world: web::Data<World>, request: HttpRequest) -> HttpResponse {
    if request.query_string().len() > LONGEST {
        return Answer::html(
            414,
            "<html><head><title>414 Request-URI Too Large</title></head></html>",
        )
        .into_response();
    }
    // Of a parameter that is repeated the last value counts.
    let asked = query(&request);
    let step = match begin(&world, &asked) {
        Ok(step) => step,
        Err(page) => return page.into_response(),
    };
    let person = session::person(&world, &request);
    let prompt_none = asked.get("prompt").is_some_and(|prompt| prompt == "none");
    let to = match (step, person) {
        (Step::Back(to), _) => to,
        (
            Step::Ask {
                name,
                is_trusted: true,
            },
            Some(person),
        ) => end(&world, &name, Some((person, None))).unwrap_or_default(),
        (Step::Ask { name, .. }, person) if prompt_none => {
            let error = if person.is_some() {
                "interaction_required"
            } else {
                "login_required"
            };
            failed(&world, &name, error).unwrap_or_default()
        }
        (Step::Ask { name, .. }, _) => {
            let user = parameter(&request, "user").map(|user| format!("&user={user}"));
            format!(
                "{}/login/oauth2/confirm?request={name}{}",
                base(&world),
                user.unwrap_or_default()
            )
        }
    };
    Answer::html(302, "").header("Location", to).into_response()
}

fn begin(world: &World, asked: &std::collections::HashMap<String, String>) -> Result<Step, Answer> {
    let field = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
    let name = world.token_text().replace('~', "");
    let mut data = world.lock();
    let key = data.rest.key(field("client_id")).cloned();
    let key = key.ok_or_else(|| {
        Answer::json(
            401,
            JSON,
            &json!({"error": "invalid_client", "error_description": "unknown client"}),
        )
        .header("WWW-Authenticate", "Canvas OAuth 2.0".into())
    })?;
    let redirect_uri = field("redirect_uri");
    if !key.redirect_uris.iter().any(|known| known == redirect_uri) {
        let text = "redirect_uri does not match client settings";
        return Err(Answer::json(
            400,
            JSON,
            &json!({"error": "invalid_request", "error_description": text}),
        ));
    }
    let state = asked.get("state").cloned();
    let error =
        |error: &str, text: &str, state: Option<&str>| Ok(Step::Back(back(redirect_uri, error, text, state)));
    if !key.is_on {
        return error("unauthorized_client", "unauthorized client", state.as_deref());
    }
    if field("response_type") != "code" {
        return error(
            "unsupported_response_type",
            "Only response_type=code is permitted",
            state.as_deref(),
        );
    }
    let scopes: Vec<String> = field("scope").split_whitespace().map(str::to_owned).collect();
    if let Some(text) = not_granted(&key, &scopes) {
        // The state is left out here.
        return error("invalid_scope", &text, None);
    }
    let is_trusted = key.is_trusted;
    let consent = Consent {
        client_id: key.client_id,
        redirect_uri: redirect_uri.to_owned(),
        state,
        scopes,
        challenge: asked.get("code_challenge").cloned(),
    };
    data.rest.consents.insert(name.clone(), consent);
    Ok(Step::Ask { name, is_trusted })
}

/// What of the scopes the key does not have.
fn not_granted(key: &ApiKey, scopes: &[String]) -> Option<String> {
    if !key.enforces_scopes {
        return None;
    }
    let missing: Vec<&str> = scopes
        .iter()
        .map(String::as_str)
        .filter(|scope| !key.scopes.contains(*scope))
        .collect();
    if missing.is_empty() && !scopes.is_empty() {
        return None;
    }
    let listed = match missing.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [one, other] => format!("{one} and {other}"),
        [some @ .., last] => format!("{}, and {last}", some.join(", ")),
    };
    Some(format!(
        "A requested scope is invalid, unknown, malformed, or exceeds the scope granted by the resource owner. The following \
         scopes were requested, but not granted: {listed}"
    ))
}

fn back(redirect_uri: &str, error: &str, text: &str, state: Option<&str>) -> String {
    let Ok(mut url) = url::Url::parse(redirect_uri) else {
        return String::new();
    };
    url.query_pairs_mut().append_pair("error", error);
    if !text.is_empty() {
        url.query_pairs_mut().append_pair("error_description", text);
    }
    if let Some(state) = state {
        url.query_pairs_mut().append_pair("state", state);
    }
    url.into()
}

fn failed(world: &World, name: &str, error: &str) -> Option<String> {
    let consent = world.lock().rest.consents.remove(name)?;
    Some(back(&consent.redirect_uri, error, "", consent.state.as_deref()))
}

/// The person agreed, or did not.
fn end(world: &World, name: &str, who: Option<(u64, Option<u64>)>) -> Option<String> {
    let Some((person, real_person)) = who else {
        return failed(world, name, "access_denied");
    };
    let code = hex::encode(ambient::random::bytes::<64>(world.random()));
    let expires = world.now() + TimeDelta::minutes(10);
    let mut data = world.lock();
    let consent = data.rest.consents.remove(name)?;
    let mut url = url::Url::parse(&consent.redirect_uri).ok()?;
    url.query_pairs_mut().append_pair("code", &code);
    if let Some(state) = &consent.state {
        url.query_pairs_mut().append_pair("state", state);
    }
    let code_of = Code {
        consent,
        person,
        real_person,
        expires,
    };
    data.rest.codes.insert(code, code_of);
    Some(url.into())
}

/// Asks the person.
pub(super) async fn confirm(world: web::Data<World>, request: HttpRequest) -> HttpResponse {
    let name = parameter(&request, "request").unwrap_or_default();
    let person = session::person(&world, &request);
    let data = world.lock();
    let Some(consent) = data.rest.consents.get(&name) else {
        return super::super::error_page("This request is over.").into_response();
    };
    let host = url::Url::parse(&consent.redirect_uri).map(|url| url.origin().ascii_serialization());
    let host = escape(&host.unwrap_or_default());
    let name = escape(&name);
    let base = base(&world);
    let scopes: String = consent
        .scopes
        .iter()
        .map(|scope| format!("<li>{}</li>", escape(scope)))
        .collect();
    let who = match person.and_then(|id| data.people.get(&id)) {
        Some(person) => format!(
            "<p>{} is asking to use your account, {}.</p><input type=\"hidden\" name=\"user\" value=\"{}\">",
            host,
            escape(&person.name()),
            person.id
        ),
        None => {
            let people = data.people.values().take(40);
            let option = |person: &super::Person| {
                format!(
                    "<option value=\"{}\">{}</option>",
                    person.id,
                    escape(&person.name())
                )
            };
            let people: String = people.map(option).collect();
            format!(
                "<p>{host} is asking to use your account.</p><label>Log in as <select name=\"user\">{people}</select></label>"
            )
        }
    };
    Answer::html(
        200,
        format!(
            "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Authorize</title></head><body><main>\
             <h1>Authorize</h1><form method=\"post\" action=\"{base}/login/oauth2/accept\">{who}<ul>{scopes}</ul>\
             <input type=\"hidden\" name=\"request\" value=\"{name}\"><button>Authorize</button></form>\
             <p><a href=\"{base}/login/oauth2/deny?request={name}\">Cancel</a></p></main></body></html>"
        ),
    )
    .header("Cache-Control", "no-store".into())
    .into_response()
}

#[derive(serde::Deserialize)]
pub(super) struct Accepted {
    request: String,
    user: u64,
}

/// The person agrees.
pub(super) async fn accept(world: web::Data<World>, form: web::Form<Accepted>) -> HttpResponse {
    sent(end(&world, &form.request, Some((form.user, None))))
}

/// The person does not.
pub(super) async fn deny(world: web::Data<World>, request: HttpRequest) -> HttpResponse {
    sent(end(
        &world,
        &parameter(&request, "request").unwrap_or_default(),
        None,
    ))
}

fn sent(to: Option<String>) -> HttpResponse {
    match to {
        Some(to) => Answer::html(302, "").header("Location", to),
        None => super::super::error_page("This request is over."),
    }
    .into_response()
}
