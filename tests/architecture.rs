//! The boundaries between the modules, the wings of the services and the crates (`src/lib.rs` is the map, `docs/architecture.md`
//! says why), read from the source: which of them may name which crate and which other module.

#![allow(
    clippy::unwrap_used,
    clippy::string_slice,
    clippy::indexing_slicing,
    reason = "a test may stop where a program may not"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// A source file of the program: its path from the root of the workspace, and its text without comments.
struct Source {
    path: String,
    code: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The sources of the root package and of every crate beside it. Tests may join modules, so they are left out.
fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    walk(&root().join("src"), &mut found);
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        walk(&entry.unwrap().path().join("src"), &mut found);
    }
    assert!(found.len() > 400, "the walk found only {} files", found.len());
    let is_test =
        |file: &Path| file.ends_with("tests.rs") || file.components().any(|part| part.as_os_str() == "tests");
    let root = root();
    let program = found
        .iter()
        .filter(|file| !is_test(file.strip_prefix(&root).unwrap()));
    program
        .map(|file| Source {
            path: file.strip_prefix(&root).unwrap().display().to_string(),
            code: without_comments(&fs::read_to_string(file).unwrap()),
        })
        .collect()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn without_comments(text: &str) -> String {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Whether `code` names `word` as the head of a path: `word::`.
fn names(code: &str, word: &str) -> bool {
    let path = format!("{word}::");
    code.match_indices(&path).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

fn offenders<'a>(sources: &'a [Source], inside: impl Fn(&str) -> bool, words: &'a [&'a str]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| inside(&source.path)) {
        for word in words {
            if names(&source.code, word) {
                found.push(format!("{} names {word}", source.path));
            }
        }
    }
    found
}

fn module<'a>(name: &'a str) -> impl Fn(&str) -> bool + 'a {
    move |path| path.starts_with(&format!("src/{name}/")) || path == format!("src/{name}.rs")
}

