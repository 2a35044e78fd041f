//! The JSON of a Canvas LTI key made by hand: the same tool as [`ToolFacts::request`] asks for, in Canvas's own form.
//! The redirect address is not part of it: Canvas asks for it on the key's own page.

use serde_json::{Map, Value, json};

use super::ToolFacts;

impl ToolFacts {
    /// The tool's configuration as Canvas takes it by paste or by URL when a developer key is made.
    #[must_use]
    pub fn canvas_key(&self) -> Value {
        let profile = &self.profile;
        let target = self.at(profile.launch_path);
        let custom: Map<String, Value> = profile
            .custom_parameters
            .iter()
            .map(|one| (one.name.to_owned(), json!(one.variable)))
            .collect();
        let scopes: Vec<&str> = profile.scopes.iter().map(|one| one.scope).collect();
        let launches = profile.canvas.launches.iter().map(|place| {
            json!({
                "placement": place.placement,
                "enabled": true,
                "message_type": "LtiResourceLinkRequest",
                "target_link_uri": target,
                "text": place.label,
                "icon_url": self.logo,
                "visibility": place.visible_to,
                "display_type": "full_width_in_context",
            })
        });
        let deep = profile.canvas.selections.iter().map(|place| {
            json!({
                "placement": place.placement,
                "enabled": true,
                "message_type": "LtiDeepLinkingRequest",
                "target_link_uri": target,
                "text": place.label,
                "icon_url": self.logo,
                "selection_width": 800,
                "selection_height": 640,
            })
        });
        json!({
            "title": profile.name,
            "description": profile.description,
            "target_link_uri": target,
            "oidc_initiation_url": self.at(profile.login_path),
            "public_jwk_url": self.at(profile.jwks_path),
            "scopes": scopes,
            "custom_fields": custom,
            "extensions": [{
                "platform": "canvas.instructure.com",
                "domain": self.domain(),
                "tool_id": profile.canvas.tool_id,
                "privacy_level": profile.canvas.privacy_level,
                "settings": {
                    "text": profile.canvas.text,
                    "icon_url": self.logo,
                    "selection_width": 800,
                    "selection_height": 640,
                    "placements": launches.chain(deep).collect::<Vec<Value>>(),
                },
            }],
        })
    }
}
