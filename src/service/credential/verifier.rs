//! The verifier page: one file that checks badges in a browser alone, from this server as well as from a disk.
//!
//! Its scripts are the modules of `static/verify`, put together here without any other change; its table of terms is
//! [`terms::table`]. The page is made once, and is the same bytes for everybody.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::service::base::error::ServiceError;
use openbadges::terms;

const PAGE: &str = include_str!("../../../static/verify/page.html");
const STYLE: &str = include_str!("../../../static/verify/page.css");

macro_rules! module {
    ($name:literal) => {
        ($name, include_str!(concat!("../../../static/verify/", $name)))
    };
}

/// Each module after those that it imports.
const MODULES: [(&str, &str); 15] = [
    module!("failure.js"),
    module!("json.js"),
    module!("bytes.js"),
    module!("keys.js"),
    module!("did.js"),
    module!("terms.js"),
    module!("rdfc10.js"),
    module!("picture.js"),
    module!("read.js"),
    module!("status.js"),
    module!("older.js"),
    module!("verify.js"),
    module!("world.js"),
    module!("markdown.js"),
    module!("page.js"),
];

/// The page and what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VerifierPage {
    /// The whole page (HTML, UTF-8): nothing else belongs to it.
    pub(crate) html: String,
    /// Its content security policy, as it also stands in the page. It runs its own script alone and asks for documents
    /// over https, or on the reader's own machine.
    pub(crate) policy: String,
}

/// The verifier page.
///
/// # Errors
/// When the table of terms cannot be made, which a test rules out.
pub(crate) fn page() -> Result<&'static VerifierPage, ServiceError> {
    static MADE: LazyLock<Result<VerifierPage, String>> = LazyLock::new(make);
    MADE.as_ref()
        .map_err(|error| ServiceError::Internal(error.clone()))
}

fn make() -> Result<VerifierPage, String> {
    let script = script();
    let table = terms::table().map_err(|error| error.to_string())?;
    let policy = format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; img-src data: blob:; \
         connect-src https: http://localhost:* http://127.0.0.1:*; form-action 'none'; base-uri 'none'",
        digest(&script),
        digest(STYLE),
    );
    let html = PAGE
        .replace("{{policy}}", &policy)
        .replace("{{style}}", STYLE)
        // Within a script element, "<" could only begin what ends it.
        .replace("{{terms}}", &table.replace('<', "\\u003c"))
        .replace("{{script}}", &script);
    Ok(VerifierPage { html, policy })
}

/// All modules in one: every name of theirs is used once, so that only imports and exports have to go.
fn script() -> String {
    let mut script = String::from("\n");
    for (name, text) in MODULES {
        script.push_str(&format!("// {name}\n"));
        for line in text.lines().filter(|line| !line.starts_with("import ")) {
            script.push_str(line.strip_prefix("export ").unwrap_or(line));
            script.push('\n');
        }
    }
    script
}

/// A source expression of a content security policy (CSP 3, section 2.3.1).
fn digest(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_page_is_one_file_that_asks_for_nothing() {
        let page = page().unwrap();
        for asked in ["src=\"", "@import", "href=\"http"] {
            assert!(!page.html.contains(asked), "{asked}");
        }
        assert!(!STYLE.contains("url(") && !page.html.contains("{{"));
        assert_eq!(page.html.matches("</script>").count(), 2);
        assert_eq!(page.html.matches("</style>").count(), 1);
        assert!(page.html.contains(&format!("content=\"{}\"", page.policy)));
        // Nothing from outside can become markup or code.
        for dangerous in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
        ] {
            assert!(!page.html.contains(dangerous), "{dangerous}");
        }
    }

    #[test]
    fn the_policy_names_the_script_and_the_style_of_the_page() {
        let page = page().unwrap();
        let between = |open: &str, close: &str| {
            let after = page.html.split_once(open).unwrap().1;
            digest(after.split_once(close).unwrap().0)
        };
        let script = between("<script type=\"module\">", "</script>");
        assert!(page.policy.contains(&format!("script-src '{script}';")));
        assert!(
            page.policy
                .contains(&format!("style-src '{}';", between("<style>", "</style>")))
        );
    }

    #[test]
    fn every_module_stands_after_those_that_it_imports_and_no_name_is_used_twice() {
        let mut before = HashSet::new();
        let mut names = HashSet::new();
        for (name, text) in MODULES {
            for line in text.lines() {
                if line.starts_with("import ") {
                    let from = line.split("\"./").nth(1).and_then(|rest| rest.split('"').next());
                    let from = from.unwrap_or_else(|| panic!("{name}: {line}"));
                    assert!(before.contains(from), "{name} imports {from}");
                }
                let bare = line.strip_prefix("export ").unwrap_or(line);
                let bare = bare.strip_prefix("async ").unwrap_or(bare);
                let declared = ["const ", "let ", "function ", "function* ", "class "]
                    .iter()
                    .find_map(|word| bare.strip_prefix(word));
                if let Some(rest) = declared {
                    let declared = rest
                        .split(|c: char| !c.is_alphanumeric() && c != '_')
                        .next()
                        .unwrap();
                    assert!(
                        names.insert(declared.to_owned()),
                        "{name} declares {declared} a second time"
                    );
                }
            }
            before.insert(name);
        }
        assert!(names.len() > 80);
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("static/verify");
        for entry in std::fs::read_dir(folder).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(
                !name.ends_with(".js") || before.contains(name.as_str()),
                "{name} is not in the page"
            );
        }
    }
}