#[track_caller]
fn none(found: Vec<String>) {
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_domain_knows_no_web_no_database_and_no_network() {
    let words = [
        "actix_web",
        "diesel",
        "reqwest",
        "tokio",
        "askama",
        "openidconnect",
        "lti",
        "openbadges",
        "crate::store",
        "crate::net",
        "crate::service",
        "crate::web",
    ];
    none(offenders(&sources(), module("domain"), &words));
}

#[test]
fn only_the_store_knows_diesel() {
    let words = ["diesel", "diesel_migrations"];
    none(offenders(&sources(), |path| !module("store")(path), &words));
}

/// Columns that hold JSON, or what is signed.
const DOCUMENTS: [&str; 15] = [
    "algorithms",
    "artefact",
    "design",
    "detail",
    "document",
    "history",
    "left_out",
    "opens",
    "payload",
    "record",
    "request",
    "root",
    "service_hosts",
    "services",
    "token",
];

#[test]
fn nobody_searches_or_edits_the_text_of_a_document() {
    let sources = sources();
    let within = |source: &Source| {
        let code: String = source.code.split_whitespace().collect();
        let column = |name: &str| ["like", "ilike", "similar_to"].map(|how| format!("::{name}.{how}("));
        let searched = DOCUMENTS
            .into_iter()
            .flat_map(column)
            .any(|text| code.contains(&text));
        searched || code.contains("fnreplace(text:")
    };
    let found = sources
        .iter()
        .filter(|source| module("store")(&source.path) && within(source));
    none(found.map(|source| source.path.clone()).collect());
}

#[test]
fn only_the_edges_know_actix() {
    let edges = ["src/web/", "crates/practice-lms/", "src/app.rs", "src/main.rs"];
    let words = ["actix_web", "actix_multipart", "actix_http"];
    let inside = |path: &str| !edges.iter().any(|edge| path.starts_with(edge));
    none(offenders(&sources(), inside, &words));
}

#[test]
fn only_net_and_the_practice_lms_make_requests() {
    let outside = ["src/net/", "crates/practice-lms/"];
    let inside = |path: &str| !outside.iter().any(|prefix| path.starts_with(prefix));
    none(offenders(&sources(), inside, &["reqwest"]));
}

#[test]
fn nothing_points_back_up() {
    let sources = sources();
    let forbidden: [(&str, &[&str]); 4] = [
        (
            "store",
            &["crate::service", "crate::web", "crate::jobs", "crate::net"],
        ),
        (
            "service",
            &["crate::web", "crate::jobs", "crate::app", "practice_lms"],
        ),
        ("jobs", &["crate::web", "crate::app", "practice_lms"]),
        ("net", &["crate::service", "crate::web", "crate::store"]),
    ];
    for (name, words) in forbidden {
        none(offenders(&sources, module(name), words));
    }
}

/// The wings of the services, each of which names those before it and itself.
const WINGS: [&str; 8] = [
    "base",
    "badge",
    "credential",
    "award",
    "course",
    "institution",
    "privacy",
    "operations",
];

#[test]
fn a_wing_of_the_services_names_no_later_one() {
    let sources = sources();
    for (at, wing) in WINGS.iter().enumerate() {
        let inside = format!("src/service/{wing}/");
        assert!(
            sources.iter().any(|source| source.path.starts_with(&inside)),
            "{wing}"
        );
        let later: Vec<String> = WINGS[at + 1..]
            .iter()
            .map(|later| format!("crate::service::{later}"))
            .collect();
        let later: Vec<&str> = later.iter().map(String::as_str).collect();
        let program: Vec<Source> = sources
            .iter()
            .filter(|source| source.path.starts_with(&inside))
            .map(|source| Source {
                path: source.path.clone(),
                code: without_tests(&source.code).to_owned(),
            })
            .collect();
        none(offenders(&program, |_| true, &later));
    }
    let folders = fs::read_dir(root().join("src/service")).unwrap();
    let folders = folders.filter(|entry| entry.as_ref().unwrap().path().is_dir());
    assert_eq!(folders.count(), WINGS.len(), "a wing has no place in the order");
}

#[test]
fn pages_reach_the_store_through_services_only() {
    let sources = sources();
    none(offenders(&sources, module("web"), &["crate::store"]));
    let pages = sources.iter().filter(|source| module("web")(&source.path));
    let reaches = |source: &&Source| {
        let code: String = source.code.split_whitespace().collect();
        [".store.", ".blobs."].iter().any(|field| code.contains(field))
    };
    none(pages.filter(reaches).map(|source| source.path.clone()).collect());
    let hands_on = |source: &&Source| {
        module("service")(&source.path)
            && ["pub use crate::store", "pub(crate) use crate::store"]
                .iter()
                .any(|word| source.code.contains(word))
    };
    none(
        sources
            .iter()
            .filter(hands_on)
            .map(|source| source.path.clone())
            .collect(),
    );
}

#[test]
fn no_build_but_that_of_the_tests_can_make_and_drop_databases() {
    let modules = fs::read_to_string(root().join("src/store/mod.rs")).unwrap();
    assert!(modules.contains("#[cfg(test)]\npub(crate) mod testing;"));
}

#[test]
fn each_use_case_is_a_span_and_takes_nothing_into_it_that_is_not_said() {
    let sources = sources();
    let wings = |path: &str| path.starts_with("src/service/") && !path.starts_with("src/service/base/");
    let mut spans = 0;
    for source in sources.iter().filter(|source| wings(&source.path)) {
        for (at, _) in source.code.match_indices("\npub(crate) async fn ") {
            let attributes = source.code[..at].rsplit("\n\n").next().unwrap();
            let name = source.code[at..].trim_start().lines().next().unwrap();
            let told = attributes.contains("tracing::instrument(") && attributes.contains("skip_all");
            assert!(told, "{}: {name}", source.path);
            spans += 1;
        }
    }
    assert!(spans > 100, "the search found only {spans}");
}

#[test]
fn services_refuse_with_reasons_and_only_pages_with_sentences() {
    let sources = sources();
    let words = |source: &&Source| {
        source.path.starts_with("src/service/")
            && source.path != "src/service/base/error.rs"
            && (source.code.contains("ServiceError::form(") || source.code.contains("ServiceError::Form"))
    };
    none(
        sources
            .iter()
            .filter(words)
            .map(|source| source.path.clone())
            .collect(),
    );
}

/// What an error of `domain` or `service` says of itself is for the log and is no sentence: sentences are in `web::words`.
#[test]
fn errors_of_services_are_no_sentences() {
    let sentence = |source: &&Source| {
        let inside = module("service")(&source.path) || module("domain")(&source.path);
        let code: String = source.code.split_whitespace().collect();
        let capital = |(at, found): (usize, &str)| {
            let first = code[at + found.len()..].chars().next();
            first.is_some_and(char::is_uppercase)
        };
        inside && code.match_indices("#[error(\"").any(capital)
    };
    let sources = sources();
    none(
        sources
            .iter()
            .filter(sentence)
            .map(|source| source.path.clone())
            .collect(),
    );
}

/// The debug form of an error repeats whatever it was made of: the body of an answer, a token, an address.
#[test]
fn no_line_of_the_log_holds_the_debug_form_of_an_error() {
    let debug = [
        "?error",
        "?err",
        "error:?}",
        "err:?}",
        "\"{:?}\", error",
        "\"{:?}\", err",
    ];
    let sources = sources();
    let program = sources
        .iter()
        .filter(|source| !only_for_tests(&source.path) && !source.path.starts_with("crates/practice-lms/"));
    let says = |source: &&Source| {
        let code = without_tests(&source.code);
        debug.iter().any(|text| {
            let mut found = code.match_indices(text);
            found.any(|(at, _)| text.starts_with(['e', '"']) || !code[..at].ends_with([')', '_']))
        })
    };
    none(program.filter(says).map(|source| source.path.clone()).collect());
}

/// What happens in a transaction has not happened before it is committed, and may be done again.
#[test]
fn nothing_is_counted_in_a_transaction_before_it_is_committed() {
    let mut looked = 0;
    let sources = sources();
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| module("service")(&source.path)) {
        for function in without_tests(&source.code).split("fn ").skip(1) {
            let Some((signature, body)) = function.split_once('{') else {
                continue;
            };
            if !signature.contains("db: &mut Db") && !signature.contains("db: &mut crate::store::Db") {
                continue;
            }
            looked += 1;
            let macros = [
                "metrics::counter!",
                "metrics::histogram!",
                "tracing::info!",
                "tracing::warn!",
            ];
            let tells = macros.iter().any(|one| body.contains(one));
            if tells && !body.contains("once_committed(") {
                found.push(format!("{}: {}", source.path, signature.lines().next().unwrap()));
            }
        }
    }
    assert!(looked > 100, "the search found only {looked}");
    none(found);
}

