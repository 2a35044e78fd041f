//! Markdown from people to HTML that is safe on our pages.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::Builder;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use super::views::shared::SafeHtml;

/// Renders Markdown: paragraphs, emphasis, lists, quotes, code, tables, links. Raw HTML becomes text, pictures become
/// their description, headings start at the third level (the page owns the first two), and links open in a new window
/// and pass nothing on.
#[must_use]
pub(crate) fn render(markdown: &str) -> SafeHtml {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let events = Parser::new_ext(markdown, options).filter_map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        Event::Start(Tag::Heading {
            level,
            id,
            classes,
            attrs,
        }) => Some(Event::Start(Tag::Heading {
            level: below(level),
            id,
            classes,
            attrs,
        })),
        Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(below(level)))),
        other => Some(other),
    });
    let mut dirty = String::with_capacity(markdown.len() * 2);
    html::push_html(&mut dirty, events);
    SafeHtml::cleaned(CLEANER.clean(&dirty).to_string())
}

fn below(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H3,
        HeadingLevel::H2 => HeadingLevel::H4,
        HeadingLevel::H3 => HeadingLevel::H5,
        _ => HeadingLevel::H6,
    }
}

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from([
            "a",
            "blockquote",
            "br",
            "code",
            "del",
            "em",
            "h3",
            "h4",
            "h5",
            "h6",
            "hr",
            "li",
            "ol",
            "p",
            "pre",
            "strong",
            "table",
            "tbody",
            "td",
            "th",
            "thead",
            "tr",
            "ul",
        ]))
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href"])),
            ("ol", HashSet::from(["start"])),
        ]))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(ammonia::UrlRelative::Deny)
        .set_tag_attribute_value("a", "target", "_blank")
        .link_rel(Some("noopener noreferrer nofollow"));
    builder
});

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_usual_marks_work() {
        let html = render("# Heading\n\n*One* **two**\n\n1. a\n2. b\n\n`code`").to_string();
        for part in [
            "<h3>Heading</h3>",
            "<em>One</em>",
            "<strong>two</strong>",
            "<ol>",
            "<code>code</code>",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
    }

    #[test]
    fn html_becomes_text_and_pictures_their_description() {
        let html = render("<script>alert(1)</script> <b onclick=x>b</b> ![a chart](https://x.example/t.gif)")
            .to_string();
        assert!(
            !html.contains("<script") && !html.contains("<b") && !html.contains("<img"),
            "{html}"
        );
        assert!(
            html.contains("&lt;script&gt;") && html.contains("a chart"),
            "{html}"
        );
    }

    #[test]
    fn links_lead_out_safely_or_not_at_all() {
        let html = render(
            "[ok](https://example.org) [bad](javascript:alert(1)) [data](data:text/html,x) [rel](/admin)",
        )
        .to_string();
        assert!(
            html.contains(r#"href="https://example.org""#) && html.contains("noopener noreferrer"),
            "{html}"
        );
        assert!(
            !html.contains("javascript:") && !html.contains("data:text") && !html.contains("/admin"),
            "{html}"
        );
    }

    proptest! {
        #[test]
        fn nothing_that_can_run_comes_out(text in "(<|>|script|img|on|error|=|\"|'|\\[|\\]|\\(|\\)|javascript:|[a-z]|\n| |&|#){0,60}") {
            let html = render(&text).to_string().to_ascii_lowercase();
            for tag in ["<script", "<img", "<iframe", "<svg", "<style", "href=\"javascript"] {
                prop_assert!(!html.contains(tag), "{} from {}", html, text);
            }
        }
    }
}
