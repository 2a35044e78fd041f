//! `/api/v1` of Canvas, as a person's token of an API developer key reads it, and the consent that leads there.

use std::future::ready;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::super::answer::{Answer, serve};
use super::super::request::{bearer, header, parameter};
use super::super::world::World;
use super::super::world::data::Data;
use super::super::world::faults::{Endpoint, Resource};
use super::super::world::model::{Column, Course, CourseRole, Oddity, Person};

mod assignments;
#[cfg(test)]
mod cell_tests;
mod cells;
mod consent;
mod courses;
mod enrollments;
mod files;
mod ids;
#[cfg(test)]
mod list_tests;
mod paging;
mod submissions;
#[cfg(test)]
mod testing;
mod token;
#[cfg(test)]
mod token_tests;
mod totals;

pub(super) use courses::named_sections_of;
pub(super) use ids::lti_context_id;
pub(super) use token::token;

const JSON: &str = "application/json; charset=utf-8";
/// What a request costs at least, in units of the quota.
const COST: f64 = 0.137;

/// The addresses.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    const COURSE: &str = "/api/v1/courses/{course}";
    let below = |path: &str| format!("{COURSE}{path}");
    config
        .route("/login/oauth2/auth", web::get().to(consent::auth))
        .route("/login/oauth2/confirm", web::get().to(consent::confirm))
        .route("/login/oauth2/accept", web::post().to(consent::accept))
        .route("/login/oauth2/deny", web::get().to(consent::deny))
        .route("/login/oauth2/token", web::delete().to(token::delete))
        .route(COURSE, web::get().to(courses::one))
        .route(&below("/settings"), web::get().to(courses::settings))
        .route(&below("/sections"), web::get().to(courses::sections))
        .route(&below("/late_policy"), web::get().to(courses::late_policy))
        .route(&below("/grading_standards"), web::get().to(courses::standards))
        .route(&below("/grading_periods"), web::get().to(courses::periods))
        .route(&below("/users"), web::get().to(courses::users))
        .route(&below("/assignments"), web::get().to(assignments::list))
        .route(&below("/assignments/{column}"), web::get().to(assignments::one))
        .route(&below("/assignment_groups"), web::get().to(assignments::groups))
        .route(&below("/students/submissions"), web::get().to(submissions::all))
        .route(
            &below("/assignments/{column}/submissions"),
            web::get().to(submissions::of_column),
        )
        .route(
            &below("/assignments/{column}/submissions/{user}"),
            web::get().to(submissions::one),
        )
        .route(&below("/enrollments"), web::get().to(enrollments::list))
        .route(
            "/api/v1/sections/{section}/students/submissions",
            web::get().to(submissions::in_section),
        )
        .route("/api/v1/files/{file}", web::get().to(files::one))
        .route(
            "/api/v1/files/{file}/public_url",
            web::get().to(files::public_url),
        )
        .route("/files/{file}/download", web::get().to(files::download))
        .route("/stored/{file}", web::get().to(files::stored))
        .route("/login", web::get().to(files::login))
        .route("/api/v1/users/{user}/profile", web::get().to(courses::profile))
        .route(
            "/api/v1/accounts/{account}/scopes",
            web::get().to(courses::scopes),
        )
        .route("/api/graphql", web::post().to(graphql));
}

