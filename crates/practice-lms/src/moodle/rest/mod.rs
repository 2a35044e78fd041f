//! Moodle's web services by REST: one address, a function in each request, and errors that are good answers.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::super::answer::{Answer, serve};
use super::super::request::header;
use super::super::world::World;
use super::super::world::data::Data;
use super::super::world::faults::Endpoint;
use super::super::world::model::{Column, Course, Person};

mod access;
#[cfg(test)]
mod activity_tests;
mod assign;
#[cfg(test)]
mod call_tests;
mod completion;
mod contents;
mod files;
#[cfg(test)]
mod grade_tests;
mod items;
mod people;
mod quiz;
mod report;
mod site;
#[cfg(test)]
mod testing;
mod updates;

/// The addresses.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    const SERVER: &str = "/webservice/rest/server.php";
    const FILE: &str = "/webservice/pluginfile.php/{path:.*}";
    config
        .route(SERVER, web::get().to(server))
        .route(SERVER, web::post().to(server))
        .route(FILE, web::get().to(files::get))
        .route(FILE, web::post().to(files::get))
        .route("/pluginfile.php/{path:.*}", web::get().to(files::login));
}

/// What a parameter holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Flag,
    Text,
    Numbers,
    /// `options[0][name]` and `options[0][value]`.
    Options,
}

type Outcome = Result<Value, Exception>;
type Parameters = &'static [(&'static str, Kind, bool)];

/// A function: its name, its parameters with whether they are required, and what it does.
struct Function {
    name: &'static str,
    parameters: Parameters,
    does: fn(&Call<'_>) -> Outcome,
}

const fn function(name: &'static str, parameters: Parameters, does: fn(&Call<'_>) -> Outcome) -> Function {
    Function {
        name,
        parameters,
        does,
    }
}

const COURSE: (&str, Kind, bool) = ("courseid", Kind::Number, true);
const USER: (&str, Kind, bool) = ("userid", Kind::Number, false);
const COURSES: (&str, Kind, bool) = ("courseids", Kind::Numbers, false);

/// The functions that there are.
static FUNCTIONS: [Function; 20] = [
    function(
        "core_webservice_get_site_info",
        &[("serviceshortnames", Kind::Numbers, false)],
        site::info,
    ),
    function(
        "core_course_get_contents",
        &[COURSE, ("options", Kind::Options, false)],
        contents::list,
    ),
    function(
        "core_course_get_courses_by_field",
        &[("field", Kind::Text, false), ("value", Kind::Text, false)],
        contents::by_field,
    ),
    function(
        "core_course_get_courses",
        &[("options", Kind::Options, false)],
        contents::all,
    ),
    function(
        "core_enrol_get_enrolled_users",
        &[COURSE, ("options", Kind::Options, false)],
        people::list,
    ),
    function("core_group_get_course_groups", &[COURSE], people::groups),
    function(
        "gradereport_user_get_grade_items",
        &[COURSE, USER, ("groupid", Kind::Number, false)],
        report::items,
    ),
    function("core_grades_get_gradeitems", &[COURSE], items::names),
    function(
        "mod_assign_get_assignments",
        &[
            COURSES,
            ("capabilities", Kind::Text, false),
            ("includenotenrolledcourses", Kind::Flag, false),
        ],
        assign::list,
    ),
    function(
        "mod_assign_get_submissions",
        &[
            ("assignmentids", Kind::Numbers, true),
            ("status", Kind::Text, false),
            ("since", Kind::Number, false),
            ("before", Kind::Number, false),
        ],
        assign::submissions,
    ),
    function(
        "mod_assign_get_grades",
        &[
            ("assignmentids", Kind::Numbers, true),
            ("since", Kind::Number, false),
        ],
        assign::grades,
    ),
    function(
        "mod_assign_get_submission_status",
        &[
            ("assignid", Kind::Number, true),
            USER,
            ("groupid", Kind::Number, false),
        ],
        assign::status,
    ),
    function("mod_quiz_get_quizzes_by_courses", &[COURSES], quiz::list),
    function("mod_quiz_get_user_quiz_attempts", QUIZ_ATTEMPTS, quiz::attempts),
    function("mod_quiz_get_user_attempts", QUIZ_ATTEMPTS, quiz::attempts),
    function(
        "mod_quiz_get_user_best_grade",
        &[("quizid", Kind::Number, true), USER],
        quiz::best,
    ),
    function(
        "core_completion_get_activities_completion_status",
        &[COURSE, ("userid", Kind::Number, true)],
        completion::activities_of,
    ),
    function(
        "core_completion_get_course_completion_status",
        &[COURSE, ("userid", Kind::Number, true)],
        completion::course,
    ),
    function(
        "core_course_get_updates_since",
        &[
            COURSE,
            ("since", Kind::Number, true),
            ("filter", Kind::Numbers, false),
        ],
        updates::since,
    ),
    function("mod_lti_get_ltis_by_courses", &[COURSES], contents::tools),
];