/// The crates that stand for themselves, and what each must never depend on.
const CRATES: [(&str, &[&str]); 7] = [
    (
        "ambient",
        &["lti", "openbadges", "diesel", "actix-web", "reqwest"],
    ),
    (
        "strict-json",
        &["lti", "openbadges", "diesel", "actix-web", "reqwest"],
    ),
    (
        "gradebook-csv",
        &[
            "lti",
            "openbadges",
            "practice-lms",
            "diesel",
            "actix-web",
            "reqwest",
        ],
    ),
    (
        "gradebook-rest",
        &[
            "lti",
            "openbadges",
            "practice-lms",
            "diesel",
            "actix-web",
            "reqwest",
        ],
    ),
    (
        "lti",
        &[
            "openbadges",
            "practice-lms",
            "diesel",
            "actix-web",
            "reqwest",
            "askama",
        ],
    ),
    (
        "openbadges",
        &["lti", "practice-lms", "diesel", "actix-web", "reqwest", "askama"],
    ),
    ("practice-lms", &["lti", "openbadges", "diesel"]),
];

#[test]
fn crates_depend_on_nothing_above_them() {
    for (name, never) in CRATES {
        let manifest = fs::read_to_string(root().join(format!("crates/{name}/Cargo.toml"))).unwrap();
        for line in manifest.lines() {
            let dependency = line.split([' ', '=', '.']).next().unwrap();
            assert!(
                !never.contains(&dependency),
                "crates/{name} depends on {dependency}"
            );
        }
    }
    let folders = fs::read_dir(root().join("crates")).unwrap().count();
    assert_eq!(folders, CRATES.len(), "a crate is missing from this list");
}

