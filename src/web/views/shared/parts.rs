//! Small things that several pages show.

use std::fmt;

use askama::Template;
use askama::filters::HtmlSafe;

use super::Page;

/// Where a link leads and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LinkTo {
    pub(crate) href: String,
    pub(crate) text: String,
}

/// A badge picture.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "shared/picture.html")]
pub(crate) struct PictureView {
    /// An address that needs no session (drawn pictures, public pictures, or a single-purpose link), or a `data:` one.
    pub(crate) src: String,
    /// What the author says it shows; empty when the name stands beside it.
    pub(crate) alt: String,
}

impl HtmlSafe for PictureView {}

impl PictureView {
    /// The same picture where the badge's name stands beside it: screen readers skip it.
    #[must_use]
    pub(crate) fn beside_its_name(&self) -> Self {
        Self {
            src: self.src.clone(),
            alt: String::new(),
        }
    }
}

/// One option of a select or a set of radio buttons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// What the form sends.
    pub(crate) value: String,
    /// What a person reads.
    pub(crate) label: String,
}

impl Choice {
    /// A choice from its two parts.
    #[must_use]
    pub(crate) fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
        }
    }
}

/// What is wrong with one field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The field's name in the form; empty when it concerns the whole.
    pub(crate) field: String,
    /// What is wrong and what would be right, in one sentence.
    pub(crate) text: String,
}

impl Problem {
    /// One that concerns the whole form.
    #[must_use]
    pub(crate) fn whole(text: impl Into<String>) -> Self {
        Self {
            field: String::new(),
            text: text.into(),
        }
    }
}

/// What is wrong with a form, shown once on top and once at each field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Template)]
#[template(path = "shared/problems.html")]
pub(crate) struct ProblemList(pub(crate) Vec<Problem>);

impl HtmlSafe for ProblemList {}

impl ProblemList {
    /// What is wrong with `field`, if anything.
    #[must_use]
    pub(crate) fn at(&self, field: &str) -> Option<FieldProblem<'_>> {
        self.0
            .iter()
            .find(|problem| problem.field == field)
            .map(FieldProblem)
    }

    /// `aria-invalid` and `aria-describedby` for the input of `field`.
    #[must_use]
    pub(crate) fn attributes(&self, field: &str) -> FieldAttributes<'_> {
        FieldAttributes {
            problem: self.0.iter().find(|problem| problem.field == field),
        }
    }
}

impl ProblemList {
    fn all(&self) -> &[Problem] {
        &self.0
    }

    #[allow(clippy::unused_self, reason = "the template asks each kind of list")]
    fn kept(&self) -> &'static str {
        "Nothing you typed was lost."
    }

    /// The same where nothing was typed, or nothing that is shown again: a page that was asked for, a button alone.
    #[must_use]
    pub(crate) fn untyped(&self) -> UntypedProblems<'_> {
        UntypedProblems(self)
    }

    /// The same on top of a form with passwords, which no page ever shows again.
    #[must_use]
    pub(crate) fn with_passwords(&self) -> PasswordProblems<'_> {
        PasswordProblems(self)
    }
}

/// What is wrong where nothing was typed.
#[derive(Debug, Clone, Copy, Template)]
#[template(path = "shared/problems.html")]
pub(crate) struct UntypedProblems<'a>(&'a ProblemList);

impl HtmlSafe for UntypedProblems<'_> {}

impl UntypedProblems<'_> {
    fn all(&self) -> &[Problem] {
        &self.0.0
    }

    #[allow(clippy::unused_self, reason = "the template asks each kind of list")]
    fn kept(&self) -> &'static str {
        ""
    }
}

/// What is wrong with a form that holds passwords.
#[derive(Debug, Clone, Copy, Template)]
#[template(path = "shared/problems.html")]
pub(crate) struct PasswordProblems<'a>(&'a ProblemList);

impl HtmlSafe for PasswordProblems<'_> {}

impl PasswordProblems<'_> {
    fn all(&self) -> &[Problem] {
        &self.0.0
    }

    #[allow(clippy::unused_self, reason = "the template asks each kind of list")]
    fn kept(&self) -> &'static str {
        "Passwords are never shown again, so type yours once more."
    }
}