const QUIZ_ATTEMPTS: Parameters = &[
    ("quizid", Kind::Number, true),
    USER,
    ("status", Kind::Text, false),
    ("includepreviews", Kind::Flag, false),
];

/// The longest address that the web server takes.
const LONGEST: usize = 8_190;

/// The settings that go with any call.
const SETTINGS: [&str; 8] = [
    "wstoken",
    "wsfunction",
    "moodlewsrestformat",
    "moodlewssettingraw",
    "moodlewssettingfilter",
    "moodlewssettinglang",
    "moodlewssettingfileurl",
    "moodlewssettingtimezone",
];

/// An error, which is a good answer with this in it.
#[derive(Debug)]
pub(super) struct Exception {
    class: &'static str,
    code: &'static str,
    message: String,
}

impl Exception {
    pub(super) fn new(code: &'static str, message: &str) -> Self {
        let class = match code {
            "accessexception" => "webservice_access_exception",
            "invalidparameter" => "core\\exception\\invalid_parameter_exception",
            "invalidrecord" | "invalidrecordunknown" => "dml_missing_record_exception",
            "nopermissions" => "core\\exception\\required_capability_exception",
            "requireloginerror" => "core\\exception\\require_login_exception",
            _ => "core\\exception\\moodle_exception",
        };
        let message = if message.is_empty() {
            format!("error/{code}")
        } else {
            message.to_owned()
        };
        Self { class, code, message }
    }

    /// A capability is missing.
    pub(super) fn capability(name: &str) -> Self {
        Self::new(
            "nopermissions",
            &format!("Sorry, but you do not currently have permissions to do that ({name})."),
        )
    }

    fn answer(&self, json: bool) -> Answer {
        if json {
            return in_json(
                &json!({"exception": self.class, "errorcode": self.code, "message": self.message}),
            );
        }
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<EXCEPTION class=\"{}\">\n<ERRORCODE>{}</ERRORCODE>\n<MESSAGE>{}</MESSAGE>\n</EXCEPTION>",
            self.class,
            self.code,
            super::super::answer::escape(&self.message)
        );
        Answer::bytes(200, "application/xml; charset=utf-8", text.into_bytes())
    }
}

/// JSON as PHP writes it: every slash with a backslash before it.
fn in_json(value: &Value) -> Answer {
    let text = value.to_string().replace('/', "\\/");
    Answer::bytes(200, "application/json", text.into_bytes())
        .header(
            "Cache-Control",
            "private, must-revalidate, pre-check=0, post-check=0, max-age=0".into(),
        )
        .header("Access-Control-Allow-Origin", "*".into())
}

/// One call whose token, function and parameters are good.
pub(super) struct Call<'a> {
    pub world: &'a World,
    pub data: &'a Data,
    /// Whose token it is.
    pub reader: u64,
    pub token: &'a str,
    parameters: &'a [(String, String)],
}

