//! What a browser without scripts finds in a page: forms, links and words. `html5ever` parses and `scraper` holds the tree.

use html5ever::driver::{ParseOpts, parse_document};
use html5ever::tendril::TendrilSink as _;
use html5ever::tree_builder::TreeBuilderOpts;
use scraper::{ElementRef, Html, HtmlTreeSink, Node};
use tracing::dispatcher::{Dispatch, with_default};

/// A form in a page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form {
    /// As written; empty for the page's own address.
    pub action: String,
    /// `get` or `post`.
    pub method: String,
    pub fields: Vec<Field>,
    /// All attributes of the form element, names in lower case.
    pub attributes: Vec<(String, String)>,
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Field {
    pub name: String,
    pub value: String,
    /// `hidden`, `text`, `checkbox`, `radio`, `submit`, `file`, `select`, `textarea`, …
    pub kind: String,
    /// Whether it would be sent as it stands: false for a box that is not ticked, a button and a disabled field.
    pub is_sent: bool,
    /// The values that a `select` offers.
    pub options: Vec<String>,
    /// What a person reads for each of [`Field::options`].
    pub words: Vec<String>,
    /// What a screen reader calls it (`aria-label`).
    pub label: Option<String>,
}

impl Form {
    /// The value of the first field of that name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|field| field.name == name)
            .map(|field| field.value.as_str())
    }

    /// The value behind an option of the `select` of that name: the first whose words contain `words`.
    #[must_use]
    pub fn option(&self, name: &str, words: &str) -> Option<&str> {
        let field = self.fields.iter().find(|field| field.name == name)?;
        let mut offered = field.options.iter().zip(&field.words);
        offered
            .find(|(_, shown)| shown.contains(words))
            .map(|(value, _)| value.as_str())
    }

    /// Names and values to send, with `changes`: a name that is given replaces all fields of that name.
    #[must_use]
    pub fn filled(&self, changes: &[(&str, &str)]) -> Vec<(String, String)> {
        let is_changed = |name: &str| changes.iter().any(|(changed, _)| *changed == name);
        let kept = self
            .fields
            .iter()
            .filter(|field| field.is_sent && !is_changed(&field.name));
        let kept = kept.map(|field| (field.name.clone(), field.value.clone()));
        kept.chain(
            changes
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        )
        .collect()
    }
}

/// A document as a browser without scripts reads it, so that what stands in `noscript` is part of it.
fn parse(html: &str) -> Html {
    let options = ParseOpts {
        tree_builder: TreeBuilderOpts {
            scripting_enabled: false,
            ..TreeBuilderOpts::default()
        },
        ..ParseOpts::default()
    };
    let parser = parse_document(HtmlTreeSink::new(Html::new_document()), options);
    // The parser traces all that it reads, and what a person's browser shows is nothing for this process' log.
    with_default(&Dispatch::none(), || parser.one(html))
}

/// The elements of that name, in the order of the document.
fn elements<'a>(html: &'a Html, name: &'a str) -> impl Iterator<Item = ElementRef<'a>> {
    let all = html.root_element().descendent_elements();
    all.filter(move |element| element.value().name() == name)
}

/// The forms of a page.
#[must_use]
pub fn forms(html: &str) -> Vec<Form> {
    let html = parse(html);
    let mut forms: Vec<Form> = elements(&html, "form").map(form).collect();
    // Fields that name their form, which may stand before or after them.
    for element in html.root_element().descendent_elements() {
        let Some(id) = element.attr("form") else { continue };
        let named = |form: &&mut Form| {
            form.attributes
                .iter()
                .any(|(name, value)| name == "id" && value == id)
        };
        if let Some(form) = forms.iter_mut().find(named) {
            form.fields.extend(field(element));
        }
    }
    forms
}

fn form(element: ElementRef<'_>) -> Form {
    let own = element
        .descendent_elements()
        .filter(|field| field.attr("form").is_none());
    Form {
        action: element.attr("action").unwrap_or_default().to_owned(),
        method: element.attr("method").unwrap_or("get").to_ascii_lowercase(),
        fields: own.filter_map(field).collect(),
        attributes: element
            .value()
            .attrs()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    }
}

/// The field that an element is; nothing for one without a name, and for other elements.
fn field(element: ElementRef<'_>) -> Option<Field> {
    let kind = match element.value().name() {
        "input" => element.attr("type").unwrap_or("text").to_ascii_lowercase(),
        "button" => "submit".to_owned(),
        other @ ("textarea" | "select") => other.to_owned(),
        _ => return None,
    };
    let name = element.attr("name").filter(|name| !name.is_empty())?;
    let has = |name: &str| element.attr(name).is_some();
    let (value, offered) = match kind.as_str() {
        "textarea" => (element.text().collect(), Vec::new()),
        "select" => selected(element),
        "checkbox" | "radio" => (element.attr("value").unwrap_or("on").to_owned(), Vec::new()),
        _ => (element.attr("value").unwrap_or_default().to_owned(), Vec::new()),
    };
    let (options, words) = offered.into_iter().unzip();
    let is_sent = !has("disabled")
        && match kind.as_str() {
            "checkbox" | "radio" => has("checked"),
            "submit" | "button" | "reset" | "image" | "file" => false,
            _ => true,
        };
    Some(Field {
        name: name.to_owned(),
        value,
        kind,
        is_sent,
        options,
        words,
        label: element.attr("aria-label").map(str::to_owned),
    })
}

