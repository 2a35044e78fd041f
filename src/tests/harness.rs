//! Cairn and both practice LMSs, running, for one test.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use lti::services::Sleep;
use tokio::sync::watch;

use crate::app::Surroundings;
use crate::clock::{Clock, SharedClock, SystemClock};
use crate::demo::Demo;
use crate::random::SystemRandom;
use crate::service::{Cairn, Timers};
use crate::settings::Settings;
use crate::store::testing::{TestDatabase, jobs_due, jobs_left};
use practice_lms::browser::{Browser, Page, ThirdPartyCookies};
use practice_lms::{CourseRole, Flavour, LoginForm, Options, PracticeLms};

/// A clock that goes on by itself and can be put forward, where a test would have to wait.
#[derive(Debug, Default)]
pub(crate) struct ForwardClock(AtomicI64);

impl ForwardClock {
    pub(crate) fn forward(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_seconds(), Ordering::SeqCst);
    }
}

impl Clock for ForwardClock {
    fn now(&self) -> DateTime<Utc> {
        SystemClock.now() + TimeDelta::seconds(self.0.load(Ordering::SeqCst))
    }

    fn steady(&self) -> Duration {
        let forward = u64::try_from(self.0.load(Ordering::SeqCst)).unwrap_or_default();
        SystemClock.steady() + Duration::from_secs(forward)
    }
}

/// A timer that stands until it is put forward: whoever waits by it for a platform that hangs waits for the test.
#[derive(Debug)]
pub(crate) struct ManualTimer(watch::Sender<Duration>);

impl Default for ManualTimer {
    fn default() -> Self {
        Self(watch::Sender::new(Duration::ZERO))
    }
}

impl ManualTimer {
    pub(crate) fn forward(&self, by: Duration) {
        self.0.send_modify(|passed| *passed += by);
    }
}

#[async_trait]
impl Sleep for ManualTimer {
    async fn sleep(&self, time: Duration) {
        let mut passed = self.0.subscribe();
        let until = *passed.borrow() + time;
        // It lives as long as whoever sleeps by it.
        let _ = passed.wait_for(|passed| *passed >= until).await;
    }
}

/// A timer by which nobody waits.
#[derive(Debug)]
struct AtOnce;

#[async_trait]
impl Sleep for AtOnce {
    async fn sleep(&self, _: Duration) {}
}

/// Everything that one test needs; stopped with [`Scene::end`].
pub(crate) struct Scene {
    pub(crate) cairn: Arc<Cairn>,
    pub(crate) origin: String,
    pub(crate) moodle: PracticeLms,
    pub(crate) canvas: PracticeLms,
    server: actix_web::dev::ServerHandle,
    running: tokio::task::JoinHandle<()>,
    /// The data folder.
    pub(crate) folder: tempfile::TempDir,
    pub(crate) database: TestDatabase,
}

impl Scene {
    /// Starts everything on that database.
    pub(crate) async fn on(database: TestDatabase) -> Self {
        Self::with(database, &[]).await
    }

    /// The same with settings of one's own, as environment variables.
    pub(crate) async fn with(database: TestDatabase, own: &[(&str, &str)]) -> Self {
        Self::set(database, own, Arc::new(SystemClock), Timers::default()).await
    }

    /// The same by that clock, the platforms' included.
    pub(crate) async fn at(database: TestDatabase, clock: SharedClock) -> Self {
        Self::set(database, &[], clock, Timers::default()).await
    }

    /// The same by that clock, and with that timer for the patience with platforms.
    pub(crate) async fn timed(database: TestDatabase, clock: SharedClock, timer: Arc<ManualTimer>) -> Self {
        let timers = Timers {
            patience: Some(timer),
            ..Timers::default()
        };
        Self::set(database, &[], clock, timers).await
    }

    /// The same where a platform that fails is tried again at once.
    pub(crate) async fn hasty(database: TestDatabase) -> Self {
        let timers = Timers {
            tries: Some(Arc::new(AtOnce)),
            ..Timers::default()
        };
        Self::set(database, &[], Arc::new(SystemClock), timers).await
    }

    /// Where its numbers are read.
    pub(crate) fn metrics(&self) -> String {
        let listen = self.cairn.settings.metrics_listen.unwrap();
        format!("http://{}/metrics", listen.address)
    }

    async fn set(database: TestDatabase, own: &[(&str, &str)], clock: SharedClock, timers: Timers) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut environment = HashMap::from([
            ("CAIRN_LISTEN".to_owned(), "127.0.0.1:0".to_owned()),
            ("CAIRN_METRICS_LISTEN".to_owned(), "127.0.0.1:0".to_owned()),
            ("CAIRN_DATA_DIR".to_owned(), folder.path().display().to_string()),
            ("CAIRN_DATABASE_URL".to_owned(), database.url.clone()),
            ("CAIRN_DATABASE_CONNECTIONS".to_owned(), "4".to_owned()),
            ("CAIRN_WORKERS".to_owned(), "1".to_owned()),
        ]);
        environment.extend(
            own.iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let settings = Settings::load(None, &environment).unwrap();
        let surroundings = Surroundings {
            clock,
            random: Arc::new(SystemRandom),
            timers,
        };
        let demo = Demo::start(settings, surroundings, (0, 0)).await.unwrap();
        let Demo {
            application,
            moodle,
            canvas,
            ..
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
            folder,
            database,
        }
    }

