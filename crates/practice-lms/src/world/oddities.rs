//! What real platforms were seen to send beside the standards: each is off until it is switched on. A [fault](super::faults)
//! is over after one answer; an oddity is how a platform is.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use super::World;
use super::data::Data;
use super::faults::Endpoint;
use super::model::{CourseRole, Oddity};

const CLAIM: &str = "https://purl.imsglobal.org/spec/lti/claim/";
const MEMBERSHIP: &str = "http://purl.imsglobal.org/vocab/lis/v2/membership";
const TEST_USER: &str = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser";

impl World {
    /// Switches an oddity on or off.
    pub fn be_odd(&self, oddity: Oddity, on: bool) {
        let mut data = self.lock();
        if on {
            data.odd.insert(oddity);
        } else {
            data.odd.remove(&oddity);
        }
    }

    /// Signs with the other of the two keys from now on, under the name of the one before. The key set shows that only.
    pub fn change_key_under_its_name(&self) {
        let kid = self.kid(&self.lock());
        self.rotate_key();
        self.lock().kept_kid = Some(kid);
    }

    /// The name under which the platform signs.
    pub(crate) fn kid(&self, data: &Data) -> String {
        let own = || self.key(data.signing_key).kid.clone();
        data.kept_kid.clone().unwrap_or_else(own)
    }

    /// Bends the body of a service's good answer; none where it stays as it is.
    pub(crate) fn bend(&self, endpoint: Endpoint, body: &[u8], is_first_page: bool) -> Option<Vec<u8>> {
        let data = self.lock();
        if data.odd.is_empty() && data.kept_kid.is_none() {
            return None;
        }
        let mut body: Value = serde_json::from_slice(body).ok()?;
        match endpoint {
            Endpoint::Members => members(&data, &mut body, is_first_page),
            Endpoint::Jwks => self.keys(&data, &mut body),
            Endpoint::Token if data.is_odd(Oddity::OddTokens) => {
                put(&mut body, "token_type", json!("bearer"));
                put(&mut body, "expires_in", json!("3600"));
                put(&mut body, "scope", json!([]));
            }
            Endpoint::LineItems | Endpoint::Results if data.is_odd(Oddity::ControlCharacters) => {
                for row in body.as_array_mut().into_iter().flatten() {
                    spoil(row, &["label", "comment"]);
                }
                spoil(&mut body, &["label", "comment"]);
            }
            Endpoint::Api(_) | Endpoint::Function(_) if data.is_odd(Oddity::ControlCharacters) => {
                spoil_everywhere(&mut body);
            }
            _ => return None,
        }
        serde_json::to_vec(&body).ok()
    }

    /// Whether a token that is not known any more is answered with 403.
    pub(crate) fn forbids_lost_tokens(&self) -> bool {
        self.lock().is_odd(Oddity::ForbiddenTokens)
    }

    fn keys(&self, data: &Data, body: &mut Value) {
        if let Some(kid) = &data.kept_kid {
            let mut key = self.key(data.signing_key).jwk();
            put(&mut key, "kid", json!(kid));
            *body = json!({ "keys": [key] });
        }
        if !data.is_odd(Oddity::PlainBase64Keys) {
            return;
        }
        for key in body
            .get_mut("keys")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            for member in ["n", "e"] {
                let bytes = key
                    .get(member)
                    .and_then(Value::as_str)
                    .and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
                put(key, member, json!(STANDARD.encode(bytes.unwrap_or_default())));
            }
        }
    }
}

/// Sets a member of an object.
fn put(object: &mut Value, member: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(member.to_owned(), value);
    }
}

impl Data {
    pub(crate) fn is_odd(&self, oddity: Oddity) -> bool {
        self.odd.contains(&oddity)
    }

