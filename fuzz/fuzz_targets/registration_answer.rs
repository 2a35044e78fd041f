//! Any bytes as a platform's configuration and as its answer to a registration: read or refused, never a panic, and never an
//! endpoint without TLS.
#![no_main]

use lti::dynamic_registration::{PlatformConfiguration, read_answer};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u16, &[u8])| {
    let (status, body) = input;
    let _ = read_answer(status, body);
    let Ok(source) = "https://lms.example/configuration".parse() else {
        return;
    };
    if let Ok(known) = PlatformConfiguration::read(body, &source, false) {
        for url in [&known.authorization_endpoint, &known.token_endpoint, &known.jwks_uri, &known.registration_endpoint] {
            assert_eq!(url.scheme(), "https", "{url}");
        }
    }
});
