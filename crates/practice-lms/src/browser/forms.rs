//! Reading forms out of HTML: tolerant, and only as much as forms need.

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

/// A tag: its name in lower case, its attributes, and what follows it.
struct Tag<'a> {
    name: String,
    attributes: Vec<(String, String)>,
    rest: &'a str,
}

impl Tag<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// The next tag in `html`. Comments and the contents of scripts and styles are passed over.
fn next_tag(html: &str) -> Option<Tag<'_>> {
    let mut html = html;
    loop {
        let (_, after) = html.split_once('<')?;
        if let Some(comment) = after.strip_prefix("!--") {
            html = comment.split_once("-->").map_or("", |(_, rest)| rest);
            continue;
        }
        if !after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') {
            html = after;
            continue;
        }
        let end = after
            .find(|c: char| c.is_whitespace() || c == '>')
            .unwrap_or(after.len());
        let (name, after) = after.split_at_checked(end)?;
        let name = name
            .trim_end_matches(|c| c == '/' && name.len() > 1)
            .to_ascii_lowercase();
        let (attributes, rest) = attributes(after);
        if name == "script" || name == "style" {
            let closing = format!("</{name}");
            html = rest
                .to_ascii_lowercase()
                .find(&closing)
                .and_then(|at| rest.get(at + 1..))
                .unwrap_or("");
            continue;
        }
        return Some(Tag {
            name,
            attributes,
            rest,
        });
    }
}

/// Attributes up to the end of the tag, and what follows.
fn attributes(text: &str) -> (Vec<(String, String)>, &str) {
    let mut found = Vec::new();
    let mut text = text;
    loop {
        text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if let Some(rest) = text.strip_prefix('>') {
            return (found, rest);
        }
        if text.is_empty() {
            return (found, text);
        }
        let end = text
            .find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/'))
            .unwrap_or(text.len());
        let (name, rest) = text.split_at_checked(end.max(1)).unwrap_or((text, ""));
        text = rest.trim_start();
        let mut value = "";
        if let Some(rest) = text.strip_prefix('=') {
            let rest = rest.trim_start();
            let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
            let inner = quote.and_then(|quote| rest.strip_prefix(quote)?.split_once(quote));
            (value, text) = inner.unwrap_or_else(|| {
                let end = rest
                    .find(|c: char| c.is_whitespace() || c == '>')
                    .unwrap_or(rest.len());
                rest.split_at_checked(end).unwrap_or((rest, ""))
            });
        }
        found.push((name.to_ascii_lowercase(), unescape(value)));
    }
}

/// The forms of a page.
#[must_use]
pub fn forms(html: &str) -> Vec<Form> {
    let mut forms: Vec<Form> = Vec::new();
    let mut open = false;
    // Fields that name their form, which may stand before or after them.
    let mut elsewhere: Vec<(String, Field)> = Vec::new();
    let mut rest = html;
    while let Some(tag) = next_tag(rest) {
        rest = tag.rest;
        match tag.name.as_str() {
            "form" => {
                open = true;
                forms.push(Form {
                    action: tag.get("action").unwrap_or_default().to_owned(),
                    method: tag.get("method").unwrap_or("get").to_ascii_lowercase(),
                    fields: Vec::new(),
                    attributes: tag.attributes,
                });
            }
            "/form" => open = false,
            "input" | "button" | "textarea" | "select" => {
                let field = field(&tag);
                if field.name.is_empty() {
                    continue;
                }
                match tag.get("form") {
                    Some(id) => elsewhere.push((id.to_owned(), field)),
                    None => {
                        if let Some(form) = forms.last_mut().filter(|_| open) {
                            form.fields.push(field);
                        }
                    }
                }
            }
            _ => {}
        }
    }
    for (id, field) in elsewhere {
        let named = |form: &&mut Form| {
            form.attributes
                .iter()
                .any(|(name, value)| name == "id" && *value == id)
        };
        if let Some(form) = forms.iter_mut().find(named) {
            form.fields.push(field);
        }
    }
    forms
}