/// Everything that a scope can be for. One covers one route.
pub(super) const SCOPES: [&str; 19] = [
    "url:GET|/api/v1/courses/:id",
    "url:GET|/api/v1/courses/:course_id/settings",
    "url:GET|/api/v1/courses/:course_id/assignments",
    "url:GET|/api/v1/courses/:course_id/assignments/:id",
    "url:GET|/api/v1/courses/:course_id/assignment_groups",
    "url:GET|/api/v1/courses/:course_id/students/submissions",
    "url:GET|/api/v1/courses/:course_id/assignments/:assignment_id/submissions",
    "url:GET|/api/v1/courses/:course_id/assignments/:assignment_id/submissions/:user_id",
    "url:GET|/api/v1/courses/:course_id/enrollments",
    "url:GET|/api/v1/courses/:course_id/users",
    "url:GET|/api/v1/courses/:course_id/sections",
    "url:GET|/api/v1/courses/:course_id/grading_standards",
    "url:GET|/api/v1/courses/:course_id/grading_periods",
    "url:GET|/api/v1/courses/:id/late_policy",
    "url:GET|/api/v1/sections/:section_id/students/submissions",
    "url:GET|/api/v1/files/:id",
    "url:GET|/api/v1/files/:id/public_url",
    "url:GET|/api/v1/users/:user_id/profile",
    "url:GET|/api/v1/accounts/:account_id/scopes",
];

impl World {
    /// Canvas: everything that a scope of an API key can be for.
    #[must_use]
    pub fn api_scopes() -> &'static [&'static str] {
        &SCOPES
    }
}

/// One request of somebody whose token holds and has the scope.
pub(super) struct Asked<'a> {
    pub world: &'a World,
    pub request: &'a HttpRequest,
    pub query: Vec<(String, String)>,
    /// Who consented.
    pub person: u64,
    /// `include[]`, as far as the key lets it through.
    pub includes: Vec<String>,
}

impl Asked<'_> {
    /// The last value of a parameter.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        let mut all = self.query.iter().rev();
        all.find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All values of a list, with or without brackets after its name.
    pub(super) fn values(&self, name: &str) -> Vec<&str> {
        let is_name = |key: &str| key == name || key.strip_suffix("[]") == Some(name);
        let all = self.query.iter().filter(|(key, _)| is_name(key));
        all.map(|(_, value)| value.as_str()).collect()
    }

    pub(super) fn includes(&self, what: &str) -> bool {
        self.includes.iter().any(|include| include == what)
    }
}

