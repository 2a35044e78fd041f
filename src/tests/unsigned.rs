//! Requests that carry no signature: none of them writes, and none is read without end. Over every route that there is.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use practice_lms::CourseRole;
use practice_lms::browser::Browser;
use reqwest::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::tests::harness::{Scene, framed, launch_as, launch_form, on_each_database, signed};

/// The source files below a folder of the repository.
fn sources(folder: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                found.push(path);
            }
        }
    }
    let mut files = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut files);
    files
}

/// What stands between the first two quotation marks.
fn quoted(text: &str) -> Option<&str> {
    text.split('"').nth(1)
}

/// The address of each route by the module and the name of its constant, as the files of routes write it.
fn named() -> HashMap<(String, String), String> {
    let mut named = HashMap::new();
    for (file, top) in [
        ("src/web/paths.rs", "paths"),
        ("src/web/paths/course.rs", "course"),
        ("src/web/paths/console.rs", "console"),
        ("src/service/base/addresses.rs", "addresses"),
    ] {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        let (mut module, mut below) = (top, String::new());
        for line in text.lines() {
            let words = line.trim();
            let begins = words.strip_prefix("pub(crate) mod ");
            if let Some(name) = begins.and_then(|name| name.strip_suffix(" {")) {
                module = name;
            } else if line == "}" {
                module = top;
            } else if words.starts_with("below \"") {
                // Of the beginnings that are registered and that the function makes, one is empty.
                below = words.split('"').skip(1).step_by(2).collect();
            } else if let Some((name, rest)) = words.split_once(" = ")
                && let Some(pattern) = quoted(rest)
            {
                let (name, below) = match name.strip_prefix("pub(crate) const ") {
                    Some(name) => (name.split(':').next().unwrap(), ""),
                    None => (name, below.as_str()),
                };
                let address = format!("{below}{pattern}");
                named.insert((module.to_owned(), name.to_owned()), address);
            }
        }
    }
    for (name, address) in [
        ("DID", openbadges::did::DOCUMENT),
        ("STATUS_LIST", openbadges::did::STATUS),
    ] {
        named.insert(("addresses".to_owned(), name.to_owned()), address.to_owned());
    }
    named
}

/// Every address with a method, as the source lists them.
pub(crate) fn routes() -> Vec<(Method, String)> {
    let named = named();
    let mut routes = Vec::new();
    for file in sources("src/web") {
        let text = std::fs::read_to_string(&file).unwrap();
        for call in text.split(".route(").skip(1) {
            let call: String = call.split(".to(").next().unwrap().to_owned();
            let method = match call.rsplit("web::").next().unwrap_or_default() {
                rest if rest.starts_with("get") => Method::GET,
                rest if rest.starts_with("post") => Method::POST,
                rest if rest.starts_with("head") => Method::HEAD,
                other => panic!("{}: a route of another kind: {other}", file.display()),
            };
            let route = call.split(',').next().unwrap().trim();
            let path = match route.rsplit("::").collect::<Vec<_>>().as_slice() {
                [literal] => quoted(literal).map(str::to_owned),
                [name, module, ..] => named.get(&((*module).to_owned(), (*name).to_owned())).cloned(),
                [] => None,
            };
            let path = path.unwrap_or_else(|| panic!("{}: where is the route {route}?", file.display()));
            routes.push((method, path));
        }
    }
    assert!(routes.len() > 110, "the walk found only {} routes", routes.len());
    for known in [
        "/admin/sign-in",
        "/lti/launch",
        "/c/{course}/badges/{badge}/rule/save",
        "/b/{name}",
    ] {
        assert!(routes.iter().any(|(_, path)| path == known), "{known} is missing");
    }
    routes
}

/// The address with ids that nothing has, or the course that is there.
fn filled(path: &str, course: &str) -> String {
    filled_with(path, &[("course", course)])
}

