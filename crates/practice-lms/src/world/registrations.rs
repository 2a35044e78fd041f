//! Dynamic registration: tokens given, tools that registered, and what an administrator has not switched on yet.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::keys::{Jwt, Object, sign_hint};
use super::super::options::{Flavour, Tool};
use super::World;
use super::data::{RegisteredTool, Standing};
use super::model::{Placement, Source};
use ambient::random;

impl World {
    /// The token for a registration; for a change, of the tool with that index.
    #[must_use]
    pub fn registration_token(&self, changes: Option<usize>) -> String {
        let now = self.now().timestamp();
        match self.flavour() {
            Flavour::Moodle => {
                let (sub, scope) = match changes {
                    Some(index) => {
                        let data = self.lock();
                        let type_id = data.tools.get(index).map_or(0, |installed| installed.type_id);
                        (type_id.to_string(), "reg-update")
                    }
                    None => (self.letters(15), "reg"),
                };
                let claims = json!({"sub": sub, "scope": scope, "iat": now, "exp": now + 3_600});
                let key = self.key(self.lock().signing_key);
                let header = json!({"typ": "JWT", "alg": "RS256", "kid": key.kid});
                key.sign(&object(header), &object(claims))
            }
            Flavour::Canvas => {
                let uuid = hex::encode(random::bytes::<16>(self.random()));
                sign_hint(
                    self.secret(),
                    &json!({"uuid": uuid, "user_id": 1, "root_account_global_id": 1, "exp": now + 3_600}),
                )
            }
        }
    }

    /// What the frame of the administration page opens: the tool's address with configuration and token.
    #[must_use]
    pub fn registration_start(&self, tool_url: &str, token: &str) -> Option<String> {
        let mut url = url::Url::parse(tool_url).ok()?;
        let configuration = match self.flavour() {
            Flavour::Moodle => self.url("/mod/lti/openid-configuration.php"),
            Flavour::Canvas => self.url("/api/lti/security/openid-configuration"),
        };
        url.query_pairs_mut()
            .append_pair("openid_configuration", &configuration)
            .append_pair("registration_token", token);
        Some(url.into())
    }

    /// The tools that registered themselves.
    #[must_use]
    pub fn registered_tools(&self) -> Vec<RegisteredTool> {
        self.lock().registering.tools.clone()
    }

    /// What Moodle's Activate does, and Canvas's two steps: the key on, then the app added.
    pub fn activate(&self, index: usize) {
        let mut data = self.lock();
        let Some(known) = data
            .registering
            .tools
            .iter_mut()
            .find(|known| known.index == index)
        else {
            return;
        };
        known.standing = match (self.flavour(), known.standing) {
            (Flavour::Canvas, Standing::Waiting) => Standing::Enabled,
            _ => Standing::Active,
        };
        if known.standing != Standing::Active {
            return;
        }
        let tool = known.tool.clone();
        if let Some(installed) = data.tools.get_mut(index) {
            installed.tool = Some(tool);
        }
        let courses: Vec<u64> = data.courses.keys().copied().collect();
        if self.flavour() == Flavour::Canvas {
            for course in courses {
                let placement = Placement::CourseNavigation;
                data.add_link(self.random(), course, "Registered badges", placement, index);
            }
        }
    }

    /// The next registration is answered with this.
    pub fn answer_registration_with(&self, status: u16, body: &str) {
        self.lock()
            .registering
            .forced
            .push_back((status, body.to_owned()));
    }

    /// The configuration is served with this value in that place.
    pub fn patch_configuration(&self, name: &str, value: Value) {
        self.lock().registering.patch.insert(name.to_owned(), value);
    }

    /// The columns of a tool, by its index.
    #[must_use]
    pub fn columns_of_tool(&self, index: usize) -> usize {
        let data = self.lock();
        let columns = data.courses.values().flat_map(|course| &course.columns);
        columns
            .filter(|column| column.source == Source::Tool(index))
            .count()
    }

    pub(crate) fn patched(&self, mut configuration: Map<String, Value>) -> Map<String, Value> {
        configuration.extend(self.lock().registering.patch.clone());
        configuration
    }

    pub(crate) fn forced_answer(&self) -> Option<(u16, String)> {
        self.lock().registering.forced.pop_front()
    }

    /// Keeps a tool that registered: on a new place, or in place of the one with that index. Gives the place.
    pub(crate) fn keep_registration(
        &self,
        client_id: Option<&str>,
        changes: Option<usize>,
        request: Map<String, Value>,
        tool: Tool,
        custom: BTreeMap<String, String>,
    ) -> usize {
        let index = changes.unwrap_or_else(|| self.lock().tools.len().saturating_sub(1));
        let mut data = self.lock();
        if let Some(installed) = data.tools.get_mut(index) {
            installed.custom = custom;
            if let Some(client_id) = client_id {
                client_id.clone_into(&mut installed.registration.client_id);
            }
            if installed.tool.is_some() {
                installed.tool = Some(tool.clone());
            }
        }
        match data
            .registering
            .tools
            .iter_mut()
            .find(|known| known.index == index)
        {
            Some(known) => {
                known.tool = tool;
                known.request = request;
            }
            None => data.registering.tools.push(RegisteredTool {
                index,
                tool,
                standing: if changes.is_some() {
                    Standing::Active
                } else {
                    Standing::Waiting
                },
                request,
            }),
        }
        drop(data);
        if changes.is_none() {
            self.prepare_registration();
        }
        index
    }

    pub(crate) fn signs(&self, jwt: &Jwt) -> bool {
        jwt.is_signed_by(&json!({"keys": [self.key(0).jwk(), self.key(1).jwk()]}))
    }
}

fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}