/// The message at one field.
#[derive(Debug, Clone, Copy, Template)]
#[template(
    source = r#"<p class="field-problem" id="p-{{ self.0.field }}">{% include "icons/attention.svg" %} {{ self.0.text }}</p>"#,
    ext = "html"
)]
pub(crate) struct FieldProblem<'a>(&'a Problem);

impl HtmlSafe for FieldProblem<'_> {}

/// The attributes that tie an input to its message.
#[derive(Debug, Clone, Copy, Template)]
#[template(
    source = r#"{% if let Some(problem) = problem %} aria-invalid="true" aria-describedby="p-{{ problem.field }}"{% endif %}"#,
    ext = "html"
)]
pub(crate) struct FieldAttributes<'a> {
    problem: Option<&'a Problem>,
}

impl HtmlSafe for FieldAttributes<'_> {}

/// HTML that [`crate::web::markdown`] has made safe. There is no other way to make one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SafeHtml(String);

impl SafeHtml {
    /// Marks `html` as safe; only for the module that cleans it.
    #[must_use]
    pub(in crate::web) fn cleaned(html: String) -> Self {
        Self(html)
    }

    /// Whether there is nothing to show.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl fmt::Display for SafeHtml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for SafeHtml {}

/// How much of a whole: numbers and a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) part: u32,
    pub(crate) whole: u32,
}

impl Share {
    /// A share.
    #[must_use]
    pub(crate) fn of(part: u32, whole: u32) -> Self {
        Self { part, whole }
    }
}

/// A file that may be taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Download {
    pub(crate) href: String,
    /// "Picture (PNG)".
    pub(crate) text: String,
    /// What it is good for, in one sentence.
    pub(crate) note: String,
}

/// The files of a badge.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Downloads {
    /// Those that most people want.
    pub(crate) usual: Vec<Download>,
    /// Those that few software wants: the token inside a picture.
    pub(crate) rare: Vec<Download>,
    /// Whether the badge is from before there were tokens.
    pub(crate) lacks_token: bool,
}

/// What a student handed in, as teacher and student see it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ArtefactView {
    /// Plain text; line breaks are kept.
    pub(crate) text: Option<String>,
    /// An http or https address.
    pub(crate) link: Option<String>,
    pub(crate) file: Option<FileView>,
}

/// A file that was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileView {
    pub(crate) name: String,
    /// In words: "PDF document", "picture".
    pub(crate) kind: String,
    /// In words: "1.4 MB".
    pub(crate) size: String,
    /// SHA-256 in lower-case hex.
    pub(crate) digest: String,
    /// A link that works without a session for a short time.
    pub(crate) href: String,
    pub(crate) preview: FilePreview,
}

/// What of a file can be shown on the page itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FilePreview {
    /// Nothing; it can be downloaded.
    None,
    /// A raster picture at this address.
    Picture(String),
    /// The beginning of a text file.
    Text(String),
}

/// Draws an artefact.
#[derive(Debug, Template)]
#[template(path = "shared/artefact.html")]
pub(crate) struct ArtefactBox<'a> {
    artefact: &'a ArtefactView,
}

impl HtmlSafe for ArtefactBox<'_> {}

impl ArtefactView {
    /// Draws it.
    #[must_use]
    pub(crate) fn show(&self) -> ArtefactBox<'_> {
        ArtefactBox { artefact: self }
    }
}

/// "1 student", "2 students".
#[must_use]
pub(crate) fn count_of(count: u32, one: &str, many: &str) -> String {
    format!("{} {}", thousands(count), if count == 1 { one } else { many })
}

/// "5,000".
#[must_use]
pub(crate) fn thousands(count: u32) -> String {
    let digits = count.to_string();
    let length = digits.len();
    let mut text = String::with_capacity(length + length / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (length - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl Page {
    /// "1 student", "30 students".
    #[must_use]
    pub(crate) fn students(&self, count: &u32) -> String {
        count_of(*count, "student", "students")
    }
}
