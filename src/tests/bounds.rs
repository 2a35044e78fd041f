//! What somebody may take up whom nobody knows: bytes that are held back, slow bodies, connections, requests under way. All
//! with real sockets against the running server.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use openbadges::testing::bounded::{Measure, alone};
use practice_lms::CourseRole;
use practice_lms::browser::Browser;

use super::guest::Guest;
use super::harness::{Scene, framed, launch_as};
use crate::store::testing::TestDatabase;

/// Bytes of a form that may be read of anybody.
const FORM: usize = 64 << 10;
/// The forms whose sender is not known, with their addresses.
const FORMS: [&str; 4] = [
    "/c/nothing/window",
    "/lti/claim",
    "/admin/sign-in",
    "/admin/link/nothing",
];
const TEXT: &str = "application/x-www-form-urlencoded";

/// Runs `test` with these settings, on SQLite alone: what it tries never comes to the database.
fn with<F: Future<Output = ()>>(own: &[(&str, &str)], test: impl FnOnce(Scene) -> F) {
    crate::app::block_on(async {
        let scene = Scene::with(TestDatabase::sqlite(), own).await;
        // The sockets of these tests block their thread, and it is this thread that has the server begin.
        let alive = Browser::new()
            .unwrap()
            .get(&format!("{}/healthz", scene.origin))
            .await;
        assert_eq!(alive.unwrap().status, 200);
        test(scene).await;
    });
}

