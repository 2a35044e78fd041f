//! SVG: an `openbadges:credential` element as the first child of the root: JSON in CDATA, a compact token in its attribute
//! `verify` (Open Badges 3.0, section 5.3.2).
//!
//! The picture's own text is kept as it is; only the namespace and the element are put in.

use std::borrow::Cow;

use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::{NsReader, XmlVersion};

use super::{BakeError, MAX_CREDENTIAL, check_sizes};
use crate::compact;

const NAMESPACE: &str = "https://purl.imsglobal.org/ob/v3p0";
/// How badges of 1.0 and 2.0 are baked: an element `assertion`, with its address, its token or its JSON.
const OLDER_NAMESPACE: &str = "http://openbadges.org";
const SVG_NAMESPACE: &str = "http://www.w3.org/2000/svg";

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is handed to map_err as it stands"
)]
fn damaged(reason: impl ToString) -> BakeError {
    BakeError::Svg(reason.to_string())
}

fn is_credential(namespace: &ResolveResult<'_>, start: &BytesStart<'_>) -> bool {
    *namespace == ResolveResult::Bound(Namespace(NAMESPACE)) && start.local_name().as_ref() == "credential"
}

fn is_older(namespace: &ResolveResult<'_>, start: &BytesStart<'_>) -> bool {
    *namespace == ResolveResult::Bound(Namespace(OLDER_NAMESPACE))
        && start.local_name().as_ref() == "assertion"
}

/// Where the pieces go: after the root's name, and after the root's start tag.
struct Places {
    after_name: usize,
    after_start: usize,
    has_namespace: bool,
}

/// Reads the whole picture: it has to be well formed, with an `svg` root and no credential.
fn places(svg: &str) -> Result<Places, BakeError> {
    let mut reader = NsReader::from_str(svg);
    let mut places = None;
    let mut depth = 0_usize;
    let mut before = 0;
    loop {
        let (namespace, event) = reader.read_resolved_event().map_err(damaged)?;
        let (found, is_svg) = match &event {
            Event::Start(start) | Event::Empty(start) => (
                is_credential(&namespace, start),
                namespace == ResolveResult::Bound(Namespace(SVG_NAMESPACE))
                    && start.local_name().as_ref() == "svg",
            ),
            _ => (false, false),
        };
        if found {
            return Err(BakeError::AlreadyBaked);
        }
        let after = usize::try_from(reader.buffer_position()).map_err(damaged)?;
        match event {
            Event::Start(start) => {
                if depth == 0 {
                    if places.is_some() || !is_svg {
                        return Err(damaged("its root is not one svg element"));
                    }
                    // A byte order mark is not counted by the reader; the tag's own text says where it begins.
                    let begin = svg
                        .get(before..after)
                        .and_then(|tag| tag.find('<'))
                        .map(|at| before + at);
                    let begin = begin.ok_or_else(|| damaged("its root has no place"))?;
                    places = Some(Places {
                        after_name: begin + 1 + start.name().as_ref().len(),
                        after_start: after,
                        has_namespace: has_namespace(&start)?,
                    });
                }
                depth += 1;
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Empty(_) if depth == 0 => return Err(damaged("it is empty")),
            Event::Eof if depth == 0 => return places.ok_or_else(|| damaged("it has no root")),
            Event::Eof => return Err(damaged("it ends within an element")),
            _ => {}
        }
        before = after;
    }
}

fn has_namespace(root: &BytesStart<'_>) -> Result<bool, BakeError> {
    for attribute in root.attributes() {
        let attribute = attribute.map_err(damaged)?;
        if attribute.key.as_ref() == "xmlns:openbadges" {
            return if attribute.value == NAMESPACE {
                Ok(true)
            } else {
                Err(damaged("it uses the prefix openbadges for something else"))
            };
        }
    }
    Ok(false)
}

/// Puts a credential into an SVG that has none.
///
/// # Errors
/// When the file is no sound SVG, holds a credential already, or is too large.
pub fn bake_svg(svg: &str, credential: &str) -> Result<String, BakeError> {
    check_sizes(svg.len(), credential.len())?;
    if credential.contains(|c: char| matches!(c, '\0'..='\x08' | '\x0b'..='\x1f' | '\u{fffe}' | '\u{ffff}')) {
        return Err(BakeError::ControlCharacter);
    }
    let svg = svg.trim_start_matches('\u{feff}');
    let places = places(svg)?;
    let parts = (|| {
        let (head, rest) = svg.split_at_checked(places.after_name)?;
        let (attributes, body) = rest.split_at_checked(places.after_start.checked_sub(places.after_name)?)?;
        Some((head, attributes, body))
    })();
    let (head, attributes, body) = parts.ok_or_else(|| damaged("its root has no place"))?;
    let namespace = if places.has_namespace {
        String::new()
    } else {
        format!(" xmlns:openbadges=\"{NAMESPACE}\"")
    };
    let carried = if compact::is_compact(credential) {
        // Base64url has nothing that an attribute would have to escape.
        format!(" verify=\"{credential}\">")
    } else {
        format!("><![CDATA[{}]]>", credential.replace("]]>", "]]]]><![CDATA[>"))
    };
    Ok(format!(
        "{head}{namespace}{attributes}<openbadges:credential{carried}</openbadges:credential>{body}"
    ))
}

/// The credential inside an SVG: the `verify` attribute (a compact token) or the element's text. Where there is none, the
/// badge of 1.0 or 2.0 in it, which may be an address alone.
///
/// # Errors
/// When the file is no sound SVG, or holds no credential or more than one.
pub fn extract_svg(svg: &str) -> Result<String, BakeError> {
    check_sizes(svg.len(), 0)?;
    match element_of(svg, Kind::Credential) {
        Err(BakeError::NotBaked) => element_of(svg, Kind::Older),
        found => found,
    }
}

/// Which element is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Credential,
    Older,
}