/// The address with these ids, by the names that the routes give them, and ids that nothing has for the others.
pub(crate) fn filled_with(path: &str, ids: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    for (n, part) in path.split('{').enumerate() {
        match part.split_once('}') {
            Some((name, rest)) if n > 0 => {
                let known = ids.iter().find(|(known, _)| *known == name);
                filled.push_str(known.map_or("nothing", |(_, id)| id));
                filled.push_str(rest);
            }
            _ => filled.push_str(part),
        }
    }
    filled
}

#[test]
fn nothing_unsigned_writes_to_the_database() {
    on_each_database(|scene| async move {
        let page = launch_as(&scene.moodle, &mut framed(&scene.moodle), CourseRole::Teacher).await;
        let course = page
            .url
            .path()
            .trim_start_matches("/c/")
            .split('/')
            .next()
            .unwrap()
            .to_owned();
        quiet(&scene).await;
        let before = scene.database.rows();
        assert!(before.len() > 20 && before["sessions"] == 1, "{before:?}");
        let mut stranger = Browser::new().unwrap();
        for (method, path) in routes() {
            let url = format!("{}{}", scene.origin, filled(&path, &course));
            let fields =
                "session=guess&csrf=guess.guess&name=x&state=x&id_token=a.b.c&iss=x&login_hint=x&action=save";
            let body = if method == Method::POST { fields } else { "" };
            // As a form on a page of ours, which a stranger who writes their own requests says as well.
            let headers = [
                ("content-type", "application/x-www-form-urlencoded"),
                ("sec-fetch-site", "same-origin"),
            ];
            let answer = stranger
                .fetch(method.clone(), &url, &headers, body.into())
                .await
                .unwrap();
            assert!(answer.status < 500, "{method} {url}: {}", answer.text());
        }
        // Real logins that nobody answers; answers that nobody signed, and that other browsers bring.
        for (_, lms) in scene.platforms() {
            let mut browser = framed(lms);
            for _ in 0..10 {
                browser
                    .login(&launch_form(lms, CourseRole::Teacher))
                    .await
                    .unwrap();
            }
            let answer = signed(lms, &mut browser, CourseRole::Teacher).await;
            let mut forged = answer.clone();
            for (name, value) in &mut forged.fields {
                if name == "id_token" {
                    value.truncate(value.len() - 8);
                    value.push_str("AAAAAAAA");
                }
            }
            browser.clone().login(&forged).await.unwrap();
            stranger.login(&answer).await.unwrap();
        }
        assert_eq!(before, scene.database.rows());
        scene.end().await;
    });
}

/// Waits until what the launch set going has come to its end.
async fn quiet(scene: &Scene) {
    let mut last = scene.database.rows();
    for _ in 0..100 {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let now = scene.database.rows();
        if now == last && now["people"] > 20 {
            return;
        }
        last = now;
    }
    panic!("the course was never read: {last:?}");
}

/// How much of a body without end the server takes, and the status that it answers with in the end; 0 when it hangs up.
async fn flooded(origin: &str, method: &Method, path: &str) -> (usize, u16) {
    let address = origin.strip_prefix("http://").unwrap();
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let (mut reader, mut writer) = stream.into_split();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: 500000000\r\nConnection: close\r\n\r\n"
    );
    let answer = tokio::spawn(async move {
        let mut answer = Vec::new();
        // A connection that is reset was closed: that is an answer too.
        while !answer.windows(4).any(|end| end == b"\r\n\r\n") {
            match reader.read_buf(&mut answer).await {
                Ok(count) if count > 0 => {}
                _ => break,
            }
        }
        let head = String::from_utf8_lossy(&answer).into_owned();
        head.split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .unwrap_or(0)
    });
    let mut sent = 0;
    if writer.write_all(head.as_bytes()).await.is_ok() {
        let chunk = vec![b'a'; 64 << 10];
        while sent < 100_000_000 && !answer.is_finished() {
            match writer.write(&chunk).await {
                Ok(count) if count > 0 => sent += count,
                _ => break,
            }
        }
    }
    drop(writer);
    (sent, answer.await.unwrap())
}

