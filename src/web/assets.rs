//! Style sheets and scripts, addressed by their content: embedded ones, and one for each accent, made when it is asked for.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use rust_embed::RustEmbed;
use sha2::{Digest as _, Sha256};

use crate::domain::theme::{Accent, Colour};
use crate::service::base::addresses;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Static;

const CSS: &str = "text/css; charset=utf-8";

/// A static file.
#[derive(Debug, Clone)]
pub(crate) struct StaticFile {
    pub(crate) bytes: Cow<'static, [u8]>,
    /// With its character set where it is text.
    pub(crate) content_type: &'static str,
}

/// The beginning of each file's digest, by name.
static VERSIONS: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    Static::iter()
        .filter_map(|name| {
            let digest = Static::get(&name)?.metadata.sha256_hash();
            Some((name.to_string(), version(&digest)))
        })
        .collect()
});

fn version(digest: &[u8]) -> String {
    hex::encode(digest).chars().take(12).collect()
}

/// The address of a static file: `/static/<version>/<name>`. It may be cached for ever, because other content has
/// another address.
#[must_use]
pub(crate) fn asset(name: &str) -> String {
    let version = VERSIONS.get(name).map_or("0", String::as_str);
    addresses::asset(version, name)
}

/// The address of the style sheet that gives a page this accent, linked after `cairn.css`. Its name holds the colour, and the
/// sheet is made from that alone.
#[must_use]
pub(crate) fn accent(colour: Colour) -> String {
    let version = version(&Sha256::digest(accent_sheet(colour)));
    let hex = colour.hex();
    addresses::asset(&version, &format!("accent-{}.css", hex.trim_start_matches('#')))
}

/// The colour whose style sheet has that name. Each has one name alone, in lower case.
fn accent_named(name: &str) -> Option<Colour> {
    let digits = name.strip_prefix("accent-")?.strip_suffix(".css")?;
    let hex = format!("#{digits}");
    Colour::parse(&hex).filter(|colour| colour.hex() == hex)
}

/// Sets the accent of both themes. What is printed stays black as `cairn.css` has it, but for a certificate, which is paper
/// on a screen too.
fn accent_sheet(colour: Colour) -> String {
    let Accent { light, dark } = Accent::from_colour(colour);
    let set = |colour: Colour| {
        format!(
            ":root{{--accent:{};--on-accent:{}}}",
            colour.hex(),
            colour.ink().hex()
        )
    };
    format!(
        ":root{{--paper-accent:{}}}\n@media screen{{{}}}\n@media screen and (prefers-color-scheme:dark){{{}}}\n",
        light.hex(),
        set(light),
        set(dark)
    )
}

/// The file behind `/static/<version>/<name>`, and whether the version is the present one (then it may be cached for
/// ever).
#[must_use]
pub(crate) fn find(wanted: &str, name: &str) -> Option<(StaticFile, bool)> {
    if let Some(colour) = accent_named(name) {
        let sheet = accent_sheet(colour);
        let present = version(&Sha256::digest(&sheet)) == wanted;
        let file = StaticFile {
            bytes: Cow::Owned(sheet.into_bytes()),
            content_type: CSS,
        };
        return Some((file, present));
    }
    let file = Static::get(name)?;
    let content_type = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => CSS,
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    };
    let present = VERSIONS.get(name).is_some_and(|known| known == wanted);
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
    use crate::domain::theme::{DARK_SURFACE, LIGHT_SURFACE};

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

    #[test]
    fn an_accent_has_one_address_which_leads_to_its_sheet() {
        let yellow = Colour::parse("#FFD400").unwrap();
        let address = accent(yellow);
        let (version, name) = address.strip_prefix("/static/").unwrap().split_once('/').unwrap();
        assert_eq!(name, "accent-ffd400.css");
        let (file, present) = find(version, name).unwrap();
        assert!(present && file.content_type.starts_with("text/css"));
        let Accent { light, dark } = Accent::from_colour(yellow);
        let sheet = String::from_utf8(file.bytes.into_owned()).unwrap();
        assert_eq!(dark, yellow);
        for set in [light.hex(), dark.hex()].map(|hex| format!("--accent:{hex};--on-accent:")) {
            assert!(sheet.contains(&set), "{set} in {sheet}");
        }
        assert!(!find("000000000000", name).unwrap().1);
        for none in [
            "accent-.css",
            "accent-FFD400.css",
            "accent-ffd40.css",
            "accent-ffd4000.css",
            "accent-ffd40g.css",
            "accent-#ffd400.css",
            "accent-ffd400",
            "ffd400.css",
        ] {
            assert!(find(version, none).is_none(), "{none}");
        }
    }

    #[test]
    fn the_surfaces_that_an_accent_is_measured_on_are_those_of_the_style_sheet() {
        let sheet = Static::get("cairn.css").unwrap();
        let sheet = std::str::from_utf8(&sheet.data).unwrap();
        let raised: Vec<&str> = sheet
            .split("--raised: ")
            .skip(1)
            .map(|rest| rest.split(';').next().unwrap())
            .collect();
        let measured = [LIGHT_SURFACE, DARK_SURFACE].map(Colour::hex);
        assert_eq!(raised[..2], measured);
    }
}
