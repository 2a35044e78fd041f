//! `/login/oauth2/token`, where a code or a refresh token becomes an access token of a person.

use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::super::super::answer::{Answer, serve};
use super::super::super::request::header;
use super::super::super::world::World;
use super::super::super::world::data::Data;
use super::super::super::world::faults::Endpoint;
use super::super::super::world::model::Oddity;
use super::super::super::world::rest::{ApiKey, PersonToken};
use super::{JSON, UnderWay, has_agent, lost, token_of};

/// What a token request takes of the quota beside what every request does.
const EXTRA: f64 = 200.0;

struct Form(Vec<(String, String)>);

impl Form {
    fn field(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }
}

type Refusal = (u16, &'static str, &'static str);

/// Answers a token request.
pub(in super::super) async fn token(
    world: web::Data<World>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let mut form = Form(url::form_urlencoded::parse(&body).into_owned().collect());
    form.0.extend(basic(&request));
    // Whoever refreshes for each call has used the quota up at the fourth.
    let bucket = format!(
        "refresh {}",
        form.field("refresh_token")
            .or(form.field("code"))
            .unwrap_or_default()
    );
    serve(&world, Endpoint::PersonToken, async {
        if let Err(refused) = has_agent(&request) {
            return refused;
        }
        let under_way = match UnderWay::begin(&world, &bucket, EXTRA) {
            Ok(under_way) => under_way,
            Err(refused) => return refused,
        };
        let given = give(&world, &form);
        drop(under_way);
        match given {
            Ok(answer) => Answer::json(200, JSON, &answer).header("Cache-Control", "no-store".into()),
            Err(refusal) => refused(&world, &form, refusal),
        }
    })
    .await
}

/// Client id and secret as HTTP Basic.
fn basic(request: &HttpRequest) -> Vec<(String, String)> {
    let decoded = header(request, "authorization")
        .and_then(|text| text.strip_prefix("Basic "))
        .and_then(|text| STANDARD.decode(text.trim()).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let Some((id, secret)) = decoded.as_deref().and_then(|text| text.split_once(':')) else {
        return Vec::new();
    };
    vec![
        ("client_id".into(), id.into()),
        ("client_secret".into(), secret.into()),
    ]
}

fn refused(world: &World, form: &Form, (status, error, text): Refusal) -> Answer {
    let old = world.lock().is_odd(Oddity::TokenRedirects);
    if let Some(mut to) = form
        .field("redirect_uri")
        .filter(|_| old)
        .and_then(|uri| url::Url::parse(uri).ok())
    {
        to.query_pairs_mut()
            .append_pair("error", error)
            .append_pair("error_description", text);
        return Answer::html(302, "").header("Location", to.into());
    }
    Answer::json(status, JSON, &json!({"error": error, "error_description": text}))
}

fn give(world: &World, form: &Form) -> Result<Value, Refusal> {
    let (access, refresh) = (world.token_text(), world.token_text());
    let now = world.now();
    let mut data = world.lock();
    let id = form.field("client_id").unwrap_or_default();
    let key = data.rest.key(id).filter(|key| key.is_on).cloned();
    let key = key.ok_or((401, "invalid_client", "unknown client"))?;
    if form.field("client_secret") != Some(key.secret.as_str()) {
        return Err((401, "invalid_client", "invalid client"));
    }
    let expires = key.expires_tokens.then_some(now + TimeDelta::hours(1));
    if form.field("grant_type") == Some("refresh_token") {
        let wanted = form.field("refresh_token").unwrap_or_default();
        let rest = &mut data.rest;
        let held = rest
            .tokens
            .iter_mut()
            .find(|held| held.refresh == wanted && held.client_id == key.client_id);
        let held = held.filter(|held| held.ended.is_none());
        let held = held.ok_or((400, "invalid_request", "refresh_token not found"))?;
        // The one before is worth nothing from here on, wherever it is in use.
        rest.dead.insert(std::mem::replace(&mut held.access, access));
        held.expires = expires;
        let held = held.clone();
        return Ok(answer(&data, &held, &key, false));
    }
    let code = form.field("code");
    let code = code.ok_or((
        400,
        "invalid_request",
        "You must provide the code parameter when using the authorization_code grant type",
    ))?;
    let code = data.rest.codes.remove(code).filter(|code| code.expires > now);
    let code = code.ok_or((400, "invalid_grant", "authorization_code not found"))?;
    if code.consent.client_id != key.client_id {
        return Err((400, "invalid_grant", "incorrect client"));
    }
    if form
        .field("redirect_uri")
        .is_some_and(|uri| uri != code.consent.redirect_uri)
    {
        return Err((400, "invalid_grant", "redirect_uri does not match"));
    }
    let verifier = form.field("code_verifier").unwrap_or_default();
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes());
    if code
        .consent
        .challenge
        .is_some_and(|challenge| challenge != URL_SAFE_NO_PAD.encode(digest))
    {
        return Err((400, "invalid_grant", "invalid code_verifier"));
    }
    if key.replaces_tokens {
        data.rest
            .end(|held| held.person == code.person && held.client_id == key.client_id);
    }
    let held = PersonToken {
        client_id: key.client_id.clone(),
        person: code.person,
        real_person: code.real_person,
        scopes: code.consent.scopes,
        access,
        refresh,
        expires,
        ended: None,
    };
    data.rest.tokens.push(held.clone());
    Ok(answer(&data, &held, &key, true))
}

fn answer(data: &Data, held: &PersonToken, key: &ApiKey, is_new: bool) -> Value {
    let person = |id: u64| {
        let person = data.people.get(&id);
        json!({
            "id": person.map(super::Person::api_id), "name": person.map(super::Person::name),
            "global_id": (10_000_000_000_000_u64 + id).to_string(),
        })
    };
    let mut user = person(held.person);
    if let Some(user) = user.as_object_mut() {
        user.insert("effective_locale".into(), json!("en"));
    }
    let mut answer = json!({"access_token": held.access, "token_type": "Bearer", "user": user});
    if let Some(answer) = answer.as_object_mut() {
        if let Some(real) = held.real_person {
            answer.insert("real_user".into(), person(real));
        }
        if is_new {
            answer.insert("refresh_token".into(), json!(held.refresh));
        }
        if key.expires_tokens {
            answer.insert("expires_in".into(), json!(3_600));
        }
    }
    answer
}

/// A tool gives its own token back, while that is worth something.
pub(super) async fn delete(world: web::Data<World>, request: HttpRequest) -> HttpResponse {
    serve(&world, Endpoint::PersonToken, async {
        let token = token_of(&request).unwrap_or_default();
        let now = world.now();
        let mut data = world.lock();
        let held = data.rest.tokens.iter().find(|held| held.access == token);
        if held.is_some_and(|held| held.expires.is_some_and(|expires| expires <= now)) {
            // Whoever lets it end first has to renew it: the one for the next lives on.
            return lost("Invalid access token.", None);
        }
        if held.is_none() {
            let text = "can't delete OAuth access token when not using an OAuth access token";
            return Answer::json(400, JSON, &json!({ "message": text }));
        }
        data.rest.end(|held| held.access == token);
        Answer::json(200, JSON, &json!({}))
    })
    .await
}