impl Call<'_> {
    /// The last value of a parameter.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let mut all = self.parameters.iter().rev();
        all.find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.text(name)?.parse().ok()
    }

    /// Seconds.
    pub(super) fn seconds(&self, name: &str) -> Option<i64> {
        self.text(name)?.parse().ok()
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.text(name).is_some_and(|text| matches!(text, "1" | "true"))
    }

    /// `name[0]`, `name[1]` …
    pub(super) fn numbers(&self, name: &str) -> Vec<u64> {
        let all = self.parameters.iter().filter(|(key, _)| base(key) == name);
        all.filter_map(|(_, value)| value.parse().ok()).collect()
    }

    /// `options[…][name]` with its `options[…][value]`.
    pub(super) fn option(&self, wanted: &str) -> Option<&str> {
        let named = self
            .parameters
            .iter()
            .find(|(key, value)| key.ends_with("[name]") && value == wanted);
        let value = named?
            .0
            .strip_suffix("[name]")
            .map(|key| format!("{key}[value]"))?;
        self.text(&value)
    }

    /// The name of something as most functions give it: without its tags and escaped, unless it is wanted raw.
    pub(super) fn name(&self, text: &str) -> String {
        if self.flag("moodlewssettingraw") {
            text.to_owned()
        } else {
            formatted(text)
        }
    }

    /// Whether what is formatted has a decimal comma.
    pub(super) fn has_comma(&self) -> bool {
        self.data.rest.site.has_decimal_comma && self.text("moodlewssettinglang") != Some("en")
    }

    pub(super) fn person(&self, id: u64) -> Option<&Person> {
        self.data.people.get(&id)
    }
}

/// Text without its tags, escaped.
pub(super) fn formatted(text: &str) -> String {
    let mut plain = String::new();
    let mut in_tag = false;
    for letter in text.chars() {
        match letter {
            '<' => in_tag = true,
            '>' if in_tag => in_tag = false,
            '&' if !in_tag => plain.push_str("&amp;"),
            letter if !in_tag => plain.push(letter),
            _ => {}
        }
    }
    plain
}

fn base(key: &str) -> &str {
    key.split_once('[').map_or(key, |(base, _)| base)
}

/// Query and body, the body last. Only a form is read.
fn parameters(request: &HttpRequest, body: &[u8]) -> Vec<(String, String)> {
    let query = url::form_urlencoded::parse(request.query_string().as_bytes()).into_owned();
    let is_form = header(request, "content-type")
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let body = if is_form { body } else { &[] };
    query
        .chain(url::form_urlencoded::parse(body).into_owned())
        .collect()
}

/// Answers a call.
async fn server(world: web::Data<World>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    if request.uri().to_string().len() > LONGEST {
        return Answer::html(
            414,
            "<html><head><title>414 Request-URI Too Large</title></head></html>",
        )
        .into_response();
    }
    let parameters = parameters(&request, &body);
    let value = |name: &str| {
        let found = parameters.iter().rev().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    let json = value("moodlewsrestformat") == "json";
    let function = FUNCTIONS.iter().find(|one| one.name == value("wsfunction"));
    let mut asked: Vec<String> = vec![value("wsfunction").to_owned()];
    asked.extend(
        parameters
            .iter()
            .filter(|(key, _)| !matches!(key.as_str(), "wstoken" | "wsfunction" | "moodlewsrestformat"))
            .map(|(key, value)| format!("{key}={value}")),
    );
    world.note_asked(asked.join("&"));
    let endpoint = Endpoint::Function(function.map_or("", |function| function.name));
    serve(&world, endpoint, async {
        if world.lock().rest.site.is_off {
            return Answer::bytes(403, "text/html; charset=utf-8", Vec::new());
        }
        let outcome = answered(&world, &parameters, value("wstoken"), function);
        let takes = report::takes(&world, function.map_or("", |one| one.name), &parameters);
        if outcome.is_ok() && !takes.is_zero() {
            world.faults().delay(takes).await;
        }
        match outcome {
            Ok(value) if json => in_json(&value),
            Ok(value) => in_xml(&value),
            Err(exception) => exception.answer(json),
        }
    })
    .await
}

fn in_xml(value: &Value) -> Answer {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<RESPONSE>\n<SINGLE>{}</SINGLE>\n</RESPONSE>",
        super::super::answer::escape(&value.to_string())
    );
    Answer::bytes(200, "application/xml; charset=utf-8", text.into_bytes())
}