fn field(tag: &Tag<'_>) -> Field {
    let kind = match tag.name.as_str() {
        "input" => tag.get("type").unwrap_or("text").to_ascii_lowercase(),
        "button" => "submit".to_owned(),
        other => other.to_owned(),
    };
    let has = |name: &str| tag.get(name).is_some();
    let (value, offered) = match kind.as_str() {
        "textarea" => {
            let text = tag.rest.split_once("</textarea").map_or("", |(text, _)| text);
            (unescape(text.strip_prefix('\n').unwrap_or(text)), Vec::new())
        }
        "select" => selected(tag.rest),
        "checkbox" | "radio" => (tag.get("value").unwrap_or("on").to_owned(), Vec::new()),
        _ => (tag.get("value").unwrap_or_default().to_owned(), Vec::new()),
    };
    let (options, words) = offered.into_iter().unzip();
    let is_sent = !has("disabled")
        && match kind.as_str() {
            "checkbox" | "radio" => has("checked"),
            "submit" | "button" | "reset" | "image" | "file" => false,
            _ => true,
        };
    Field {
        name: tag.get("name").unwrap_or_default().to_owned(),
        value,
        kind,
        is_sent,
        options,
        words,
        label: tag.get("aria-label").map(str::to_owned),
    }
}

/// The chosen value of a `select` (its first one when none is chosen), and all it offers: value and words.
fn selected(html: &str) -> (String, Vec<(String, String)>) {
    let (mut chosen, mut options) = (None, Vec::<(String, String)>::new());
    let mut rest = html;
    while let Some(tag) = next_tag(rest) {
        rest = tag.rest;
        match tag.name.as_str() {
            "/select" => break,
            "option" => {
                let label = unescape(tag.rest.split('<').next().unwrap_or_default().trim());
                let value = tag.get("value").map_or_else(|| label.clone(), str::to_owned);
                if tag.get("selected").is_some() {
                    chosen = Some(value.clone());
                }
                options.push((value, label));
            }
            _ => {}
        }
    }
    (
        chosen
            .or_else(|| options.first().map(|(value, _)| value.clone()))
            .unwrap_or_default(),
        options,
    )
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
    let mut links = Vec::new();
    let mut rest = html;
    while let Some(tag) = next_tag(rest) {
        rest = tag.rest;
        if let Some(href) = tag.get("href").filter(|_| tag.name == "a") {
            let inner = rest.split_once("</a").map_or("", |(inner, _)| inner);
            links.push((href.to_owned(), words(inner)));
        }
    }
    links
}

/// What a person reads of a piece of HTML: without tags, references read, blanks run together.
#[must_use]
pub fn words(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, _)) = rest.split_once('<') {
        text.push_str(before);
        let Some(tag) = rest.get(before.len()..).and_then(next_tag) else {
            rest = "";
            break;
        };
        // A tag that stands in a line of text parts words only where the text has a blank.
        if !matches!(
            tag.name.as_str(),
            "a" | "/a" | "strong" | "/strong" | "em" | "/em" | "span" | "/span" | "time" | "/time"
        ) {
            text.push(' ');
        }
        rest = tag.rest;
    }
    text.push_str(rest);
    unescape(&text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The values of that attribute of all elements of that name.
pub(super) fn attribute_values_of(html: &str, element: &str, name: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut rest = html;
    while let Some(tag) = next_tag(rest) {
        rest = tag.rest;
        if tag.name == element {
            values.extend(tag.get(name).map(str::to_owned));
        }
    }
    values
}

/// The values of all attributes of that name.
pub(super) fn attribute_values(html: &str, name: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut rest = html;
    while let Some(tag) = next_tag(rest) {
        rest = tag.rest;
        values.extend(tag.get(name).map(str::to_owned));
    }
    values
}

/// Character references (HTML, section 13.5) of the kinds that templates write.
#[must_use]
pub fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let reference = after.split_once(';').filter(|(name, _)| name.len() <= 8);
        let char = reference.and_then(|(name, _)| match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            "nbsp" => Some('\u{a0}'),
            _ => {
                let number = name.strip_prefix('#')?;
                let code = match number.strip_prefix(['x', 'X']) {
                    Some(hex) => u32::from_str_radix(hex, 16),
                    None => number.parse(),
                };
                code.ok().and_then(char::from_u32)
            }
        });
        if let (Some(char), Some((_, after))) = (char, reference) {
            plain.push(char);
            rest = after;
        } else {
            plain.push('&');
            rest = after;
        }
    }
    plain.push_str(rest);
    plain
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
