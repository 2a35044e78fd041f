//! Our registration request: what all platforms read, and what Canvas alone understands.

use serde_json::{Map, Value, json};
use url::Url;

use super::{
    CANVAS_DEEP_LINKING, CANVAS_LAUNCHES, CANVAS_PRIVACY, CANVAS_TOOL_ID, CLAIMS, CUSTOM_PARAMETERS,
    NOTICES_SCOPE, PlatformConfiguration, SCOPES, TOOL_CONFIGURATION,
};
use crate::capabilities::{Placements, Variables};

/// What there is to say about this installation of Cairn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolFacts {
    /// Where users of the platform reach us; without a path.
    pub origin: Url,
    /// The one redirect address, which launches aim at too. Like the next three it is on our origin.
    pub launch: String,
    /// Where a launch begins.
    pub login: String,
    /// Our public keys.
    pub jwks: String,
    /// A picture.
    pub logo: String,
}

const RESOURCE_LINK: &str = "LtiResourceLinkRequest";
const DEEP_LINKING: &str = "LtiDeepLinkingRequest";
const SUBMISSION_REVIEW: &str = "LtiSubmissionReviewRequest";
pub(super) const DESCRIPTION: &str =
    "Badges that students earn from course work, keep for good, and that anybody can check.";

impl ToolFacts {
    /// The body of the registration request for that platform: nothing that it does not know.
    #[must_use]
    pub fn request(&self, platform: &PlatformConfiguration) -> Value {
        let mut tool = Map::new();
        let mut add = |name: &str, value: Value| tool.insert(name.to_owned(), value);
        add("domain", json!(self.domain()));
        add("description", json!(DESCRIPTION));
        add("target_link_uri", json!(self.launch));
        add("custom_parameters", Value::Object(custom(platform)));
        add("claims", json!(claims(platform)));
        add("messages", Value::Array(self.messages(platform, &self.launch)));
        if platform.capabilities().placements == Placements::Canvas {
            add(
                "https://canvas.instructure.com/lti/privacy_level",
                json!(CANVAS_PRIVACY),
            );
            add(
                "https://canvas.instructure.com/lti/tool_id",
                json!(CANVAS_TOOL_ID),
            );
        }
        json!({
            "application_type": "web",
            "response_types": ["id_token"],
            "grant_types": ["client_credentials", "implicit"],
            "initiate_login_uri": self.login,
            "redirect_uris": [self.launch],
            "jwks_uri": self.jwks,
            "token_endpoint_auth_method": "private_key_jwt",
            "client_name": "Cairn",
            "client_uri": format!("{}/", self.origin.origin().ascii_serialization()),
            "logo_uri": self.logo,
            "scope": wanted_scopes(platform).join(" "),
            TOOL_CONFIGURATION: tool,
        })
    }

    /// Host and port: what Moodle compares with the target's.
    #[must_use]
    pub fn domain(&self) -> String {
        let host = self.origin.host_str().unwrap_or_default();
        match self.origin.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    fn messages(&self, platform: &PlatformConfiguration, target: &str) -> Vec<Value> {
        let message = |kind: &str, label: &str| {
            let mut message = Map::new();
            message.insert("type".into(), json!(kind));
            message.insert("target_link_uri".into(), json!(target));
            message.insert("label".into(), json!(label));
            message.insert("icon_uri".into(), json!(self.logo));
            message
        };
        let mut all = Vec::new();
        if platform.capabilities().placements == Placements::Canvas {
            for (placement, label, seen_by) in CANVAS_LAUNCHES {
                if !platform.offers(RESOURCE_LINK, placement) {
                    continue;
                }
                let mut one = message(RESOURCE_LINK, label);
                one.insert("placements".into(), json!([placement]));
                one.insert(
                    "https://canvas.instructure.com/lti/visibility".into(),
                    json!(seen_by),
                );
                one.insert(
                    "https://canvas.instructure.com/lti/display_type".into(),
                    json!("full_width_in_context"),
                );
                if placement == "course_navigation" {
                    let name = "https://canvas.instructure.com/lti/course_navigation/default_enabled";
                    one.insert(name.into(), json!(true));
                }
                all.push(one);
            }
            for (placement, label) in CANVAS_DEEP_LINKING {
                if platform.offers(DEEP_LINKING, placement) {
                    let mut one = message(DEEP_LINKING, label);
                    one.insert("placements".into(), json!([placement]));
                    all.push(one);
                }
            }
        } else {
            all.push(message(RESOURCE_LINK, "Badges"));
            if platform.sends(DEEP_LINKING) {
                let mut one = message(DEEP_LINKING, "Badge or evidence activity");
                one.insert("placements".into(), json!(["ContentArea"]));
                all.push(one);
            }
        }
        if platform.sends(SUBMISSION_REVIEW) {
            all.push(message(SUBMISSION_REVIEW, "Review"));
        }
        all.into_iter().map(Value::Object).collect()
    }
}

/// The scopes that we ask that platform for.
pub(super) fn wanted_scopes(platform: &PlatformConfiguration) -> Vec<&'static str> {
    let known = |scope: &str| platform.scopes.iter().any(|known| known == scope);
    SCOPES
        .iter()
        .map(|(scope, _)| *scope)
        .filter(|scope| known(scope) || (platform.scopes.is_empty() && *scope != NOTICES_SCOPE))
        .collect()
}

fn claims(platform: &PlatformConfiguration) -> Vec<&'static str> {
    let known = |claim: &&str| {
        matches!(*claim, "iss" | "sub")
            || platform.claims.is_empty()
            || platform.claims.iter().any(|known| known == claim)
    };
    CLAIMS.into_iter().filter(known).collect()
}

fn custom(platform: &PlatformConfiguration) -> Map<String, Value> {
    let known = |variable: &str, canvas: bool| match platform.capabilities().variables {
        Variables::Canvas => true,
        Variables::Standard => !canvas,
        Variables::Listed => {
            let bare = variable.trim_start_matches('$');
            platform.variables.iter().any(|known| known == bare)
        }
    };
    CUSTOM_PARAMETERS
        .into_iter()
        .filter(|(_, variable, canvas)| known(variable, *canvas))
        .map(|(name, variable, _)| (name.to_owned(), json!(variable)))
        .collect()
}

impl PlatformConfiguration {
    /// What Cairn will be able to do there, in plain words, each once.
    #[must_use]
    pub fn abilities(&self) -> Vec<&'static str> {
        let wanted = wanted_scopes(self);
        let asked = SCOPES.iter().filter(|(scope, _)| wanted.contains(scope));
        asked.map(|(_, words)| *words).collect()
    }

    /// What Cairn will be able to do that it may not do now, and what it will no longer be able to do, in the same words.
    /// `now` is what the platform says it granted; nothing is known to change where it says nothing.
    #[must_use]
    pub fn abilities_beside(&self, now: &[String]) -> (Vec<&'static str>, Vec<&'static str>) {
        if now.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let wanted = wanted_scopes(self);
        let words = |will: bool| {
            let changed = SCOPES.iter().filter(|(scope, _)| {
                let granted = now.iter().any(|known| known == scope);
                wanted.contains(scope) == will && granted != will
            });
            changed.map(|(_, words)| *words).collect()
        };
        (words(true), words(false))
    }

    /// Whether the platform offers to share names, so that we ask for them.
    #[must_use]
    pub fn shares_names(&self) -> bool {
        claims(self).contains(&"name")
    }
}
