//! Any text as a `Link` header: links or none, never a panic.
#![no_main]

use lti::services::paging::parse_links;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for link in parse_links(text) {
        assert!(!link.target.contains('>'), "a target that did not end: {link:?}");
    }
});
