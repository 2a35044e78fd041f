//! SVG: read by the parser that also draws it, and written anew from a list of what is allowed. The crates that clean SVG
//! or HTML (`svg-hush`, `ammonia`) leave things out without a word; whoever uploads a picture is to learn why it is refused.
//!
//! What could run, load or hide something is refused with its own reason. What an editor leaves behind (metadata, foreign
//! namespaces, comments, attributes that are not listed) is left out without a word.

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use resvg::usvg::roxmltree::{self, Document, Node, ParsingOptions};

use super::{MAX_ELEMENTS, MAX_NESTING, UploadError};
use crate::service::badge::pictures::renders;

const SVG: &str = "http://www.w3.org/2000/svg";
const XLINK: &str = "http://www.w3.org/1999/xlink";

const ELEMENTS: &[&str] = &[
    "circle",
    "clipPath",
    "defs",
    "desc",
    "ellipse",
    "g",
    "line",
    "linearGradient",
    "path",
    "polygon",
    "polyline",
    "radialGradient",
    "rect",
    "stop",
    "svg",
    "text",
    "title",
    "tspan",
];

/// Elements whose whole content is an editor's own.
const LEFT_OUT: &[&str] = &["metadata"];

const ATTRIBUTES: &[&str] = &[
    "class",
    "clip-path",
    "clip-rule",
    "clipPathUnits",
    "color",
    "cx",
    "cy",
    "d",
    "display",
    "dominant-baseline",
    "dx",
    "dy",
    "fill",
    "fill-opacity",
    "fill-rule",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "fx",
    "fy",
    "gradientTransform",
    "gradientUnits",
    "height",
    "id",
    "letter-spacing",
    "offset",
    "opacity",
    "paint-order",
    "points",
    "preserveAspectRatio",
    "r",
    "role",
    "rx",
    "ry",
    "spreadMethod",
    "stop-color",
    "stop-opacity",
    "stroke",
    "stroke-dasharray",
    "stroke-dashoffset",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-miterlimit",
    "stroke-opacity",
    "stroke-width",
    "style",
    "text-anchor",
    "textLength",
    "transform",
    "version",
    "viewBox",
    "visibility",
    "width",
    "x",
    "x1",
    "x2",
    "y",
    "y1",
    "y2",
];

pub(super) fn clean(text: &str) -> Result<String, UploadError> {
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: MAX_ELEMENTS * 8,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::DtdDetected => UploadError::DocumentType,
        roxmltree::Error::NodesLimitReached => UploadError::TooComplex,
        _ => UploadError::DamagedSvg,
    })?;
    let root = document.root_element();
    if root.tag_name().name() != "svg" || root.tag_name().namespace() != Some(SVG) {
        return Err(UploadError::NotAPicture);
    }
    let mut writer = Cleaner {
        out: Writer::new(Vec::new()),
        elements: 0,
    };
    writer.element(root, 1)?;
    let clean =
        String::from_utf8(writer.out.into_inner()).map_err(|error| UploadError::Write(error.to_string()))?;
    renders(&clean)?;
    Ok(clean)
}

struct Cleaner {
    out: Writer<Vec<u8>>,
    elements: u32,
}

impl Cleaner {
    fn element(&mut self, node: Node<'_, '_>, level: usize) -> Result<(), UploadError> {
        let name = node.tag_name().name();
        let own = node.tag_name().namespace() == Some(SVG);
        refuse_dangerous(name)?;
        if !own || LEFT_OUT.contains(&name) {
            // What is left out must not hide what would be refused.
            return node.descendants().filter(Node::is_element).try_for_each(|below| {
                refuse_dangerous(below.tag_name().name())?;
                below
                    .attributes()
                    .try_for_each(|attribute| refuse_handler(attribute.name()))
            });
        }
        if !ELEMENTS.contains(&name) {
            return Err(UploadError::Element(short(name)));
        }
        self.elements += 1;
        if self.elements > MAX_ELEMENTS || level > MAX_NESTING {
            return Err(UploadError::TooComplex);
        }
        let mut start = BytesStart::new(name);
        if level == 1 {
            start.push_attribute(("xmlns", SVG));
        }
        for attribute in node.attributes() {
            if let Some((name, value)) = allowed(attribute.namespace(), attribute.name(), attribute.value())?
            {
                start.push_attribute((name, value));
            }
        }
        self.write(Event::Start(start))?;
        for child in node.children() {
            if child.is_element() {
                self.element(child, level + 1)?;
            } else if child.is_text() && matches!(name, "text" | "tspan" | "title" | "desc") {
                self.write(Event::Text(BytesText::new(child.text().unwrap_or_default())))?;
            }
        }
        self.write(Event::End(BytesEnd::new(name)))
    }

    fn write(&mut self, event: Event<'_>) -> Result<(), UploadError> {
        self.out
            .write_event(event)
            .map_err(|error| UploadError::Write(error.to_string()))
    }
}

/// The attribute as it is written, or `None` when it is left out.
fn allowed<'a>(
    namespace: Option<&str>,
    name: &'a str,
    value: &'a str,
) -> Result<Option<(&'a str, &'a str)>, UploadError> {
    refuse_handler(name)?;
    if name == "href" && (namespace.is_none() || namespace == Some(XLINK)) {
        // Gradients may build on gradients of the same document; that is the only reference there is.
        let inside = value.trim().strip_prefix('#').is_some_and(is_identifier);
        return if inside {
            Ok(Some(("href", value)))
        } else {
            Err(UploadError::ExternalReference("href".to_owned()))
        };
    }
    if namespace.is_some() || !ATTRIBUTES.contains(&name) {
        return Ok(None);
    }
    let lower = value.to_ascii_lowercase();
    if name == "style" && (lower.contains("@import") || lower.contains('\\') || lower.contains("/*")) {
        return Err(UploadError::StyleSheet);
    }
    let outside = lower.split("url(").skip(1).any(|rest| {
        let target = rest.split(')').next().unwrap_or_default();
        let target = target.trim().trim_matches(['"', '\'']);
        !target.strip_prefix('#').is_some_and(is_identifier)
    });
    // CSS escapes could spell "url(" in other ways, so a backslash is taken for an attempt.
    let risky = [
        "javascript:",
        "data:",
        "image(",
        "image-set(",
        "src(",
        "expression(",
        "\\",
    ];
    if outside || risky.iter().any(|word| lower.contains(word)) {
        return Err(UploadError::ExternalReference(name.to_owned()));
    }
    Ok(Some((name, value)))
}

fn is_identifier(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':'))
}

fn refuse_dangerous(name: &str) -> Result<(), UploadError> {
    match name.to_ascii_lowercase().as_str() {
        "script" | "handler" | "listener" => Err(UploadError::Script),
        "foreignobject" => Err(UploadError::ForeignObject),
        "style" => Err(UploadError::StyleSheet),
        "image" | "feimage" | "use" | "a" | "iframe" | "audio" | "video" | "object" | "embed" | "link" => {
            Err(UploadError::Element(short(name)))
        }
        "animate" | "animatemotion" | "animatetransform" | "animatecolor" | "set" | "discard" | "mpath" => {
            Err(UploadError::Animation(short(name)))
        }
        _ => Ok(()),
    }
}

fn refuse_handler(name: &str) -> Result<(), UploadError> {
    if name
        .get(..2)
        .is_some_and(|start| start.eq_ignore_ascii_case("on"))
    {
        return Err(UploadError::EventHandler(short(name)));
    }
    Ok(())
}

/// A name as it may stand in a sentence.
fn short(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric() || *c == '-')
        .take(30)
        .collect()
}
