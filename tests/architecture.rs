//! The walls of this house (`src/lib.rs` is the map), read from the source: which room may name which crate and which other room.

#![allow(
    clippy::unwrap_used,
    clippy::string_slice,
    reason = "a test may stop where a program may not"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// A file below `src`, its path from there and its text without comments.
struct Source {
    path: String,
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    assert!(found.len() > 50, "the walk found only {} files", found.len());
    // Tests may join rooms: the walls are those of the program.
    let is_test =
        |file: &Path| file.ends_with("tests.rs") || file.components().any(|part| part.as_os_str() == "tests");
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
                found.push(format!("src/{} names {word}", source.path));
            }
        }
    }
    found
}

fn room<'a>(name: &'a str) -> impl Fn(&str) -> bool + 'a {
    move |path| path.starts_with(&format!("{name}/")) || path == format!("{name}.rs")
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
    ];
    none(offenders(&sources(), room("domain"), &words));
    let rooms = [
        "crate::lti",
        "crate::openbadges",
        "crate::store",
        "crate::net",
        "crate::service",
        "crate::web",
    ];
    none(offenders(&sources(), room("domain"), &rooms));
}

#[test]
fn lti_and_openbadges_know_neither_web_nor_database_nor_each_other() {
    let sources = sources();
    let words = [
        "actix_web",
        "diesel",
        "askama",
        "crate::domain",
        "crate::store",
        "crate::service",
        "crate::web",
    ];
    none(offenders(&sources, room("lti"), &words));
    none(offenders(&sources, room("openbadges"), &words));
    none(offenders(&sources, room("lti"), &["crate::openbadges"]));
    none(offenders(
        &sources,
        room("openbadges"),
        &["crate::lti", "crate::net"],
    ));
}

#[test]
fn only_the_store_knows_diesel() {
    let words = ["diesel", "diesel_migrations"];
    none(offenders(&sources(), |path| !path.starts_with("store/"), &words));
}

#[test]
fn only_the_edges_know_actix() {
    let edges = ["web/", "practice_lms/", "app.rs", "main.rs"];
    let words = ["actix_web", "actix_multipart", "actix_http"];
    none(offenders(
        &sources(),
        |path| !edges.iter().any(|edge| path.starts_with(edge)),
        &words,
    ));
}

#[test]
fn only_net_and_the_practice_lms_make_requests() {
    let doors = ["net/", "practice_lms/"];
    none(offenders(
        &sources(),
        |path| !doors.iter().any(|door| path.starts_with(door)),
        &["reqwest"],
    ));
}

#[test]
fn the_practice_lms_shares_nothing_with_the_tool() {
    let rooms = [
        "crate::lti",
        "crate::domain",
        "crate::store",
        "crate::openbadges",
        "crate::service",
        "crate::web",
    ];
    none(offenders(&sources(), room("practice_lms"), &rooms));
}

#[test]
fn nothing_points_back_up() {
    let sources = sources();
    none(offenders(
        &sources,
        room("store"),
        &["crate::service", "crate::web", "crate::jobs", "crate::net"],
    ));
    none(offenders(
        &sources,
        room("service"),
        &["crate::web", "crate::jobs", "crate::app", "crate::practice_lms"],
    ));
    none(offenders(
        &sources,
        room("jobs"),
        &["crate::web", "crate::app", "crate::practice_lms"],
    ));
    none(offenders(
        &sources,
        room("net"),
        &["crate::service", "crate::web", "crate::store", "crate::lti"],
    ));
}

fn is_queue(path: &str) -> bool {
    path.starts_with("service/") && path.contains("/queue")
}

#[test]
fn the_queue_names_no_use_case_so_that_each_can_ask_for_the_work_of_any_other() {
    let sources = sources();
    assert!(sources.iter().any(|source| is_queue(&source.path)));
    let words = ["crate::service", "lti", "openbadges", "crate::net"];
    none(offenders(&sources, is_queue, &words));
}

#[test]
fn only_the_queue_adds_jobs() {
    let sources = sources();
    let elsewhere = |path: &str| !is_queue(path) && !room("store")(path);
    let adds = |code: &str| code.contains("jobs::enqueue(") || code.contains("NewJob");
    let found = sources
        .iter()
        .filter(|source| elsewhere(&source.path) && adds(&source.code));
    none(found.map(|source| source.path.clone()).collect());
}

#[test]
fn no_file_is_too_long_to_read_in_one_sitting() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    let long: Vec<String> = found
        .iter()
        .filter(|file| fs::metadata(file).unwrap().len() > 24_000)
        .map(|file| file.strip_prefix(&root).unwrap().display().to_string())
        .collect();
    assert!(long.is_empty(), "over 24 kB: {long:?}");
}

#[test]
fn the_check_itself_can_fail() {
    let source = Source {
        path: "domain/x.rs".into(),
        code: "use diesel::prelude::*;".into(),
    };
    assert_eq!(offenders(&[source], room("domain"), &["diesel"]).len(), 1);
    assert!(!names("let my_diesel::x", "diesel"));
}

/// Who may name the kinds of platforms: where they are defined and turned into capabilities, where one is told to us, and
/// the words of one LMS. Everybody else asks `registration.capabilities()`.
const KNOW_FLAVOURS: [&str; 9] = [
    "lti/registration.rs",
    "lti/capabilities.rs",
    "lti/dynamic_registration/configuration.rs",
    "cli/platform.rs",
    "web/admin/platforms/by_hand.rs",
    "web/admin/platforms/presets.rs",
    "web/words/lms.rs",
    "service/self_test/settings.rs",
    "demo/mod.rs",
];

/// The program in a source file: what stands before the tests in it.
fn without_tests(code: &str) -> &str {
    code.split("#[cfg(test)]\nmod tests {").next().unwrap()
}

fn only_for_tests(path: &str) -> bool {
    let helpers = ["_tests.rs", "/testing.rs", "/fake.rs"];
    helpers.iter().any(|end| path.ends_with(end)) || path.starts_with("engine_tests/")
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
        sources
            .iter()
            .filter(|source| !only_for_tests(&source.path) && !source.path.starts_with("practice_lms/"))
    };
    let found = program()
        .filter(|source| !KNOW_FLAVOURS.contains(&source.path.as_str()))
        .filter(|source| says(without_tests(&source.code), "Flavour"))
        .map(|source| format!("src/{} names Flavour: ask for a capability", source.path));
    none(found.collect());
    for known in KNOW_FLAVOURS {
        let knows = program().any(|source| source.path == known && says(&source.code, "Flavour"));
        assert!(knows, "src/{known} needs no exception any more");
    }
}

/// Where routes are written, and where addresses of other servers begin in the same way.
const WRITE_ROUTES: [&str; 4] = [
    "service/addresses.rs",
    "web/paths.rs",
    "openbadges/did.rs",
    "practice_lms/",
];

#[test]
fn each_route_is_written_once() {
    let sources = sources();
    let found = sources
        .iter()
        .filter(|source| !WRITE_ROUTES.iter().any(|known| source.path.starts_with(known)))
        .filter(|source| !only_for_tests(&source.path) && !source.path.starts_with("demo/"))
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
                .map(|text| format!("src/{} writes {text:?}: name the route", source.path))
                .collect::<Vec<_>>()
        });
    none(found.collect());
}
