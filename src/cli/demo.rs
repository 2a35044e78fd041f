//! `cairn demo`: everything on this machine, to be clicked through.

use clap::Args;

use super::{CommandError, actix_runtime};
use crate::app::Surroundings;
use crate::demo::{Demo, tour};
use crate::settings::Settings;
use crate::telemetry;
use practice_lms::CourseRole;

#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    /// Ports of Cairn, the Moodle-like and the Canvas-like practice LMS; 0 takes a free one.
    #[arg(long, num_args = 3, default_values_t = [8080, 8081, 8082], value_names = ["CAIRN", "MOODLE", "CANVAS"])]
    ports: Vec<u16>,
    /// Walk the guided tour without a person, leave every credential in this folder, and stop.
    #[arg(long, value_name = "DIR")]
    tour: Option<std::path::PathBuf>,
}

/// Starts everything in a new folder, which is removed at the end, and says where to look.
///
/// # Errors
/// When a port is taken or anything else does not start.
#[expect(clippy::print_stdout, reason = "this is the command line")]
pub(crate) fn run(settings: &Settings, arguments: &DemoArguments) -> Result<(), CommandError> {
    telemetry::start_logging("warn", settings.log_format);
    let ports = if arguments.tour.is_some() {
        vec![0; 3]
    } else {
        arguments.ports.clone()
    };
    let [cairn, moodle, canvas] = <[u16; 3]>::try_from(ports)
        .map_err(|_| "--ports takes three numbers: Cairn's, the Moodle's and the Canvas's.")?;
    let folder = std::env::temp_dir().join(format!("cairn-demo-{}", std::process::id()));
    let environment = std::collections::HashMap::from([
        ("CAIRN_LISTEN".to_owned(), format!("127.0.0.1:{cairn}")),
        ("CAIRN_METRICS_LISTEN".to_owned(), "off".to_owned()),
        ("CAIRN_DATA_DIR".to_owned(), folder.display().to_string()),
        (
            "CAIRN_IDENTITY_ORIGIN".to_owned(),
            "https://badges.example".to_owned(),
        ),
    ]);
    let demo_settings = Settings::load(None, &environment)?;
    let tour = arguments.tour.clone();
    let ran = actix_runtime(async move {
        let demo = Demo::start(demo_settings, Surroundings::default(), (moodle, canvas)).await?;
        if let Some(folder) = tour {
            return walk(demo, &folder).await;
        }
        demo.read_moodle().await?;
        let console = demo.console().await?;
        println!("{}", guide(&demo, &console));
        demo.application.run().await?;
        Ok(())
    });
    // The folder held only this demo; when it cannot be removed, the system's own cleaning will.
    let _ = std::fs::remove_dir_all(&folder);
    ran
}

/// What to look at, with links: the tour for a person.
fn guide(demo: &Demo, console: &str) -> String {
    use std::fmt::Write as _;
    let mut text = format!(
        "Cairn runs at {}, inside two practice LMSs:\n",
        demo.application.origin()
    );
    for (name, lms) in [("Moodle", &demo.moodle), ("Canvas", &demo.canvas)] {
        let world = lms.world();
        let Some(course) = world.courses().into_iter().next() else {
            continue;
        };
        let (staff, students) = (
            world.member(course.id, CourseRole::Teacher),
            world.students(course.id),
        );
        let (Some(teacher), Some(student)) = (staff, students.first()) else {
            continue;
        };
        let page =
            |rest: &str, person: u64| format!("{}/course/{}{rest}?user={person}", lms.origin(), course.id);
        let link = |title: &str| {
            let links = world.links(course.id);
            links
                .iter()
                .find(|link| link.title == title)
                .map(|link| format!("/link/{}", link.id))
                .unwrap_or_default()
        };
        let (badges, report) = (link("My badges"), link("Project report"));
        let _ = writeln!(text, "\nA {name}-like LMS, {}", lms.origin());
        let steps = [
            (
                format!("1. {} says what the report opens", teacher.name),
                page(&report, teacher.id),
            ),
            (
                "2. She makes a badge and its rule, and looks who would earn it".to_owned(),
                page(&badges, teacher.id),
            ),
            (
                format!("3. {} hands in a report", student.name),
                page(&report, student.id),
            ),
            (
                "4. The teacher grades in the LMS".to_owned(),
                page("/gradebook", teacher.id),
            ),
            (
                "   and in Cairn reviews (“Evidence”) and checks (“Check now”)".to_owned(),
                page(&badges, teacher.id),
            ),
            (
                "5. The student’s badges, each with a page for others".to_owned(),
                page(&badges, student.id),
            ),
        ];
        for (step, link) in steps {
            let _ = writeln!(text, "  {step:<64}{link}");
        }
    }
    text.push_str(&beyond(demo, console));
    text.push_str("\n`cairn demo --tour DIR` walks all of this by itself and leaves the badges in DIR.\n");
    text.push_str(
        "Badges are signed as https://badges.example; put this server’s address in its place to open them.\n",
    );
    text.push_str("Stop with Ctrl-C; nothing is kept.");
    text
}

/// Grades of the LMSs' own: one is read already, and how the other comes to be, with everything that is typed.
fn beyond(demo: &Demo, console: &str) -> String {
    let (page, back) = demo.canvas_beyond();
    let lms = demo.canvas.origin();
    format!(
        "\nGrades of the LMS itself, such as “Weekly quiz”, count too: in a rule choose “Grade in the course site or a file”.\n\
         The Moodle-like LMS is read already. To read the Canvas-like one, as an administrator does once:\n\
         \x20 a. Open {lms}/practice/admin/keys: paste {back} as redirect URI,\n\
         \x20    tick “Allow Include Parameters”, leave the scopes, and save. Copy the client id and the key.\n\
         \x20 b. Come into the console by {console} (once, within 30 minutes)\n\
         \x20    and open {page}: the address is {lms}; paste both.\n\
         \x20 c. “Sign in to Canvas” there, as Alex Admin. The next “Check now” of a teacher reads the grades.\n"
    )
}

/// Serves until the tour is over.
#[expect(clippy::print_stdout, reason = "this is the command line")]
async fn walk(demo: Demo, folder: &std::path::Path) -> Result<(), CommandError> {
    let Demo {
        application,
        moodle,
        canvas,
        ..
    } = demo;
    let places = crate::demo::places(&application.cairn(), &moodle, &canvas).await?;
    let handle = application.handle();
    let serving = tokio::task::spawn_local(application.run());
    let walked = tour::walk(&places, folder, &|line| println!("{line}")).await;
    handle.stop(true).await;
    serving.await??;
    walked?;
    Ok(())
}