/// The chosen value of a `select` (its first one when none is chosen), and all it offers: value and words.
fn selected(select: ElementRef<'_>) -> (String, Vec<(String, String)>) {
    let (mut chosen, mut options) = (None, Vec::<(String, String)>::new());
    let offered = select.descendent_elements();
    for option in offered.filter(|element| element.value().name() == "option") {
        let label = words_of(option);
        let value = option.attr("value").unwrap_or(&label).to_owned();
        if option.attr("selected").is_some() {
            chosen = Some(value.clone());
        }
        options.push((value, label));
    }
    let first = options.first().map(|(value, _)| value.clone());
    (chosen.or(first).unwrap_or_default(), options)
}

/// The form that a script of the page submits at once: it says so (`data-auto-submit`), or it is the only form in the
/// page and carries a launch.
pub(super) fn self_submitting(html: &str) -> Option<Form> {
    let mut forms = forms(html);
    let says_so = |form: &Form| {
        form.attributes
            .iter()
            .any(|(name, _)| matches!(name.as_str(), "data-auto-submit" | "data-autosubmit"))
    };
    if let Some(form) = forms.iter().find(|form| says_so(form)) {
        return Some(form.clone());
    }
    let form = forms.pop().filter(|_| forms.is_empty())?;
    let has = |name: &str| form.value(name).is_some();
    let carries = has("id_token")
        || (has("error") && has("state"))
        || (has("iss") && has("login_hint"))
        || (has("client_id") && has("nonce") && has("redirect_uri"));
    (carries || html.contains(".submit()")).then_some(form)
}

/// Address and words of every link.
pub(super) fn links(html: &str) -> Vec<(String, String)> {
    let html = parse(html);
    elements(&html, "a")
        .filter_map(|link| Some((link.attr("href")?.to_owned(), words_of(link))))
        .collect()
}

/// What a person reads of a piece of HTML: without tags, references read, blanks run together.
#[must_use]
pub fn words(html: &str) -> String {
    words_of(parse(html).root_element())
}

fn words_of(element: ElementRef<'_>) -> String {
    let mut text = String::new();
    collect_text(element, &mut text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn collect_text(element: ElementRef<'_>, text: &mut String) {
    for node in element.children() {
        if let Node::Text(shown) = node.value() {
            text.push_str(shown);
        }
        let Some(inner) = ElementRef::wrap(node) else {
            continue;
        };
        match inner.value().name() {
            "script" | "style" => text.push(' '),
            // What stands in a line of text parts words only where the text has a blank.
            "a" | "strong" | "em" | "span" | "time" | "wbr" => collect_text(inner, text),
            _ => {
                text.push(' ');
                collect_text(inner, text);
                text.push(' ');
            }
        }
    }
}

/// The values of that attribute of all elements of that name.
pub(super) fn attribute_values_of(html: &str, element: &str, name: &str) -> Vec<String> {
    let html = parse(html);
    elements(&html, element)
        .filter_map(|element| element.attr(name).map(str::to_owned))
        .collect()
}

/// The values of all attributes of that name.
pub(super) fn attribute_values(html: &str, name: &str) -> Vec<String> {
    let html = parse(html);
    let all = html.root_element().descendent_elements();
    all.filter_map(|element| element.attr(name).map(str::to_owned))
        .collect()
}

/// Character references (HTML, section 13.5) read, and nothing else: a tag stays as it is written.
#[must_use]
pub fn unescape(text: &str) -> String {
    html_escape::decode_html_entities(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_every_kind_are_read_as_a_browser_would_send_them() {
        let html = r#"<p>1 < 2</p><!-- <form action="/no"> --><script>"<form action='/no'>"</script>
            <FORM action="/save?a=1&amp;b=2" method=POST><input name=t value='a &quot;b&quot; &#39;c&#x27;'/>
            <input type=checkbox name=c1 value=yes checked><input type="checkbox" name="c2">
            <textarea name="area">
 two &lt;lines&gt;</textarea>
            <select name="s"><option value="1">One</option><option selected>Two</option></select>
            <button name="go" value="1">Go</button></FORM><input name="outside">"#;
        let forms = forms(html);
        assert_eq!(forms.len(), 1);
        let form = &forms[0];
        assert_eq!(
            (form.action.as_str(), form.method.as_str()),
            ("/save?a=1&b=2", "post")
        );
        let sent = form.filled(&[("c2", "on")]);
        let expected = [
            ("t", "a \"b\" 'c'"),
            ("c1", "yes"),
            ("area", " two <lines>"),
            ("s", "Two"),
            ("c2", "on"),
        ];
        assert_eq!(
            sent,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        assert_eq!(
            form.fields
                .iter()
                .find(|field| field.name == "s")
                .unwrap()
                .options,
            ["1", "Two"]
        );
    }

    #[test]
    fn only_a_launch_or_a_form_that_says_so_submits_itself() {
        assert!(
            self_submitting(r#"<form method="post" action="/x"><input name="id_token" value="t"></form>"#)
                .is_some()
        );
        assert!(self_submitting(r#"<form data-auto-submit action="/x"></form><form></form>"#).is_some());
        assert!(
            self_submitting(r#"<form method="post" action="/save"><input name="name"></form>"#).is_none()
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_at_all_is_read_without_trouble(text in "[<>a-z=\"'&;#/! \n-]{0,200}") {
            let _ = forms(&text);
            let _ = unescape(&text);
        }
    }
}