fn is_queue(path: &str) -> bool {
    path.starts_with("src/service/base/queue/")
}

#[test]
fn the_queue_names_no_use_case_so_that_each_can_ask_for_the_work_of_any_other() {
    let sources = sources();
    assert!(sources.iter().any(|source| is_queue(&source.path)));
    let words = ["lti", "openbadges", "crate::net"];
    none(offenders(&sources, is_queue, &words));
    let others = sources
        .iter()
        .filter(|source| is_queue(&source.path))
        .filter(|source| {
            source
                .code
                .replace("crate::service::base::queue", "")
                .contains("crate::service")
        });
    none(others.map(|source| source.path.clone()).collect());
}

#[test]
fn only_the_queue_adds_jobs() {
    let sources = sources();
    let elsewhere = |path: &str| !is_queue(path) && !module("store")(path);
    let adds = |code: &str| code.contains("jobs::enqueue(") || code.contains("NewJob");
    let found = sources
        .iter()
        .filter(|source| elsewhere(&source.path) && adds(&source.code));
    none(found.map(|source| source.path.clone()).collect());
}

#[test]
fn no_file_is_too_long_to_read_in_one_sitting() {
    let mut found = Vec::new();
    walk(&root().join("src"), &mut found);
    walk(&root().join("crates"), &mut found);
    let long: Vec<&PathBuf> = found
        .iter()
        .filter(|file| fs::metadata(file).unwrap().len() > 24_000)
        .collect();
    assert!(long.is_empty(), "over 24 kB: {long:?}");
}

/// What is done already is known by its moment alone: the second of two would never be done.
#[test]
fn no_two_migrations_have_one_moment() {
    for database in ["sqlite", "postgres"] {
        let listed = fs::read_dir(root().join("migrations").join(database)).unwrap();
        let mut moments: Vec<String> = listed
            .map(|one| one.unwrap().file_name().into_string().unwrap())
            .map(|name| name.split('_').next().unwrap().to_owned())
            .collect();
        let all = moments.len();
        moments.sort();
        moments.dedup();
        assert_eq!(moments.len(), all, "{database}: {moments:?}");
    }
}

#[test]
fn the_check_itself_can_fail() {
    let source = Source {
        path: "src/domain/x.rs".into(),
        code: "use diesel::prelude::*;".into(),
    };
    assert_eq!(offenders(&[source], module("domain"), &["diesel"]).len(), 1);
    assert!(!names("let my_diesel::x", "diesel"));
}

/// Who may name the kinds of platforms: where they are defined and turned into capabilities, where one is told to us, and
/// the words of one LMS. Everybody else asks `registration.capabilities()`.
const KNOW_FLAVOURS: [&str; 9] = [
    "crates/lti/src/registration.rs",
    "crates/lti/src/capabilities.rs",
    "crates/lti/src/dynamic_registration/configuration.rs",
    "src/cli/platform.rs",
    "src/web/admin/platforms/by_hand.rs",
    "src/web/admin/platforms/presets.rs",
    "src/web/words/lms.rs",
    "src/web/words/self_test/settings.rs",
    "src/demo/mod.rs",
];