/// Answers one request: the token, its quota, its scope; then `answer`.
pub(super) async fn reply(
    world: &World,
    request: &HttpRequest,
    resource: Resource,
    scope: &str,
    answer: impl FnOnce(&Asked<'_>, &Data) -> Result<Answer, Answer>,
) -> HttpResponse {
    let endpoint = Endpoint::Api(resource);
    note(world, request);
    if let Err(refused) = has_agent(request) {
        return serve(world, endpoint, ready(refused)).await;
    }
    let token = token_of(request).unwrap_or_default();
    let quota = match UnderWay::begin(world, &token, 0.0) {
        Ok(quota) => quota,
        Err(refused) => return serve(world, endpoint, ready(refused)).await,
    };
    serve(world, endpoint, async {
        let answered = read(world, request, &token, scope).and_then(|asked| {
            let data = world.lock();
            answer(&asked, &data)
        });
        let answered = answered.unwrap_or_else(|refused| refused);
        quota.tell(ids::as_asked(request, answered))
    })
    .await
}

/// Remembers a request.
fn note(world: &World, request: &HttpRequest) {
    let query: Vec<&str> = request
        .query_string()
        .split('&')
        .filter(|pair| !pair.starts_with("access_token="))
        .collect();
    world.note_asked(format!("{}?{}", request.path(), query.join("&")));
}

/// Hosted Canvas turns away whoever does not name itself.
fn has_agent(request: &HttpRequest) -> Result<(), Answer> {
    let named = header(request, "user-agent").is_some_and(|agent| !agent.trim().is_empty());
    let refused = || {
        Answer::html(
            403,
            "<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1></body></html>",
        )
    };
    named.then_some(()).ok_or_else(refused)
}

fn token_of(request: &HttpRequest) -> Option<String> {
    let token = bearer(request).map(str::to_owned);
    token.or_else(|| parameter(request, "access_token"))
}

/// A request under way, which takes units in advance and gives them back.
pub(super) struct UnderWay {
    world: World,
    token: String,
    in_advance: f64,
}

impl UnderWay {
    /// Begins, or is refused.
    pub(super) fn begin(world: &World, token: &str, extra: f64) -> Result<Self, Answer> {
        let now = world.now();
        let mut data = world.lock();
        let in_advance = data.rest.quota.in_advance;
        // What is under way counts: twelve at a time are one too many.
        if data.rest.used(token, now) + in_advance >= data.rest.quota.size {
            return Err(throttled(data.is_odd(Oddity::OldThrottling)));
        }
        data.rest.spend(token, now, in_advance + extra);
        drop(data);
        Ok(Self {
            world: world.clone(),
            token: token.to_owned(),
            in_advance,
        })
    }

    /// Says in the answer what the request cost and what is left.
    fn tell(&self, answer: Answer) -> Answer {
        let now = self.world.now();
        let size = u32::try_from(answer.body.len()).unwrap_or(u32::MAX);
        let cost = COST + f64::from(size) / 1_000_000.0;
        let mut data = self.world.lock();
        data.rest.spend(&self.token, now, cost);
        let left = data.rest.quota.size - data.rest.used(&self.token, now) + self.in_advance;
        answer
            .header("X-Request-Cost", format!("{cost}"))
            .header("X-Rate-Limit-Remaining", format!("{:.10}", left.max(0.0)))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let now = self.world.now();
        let given_back = -self.in_advance;
        self.world.lock().rest.spend(&self.token, now, given_back);
    }
}

fn throttled(old: bool) -> Answer {
    let (status, text) = if old {
        (403, "403 Forbidden (Rate Limit Exceeded)\n")
    } else {
        (429, "429 Too Many Requests (Rate Limit Exceeded)\n")
    };
    Answer::bytes(status, "text/plain; charset=utf-8", text.as_bytes().to_vec())
        .header("X-Rate-Limit-Remaining", "0.0".into())
}

fn read<'a>(
    world: &'a World,
    request: &'a HttpRequest,
    token: &str,
    scope: &str,
) -> Result<Asked<'a>, Answer> {
    let query: Vec<(String, String)> = url::form_urlencoded::parse(request.query_string().as_bytes())
        .into_owned()
        .collect();
    let now = world.now();
    let data = world.lock();
    if token.is_empty() {
        let text =
            json!({"status": "unauthenticated", "errors": [{"message": "user authorization required"}]});
        return Err(challenged(Answer::json(401, JSON, &text)));
    }
    let is_old = data.is_odd(Oddity::OldRefusals);
    let held = data.rest.tokens.iter().find(|held| held.access == token);
    let Some(held) = held else {
        let is_dead = data.rest.dead.contains(token) && !is_old;
        return Err(lost(
            if is_dead {
                "Revoked access token."
            } else {
                "Invalid access token."
            },
            None,
        ));
    };
    if let Some(ended) = held.ended {
        return Err(lost("Expired access token.", Some(moment(ended))));
    }
    let key = data.rest.key(&held.client_id).filter(|key| key.is_on);
    let key = key.filter(|_| held.expires.is_none_or(|expires| expires > now));
    let Some(key) = key else {
        return Err(lost("Invalid access token.", None));
    };
    if key.enforces_scopes && !held.scopes.iter().any(|granted| granted == scope) {
        let text =
            json!({"errors": [{"message": "Insufficient scopes on access token."}], "error_report_id": 1272});
        return Err(Answer::json(401, JSON, &text));
    }
    if query.iter().any(|(name, _)| name == "as_user_id") {
        return Err(Answer::json(401, JSON, &json!({"errors": "Invalid as_user_id"})));
    }
    let all_through = !key.enforces_scopes || key.allows_includes;
    let person = held.person;
    let includes = query
        .iter()
        .filter(|(name, _)| name == "include[]" || name == "include");
    // Without the box, everything but `uuid` is cut in silence.
    let includes = includes
        .map(|(_, value)| value.clone())
        .filter(|value| all_through || value == "uuid")
        .collect();
    drop(data);
    Ok(Asked {
        world,
        request,
        query,
        person,
        includes,
    })
}