    /// One more LMS that Cairn knows, on another port.
    pub(crate) async fn another(&self, flavour: Flavour, change: impl FnOnce(&mut Options)) -> PracticeLms {
        let mut options = Options::new(flavour, Arc::new(SystemClock), Arc::new(SystemRandom));
        options.public_origin = Some("http://localhost:PORT".to_owned());
        change(&mut options);
        // A Canvas of its own, not hosted: the hosted ones share an issuer and differ by client id alone.
        let issuer = (flavour == Flavour::Canvas).then(|| "https://canvas.example.edu".to_owned());
        let lms = PracticeLms::start_as(options, issuer).await.unwrap();
        let (flavour, name) = match flavour {
            Flavour::Moodle => (lti::registration::Flavour::Moodle, "Moodle at South Coast"),
            Flavour::Canvas => (lti::registration::Flavour::Canvas, "Canvas at South Coast"),
        };
        crate::demo::connect(&self.cairn, &lms, flavour, name)
            .await
            .unwrap();
        lms
    }

    pub(crate) fn database_url(&self) -> &str {
        &self.database.url
    }

    /// Both LMSs with their names, for tests that hold for each.
    pub(crate) fn platforms(&self) -> [(&'static str, &PracticeLms); 2] {
        [("moodle", &self.moodle), ("canvas", &self.canvas)]
    }

    /// Waits until the worker has nothing left to do, 30 seconds at most.
    pub(crate) async fn at_rest(&self) {
        let start = Instant::now();
        while jobs_left(&self.cairn.store, self.cairn.clock.now()).await > 0 {
            assert!(start.elapsed() < Duration::from_secs(30), "it never rests");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until nothing is due, 30 seconds at most: what failed or rests may wait for its time.
    pub(crate) async fn at_rest_for_now(&self) {
        let start = Instant::now();
        while jobs_due(&self.cairn.store, self.cairn.clock.now()).await > 0 {
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "something is always due"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Has Cairn stop at once, whatever it is doing.
    pub(crate) fn pull_the_plug(&self) {
        drop(self.server.stop(false));
    }

    /// Stops the server and waits for it.
    pub(crate) async fn end(self) {
        self.server.stop(true).await;
        self.running.await.unwrap();
        self.moodle.stop().await;
        self.canvas.stop().await;
    }
}

/// A browser that shows Cairn in a frame of `lms`, where third-party cookies do not come back unless partitioned.
pub(crate) fn framed(lms: &PracticeLms) -> Browser {
    Browser::new()
        .unwrap()
        .framed_by(lms.origin(), ThirdPartyCookies::PartitionedOnly)
}

/// Launches the first link of the first course as somebody with that role.
pub(crate) async fn launch_as(lms: &PracticeLms, browser: &mut Browser, role: CourseRole) -> Page {
    let world = lms.world();
    let course = world.courses()[0].id;
    let link = world.links(course)[0].id;
    let person = world.member(course, role).unwrap().id;
    browser
        .launch(&world.launch_form(course, person, link).unwrap())
        .await
        .unwrap()
}

/// The form that starts a launch of the first link of the first course, by somebody with that role.
pub(crate) fn launch_form(lms: &PracticeLms, role: CourseRole) -> LoginForm {
    let world = lms.world();
    let course = world.courses()[0].id;
    let link = world.links(course)[0].id;
    let person = world.member(course, role).unwrap().id;
    world.launch_form(course, person, link).unwrap()
}

/// Begins a login in `browser`: the authentication request with which it would leave for the LMS.
pub(crate) async fn authentication_request(browser: &mut Browser, form: &LoginForm) -> String {
    let login = browser.login(form).await.unwrap();
    if let Some(location) = login.header("location") {
        return location.to_owned();
    }
    let forms = login.forms();
    let here = forms
        .iter()
        .find(|form| form.attributes.iter().any(|(_, id)| id == "here"));
    let here = here.unwrap_or_else(|| panic!("{}", login.words()));
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(here.filled(&[]))
        .finish();
    format!("{}?{query}", here.action)
}

/// The signed form with which the LMS answers the login of `browser`, not yet posted.
pub(crate) async fn signed(lms: &PracticeLms, browser: &mut Browser, role: CourseRole) -> LoginForm {
    let request = authentication_request(browser, &launch_form(lms, role)).await;
    lms.world().authorize(&request).unwrap()
}

/// Whether a browser holds a visit of Cairn's.
pub(crate) fn has_visit(browser: &Browser) -> bool {
    let cookies = browser.cookies("127.0.0.1");
    cookies
        .iter()
        .any(|(name, _)| name.starts_with("cairn_") && name != "cairn_probe")
}

/// Runs `test` on each database that it is dealt, on a runtime like the server's.
pub(crate) fn on_each_database<F: Future<Output = ()>>(test: impl Fn(Scene) -> F) {
    for database in TestDatabase::dealt() {
        crate::app::block_on(async {
            let scene = Scene::on(database).await;
            test(scene).await;
        });
    }
}
