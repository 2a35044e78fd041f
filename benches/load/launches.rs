//! Whole launches: login, redirect, signed form, session, page.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use ambient::clock::SystemClock;
use ambient::random::SystemRandom;
use lti::registration::Flavour;
use practice_lms::{self, Browser, CourseRole, Options, PracticeLms};

use super::tool::Tool;

/// Browsers at one time.
const BROWSERS: usize = 4;

pub(crate) async fn measure(tool: &Tool, launches: usize) {
    let options = Options::new(
        practice_lms::Flavour::Moodle,
        Arc::new(SystemClock),
        Arc::new(SystemRandom),
    );
    let lms = PracticeLms::start(options).await.unwrap();
    tool.connect(&lms, "Launches", Flavour::Moodle);
    walk(tool, &lms, launches.min(200)).await;

    let (cpu, began) = (tool.cpu(), Instant::now());
    walk(tool, &lms, launches).await;
    let (cpu, took) = (tool.cpu() - cpu, began.elapsed().as_secs_f64());
    let thousands = f64::from(u32::try_from(launches).unwrap()) / 1_000.0;
    println!(
        "{launches} launches in {took:.1} s, {:.0} a second with {BROWSERS} browsers and the LMS on the same machine",
        thousands * 1_000.0 / took
    );
    let each = cpu / thousands;
    let nothing = idle(tool, launches).await / thousands;
    super::line("full launch, tool CPU for 1,000", each, 3, "s", 0.4);
    println!(
        "  {:.1} times three requests that do nothing, as a launch has three ({nothing:.3})",
        each / nothing
    );
    let memory = tool.memory();
    super::line(
        &format!("memory after {launches} launches"),
        memory,
        1,
        "MB",
        64.0,
    );
    lms.stop().await;
}

/// What HTTP alone costs here: CPU seconds for three times so many requests to a page without a database, by the same
/// number of browsers.
async fn idle(tool: &Tool, times: usize) -> f64 {
    let address = format!("{}/healthz", tool.origin());
    let cpu = tool.cpu();
    let mut running = Vec::new();
    for _ in 0..BROWSERS {
        let (mut browser, address) = (Browser::new().unwrap(), address.clone());
        running.push(tokio::task::spawn_local(async move {
            for _ in 0..3 * times / BROWSERS {
                assert_eq!(browser.get(&address).await.unwrap().status, 200);
            }
        }));
    }
    for one in running {
        one.await.unwrap();
    }
    tool.cpu() - cpu
}

async fn walk(tool: &Tool, lms: &PracticeLms, launches: usize) {
    let world = lms.world();
    let course = world.courses()[0].id;
    let link = world.links(course)[0].id;
    let people: Vec<u64> = world
        .members(course)
        .into_iter()
        .filter(|member| matches!(member.role, CourseRole::Student | CourseRole::Teacher))
        .map(|member| member.id)
        .collect();
    let next = Arc::new(AtomicUsize::new(0));
    let mut running = Vec::new();
    for _ in 0..BROWSERS {
        // A browser that has been here before: it is known to keep cookies, so the login leaves at once.
        let mut visited = Browser::new().unwrap().sending("accept-encoding", "gzip");
        visited.get(&format!("{}/healthz", tool.origin())).await.unwrap();
        visited.set_cookie("127.0.0.1", "cairn_probe", "1");
        let (world, people, next) = (world.clone(), people.clone(), Arc::clone(&next));
        running.push(tokio::task::spawn_local(async move {
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= launches {
                    return;
                }
                let form = world.launch_form(course, people[n % people.len()], link).unwrap();
                let page = visited.clone().launch(&form).await.unwrap();
                assert_eq!(page.status, 200, "{}", page.text());
                assert_eq!(page.header("content-encoding"), Some("gzip"));
            }
        }));
    }
    for one in running {
        one.await.unwrap();
    }
}