impl Kind {
    fn is(self, namespace: &ResolveResult<'_>, start: &BytesStart<'_>) -> bool {
        match self {
            Self::Credential => is_credential(namespace, start),
            Self::Older => is_older(namespace, start),
        }
    }

    /// Of attribute and text, the one that counts: badges of 2.0 name their address beside the JSON.
    fn choose(self, attribute: Option<String>, text: String) -> String {
        match attribute {
            Some(attribute) if self == Self::Credential || text.is_empty() => attribute,
            _ => text,
        }
    }
}

fn element_of(svg: &str, kind: Kind) -> Result<String, BakeError> {
    let mut reader = NsReader::from_str(svg.trim_start_matches('\u{feff}'));
    let (mut found, mut attribute): (Option<String>, Option<String>) = (None, None);
    // Some while inside the element: how deep.
    let mut inside: Option<usize> = None;
    let mut depth = 0_usize;
    let mut text = String::new();
    loop {
        let (namespace, event) = reader.read_resolved_event().map_err(damaged)?;
        if let Event::Start(start) | Event::Empty(start) = &event
            && kind.is(&namespace, start)
        {
            if found.is_some() || inside.is_some() {
                return Err(BakeError::BakedTwice);
            }
            let token = start.try_get_attribute("verify").map_err(damaged)?;
            if let Some(token) = token {
                let value = token.normalized_value(XmlVersion::Implicit1_0).map_err(damaged)?;
                attribute = Some(value.into_owned());
            }
            if matches!(event, Event::Start(_)) {
                inside = Some(depth);
            } else {
                found = Some(attribute.take().unwrap_or_default());
            }
        }
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                if inside == Some(depth) {
                    inside = None;
                    let written = std::mem::take(&mut text).trim().to_owned();
                    found = Some(kind.choose(attribute.take(), written));
                }
            }
            Event::CData(data) if inside.is_some() => push(&mut text, &data.xml10_content())?,
            Event::Text(data) if inside.is_some() => push(&mut text, &data.xml10_content())?,
            Event::GeneralRef(reference) if inside.is_some() => {
                let character = match reference.resolve_char_ref().map_err(damaged)? {
                    Some(character) => Cow::Owned(character.to_string()),
                    None => quick_xml::escape::resolve_xml_entity(&reference)
                        .map(Cow::Borrowed)
                        .ok_or_else(|| damaged("its credential uses an entity that it defines itself"))?,
                };
                push(&mut text, &character)?;
            }
            Event::Eof if depth > 0 => return Err(damaged("it ends within an element")),
            Event::Eof => return found.filter(|text| !text.is_empty()).ok_or(BakeError::NotBaked),
            _ => {}
        }
    }
}

