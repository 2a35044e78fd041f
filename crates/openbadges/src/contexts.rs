//! The published JSON-LD contexts, built in (`contexts/README.md` tells where they come from).

/// The first context of data model 1.1.
pub(crate) const VC_CONTEXT_1: &str = "https://www.w3.org/2018/credentials/v1";

/// Every context that a document may name.
const CONTEXTS: [(&str, &str); 10] = [
    (
        super::credential::wire::VC_CONTEXT,
        include_str!("contexts/credentials-v2.jsonld"),
    ),
    (
        super::credential::wire::OB_CONTEXT,
        include_str!("contexts/open-badges-3.0.3.jsonld"),
    ),
    (
        super::credential::wire::CLR_CONTEXT,
        include_str!("contexts/clr-2.0.1.jsonld"),
    ),
    // What others signed before 3.0.3; we issue none of it.
    (
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json",
        include_str!("contexts/open-badges-3.0.2.jsonld"),
    ),
    (
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json",
        include_str!("contexts/open-badges-3.0.1.jsonld"),
    ),
    (
        "https://purl.imsglobal.org/spec/ob/v3p0/context.json",
        include_str!("contexts/open-badges-3.0.0.jsonld"),
    ),
    // Data model 1.1, which the standard allows beside 2.0.
    (VC_CONTEXT_1, include_str!("contexts/credentials-v1.jsonld")),
    // The proof that eddsa-rdfc-2022 took the place of.
    (
        "https://w3id.org/security/suites/ed25519-2020/v1",
        include_str!("contexts/ed25519-2020-v1.jsonld"),
    ),
    (
        super::credential::wire::EXTENSIONS_CONTEXT,
        include_str!("contexts/open-badges-extensions.jsonld"),
    ),
    (
        "https://w3id.org/security/data-integrity/v2",
        include_str!("contexts/data-integrity-v2.jsonld"),
    ),
];

/// Every context: its address and its text.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    CONTEXTS.into_iter()
}

/// The text of the context at `url`, if it is one of ours.
#[must_use]
pub fn text(url: &str) -> Option<&'static str> {
    CONTEXTS
        .iter()
        .find(|(known, _)| *known == url)
        .map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_context_is_an_object_with_definitions() {
        for (url, text) in super::CONTEXTS {
            let value: serde_json::Value = serde_json::from_str(text).unwrap();
            assert!(value["@context"].is_object(), "{url}");
            // A vocabulary of its own would hide undefined terms from the check in `jsonld`.
            assert!(!text.contains("@vocab\":"), "{url}");
        }
        assert!(super::text("https://schema.org/").is_none());
    }
}
