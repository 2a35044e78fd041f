//! Somebody without a login who takes up what they can: forms that are held back, bodies of one byte, idle connections. Memory
//! before, while and after; and how `/healthz` and a launch answer meanwhile.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ambient::clock::SystemClock;
use ambient::random::SystemRandom;
use lti::registration::Flavour;
use practice_lms::{self, Browser, CourseRole, Options, PracticeLms};

use super::tool::Tool;

/// Most bytes of a form of somebody who is not known.
const FORM: usize = 64 << 10;
const FORMS: [&str; 6] = [
    "/c/nothing/window",
    "/lti/claim",
    "/admin/sign-in",
    "/admin/link/nothing",
    "/lti/launch",
    "/lti/login",
];

pub(crate) async fn measure(tool: &Tool) {
    let allowed = cairn::benchmarks::open_many();
    let options = Options::new(
        practice_lms::Flavour::Moodle,
        Arc::new(SystemClock),
        Arc::new(SystemRandom),
    );
    let lms = PracticeLms::start(options).await.unwrap();
    tool.connect(&lms, "Abuse", Flavour::Moodle);
    for _ in 0..20 {
        answers(tool, &lms, "before").await;
    }
    println!("{allowed} files and connections may be open");

    let grown = part(tool, &lms, "100 forms that hold back their last byte", || {
        forms(tool, 100, FORM, FORM - 1)
    })
    .await;
    super::line(
        "  memory beyond before, while they are held",
        grown,
        1,
        "MB",
        20.0,
    );
    part(tool, &lms, "2,000 bodies of one byte", || {
        forms(tool, 2_000, 1_000, 1)
    })
    .await;
    part(tool, &lms, "10,000 idle connections", || idle(tool, 10_000)).await;
    lms.stop().await;
}

/// Takes up, asks, and lets go; by how many MB memory was more meanwhile.
async fn part(tool: &Tool, lms: &PracticeLms, what: &str, take: impl FnOnce() -> Vec<TcpStream>) -> f64 {
    println!("{what}");
    let before = tool.memory();
    answers(tool, lms, "before").await;
    let began = Instant::now();
    let taken = take();
    println!(
        "  {} connections made in {:.2} s",
        taken.len(),
        began.elapsed().as_secs_f64()
    );
    answers(tool, lms, "while").await;
    let meanwhile = tool.memory();
    answers(tool, lms, "a moment later").await;
    println!(
        "  {} of them are still open",
        taken.iter().filter(|one| is_open(one)).count()
    );
    drop(taken);
    pause(1_000).await;
    answers(tool, lms, "after").await;
    println!(
        "  memory before {before:.1} MB, while {meanwhile:.1} MB, after {:.1} MB",
        tool.memory()
    );
    meanwhile - before
}

fn forms(tool: &Tool, count: usize, announced: usize, sent: usize) -> Vec<TcpStream> {
    let bytes = vec![b'a'; sent];
    let paths = FORMS.iter().cycle().take(count);
    paths
        .map(|path| {
            let mut stream = TcpStream::connect(tool.address).unwrap();
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: {}\r\nSec-Fetch-Site: same-origin\r\nContent-Type: \
                 application/x-www-form-urlencoded\r\nContent-Length: {announced}\r\n\r\n",
                tool.address
            );
            // One that is refused may be closed at once.
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(&bytes);
            stream
        })
        .collect()
}

fn idle(tool: &Tool, count: usize) -> Vec<TcpStream> {
    (0..count)
        .map(|_| TcpStream::connect(tool.address).unwrap())
        .collect()
}

fn is_open(mut stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let read = stream.read(&mut [0; 16]);
    matches!(read, Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
}

async fn pause(milliseconds: u64) {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
}

/// How long `/healthz` and a launch take.
async fn answers(tool: &Tool, lms: &PracticeLms, when: &str) {
    let began = Instant::now();
    let mut browser = Browser::new().unwrap();
    let alive = browser.get(&format!("{}/healthz", tool.origin())).await.unwrap();
    assert_eq!(alive.status, 200, "{}", alive.text());
    let health = began.elapsed();
    let world = lms.world();
    let course = world.courses()[0].id;
    let person = world.member(course, CourseRole::Teacher).unwrap().id;
    let form = world
        .launch_form(course, person, world.links(course)[0].id)
        .unwrap();
    let began = Instant::now();
    let page = browser.launch(&form).await.unwrap();
    assert_eq!(page.status, 200, "{}", page.text());
    println!(
        "  {when}: /healthz in {:.1} ms, a launch in {:.1} ms",
        health.as_secs_f64() * 1_000.0,
        began.elapsed().as_secs_f64() * 1_000.0
    );
}