fn push(text: &mut String, more: &str) -> Result<(), BakeError> {
    if text.len() + more.len() > MAX_CREDENTIAL {
        return Err(BakeError::CredentialTooLarge);
    }
    text.push_str(more);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PICTURE: &str = "<?xml version=\"1.0\"?>\n<!-- a square --><svg xmlns=\"http://www.w3.org/2000/svg\" \
                           viewBox=\"0 0 8 8\"><rect width=\"8\" height=\"8\"/></svg>\n";

    #[test]
    fn a_baked_picture_gives_its_credential_back_as_first_child() {
        let text = "{\"name\":\"a ]]> b <c> &amp; d\"}";
        let baked = bake_svg(PICTURE, text).unwrap();
        assert_eq!(extract_svg(&baked).unwrap(), text);
        assert!(baked.contains("viewBox=\"0 0 8 8\"><openbadges:credential><![CDATA[{"));
        assert!(baked.contains("<svg xmlns:openbadges=\"https://purl.imsglobal.org/ob/v3p0\" xmlns="));
        assert!(baked.ends_with("<rect width=\"8\" height=\"8\"/></svg>\n"));
    }

    #[test]
    fn a_picture_is_baked_once_only() {
        let baked = bake_svg(PICTURE, "{}").unwrap();
        assert_eq!(bake_svg(&baked, "{}"), Err(BakeError::AlreadyBaked));
        assert_eq!(extract_svg(PICTURE), Err(BakeError::NotBaked));
        let element = "<openbadges:credential>{}</openbadges:credential>";
        let twice = baked.replace("<rect", &format!("{element}<rect"));
        assert_eq!(extract_svg(&twice), Err(BakeError::BakedTwice));
    }

    #[test]
    fn a_token_travels_in_the_attribute_that_the_standard_names() {
        let baked = bake_svg(PICTURE, "eyJ.e30-_.AA").unwrap();
        assert!(
            baked.contains("><openbadges:credential verify=\"eyJ.e30-_.AA\"></openbadges:credential><rect")
        );
        assert_eq!(extract_svg(&baked).unwrap(), "eyJ.e30-_.AA");
        assert_eq!(bake_svg(&baked, "{}"), Err(BakeError::AlreadyBaked));
        let quoted = bake_svg(PICTURE, "a.b.\"><x/>").unwrap();
        assert!(!quoted.contains("verify="), "{quoted}");
    }

    #[test]
    fn other_prefixes_tokens_and_escaped_text_are_read() {
        let other = |inner: &str| {
            format!("<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:o=\"{NAMESPACE}\">{inner}</svg>")
        };
        assert_eq!(
            extract_svg(&other("<o:credential verify=\"a.b.c\"/>")).unwrap(),
            "a.b.c"
        );
        assert_eq!(
            extract_svg(&other("<o:credential> {&quot;a&quot;:&#49;} </o:credential>")).unwrap(),
            "{\"a\":1}"
        );
        assert!(extract_svg(&other("<o:credential>&bomb;</o:credential>")).is_err());
    }

    #[test]
    fn what_is_no_sound_svg_is_refused() {
        for svg in [
            "",
            "<html/>",
            "<svg/>",
            "<svg>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            "<a></b>",
        ] {
            assert!(matches!(bake_svg(svg, "{}"), Err(BakeError::Svg(_))), "{svg}");
        }
        assert_eq!(bake_svg(PICTURE, "\u{1}"), Err(BakeError::ControlCharacter));
        let taken = PICTURE.replace("viewBox", "xmlns:openbadges=\"urn:x\" viewBox");
        assert!(matches!(bake_svg(&taken, "{}"), Err(BakeError::Svg(_))));
    }

    #[test]
    fn a_byte_order_mark_does_no_harm() {
        let baked = bake_svg(&format!("\u{feff}{PICTURE}"), "{}").unwrap();
        assert_eq!(
            super::super::extract(format!("\u{feff}{baked}").as_bytes()).unwrap(),
            "{}"
        );
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in "[<>/a-z\"'=!\\[\\]&;: \u{e4}\u{feff}-]{0,80}") {
            let _ = bake_svg(&text, "{}");
            let _ = extract_svg(&text);
        }

        #[test]
        fn a_damaged_picture_never_panics(cut in 0..400_usize, at in 0..400_usize, with in "\\PC{0,2}") {
            let baked = bake_svg(PICTURE, "{\"a\":1}").unwrap();
            let mut text: String = baked.chars().take(cut).collect();
            let place = text.char_indices().map(|(index, _)| index).nth(at).unwrap_or(0);
            text.insert_str(place, &with);
            let _ = bake_svg(&text, "{}");
            let _ = super::super::extract(text.as_bytes());
        }

        #[test]
        fn any_text_survives(text in "\\{[\\]>&<a-z\u{e4}]{0,60}\\}") {
            prop_assert_eq!(extract_svg(&bake_svg(PICTURE, &text).unwrap()).unwrap(), text);
        }
    }
}