/// A token that is worth nothing.
fn lost(message: &str, expired_at: Option<Value>) -> Answer {
    let mut error = json!({ "message": message });
    if let (Some(at), Some(error)) = (expired_at, error.as_object_mut()) {
        error.insert("expired_at".into(), at);
    }
    challenged(Answer::json(401, JSON, &json!({"errors": [error]})))
}

fn challenged(answer: Answer) -> Answer {
    answer.header("WWW-Authenticate", "Bearer realm=\"canvas-lms\"".into())
}

/// The person may not.
pub(super) fn forbidden(data: &Data) -> Answer {
    let status = if data.is_odd(Oddity::OldRefusals) {
        401
    } else {
        403
    };
    let text = json!({"status": "unauthorized", "errors": [{"message": "user not authorized to perform that action"}]});
    Answer::json(status, JSON, &text)
}

/// What is not there.
pub(super) fn missing() -> Answer {
    Answer::json(
        404,
        JSON,
        &json!({"errors": [{"message": "The specified resource does not exist."}]}),
    )
}

/// A moment in JSON.
pub(super) fn moment(time: chrono::DateTime<chrono::Utc>) -> Value {
    json!(time.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// The course of an address, for somebody who may see it.
pub(super) fn course<'d>(asked: &Asked<'_>, data: &'d Data, course: &str) -> Result<&'d Course, Answer> {
    let course = ids::course(data, course).ok_or_else(missing)?;
    let is_admin = data
        .people
        .get(&asked.person)
        .is_some_and(|person| person.is_admin);
    if is_admin || course.role(asked.person).is_some() {
        Ok(course)
    } else {
        Err(forbidden(data))
    }
}

/// Whether the person grades in the course: who teaches goes on after its end.
pub(super) fn grades(asked: &Asked<'_>, data: &Data, course: &Course) -> bool {
    let is_admin = data
        .people
        .get(&asked.person)
        .is_some_and(|person| person.is_admin);
    is_admin || course.is(asked.person, CourseRole::Teacher) || course.is(asked.person, CourseRole::Assistant)
}

/// The column of an address: those that are not published are for whoever grades.
pub(super) fn column<'d>(
    asked: &Asked<'_>,
    data: &'d Data,
    course: &'d Course,
    column: &str,
) -> Result<&'d Column, Answer> {
    let column = ids::column(course, column).ok_or_else(missing)?;
    if cells::is_published(column) || grades(asked, data, course) {
        Ok(column)
    } else {
        Err(missing())
    }
}

/// Everybody with a row in the gradebook whom the caller may see, the test student too: each once.
pub(super) fn visible<'d>(asked: &Asked<'_>, data: &'d Data, course: &Course) -> Vec<&'d Person> {
    let own = courses::sections_of(course, asked.person);
    let is_limited = course.limited_to_sections.contains(&asked.person);
    let mut seen = std::collections::BTreeSet::new();
    let students = course
        .members
        .iter()
        .filter(|(_, role)| matches!(role, CourseRole::Student | CourseRole::TestStudent));
    students
        .filter(|(id, _)| seen.insert(*id))
        .filter(|(id, _)| {
            !is_limited
                || courses::sections_of(course, *id)
                    .iter()
                    .any(|section| own.contains(section))
        })
        .filter_map(|(id, _)| data.people.get(id))
        .collect()
}

/// A key with scopes sees the root of the graph alone.
async fn graphql(world: web::Data<World>, request: HttpRequest) -> HttpResponse {
    let token = token_of(&request).unwrap_or_default();
    serve(&world, Endpoint::Api(Resource::Course), async {
        let data = world.lock();
        if !data.rest.tokens.iter().any(|held| held.access == token) {
            return lost("Invalid access token.", None);
        }
        let text = "An object of type Course was hidden due to insufficient scopes on access token";
        Answer::json(
            200,
            JSON,
            &json!({"data": {"course": null}, "errors": [{"message": text}]}),
        )
    })
    .await
}
