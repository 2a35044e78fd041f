//! Any JSON as the settings of a well signed deep linking request: refused or let in, never a panic, and never with a
//! return address that is not the platform's.
#![no_main]

mod platform;

use lti::claims::Message;
use libfuzzer_sys::fuzz_target;
use platform::PLATFORM;

fuzz_target!(|text: &str| {
    let Ok(settings) = serde_json::from_str::<serde_json::Value>(text) else {
        return;
    };
    let mut claims = PLATFORM.claims();
    claims["https://purl.imsglobal.org/spec/lti/claim/message_type"] = "LtiDeepLinkingRequest".into();
    claims["https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"] = settings;
    if let Ok(launch) = PLATFORM.verify(&PLATFORM.sign(&claims.to_string()))
        && let Message::DeepLinking { settings } = launch.message
    {
        assert_eq!(settings.return_url.host_str(), Some("lms.example"));
    }
});