fn answered(
    world: &World,
    parameters: &[(String, String)],
    token: &str,
    function: Option<&Function>,
) -> Outcome {
    let mut data = world.lock();
    let site = &data.rest.site;
    if site.is_upgrading {
        return Err(Exception::new(
            "upgraderunning",
            "Site is being upgraded, please retry later.",
        ));
    }
    if site.is_in_maintenance {
        return Err(Exception::new(
            "sitemaintenance",
            "The site is undergoing maintenance and is currently not available",
        ));
    }
    let held = data.rest.ws_tokens.get(token).cloned();
    let held = held.ok_or_else(|| Exception::new("invalidtoken", "Invalid token - token not found"))?;
    let refused = || Exception::new("accessexception", "Access control exception");
    // A token dies of its first use after its end.
    if held.until.is_some_and(|until| until < world.now()) {
        data.rest.ws_tokens.remove(token);
        return Err(refused());
    }
    let name = parameters.iter().rev().find(|(key, _)| key == "wsfunction");
    if name.is_none_or(|(_, name)| name.is_empty()) {
        return Err(Exception::new(
            "invalidparameter",
            "Invalid parameter value detected",
        ));
    }
    let unknown = || Exception::new("invalidrecordunknown", "Can't find data record in database.");
    let function = function.ok_or_else(unknown)?;
    let is_served = held.functions.contains(function.name);
    if held.is_elsewhere || held.is_service_off || !is_served || !access::may_use(&data, held.person) {
        return Err(refused());
    }
    let barred = data.rest.site.barred.get(&held.person).copied();
    // The password and the policy bar from courses alone.
    let is_of_site = function.name == "core_webservice_get_site_info";
    if let Some(code) = barred.filter(|code| !is_of_site || code.starts_with("wsaccess")) {
        return Err(Exception::new(code, "<p>You must do something first.</p>"));
    }
    check(function, parameters)?;
    let call = Call {
        world,
        data: &data,
        reader: held.person,
        token,
        parameters,
    };
    (function.does)(&call)
}

/// Parameters that are missing, too many, or of another type are one and the same error.
fn check(function: &Function, parameters: &[(String, String)]) -> Result<(), Exception> {
    let wrong = || Exception::new("invalidparameter", "Invalid parameter value detected");
    for (key, value) in parameters {
        if SETTINGS.contains(&key.as_str()) {
            continue;
        }
        let known = function.parameters.iter().find(|(name, ..)| *name == base(key));
        let (name, kind, _) = known.ok_or_else(wrong)?;
        let is_list = key.len() > name.len();
        let fits = match kind {
            Kind::Number => !is_list && value.parse::<i64>().is_ok(),
            Kind::Flag => !is_list && matches!(value.as_str(), "0" | "1" | "true" | "false" | ""),
            Kind::Text => !is_list,
            Kind::Numbers => is_list,
            Kind::Options => is_list && (key.ends_with("[name]") || key.ends_with("[value]")),
        };
        if !fits {
            return Err(wrong());
        }
    }
    let is_given = |wanted: &str| parameters.iter().any(|(key, _)| base(key) == wanted);
    let missing = function
        .parameters
        .iter()
        .any(|(name, kind, required)| *required && *kind != Kind::Numbers && !is_given(name));
    if missing { Err(wrong()) } else { Ok(()) }
}

/// A warning, which is where a missing right or a deleted course appears.
pub(super) fn warning(item: &str, id: u64, code: &str, message: &str) -> Value {
    json!({"item": item, "itemid": id, "warningcode": code, "message": message})
}

/// The number of somebody's row for an activity.
pub(super) fn submission(column: &Column, person: u64) -> u64 {
    column.id * 1_000_000 + person % 1_000_000
}

/// Seconds; 0 is never.
pub(super) fn seconds(time: Option<chrono::DateTime<chrono::Utc>>) -> i64 {
    time.map_or(0, |time| time.timestamp())
}

/// The course of a parameter, for a reader who may enter it.
pub(super) fn entered<'d>(call: &Call<'d>, code: &'static str) -> Result<&'d Course, Exception> {
    let course = call.number("courseid").and_then(|id| call.data.courses.get(&id));
    let course = course
        .ok_or_else(|| Exception::new("invalidrecordunknown", "Can't find data record in database."))?;
    access::enters(call, course).map_err(|why| Exception::new(code, why))?;
    Ok(course)
}
