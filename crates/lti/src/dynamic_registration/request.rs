//! The registration request: what all platforms read, and what Canvas alone understands.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use url::Url;

use super::{Place, PlatformConfiguration, Powers, TOOL_CONFIGURATION, ToolProfile};
use crate::capabilities::{Placements, Variables};

/// One installation of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolFacts {
    /// The tool.
    pub profile: ToolProfile,
    /// Where users of the platform reach it; without a path.
    pub origin: Url,
    /// The URL of a picture on that origin.
    pub logo: String,
}

const RESOURCE_LINK: &str = "LtiResourceLinkRequest";
const DEEP_LINKING: &str = "LtiDeepLinkingRequest";
const SUBMISSION_REVIEW: &str = "LtiSubmissionReviewRequest";

impl ToolFacts {
    /// The body of the registration request for that platform (DR 1.0, section 3.5): nothing that it does not know.
    #[must_use]
    pub fn request(&self, platform: &PlatformConfiguration) -> Value {
        let profile = &self.profile;
        let target = self.at(profile.launch_path);
        let mut tool = Map::new();
        let mut add = |name: &str, value: Value| tool.insert(name.to_owned(), value);
        add("domain", json!(self.domain()));
        add("description", json!(profile.description));
        add("target_link_uri", json!(target));
        add("custom_parameters", Value::Object(profile.custom(platform)));
        add("claims", json!(profile.claims_for(platform)));
        add("messages", Value::Array(self.messages(platform, &target)));
        if platform.capabilities().placements == Placements::Canvas {
            add(
                "https://canvas.instructure.com/lti/privacy_level",
                json!(profile.canvas.privacy_level),
            );
            add(
                "https://canvas.instructure.com/lti/tool_id",
                json!(profile.canvas.tool_id),
            );
        }
        json!({
            "application_type": "web",
            "response_types": ["id_token"],
            "grant_types": ["client_credentials", "implicit"],
            "initiate_login_uri": self.at(profile.login_path),
            "redirect_uris": [target],
            "jwks_uri": self.at(profile.jwks_path),
            "token_endpoint_auth_method": "private_key_jwt",
            "client_name": profile.name,
            "client_uri": self.at("/"),
            "logo_uri": self.logo,
            "scope": profile.scopes_for(platform).join(" "),
            TOOL_CONFIGURATION: tool,
        })
    }

    /// What that request asks to be allowed, and from where the tool would be opened.
    #[must_use]
    pub fn powers(&self, platform: &PlatformConfiguration) -> Powers {
        self.request(platform)
            .as_object()
            .map(Powers::of)
            .unwrap_or_default()
    }

    /// What the tool would be opened for and from where that it is not now, and what no longer, once the platform has
    /// that request. `now` is what the platform said of its registration; only Canvas says all of it, so that nothing is
    /// known to change elsewhere.
    #[must_use]
    pub fn places_beside(
        &self,
        platform: &PlatformConfiguration,
        now: &BTreeSet<Place>,
    ) -> (BTreeSet<Place>, BTreeSet<Place>) {
        if now.is_empty() || platform.capabilities().placements != Placements::Canvas {
            return (BTreeSet::new(), BTreeSet::new());
        }
        let will = self.powers(platform).places;
        (&will - now, now - &will)
    }

    /// The URL of a path on this installation.
    pub(super) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.origin.origin().ascii_serialization())
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
            for place in self.profile.canvas.launches {
                if !platform.offers(RESOURCE_LINK, place.placement) {
                    continue;
                }
                let mut one = message(RESOURCE_LINK, place.label);
                one.insert("placements".into(), json!([place.placement]));
                one.insert(
                    "https://canvas.instructure.com/lti/visibility".into(),
                    json!(place.visible_to),
                );
                one.insert(
                    "https://canvas.instructure.com/lti/display_type".into(),
                    json!("full_width_in_context"),
                );
                if place.placement == "course_navigation" {
                    let name = "https://canvas.instructure.com/lti/course_navigation/default_enabled";
                    one.insert(name.into(), json!(true));
                }
                all.push(one);
            }
            for place in self.profile.canvas.selections {
                if platform.offers(DEEP_LINKING, place.placement) {
                    let mut one = message(DEEP_LINKING, place.label);
                    one.insert("placements".into(), json!([place.placement]));
                    all.push(one);
                }
            }
        } else {
            all.push(message(RESOURCE_LINK, self.profile.link_label));
            if platform.sends(DEEP_LINKING) {
                let mut one = message(DEEP_LINKING, self.profile.selection_label);
                one.insert("placements".into(), json!(["ContentArea"]));
                all.push(one);
            }
        }
        if platform.sends(SUBMISSION_REVIEW) {
            all.push(message(SUBMISSION_REVIEW, self.profile.review_label));
        }
        all.into_iter().map(Value::Object).collect()
    }
}

impl ToolProfile {
    /// The scopes that this tool asks that platform for, in the order of its profile.
    #[must_use]
    pub fn scopes_for(&self, platform: &PlatformConfiguration) -> Vec<&'static str> {
        let known = |scope: &str| platform.scopes.iter().any(|known| known == scope);
        self.scopes
            .iter()
            .filter(|one| known(one.scope) || (platform.scopes.is_empty() && !one.only_when_offered))
            .map(|one| one.scope)
            .collect()
    }

    fn claims_for(&self, platform: &PlatformConfiguration) -> Vec<&'static str> {
        let known =
            |claim: &&str| platform.claims.is_empty() || platform.claims.iter().any(|known| known == claim);
        let wanted = self.claims.iter().copied().filter(known);
        ["iss", "sub"].into_iter().chain(wanted).collect()
    }

    fn custom(&self, platform: &PlatformConfiguration) -> Map<String, Value> {
        let known = |variable: &str, canvas: bool| match platform.capabilities().variables {
            Variables::Canvas => true,
            Variables::Standard => !canvas,
            Variables::Listed => {
                let bare = variable.trim_start_matches('$');
                platform.variables.iter().any(|known| known == bare)
            }
        };
        self.custom_parameters
            .iter()
            .filter(|one| known(one.variable, one.canvas_only))
            .map(|one| (one.name.to_owned(), json!(one.variable)))
            .collect()
    }

    /// What the tool will be able to do there, in the words of its [scopes](super::WantedScope::purpose), each once.
    #[must_use]
    pub fn abilities(&self, platform: &PlatformConfiguration) -> Vec<&'static str> {
        let wanted = self.scopes_for(platform);
        let asked = self.scopes.iter().filter(|one| wanted.contains(&one.scope));
        asked.map(|one| one.purpose).collect()
    }

    /// What the tool will be able to do that it may not do now, and what it will no longer be able to do, in the same
    /// words. `now` are the scopes that the platform says it granted; where it says nothing, nothing is known to change.
    #[must_use]
    pub fn abilities_beside(
        &self,
        platform: &PlatformConfiguration,
        now: &[String],
    ) -> (Vec<&'static str>, Vec<&'static str>) {
        if now.is_empty() {
            return (Vec::new(), Vec::new());
        }
        let wanted = self.scopes_for(platform);
        let words = |will: bool| {
            let changed = self.scopes.iter().filter(|one| {
                let granted = now.iter().any(|known| known == one.scope);
                wanted.contains(&one.scope) == will && granted != will
            });
            changed.map(|one| one.purpose).collect()
        };
        (words(true), words(false))
    }

    /// Whether the tool asks for names and the platform offers to share them.
    #[must_use]
    pub fn shares_names(&self, platform: &PlatformConfiguration) -> bool {
        self.claims_for(platform).contains(&"name")
    }
}