/// The program in a source file: what stands before the tests in it.
fn without_tests(code: &str) -> &str {
    code.split("#[cfg(test)]\nmod tests {").next().unwrap()
}

fn only_for_tests(path: &str) -> bool {
    let helpers = ["_tests.rs", "/testing.rs", "/testing/mod.rs", "/fake.rs"];
    helpers.iter().any(|end| path.ends_with(end))
}

/// Whether the word stands in `code`, not as a part of another.
fn says(code: &str, word: &str) -> bool {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    code.match_indices(word).any(|(at, found)| {
        !inside(code[..at].chars().next_back()) && !inside(code[at + found.len()..].chars().next())
    })
}

#[test]
fn only_these_files_know_what_kinds_of_platforms_there_are() {
    let sources = sources();
    let program = || {
        sources.iter().filter(|source| {
            !only_for_tests(&source.path)
                && !source.path.starts_with("crates/practice-lms/")
                && !source.path.starts_with("src/benchmarks/")
        })
    };
    let found = program()
        .filter(|source| !KNOW_FLAVOURS.contains(&source.path.as_str()))
        .filter(|source| says(without_tests(&source.code), "Flavour"))
        .map(|source| format!("{} names Flavour: ask for a capability", source.path));
    none(found.collect());
    for known in KNOW_FLAVOURS {
        let knows = program().any(|source| source.path == known && says(&source.code, "Flavour"));
        assert!(knows, "{known} needs no exception any more");
    }
}

/// Where routes are written, and where addresses of other servers begin in the same way.
const WRITE_ROUTES: [&str; 4] = [
    "src/service/base/addresses.rs",
    "src/web/paths",
    "crates/openbadges/src/did.rs",
    "crates/practice-lms/",
];

#[test]
fn each_route_is_written_once() {
    let sources = sources();
    let found = sources
        .iter()
        .filter(|source| !WRITE_ROUTES.iter().any(|known| source.path.starts_with(known)))
        .filter(|source| !only_for_tests(&source.path) && !source.path.starts_with("src/demo/"))
        .flat_map(|source| {
            let code = without_tests(&source.code);
            let registered = [".route(\"", ".route(\n            \"", "scope(\""];
            let built = [
                "\"/lti/",
                "\"/admin",
                "\"/c/",
                "\"/issuers/",
                "\"/b/",
                "\"/p/",
                "\"/s/",
                "\"/f/",
            ];
            let absolute = [
                "}/lti/",
                "}/admin",
                "}/c/",
                "}/issuers/",
                "}/b/",
                "}/p/",
                "}/s/",
                "}/f/",
            ];
            let named = registered.into_iter().chain(built).chain(absolute);
            named
                .filter(|text| code.contains(text))
                .map(|text| format!("{} writes {text:?}: name the route", source.path))
                .collect::<Vec<_>>()
        });
    none(found.collect());
}

/// Moments become the dates that people read in one place, which knows the zone. Elsewhere only machines are told the time.
#[test]
fn dates_are_put_into_words_in_one_place() {
    // What is signed, exchanged or packed is in UTC and says so.
    const IN_UTC: [&str; 5] = [
        "src/cli/verify_archive.rs",
        "src/service/credential/build.rs",
        "src/service/privacy/export/mod.rs",
        "src/web/views/shared/when.rs",
        "src/domain/zone.rs",
    ];
    let is_other = |one: &Source| one.path.starts_with("src/") && !IN_UTC.contains(&one.path.as_str());
    let all = sources();
    let found: Vec<&str> = all
        .iter()
        .filter(|one| is_other(one) && one.code.contains(".format(\"%"))
        .map(|one| one.path.as_str())
        .collect();
    assert!(found.is_empty(), "use domain::zone: {found:?}");
}