/// Connects and sends the head of a POST from a page of ours, with more lines in it.
fn begin(origin: &str, path: &str, more: &str) -> TcpStream {
    let address = origin.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: {origin}\r\nSec-Fetch-Site: same-origin\r\n{more}\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// The lines for a body of that type and length.
fn body(kind: &str, length: usize) -> String {
    format!("Content-Type: {kind}\r\nContent-Length: {length}\r\n")
}

/// A form of which so many bytes are announced and `sent` come.
fn held_back(origin: &str, path: &str, announced: usize, sent: usize) -> TcpStream {
    // What is sent is no memory that the server takes, in whose process this is.
    static PIECE: [u8; 16 << 10] = [b'a'; 16 << 10];
    let mut stream = begin(origin, path, &body(TEXT, announced));
    let mut left = sent;
    while left > 0 {
        let piece = &PIECE[..left.min(PIECE.len())];
        // One that is refused may be closed before all of it is sent.
        if stream.write_all(piece).is_err() {
            break;
        }
        left -= piece.len();
    }
    stream
}

/// What comes back within a time, until the connection ends.
fn heard(mut stream: &TcpStream, within: Duration) -> String {
    stream.set_read_timeout(Some(within)).unwrap();
    let (mut heard, mut piece) = (Vec::new(), [0; 4_096]);
    loop {
        match stream.read(&mut piece) {
            Ok(count) if count > 0 => heard.extend_from_slice(&piece[..count]),
            // A connection that is reset was closed: what came before is the answer.
            _ => return String::from_utf8_lossy(&heard).into_owned(),
        }
    }
}

/// An answer, as soon as all of it is there, whether or not the connection stays.
fn answered(mut stream: &TcpStream, within: Duration) -> String {
    stream.set_read_timeout(Some(within)).unwrap();
    let (mut heard, mut piece) = (Vec::new(), [0; 4_096]);
    while !is_whole(&heard) {
        match stream.read(&mut piece) {
            Ok(count) if count > 0 => heard.extend_from_slice(&piece[..count]),
            _ => break,
        }
    }
    String::from_utf8_lossy(&heard).into_owned()
}

/// Whether an answer is as long as it says.
fn is_whole(heard: &[u8]) -> bool {
    let text = String::from_utf8_lossy(heard);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length: Option<usize> = length.and_then(|length| length.parse().ok());
    length.map_or_else(|| body.ends_with("0\r\n\r\n"), |length| body.len() >= length)
}

/// Whether the server still waits for more.
fn is_waited_for(mut stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let read = stream.read(&mut [0; 16]);
    matches!(read, Err(error) if error.kind() == ErrorKind::WouldBlock)
}

fn get(origin: &str, path: &str, more: &str) -> String {
    let address = origin.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{more}\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    heard(&stream, Duration::from_secs(10))
}

async fn pause(milliseconds: u64) {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
}

/// Both as before: who looks whether the server lives, and a launch.
async fn answers_as_before(scene: &Scene) {
    let began = Instant::now();
    let alive = get(&scene.origin, "/healthz", "");
    assert!(alive.starts_with("HTTP/1.1 200"), "{alive}");
    let page = launch_as(&scene.moodle, &mut framed(&scene.moodle), CourseRole::Teacher).await;
    assert_eq!(page.status, 200, "{}", page.words());
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
}

#[test]
fn a_hundred_forms_held_back_take_little_and_it_goes_with_them() {
    alone(|| {
        with(&[], |scene| async move {
            answers_as_before(&scene).await;
            let paths = [
                FORMS[0],
                FORMS[1],
                FORMS[2],
                FORMS[3],
                "/lti/launch",
                "/lti/login",
            ];
            let measure = Measure::begin();
            for round in 0..3 {
                let held: Vec<_> = (0..100)
                    .map(|n| held_back(&scene.origin, paths[n % paths.len()], FORM, FORM - 1))
                    .collect();
                pause(500).await;
                let (waited_for, told): (Vec<_>, Vec<_>) =
                    held.iter().partition(|stream| is_waited_for(stream));
                assert!(waited_for.len() >= 48, "round {round}: {}", waited_for.len());
                // The others are told at once that they may come again.
                for stream in told {
                    stream.set_nonblocking(false).unwrap();
                    let answer = heard(stream, Duration::from_secs(2));
                    assert!(answer.contains("busy"), "round {round}: {answer}");
                }
                drop(held);
                pause(200).await;
            }
            measure.within(20, "three times a hundred forms");
            answers_as_before(&scene).await;
            scene.end().await;
        });
    });
}

#[test]
fn more_than_the_budget_is_told_to_come_again_and_a_launch_finds_room() {
    alone(|| {
        with(&[], |scene| async move {
            answers_as_before(&scene).await;
            let measure = Measure::begin();
            let (path, most) = ("/lti/notices", 256 << 10);
            let held: Vec<_> = (0..64)
                .map(|_| held_back(&scene.origin, path, most, most - 1))
                .collect();
            pause(700).await;
            measure.within(24, "64 deliveries held back");
            answers_as_before(&scene).await;
            pause(1_500).await;
            let told: Vec<String> = held
                .iter()
                .filter(|stream| !is_waited_for(stream))
                .map(|stream| {
                    stream.set_nonblocking(false).unwrap();
                    heard(stream, Duration::from_secs(2))
                })
                .collect();
            assert!(!told.is_empty(), "all of it found room");
            // The first bytes of each were read while looking for them.
            let told = told.iter().find(|answer| answer.contains("retry-after: 5"));
            assert!(told.is_some_and(|answer| answer.contains("busy")), "{told:?}");
            // A server that is stopped waits for whoever is still sending.
            drop(held);
            scene.end().await;
        });
    });
}

#[test]
fn what_is_too_large_or_no_text_is_refused_unread() {
    with(&[], |scene| async move {
        let mut told = Vec::new();
        let mut refused = |path: &str, more: &str, status: u16, code: &str| {
            let began = Instant::now();
            let stream = begin(&scene.origin, path, more);
            let answer = answered(&stream, Duration::from_secs(5));
            let line = format!("HTTP/1.1 {status} ");
            assert!(answer.starts_with(&line), "{path}: {answer}");
            assert!(answer.contains(code), "{path}: {answer}");
            assert!(answer.contains("\r\nconnection: close\r\n"), "{path}: {answer}");
            assert!(began.elapsed() < Duration::from_secs(5), "{path}");
            told.push((path.to_owned(), stream));
        };
        for path in FORMS {
            refused(path, &body(TEXT, FORM + 1), 413, "form.too-large");
            let files = "multipart/form-data; boundary=x";
            refused(path, &body(files, 100), 415, "form.kind");
            refused(path, &body("application/json", 100), 415, "form.kind");
        }
        for path in ["/lti/launch", "/lti/login", "/lti/launch/proof", "/lti/waiting"] {
            refused(path, &body(TEXT, FORM + 1), 413, "login.too-large");
        }
        let notices = (256 << 10) + 1;
        let (kind, badge) = ("application/octet-stream", (256 << 10) + 1);
        refused("/verify/check", &body(kind, badge), 422, "verify.not-a-badge");
        refused("/verify/check", &body(TEXT, 100), 422, "verify.not-a-badge");
        refused(
            "/lti/notices",
            &body("application/json", notices),
            413,
            "notices.too-large",
        );
        // Each is closed a second after its answer, so that a browser that still sends sees that.
        pause(2_000).await;
        for (path, stream) in &told {
            assert!(ends(stream), "{path}: the rest of it is waited for");
        }
        // Nothing is said beforehand: it is read to the bound.
        let more = format!("Content-Type: {TEXT}\r\nTransfer-Encoding: chunked\r\n");
        let mut stream = begin(&scene.origin, "/admin/sign-in", &more);
        for _ in 0..9 {
            let _ = stream.write_all(format!("2000\r\n{}\r\n", "a".repeat(0x2000)).as_bytes());
        }
        let answer = heard(&stream, Duration::from_secs(10));
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
        assert!(!is_waited_for(&stream), "the rest of it is waited for");
        scene.end().await;
    });
}

#[test]
fn who_is_known_by_a_token_sends_more_and_nobody_else_does() {
    with(&[], |scene| async move {
        let guest = Guest::open(&scene.moodle, 0, "Teacher", "My badges").await;
        let cookies = guest.browser.cookies("127.0.0.1");
        let token = cookies
            .iter()
            .find(|(name, _)| name.len() > 20 && name.starts_with("cairn_"))
            .map(|(_, token)| token.clone())
            .unwrap();
        let long = "a".repeat(300_000);
        let mut forms = Browser::new().unwrap();
        let known = [("session", token.as_str()), ("more", long.as_str())];
        let page = forms.post(&guest.course, &known).await.unwrap();
        assert_eq!(page.status, 200, "{}", page.words());
        let late = [("more", long.as_str()), ("session", token.as_str())];
        assert_eq!(forms.post(&guest.course, &late).await.unwrap().status, 401);
        // A token that opens nothing: the rest is not waited for.
        let path = guest.course.strip_prefix(&scene.origin).unwrap();
        let mut stream = begin(&scene.origin, path, &body(TEXT, 500_000));
        stream.write_all(b"session=guess&more=").unwrap();
        let answer = heard(&stream, Duration::from_secs(10));
        assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
        scene.end().await;
    });
}

const IMPATIENT: (&str, &str) = ("CAIRN_BODY_GRACE_SECONDS", "1");

#[test]
fn a_body_that_stands_still_ends_and_a_slow_phone_gets_through() {
    with(&[IMPATIENT], |scene| async move {
        let guest = Guest::open(&scene.moodle, 0, "Teacher", "My badges").await;
        let cookies: Vec<String> = guest
            .browser
            .cookies("127.0.0.1")
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let course = guest.course.strip_prefix(&scene.origin).unwrap();
        let cookie = format!("Cookie: {}\r\n", cookies.join("; "));
        // Nobody, and somebody who is known by a cookie.
        for (path, more) in [
            ("/lti/launch", ""),
            ("/admin/sign-in", ""),
            (course, cookie.as_str()),
        ] {
            let began = Instant::now();
            let mut stream = begin(&scene.origin, path, &format!("{more}{}", body(TEXT, 1_000)));
            stream.write_all(b"a").unwrap();
            let answer = answered(&stream, Duration::from_secs(10));
            assert!(answer.starts_with("HTTP/1.1 408"), "{path}: {answer}");
            assert!(answer.contains("form.slow"), "{path}: {answer}");
            assert!(began.elapsed() < Duration::from_secs(5), "{path}");
        }
        // Two kilobytes a second, for longer than a body may stand still.
        let mut slow = begin(&scene.origin, "/lti/login", &body(TEXT, 5_000));
        for _ in 0..25 {
            slow.write_all(&[b'a'; 200]).unwrap();
            pause(100).await;
        }
        let answer = answered(&slow, Duration::from_secs(3));
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
        drop(slow);
        scene.end().await;
    });
}

#[test]
fn idle_connections_make_room_for_those_that_ask() {
    with(&[("CAIRN_CONNECTIONS_PER_ADDRESS", "50")], |scene| async move {
        let address = scene.origin.strip_prefix("http://").unwrap();
        let idle: Vec<_> = (0..300).map(|_| TcpStream::connect(address).unwrap()).collect();
        answers_as_before(&scene).await;
        pause(300).await;
        let left = idle.iter().filter(|stream| is_waited_for(stream)).count();
        assert!(left <= 50, "{left} connections are held");
        drop(idle);
        scene.end().await;
    });
}

#[test]
fn who_takes_no_answer_off_their_connections_gives_way_as_well() {
    with(&[("CAIRN_CONNECTIONS_PER_ADDRESS", "20")], |scene| async move {
        let address = scene.origin.strip_prefix("http://").unwrap();
        let head = format!("GET /verify HTTP/1.1\r\nHost: {address}\r\n\r\n");
        // More pages at a time than the sockets of both ends hold.
        let asked = head.repeat(100);
        let mut deaf = Vec::new();
        for _ in 0..60 {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(asked.as_bytes()).unwrap();
            deaf.push(stream);
            pause(10).await;
        }
        pause(500).await;
        answers_as_before(&scene).await;
        // Those that were ended end, although nothing was read of them before.
        let ended = deaf.iter().filter(|stream| ends(stream)).count();
        assert!(ended >= 40, "{ended} of 60 ended");
        drop(deaf);
        scene.end().await;
    });
}

/// Whether the connection ends once everything that is on its way has been read.
fn ends(mut stream: &TcpStream) -> bool {
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let mut piece = vec![0; 1 << 16];
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => return !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        }
    }
}

