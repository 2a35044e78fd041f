//! Reading a large course: members and results of ten columns, each answer 20 ms late.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ambient::clock::SystemClock;
use ambient::random::SystemRandom;
use cairn::benchmarks::Installation;
use lti::registration::Flavour;
use lti::services::Platform;
use lti::services::grades::LineItemFilter;
use practice_lms::{self, Endpoint, Fault, Options, PracticeLms, World};
use rust_decimal::Decimal;
use url::Url;

use super::tool::Tool;

const COLUMNS: usize = 10;

pub(crate) async fn measure(tool: &Tool, flavour: Flavour, members: usize) {
    let (name, imitated, aim) = match flavour {
        Flavour::Canvas => ("Canvas", practice_lms::Flavour::Canvas, 3.0),
        _ => ("Moodle", practice_lms::Flavour::Moodle, 1.5),
    };
    let options = Options {
        students: members,
        delay: Duration::from_millis(20),
        ..Options::new(imitated, Arc::new(SystemClock), Arc::new(SystemRandom))
    };
    let lms = PracticeLms::start(options).await.unwrap();
    tool.connect(&lms, name, flavour);
    let world = lms.world();
    let course = world.courses()[0].id;
    fill(&world, course);

    // The same data folder as the running process, whose key the LMS fetches.
    let cairn = Installation::open(tool.folder.path(), &tool.address.to_string()).await;
    let platform = cairn.platform(name).await;
    let addresses = addresses(&world, flavour, course);

    let took = read(&platform, &addresses, &world, course).await;
    let what = format!("read {members} members × {COLUMNS} line items, {name}");
    super::line(&what, took, 2, "s", aim);
    let faults = world.faults();
    let peak = faults.peak_in_flight();
    println!("  at most {peak} requests in flight; nothing missing");
    assert!(peak <= 10, "{peak} requests at once");

    faults.inject(Endpoint::Results, &Fault::Throttled, 15);
    faults.inject(Endpoint::Members, &Fault::TooManyRequests, 2);
    let took = read(&platform, &addresses, &world, course).await;
    println!(
        "  throttled 17 times: {took:.2} s, nothing missing, now at most {} in flight",
        platform.in_flight()
    );
    lms.stop().await;
}

fn fill(world: &World, course: u64) {
    let of_ours = || {
        let all = world.line_items(course);
        all.into_iter()
            .filter(|item| item.tool == Some(0))
            .collect::<Vec<_>>()
    };
    for n in of_ours().len()..COLUMNS {
        world.add_link(course, &format!("Exercise {n}"), 0, Some(Decimal::ONE_HUNDRED));
    }
    for item in of_ours() {
        world.fill_column(course, item.id, |n| Some(Decimal::from(n % 101)));
    }
}

/// Line items and memberships, as the claims of a launch name them.
fn addresses(world: &World, flavour: Flavour, course: u64) -> [Url; 2] {
    let paths = match flavour {
        Flavour::Canvas => [
            format!("/api/lti/courses/{course}/line_items"),
            format!("/api/lti/courses/{course}/names_and_roles"),
        ],
        _ => [
            format!("/mod/lti/services.php/{course}/lineitems?type_id=1"),
            format!("/mod/lti/services.php/CourseSection/{course}/bindings/1/memberships"),
        ],
    };
    paths.map(|path| world.url(&path).parse().unwrap())
}

/// Reads everything as a check does and holds it against the gradebook. Seconds.
async fn read(platform: &Platform, [line_items, members]: &[Url; 2], world: &World, course: u64) -> f64 {
    let began = Instant::now();
    let items = platform
        .line_items(line_items, &LineItemFilter::default())
        .await
        .unwrap();
    let urls: Vec<Url> = items.into_iter().map(|item| item.id).collect();
    let all = platform.read_course(members, &urls).await;
    let took = began.elapsed().as_secs_f64();
    assert_eq!(all.members.unwrap().members.len(), world.members(course).len());
    assert_eq!(all.results.len(), COLUMNS);
    let students = world.students(course).len();
    for rows in all.results {
        let rows = rows.unwrap();
        assert_eq!(rows.iter().filter(|row| row.score.is_some()).count(), students);
    }
    took
}
