//! Dynamic registration: tokens given, tools that registered, and what an administrator has not switched on yet.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::keys::{Jwt, Object, sign_hint};
use super::super::options::{Flavour, Tool};
use super::World;
use super::data::{DeploymentTold, RegisteredTool, Standing};
use super::model::{Placement, Source};
use ambient::random;

/// Canvas numbers registrations apart from keys, so that a token's `existing_registration` is no client id.
const FIRST_REGISTRATION: usize = 7_300;

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
                let mut claims =
                    json!({"uuid": uuid, "user_id": 1, "root_account_global_id": 1, "exp": now + 3_600});
                if let (Some(index), Some(claims)) = (changes, claims.as_object_mut()) {
                    let number = Self::registration_number(index);
                    claims.insert("existing_registration".to_owned(), json!(number));
                }
                sign_hint(self.secret(), &claims)
            }
        }
    }

    /// Canvas: by what it knows the registration of the tool with that index.
    pub(crate) const fn registration_number(index: usize) -> usize {
        FIRST_REGISTRATION.saturating_add(index)
    }

    /// Canvas: what registrations are answered from now on.
    pub fn tell_deployments(&self, told: DeploymentTold) {
        self.lock().registering.told = told;
    }

    /// Canvas: the changes that wait for the administrator's consent, by the tool's index.
    #[must_use]
    pub fn waiting_updates(&self) -> Vec<usize> {
        self.lock().registering.updates.keys().copied().collect()
    }

    /// Canvas: the administrator consents to the change of a tool that waits.
    pub fn accept_update(&self, index: usize) {
        let Some(request) = self.lock().registering.updates.remove(&index) else {
            return;
        };
        let (tool, custom) = super::super::registering::tool(&request);
        self.keep_registration(None, Some(index), request, tool, custom);
    }

    /// Canvas: the registered tool that a token's `existing_registration` means.
    pub(crate) fn existing(&self, number: i64) -> Option<RegisteredTool> {
        let index = usize::try_from(number).ok()?.checked_sub(FIRST_REGISTRATION)?;
        self.registered_tools()
            .into_iter()
            .find(|known| known.index == index)
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

    /// What Moodle's Activate does, and Canvas's steps: the key on, then the app added where the registration did not.
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
            (Flavour::Canvas, Standing::Waiting) if !known.installed => Standing::Enabled,
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

    /// The configuration is served as it is.
    pub fn honest_configuration(&self) {
        self.lock().registering.patch.clear();
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
            None => {
                let installed = data.registering.told != DeploymentTold::Later;
                data.registering.tools.push(RegisteredTool {
                    index,
                    tool,
                    standing: if changes.is_some() {
                        Standing::Active
                    } else {
                        Standing::Waiting
                    },
                    installed,
                    request,
                });
            }
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
