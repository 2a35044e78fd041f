//! Style sheets and scripts, embedded and addressed by their content.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use crate::service::base::addresses;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Static;

/// A static file.
#[derive(Debug, Clone)]
pub(crate) struct StaticFile {
    pub(crate) bytes: Cow<'static, [u8]>,
    /// With its character set where it is text.
    pub(crate) content_type: &'static str,
}

/// The first half of each file's digest, by name.
static VERSIONS: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    Static::iter()
        .filter_map(|name| {
            let digest = hex::encode(Static::get(&name)?.metadata.sha256_hash());
            Some((name.to_string(), digest.chars().take(12).collect()))
        })
        .collect()
});

/// The address of a static file: `/static/<version>/<name>`. It may be cached for ever, because other content has
/// another address.
#[must_use]
pub(crate) fn asset(name: &str) -> String {
    let version = VERSIONS.get(name).map_or("0", String::as_str);
    addresses::asset(version, name)
}

/// The file behind `/static/<version>/<name>`, and whether the version is the present one (then it may be cached for
/// ever).
#[must_use]
pub(crate) fn find(version: &str, name: &str) -> Option<(StaticFile, bool)> {
    let file = Static::get(name)?;
    let content_type = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    };
    let present = VERSIONS.get(name).is_some_and(|known| known == version);
    Some((
        StaticFile {
            bytes: file.data,
            content_type,
        },
        present,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_leads_to_its_file() {
        for name in ["cairn.css", "login.js"] {
            let address = asset(name);
            let (version, found) = address.strip_prefix("/static/").unwrap().split_once('/').unwrap();
            assert_eq!(found, name);
            assert_eq!(version.len(), 12, "{name} is embedded");
            let (file, present) = find(version, name).unwrap();
            assert!(present && !file.bytes.is_empty());
        }
    }

    #[test]
    fn an_old_version_is_served_but_not_for_ever_and_nothing_else_is() {
        assert!(!find("000000000000", "cairn.css").unwrap().1);
        assert!(find("0", "../Cargo.toml").is_none());
        assert!(find("0", "absent.css").is_none());
    }
}
