//! The JSON of a Canvas LTI key made by hand: the same tool as [`ToolFacts::request`] asks for, in Canvas's own form.
//! The redirect address is not part of it: Canvas asks for it on the key's own page.

use serde_json::{Map, Value, json};

use super::{
    CANVAS_DEEP_LINKING, CANVAS_LAUNCHES, CANVAS_PRIVACY, CANVAS_TOOL_ID, CUSTOM_PARAMETERS, SCOPES,
    ToolFacts,
};

impl ToolFacts {
    /// The whole document.
    #[must_use]
    pub fn canvas_key(&self) -> Value {
        let target = &self.launch;
        let custom: Map<String, Value> = CUSTOM_PARAMETERS
            .into_iter()
            .map(|(name, variable, _)| (name.to_owned(), json!(variable)))
            .collect();
        let launches = CANVAS_LAUNCHES.into_iter().map(|(placement, label, seen_by)| {
            json!({
                "placement": placement,
                "enabled": true,
                "message_type": "LtiResourceLinkRequest",
                "target_link_uri": target,
                "text": label,
                "icon_url": self.logo,
                "visibility": seen_by,
                "display_type": "full_width_in_context",
            })
        });
        let deep = CANVAS_DEEP_LINKING.into_iter().map(|(placement, label)| {
            json!({
                "placement": placement,
                "enabled": true,
                "message_type": "LtiDeepLinkingRequest",
                "target_link_uri": target,
                "text": label,
                "icon_url": self.logo,
                "selection_width": 800,
                "selection_height": 640,
            })
        });
        json!({
            "title": "Cairn",
            "description": super::request::DESCRIPTION,
            "target_link_uri": target,
            "oidc_initiation_url": self.login,
            "public_jwk_url": self.jwks,
            "scopes": SCOPES.map(|(scope, _)| scope),
            "custom_fields": custom,
            "extensions": [{
                "platform": "canvas.instructure.com",
                "domain": self.domain(),
                "tool_id": CANVAS_TOOL_ID,
                "privacy_level": CANVAS_PRIVACY,
                "settings": {
                    "text": "Cairn badges",
                    "icon_url": self.logo,
                    "selection_width": 800,
                    "selection_height": 640,
                    "placements": launches.chain(deep).collect::<Vec<Value>>(),
                },
            }],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_in_the_repository_is_what_is_served_but_for_the_host() {
        let file: Value = serde_json::from_str(include_str!("../../../../lti-config.json")).unwrap();
        let origin = "https://badges.school.example:8443";
        let served = ToolFacts {
            origin: origin.parse().unwrap(),
            launch: format!("{origin}/lti/launch"),
            login: format!("{origin}/lti/login"),
            jwks: format!("{origin}/lti/jwks"),
            logo: format!("{origin}/static/icon/favicon.svg"),
        }
        .canvas_key();
        let there = served.to_string().replace(origin, "https://cairn.example");
        let there = there.replace("badges.school.example:8443", "cairn.example");
        let there: Value = serde_json::from_str(&there).unwrap();
        assert_eq!(
            file,
            there,
            "lti-config.json is out of date; it should be:\n{}",
            serde_json::to_string_pretty(&there).unwrap()
        );
    }
}
