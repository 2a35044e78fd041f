//! The whole gradebook of a course of 5,000 students and 40 columns, read by the interface of its LMS: Canvas by pages, Moodle
//! person by person. `cargo bench --bench rest_grades`. The LMS is the practice LMS in this process, over real HTTP; Cairn keeps
//! what it reads in a SQLite file. A first reading writes every grade, a second one finds nothing new.
//!
//! `CAIRN_REST_STUDENTS` makes a smaller run.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a benchmark"
)]

use std::sync::Arc;
use std::time::Instant;

use ambient::clock::SystemClock;
use ambient::random::SystemRandom;
use cairn::benchmarks::{Found, Installation, Readable};
use gradebook_rest::canvas::scope::Scope;
use practice_lms::{CourseRole, Flavour, Options, PracticeLms, World};
use rust_decimal::Decimal;

const COLUMNS: usize = 40;

fn main() {
    let students = std::env::var("CAIRN_REST_STUDENTS").map_or(5_000, |text| text.parse().unwrap());
    cairn::app::block_on(async {
        for flavour in [Flavour::Canvas, Flavour::Moodle] {
            measure(flavour, students).await;
        }
    });
}

async fn measure(flavour: Flavour, students: usize) {
    let options = Options {
        students: 12,
        ..Options::new(flavour, Arc::new(SystemClock), Arc::new(SystemRandom))
    };
    let lms = PracticeLms::start(options).await.unwrap();
    let world = lms.world();
    let course = world.courses().remove(0);
    world.grow(course.id, students);
    for column in 0..COLUMNS {
        let label = format!("Assignment {column}");
        let id = world.add_native(course.id, &label, "assignment", Decimal::ONE_HUNDRED);
        world.fill_column(course.id, id, |n| Some(Decimal::from((n + column) % 101)));
    }
    let readable = Readable {
        is_canvas: flavour == Flavour::Canvas,
        origin: world.origin().to_owned(),
        course: course.id,
        context: match flavour {
            Flavour::Canvas => course.context_id.clone(),
            _ => course.id.to_string(),
        },
        token: token(&world, flavour, course.id),
        students: world
            .students(course.id)
            .into_iter()
            .map(|one| (one.sub, one.id))
            .collect(),
    };
    let folder = tempfile::tempdir().unwrap();
    let cairn = Installation::open(folder.path(), "127.0.0.1:0").await;
    let gradebook = cairn.gradebook(readable).await;
    for what in ["read", "read again, nothing new"] {
        world.forget_asked();
        let (cpu, began) = (processor(), Instant::now());
        let found: Found = cairn.read_grades(&gradebook).await;
        let (cpu, took) = (processor() - cpu, began.elapsed().as_secs_f64());
        assert!(found.is_whole, "{found:?}");
        println!(
            "{flavour:?}, {students} students, {COLUMNS} columns: {what}: {took:.1} s, {cpu:.1} s of processor time of both sides, {} cells, {} grades, at most {} requests under way",
            found.cells,
            found.grades,
            world.faults().peak_in_flight()
        );
    }
    println!(
        "  memory of this process at most, the LMS and its database in it: {} MB",
        memory()
    );
}

/// With which grades are read: of a teacher (Canvas), or of an account that only reads (Moodle).
fn token(world: &World, flavour: Flavour, course: u64) -> String {
    if flavour == Flavour::Canvas {
        let scopes = Scope::GRADES.iter().chain(&Scope::SECTIONS);
        let scopes: Vec<&str> = scopes.map(|scope| scope.as_str()).collect();
        let key = world.add_api_key(&["https://badges.example/back"], &scopes);
        world.change_api_key(&key.client_id, |key| {
            key.allows_includes = true;
            key.expires_tokens = false;
        });
        let teacher = world.member(course, CourseRole::Teacher).unwrap().id;
        world.api_token(&key.client_id, teacher).unwrap().0
    } else {
        let (_, token) = world.add_service_account();
        world.serve_function(&token, "core_grades_get_gradeitems", true);
        token
    }
}

/// Processor seconds of this process so far, as `benches/load` counts them.
fn processor() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks = |n: usize| fields[n].parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / 100.0
}

/// The most that it had, in MB.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes / 1024
}