    /// Bends the claims of a launch.
    pub(crate) fn bend_claims(&self, claims: &mut Map<String, Value>) {
        if self.is_odd(Oddity::OddClaims) {
            let odd = json!({
                "email_verified": "true", "phone_number_verified": "no", "address": "12 Hill Road",
                "locale": ["de", "en"], "birthdate": 1990, "updated_at": "yesterday", "amr": "pwd",
            });
            claims.extend(odd.as_object().cloned().unwrap_or_default());
        }
        if self.is_odd(Oddity::NoWholeName) {
            claims.remove("name");
        }
        if self.is_odd(Oddity::ControlCharacters) {
            for name in ["name", "given_name", "family_name"] {
                claims.entry(name).and_modify(spoil_text);
            }
            for (claim, members) in [
                ("context", &["title", "label"][..]),
                ("resource_link", &["title"][..]),
                ("tool_platform", &["name"][..]),
            ] {
                if let Some(claim) = claims.get_mut(&format!("{CLAIM}{claim}")) {
                    spoil(claim, members);
                }
            }
        }
        let roles = format!("{CLAIM}roles");
        if self.is_odd(Oddity::FurtherRoles)
            && let Some(Value::Array(roles)) = claims.get_mut(&roles)
        {
            roles.extend(further_roles());
        }
        if self.is_odd(Oddity::AssistantsAsLearners) && self.is_of_assistant(claims) {
            claims.insert(roles.clone(), json!([format!("{MEMBERSHIP}#Learner")]));
        }
        if self.is_odd(Oddity::NoCourseRole) {
            let student = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Student";
            claims.insert(roles, json!([student]));
        }
    }
}

impl Data {
    /// Whether whoever launches assists in the course of the launch.
    fn is_of_assistant(&self, claims: &Map<String, Value>) -> bool {
        let person = claims.get("sub").and_then(Value::as_str);
        let person = person.and_then(|sub| self.person_by_sub(sub));
        let context = claims.get(&format!("{CLAIM}context"));
        let course = self
            .courses
            .values()
            .find(|course| context.is_some_and(|context| context["id"] == course.context_id.as_str()));
        let both = person.zip(course);
        both.is_some_and(|(person, course)| course.is(person.id, CourseRole::Assistant))
    }
}

fn further_roles() -> [Value; 4] {
    [
        json!("https://school.example/roles#Houseparent"),
        json!("urn:lti:sysrole:ims/lis/User"),
        json!(""),
        Value::Null,
    ]
}

fn members(data: &Data, body: &mut Value, is_first_page: bool) {
    let Some(members) = body["members"].as_array_mut() else {
        return;
    };
    for member in members.iter_mut() {
        if data.is_odd(Oddity::LowerCaseStatus) {
            member["status"] = json!(member["status"].as_str().unwrap_or_default().to_lowercase());
        }
        if data.is_odd(Oddity::ControlCharacters) {
            spoil(member, &["name", "given_name", "family_name"]);
        }
        if data.is_odd(Oddity::NoWholeName)
            && let Some(member) = member.as_object_mut()
        {
            member.remove("name");
        }
        if data.is_odd(Oddity::TestStudentsAsLearners)
            && let Some(roles) = member["roles"].as_array_mut()
        {
            roles.retain(|role| *role != TEST_USER);
        }
        if data.is_odd(Oddity::FurtherRoles)
            && let Some(roles) = member["roles"].as_array_mut()
        {
            roles.extend(further_roles());
        }
    }
    if data.is_odd(Oddity::MalformedMembers) && is_first_page {
        let learner = format!("{MEMBERSHIP}#Learner");
        let none = [
            Value::Null,
            json!(7),
            json!({"status": "Active", "name": "Nobody Known", "roles": [learner]}),
            json!({"status": "Active", "name": "Null Byte", "user_id": "9\u{0}", "roles": [learner]}),
        ];
        members.splice(0..0, none);
    }
}

fn spoil(object: &mut Value, names: &[&str]) {
    for name in names {
        if let Some(text) = object.get_mut(*name) {
            spoil_text(text);
        }
    }
}

/// Everything that people typed.
fn spoil_everywhere(value: &mut Value) {
    const TYPED: [&str; 8] = [
        "name",
        "sortable_name",
        "short_name",
        "fullname",
        "userfullname",
        "itemname",
        "feedback",
        "display_name",
    ];
    const WORDS: [&str; 6] = [
        "functions",
        "advancedfeatures",
        "configs",
        "plugins",
        "updates",
        "grading_scheme",
    ];
    match value {
        Value::Array(list) => list.iter_mut().for_each(spoil_everywhere),
        Value::Object(object) => {
            // Nobody typed the names of functions, of plug-ins and of changes.
            let typed = object
                .iter_mut()
                .filter(|(name, _)| !WORDS.contains(&name.as_str()));
            for (name, value) in typed {
                if TYPED.contains(&name.as_str()) {
                    spoil_text(value);
                }
                spoil_everywhere(value);
            }
        }
        _ => {}
    }
}

/// U+0000 after the first letter.
fn spoil_text(text: &mut Value) {
    if let Some(sent) = text.as_str() {
        let mut letters = sent.chars();
        let first = letters.next().map(String::from).unwrap_or_default();
        *text = json!(format!("{first}\u{0}{}", letters.as_str()));
    }
}
