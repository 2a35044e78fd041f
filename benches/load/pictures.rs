//! Pictures while somebody makes up others without end: how long a picture of a course page takes before and meanwhile, and by how
//! much memory grows.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::Client;

use super::tool::Tool;

/// Pictures of a course page that are asked for, one after another.
const ASKED: usize = 1_000;
/// Requests that the stranger has under way at one time.
const AT_ONCE: usize = 64;

pub(crate) async fn measure(tool: &Tool) {
    let before = tool.memory();
    let quiet = course_page(tool).await;
    let (stop, drawn, refused) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
        Arc::new(AtomicUsize::new(0)),
    );
    let stranger = client(Ipv4Addr::new(127, 0, 0, 2));
    let storm: Vec<_> = (0..AT_ONCE)
        .map(|first| {
            let (stop, drawn, refused) = (Arc::clone(&stop), Arc::clone(&drawn), Arc::clone(&refused));
            let (stranger, origin) = (stranger.clone(), tool.origin());
            tokio::spawn(async move {
                for n in (first..1 << 24).step_by(AT_ONCE) {
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                    let address = format!("{origin}/p/drawn.png?initials=AB&shape=stones&colour=%23{n:06x}");
                    let counted = match stranger.get(address).send().await {
                        Ok(answer) if answer.status() == 200 => &drawn,
                        _ => &refused,
                    };
                    counted.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(5)).await;
    let meanwhile = course_page(tool).await;
    let grown = tool.memory() - before;
    stop.store(true, Ordering::SeqCst);
    for one in storm {
        one.await.unwrap();
    }
    println!(
        "{} pictures made up by a stranger, {} requests refused",
        drawn.load(Ordering::SeqCst),
        refused.load(Ordering::SeqCst)
    );
    let what = format!("picture of a course page, median of {ASKED}");
    super::line(&format!("{what}, quiet"), quiet.0, 2, "ms", 5.0);
    super::line(
        &format!("{what}, while a stranger draws"),
        meanwhile.0,
        2,
        "ms",
        20.0,
    );
    println!("  99th percentile {:.2} ms, then {:.2} ms", quiet.1, meanwhile.1);
    super::line("  memory beyond before", grown, 1, "MB", 64.0);
}

/// A client whose requests come from that address.
fn client(from: Ipv4Addr) -> Client {
    #[allow(
        clippy::disallowed_methods,
        reason = "somebody outside of Cairn, who asks for pictures"
    )]
    let client = Client::builder();
    client.local_address(IpAddr::V4(from)).build().unwrap()
}

/// Median and 99th percentile in milliseconds. Every tenth picture is one that nobody asked for before.
async fn course_page(tool: &Tool) -> (f64, f64) {
    static NEW: AtomicUsize = AtomicUsize::new(0);
    let student = client(Ipv4Addr::new(127, 0, 0, 3));
    let mut took = Vec::with_capacity(ASKED);
    for n in 0..ASKED {
        let colour = if n % 10 == 0 {
            NEW.fetch_add(1, Ordering::SeqCst)
        } else {
            0
        };
        let address = format!(
            "{}/p/drawn.svg?initials=QM&shape=hexagon&colour=%23{colour:06x}",
            tool.origin()
        );
        let began = Instant::now();
        let answer = student.get(address).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.bytes().await.unwrap();
        took.push(began.elapsed());
    }
    took.sort_unstable();
    let at = |part: usize| took[(took.len() * part / 100).min(took.len() - 1)].as_secs_f64() * 1_000.0;
    (at(50), at(99))
}