#[test]
fn no_route_reads_a_body_without_end() {
    crate::app::block_on(async {
        let scene = Scene::on(crate::store::testing::TestDatabase::sqlite()).await;
        for (method, path) in routes() {
            let path = filled(&path, "nothing");
            let (sent, status) = flooded(&scene.origin, &method, &path).await;
            // What the operating systems' buffers hold was sent, not read.
            assert!(sent < 40_000_000, "{method} {path} took {sent} bytes");
            assert!(
                status == 0 || (200..500).contains(&status),
                "{method} {path}: {status}"
            );
        }
        scene.end().await;
    });
}

/// What the server answers to the beginning of a form with files, of which no more ever comes.
async fn begun(origin: &str, path: &str, cookie: &str, beginning: &str) -> String {
    let address = origin.strip_prefix("http://").unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: multipart/form-data; boundary=xyz\r\n\
         {cookie}Content-Length: 60000000\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(beginning.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = async {
        while !answer.windows(4).any(|end| end == b"\r\n\r\n") {
            match stream.read_buf(&mut answer).await {
                Ok(count) if count > 0 => {}
                _ => break,
            }
        }
    };
    // A server that reads on waits for the rest.
    let waited = tokio::time::timeout(std::time::Duration::from_secs(5), read).await;
    match waited {
        Ok(()) => String::from_utf8_lossy(&answer).into_owned(),
        Err(_) => "it waits for more".to_owned(),
    }
}

#[test]
fn a_form_with_files_is_read_only_from_somebody_who_is_known() {
    crate::app::block_on(async {
        let scene = Scene::on(crate::store::testing::TestDatabase::sqlite()).await;
        let page = launch_as(&scene.moodle, &mut framed(&scene.moodle), CourseRole::Teacher).await;
        let course = page.url.path().split('/').nth(2).unwrap().to_owned();
        let path = format!("/c/{course}/badges/save");
        let part = |name: &str, value: &str| {
            format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let file = "--xyz\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"a.png\"\r\n\
                    Content-Type: image/png\r\n\r\n0123456789";
        let nobody = "Cookie: cairn_{course}=guess\r\n".replace("{course}", &course);
        for (what, cookie, beginning) in [
            ("no token", "", part("name", "x") + file),
            ("a file first", "", file.to_owned()),
            (
                "a token that comes late",
                "",
                format!("{}{}{file}", part("csrf", "x"), part("session", "guess")),
            ),
            ("a wrong token", "", part("session", "guess") + file),
            (
                "a token without end",
                "",
                part("session", &"a".repeat(5_000)) + file,
            ),
            ("a wrong cookie", nobody.as_str(), part("name", "x") + file),
            ("an account's", "", part("session", "") + file),
        ] {
            let answer = begun(&scene.origin, &path, cookie, &beginning).await;
            assert!(answer.starts_with("HTTP/1.1 401"), "{what}: {answer}");
        }
        scene.end().await;
    });
}

#[test]
fn a_platform_that_sends_notices_without_end_is_told_to_wait_and_keeps_nobody_out() {
    crate::app::block_on(async {
        let few = [("CAIRN_REQUESTS_PER_MINUTE", "20")];
        let scene = Scene::with(crate::store::testing::TestDatabase::sqlite(), &few).await;
        let mut platform = Browser::new().unwrap();
        let mut answers = Vec::new();
        for _ in 0..6 {
            let headers = [("content-type", "application/json")];
            let url = format!("{}/lti/notices", scene.origin);
            let body = br#"{"notices":[]}"#.to_vec();
            answers.push(platform.fetch(Method::POST, &url, &headers, body).await.unwrap());
        }
        let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        assert!(statuses[..4].iter().all(|status| *status != 429), "{statuses:?}");
        assert!(statuses[4..].iter().all(|status| *status == 429), "{statuses:?}");
        let wait: u64 = answers[5].header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        let page = launch_as(&scene.moodle, &mut framed(&scene.moodle), CourseRole::Teacher).await;
        assert_eq!(page.status, 200, "{}", page.words());
        scene.end().await;
    });
}
