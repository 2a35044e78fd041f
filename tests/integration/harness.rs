//! Cairn and both practice LMSs, running, for one test.

use std::collections::HashMap;
use std::sync::Arc;

use cairn::app::Surroundings;
use cairn::clock::SystemClock;
use cairn::demo::Demo;
use cairn::practice_lms::CourseRole;
use cairn::practice_lms::PracticeLms;
use cairn::practice_lms::browser::{Browser, Page, ThirdPartyCookies};
use cairn::random::SystemRandom;
use cairn::service::Cairn;
use cairn::settings::Settings;
use cairn::store::testing::TestDatabase;

/// Everything that one test needs; stopped with [`Scene::end`].
pub struct Scene {
    pub cairn: Arc<Cairn>,
    pub origin: String,
    pub moodle: PracticeLms,
    pub canvas: PracticeLms,
    server: actix_web::dev::ServerHandle,
    running: tokio::task::JoinHandle<()>,
    _folder: tempfile::TempDir,
    _database: TestDatabase,
}

impl Scene {
    /// Starts everything on that database.
    pub async fn on(database: TestDatabase) -> Self {
        Self::with(database, &[]).await
    }

    /// The same with further settings, as variables of the environment.
    pub async fn with(database: TestDatabase, more: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut environment = HashMap::from([
            ("CAIRN_LISTEN".to_owned(), "127.0.0.1:0".to_owned()),
            ("CAIRN_DATA_DIR".to_owned(), folder.path().display().to_string()),
            ("CAIRN_DATABASE_URL".to_owned(), database.url.clone()),
            ("CAIRN_DATABASE_CONNECTIONS".to_owned(), "4".to_owned()),
            ("CAIRN_WORKERS".to_owned(), "1".to_owned()),
        ]);
        environment.extend(
            more.iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let settings = Settings::load(None, &environment).unwrap();
        let surroundings = Surroundings {
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
        };
        let demo = Demo::start(settings, surroundings, (0, 0)).await.unwrap();
        let Demo {
            application,
            moodle,
            canvas,
        } = demo;
        let (cairn, origin, server) = (application.cairn(), application.origin(), application.handle());
        let running = tokio::task::spawn_local(async move { application.run().await.unwrap() });
        Self {
            cairn,
            origin,
            moodle,
            canvas,
            server,
            running,
            _folder: folder,
            _database: database,
        }
    }

    /// Both LMSs with their names, for tests that hold for each.
    pub fn platforms(&self) -> [(&'static str, &PracticeLms); 2] {
        [("moodle", &self.moodle), ("canvas", &self.canvas)]
    }

    /// Stops the server and waits for it.
    pub async fn end(self) {
        self.server.stop(true).await;
        self.running.await.unwrap();
        self.moodle.stop().await;
        self.canvas.stop().await;
    }
}

/// A browser that shows Cairn in a frame of `lms`, where third-party cookies do not come back unless partitioned.
pub fn framed(lms: &PracticeLms) -> Browser {
    Browser::new()
        .unwrap()
        .framed_by(lms.origin(), ThirdPartyCookies::PartitionedOnly)
}

/// Launches the first link of the first course as somebody with that role.
pub async fn launch_as(lms: &PracticeLms, browser: &mut Browser, role: CourseRole) -> Page {
    let world = lms.world();
    let course = world.courses()[0].id;
    let link = world.links(course)[0].id;
    let person = world.member(course, role).unwrap().id;
    browser
        .launch(&world.launch_form(course, person, link).unwrap())
        .await
        .unwrap()
}

/// Runs `test` on each database that there is, on a runtime like the server's.
pub fn on_each_database<F: Future<Output = ()>>(test: impl Fn(Scene) -> F) {
    for database in TestDatabase::all() {
        cairn::app::block_on(async {
            let scene = Scene::on(database).await;
            test(scene).await;
        });
    }
}