#[test]
fn where_every_connection_holds_back_a_form_the_oldest_gives_way() {
    with(&[("CAIRN_CONNECTIONS_PER_ADDRESS", "20")], |scene| async move {
        let mut held = Vec::new();
        for _ in 0..20 {
            held.push(held_back(&scene.origin, "/lti/launch", 1_000, 1));
            pause(20).await;
        }
        pause(1_200).await;
        answers_as_before(&scene).await;
        let told = held.iter().find(|stream| !is_waited_for(stream));
        assert!(told.is_some(), "nobody gave way");
        drop(held);
        scene.end().await;
    });
}

#[test]
fn one_client_behind_a_trusted_proxy_holds_so_many_requests_and_the_proxy_any_number() {
    let own = [
        ("CAIRN_TRUSTED_PROXIES", "127.0.0.1"),
        ("CAIRN_REQUESTS_IN_FLIGHT", "5"),
        ("CAIRN_CONNECTIONS_PER_ADDRESS", "5"),
    ];
    with(&own, |scene| async move {
        let of = |last: u8| format!("X-Forwarded-For: 203.0.113.{last}\r\n");
        let hold = |last: u8| {
            let lines = format!("{}{}", of(last), body(TEXT, 1_000));
            let mut stream = begin(&scene.origin, "/lti/launch", &lines);
            stream.write_all(b"a").unwrap();
            stream
        };
        let own: Vec<_> = (0..5).map(|_| hold(9)).collect();
        pause(200).await;
        let refused = get(&scene.origin, "/nothing", &of(9));
        assert!(refused.starts_with("HTTP/1.1 429"), "{refused}");
        assert!(refused.contains("retry-after: 5"), "{refused}");
        assert!(refused.contains("busy.client"), "{refused}");
        let alive = get(&scene.origin, "/healthz", &of(9));
        assert!(alive.starts_with("HTTP/1.1 200"), "{alive}");
        let others: Vec<_> = (10..13).map(hold).collect();
        let other = get(&scene.origin, "/nothing", &of(10));
        assert!(other.starts_with("HTTP/1.1 404"), "{other}");
        assert!(
            own.iter().chain(&others).all(is_waited_for),
            "the proxy holds eight"
        );
        pause(1_000).await;
        let later = get(&scene.origin, "/nothing", &of(9));
        assert!(
            later.starts_with("HTTP/1.1 404"),
            "a form that is held back gives way: {later}"
        );
        drop((own, others));
        scene.end().await;
    });
}
