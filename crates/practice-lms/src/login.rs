//! What both flavours' launches have in common: who asks for what, the form that starts a login, and the form that ends it.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::answer::{Answer, escape};
use super::options::Tool;
use super::world::World;
use super::world::data::{Ask, Pending};
use super::world::model::Shown;

/// Who asks for what.
pub(super) struct Start {
    pub course: u64,
    pub person: u64,
    pub tool: usize,
    /// 0 for none.
    pub link: u64,
    /// The tool's own when there is none.
    pub target: Option<String>,
    pub ask: Ask,
    pub shown: Shown,
}

impl Start {
    /// `person` opens a link.
    pub(crate) fn of_link(world: &World, course: u64, person: u64, link: u64, shown: Shown) -> Option<Self> {
        let data = world.lock();
        let known = data.courses.get(&course)?.link(link)?;
        Some(Self {
            course,
            person,
            tool: known.tool,
            link,
            target: known.url.clone(),
            ask: Ask::Link,
            shown,
        })
    }

    /// `person` asks a tool for what no link opens.
    pub(crate) fn without_link(course: u64, person: u64, tool: usize, ask: Ask) -> Self {
        Self {
            course,
            person,
            tool,
            link: 0,
            target: None,
            ask,
            shown: Shown::Frame,
        }
    }

    /// Where the person is to end: at the link's own address, or the tool's.
    pub(crate) fn target(&self, tool: &Tool) -> String {
        self.target
            .clone()
            .unwrap_or_else(|| tool.target_link_uri.clone())
    }

    /// What the LMS remembers of it until the tool has answered.
    pub(crate) fn pending(self, target_link_uri: String, expires: DateTime<Utc>) -> Pending {
        Pending {
            tool: self.tool,
            course: self.course,
            link: self.link,
            person: self.person,
            target_link_uri,
            expires,
            shown: self.shown,
            ask: self.ask,
        }
    }
}

/// The form that the LMS submits by script: to the tool's login initiation, or back to its redirect address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginForm {
    /// Where it is posted.
    pub action: String,
    /// Names and values in the order sent.
    pub fields: Vec<(String, String)>,
}

impl LoginForm {
    /// The value of a field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The fields as `application/x-www-form-urlencoded`.
    #[must_use]
    pub fn encoded(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.fields)
            .finish()
    }

    /// A form from borrowed fields.
    pub(super) fn new(action: &str, fields: Vec<(&str, String)>) -> Self {
        let fields = fields
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        Self {
            action: action.to_owned(),
            fields,
        }
    }

    /// The page that posts this form as soon as it is read.
    pub(super) fn page(&self) -> Answer {
        let fields = self.fields.iter().fold(String::new(), |html, (name, value)| {
            let (name, value) = (escape(name), escape(value));
            html + "<input type=\"hidden\" name=\"" + &name + "\" value=\"" + &value + "\">\n"
        });
        Answer::html(
            200,
            format!(
                "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Opening the tool</title></head><body>\n\
                 <form action=\"{}\" name=\"ltiInitiateLoginForm\" id=\"ltiInitiateLoginForm\" method=\"post\" \
                 encType=\"application/x-www-form-urlencoded\">\n{fields}<noscript><button>Continue</button></noscript></form>\n\
                 <script>document.ltiInitiateLoginForm.submit();</script></body></html>",
                escape(&self.action)
            ),
        )
        .header("Cache-Control", "no-store".into())
    }
}

/// The parameters of an authentication request (OpenID Connect Core, section 3.1.2.1), by GET or POST.
#[derive(Debug, Default)]
pub(super) struct AuthRequest(Vec<(String, String)>);

impl AuthRequest {
    /// Reads query and form.
    pub(crate) fn read(query: &str, body: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(query.as_bytes()).chain(url::form_urlencoded::parse(body));
        Self(
            pairs
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// A parameter; empty when it was not sent.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.as_str())
    }

    /// The first of these parameters that was not sent, or is empty.
    pub(crate) fn missing(&self, names: &[&'static str]) -> Option<&'static str> {
        names.iter().copied().find(|name| self.get(name).is_empty())
    }
}

/// Signs a launch, after a test's tamper hook had its say.
pub(super) fn id_token(world: &World, claims: Map<String, Value>) -> String {
    let mut claims = claims;
    let mut data = world.lock();
    let key = world.key(data.signing_key);
    let mut header = Map::new();
    header.insert("typ".into(), json!("JWT"));
    header.insert("alg".into(), json!("RS256"));
    header.insert("kid".into(), json!(world.kid(&data)));
    data.bend_claims(&mut claims);
    if let Some(tamper) = &mut data.tamper {
        tamper(&mut header, &mut claims);
    }
    drop(data);
    key.sign(&header, &claims)
}

impl World {
    /// A launch as LTI 1.1 makes it: one form, which OAuth 1 signed, at the address where 1.3 would end.
    #[must_use]
    pub fn old_launch_form(&self, course: u64, person: u64) -> Option<LoginForm> {
        let data = self.lock();
        let person = data.people.get(&person)?;
        let course = data.courses.get(&course)?;
        let tool = data.tools.first()?.tool.as_ref()?;
        let fields = vec![
            ("lti_message_type", "basic-lti-launch-request".to_owned()),
            ("lti_version", "LTI-1p0".to_owned()),
            ("resource_link_id", "1".to_owned()),
            ("context_id", course.context_id.clone()),
            ("user_id", person.sub.clone()),
            ("roles", "Learner".to_owned()),
            ("lis_person_name_full", person.name()),
            ("oauth_consumer_key", "key".to_owned()),
            ("oauth_nonce", "0123456789".to_owned()),
            ("oauth_signature_method", "HMAC-SHA1".to_owned()),
            ("oauth_timestamp", self.now().timestamp().to_string()),
            ("oauth_version", "1.0".to_owned()),
            ("oauth_signature", "bm90IGEgc2lnbmF0dXJl".to_owned()),
        ];
        Some(LoginForm::new(tool.redirect_uris.first()?, fields))
    }
}
