//! `cairn demo`: everything on this machine, to be clicked through.

use clap::Args;

use super::{CommandError, actix_runtime};
use crate::app::Surroundings;
use crate::demo::{Demo, tour};
use crate::settings::Settings;
use crate::telemetry;

#[derive(Debug, Args)]
pub struct DemoArguments {
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
pub fn run(settings: &Settings, arguments: &DemoArguments) -> Result<(), CommandError> {
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
        println!("A Moodle-like LMS     {}", demo.moodle.origin());
        println!("A Canvas-like LMS     {}", demo.canvas.origin());
        println!("Cairn                 {}\n", demo.application.origin());
        println!("Open one of the LMSs, choose a person and a course, and click a link to Cairn.");
        println!("Stop with Ctrl-C; nothing is kept.");
        demo.application.run().await?;
        Ok(())
    });
    // The folder held only this demo; when it cannot be removed, the system's own cleaning will.
    let _ = std::fs::remove_dir_all(&folder);
    ran
}

/// Serves until the tour is over.
#[expect(clippy::print_stdout, reason = "this is the command line")]
async fn walk(demo: Demo, folder: &std::path::Path) -> Result<(), CommandError> {
    let Demo {
        application,
        moodle,
        canvas,
    } = demo;
    let places = crate::demo::places(&application.cairn(), &moodle, &canvas);
    let handle = application.handle();
    let serving = tokio::task::spawn_local(application.run());
    let walked = tour::walk(&places, folder, &|line| println!("{line}")).await;
    handle.stop(true).await;
    serving.await??;
    walked?;
    Ok(())
}
