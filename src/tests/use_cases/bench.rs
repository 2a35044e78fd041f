//! Cairn beside a practice LMS, for one test.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::clock::ManualClock;
use crate::domain::badge::{Design, Expiry, Kind, Picture, Shape};
use crate::domain::course::{Course, Services as Offered};
use crate::domain::platform::{Deployment, DeploymentState};
use crate::ids::DeploymentId;
use crate::net::{NetError, Request, Response, Transport};
use crate::random::{SharedRandom, SystemRandom};
use crate::service::Cairn;
use crate::service::institution::administrators::Operator;
use crate::service::institution::connecting::{self, NewPlatform};
use crate::settings::Settings;
use crate::store::courses::CourseSeen;
use crate::store::deployments;
use crate::store::testing::TestDatabase;
use crate::store::testing::shortcuts::launch_course;
use lti::registration::{Flavour, Registration, RegistrationDraft};
use lti::services::{Pacing, Services, Sleep};
use lti::token::{ClientAssertionKey, TokenService};
use practice_lms::{self, Fault, Options, PracticeLms, Tool, World};

/// An answer must be there after so long, unless a test says otherwise.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct Bench {
    pub(crate) cairn: Arc<Cairn>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) settings: Settings,
    pub(crate) patience: Arc<Mutex<Duration>>,
    pub(crate) world: World,
    /// The course at the LMS, and its column of ours.
    pub(crate) at: u64,
    pub(crate) column: u64,
    pub(crate) course: Course,
    pub(crate) registration: Registration,
    _lms: PracticeLms,
    _keys: MockServer,
    _folder: tempfile::TempDir,
    _database: TestDatabase,
}

/// Cairn beside a practice Moodle, on each database.
pub(super) async fn benches() -> Vec<Bench> {
    benches_of(Flavour::Moodle, |_| {}).await
}

pub(super) async fn benches_of(flavour: Flavour, adjust: impl Fn(&mut Settings)) -> Vec<Bench> {
    let mut all = Vec::new();
    for database in TestDatabase::all() {
        all.push(Bench::on(database, flavour, &adjust).await);
    }
    all
}

/// The way out with a patience that a test can shorten, also of what is under way.
#[derive(Debug)]
struct Hasty(Arc<dyn Transport>, Arc<Mutex<Duration>>);

#[async_trait]
impl Transport for Hasty {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        let (url, begun) = (request.url.clone(), Instant::now());
        let mut answer = self.0.send(request);
        loop {
            tokio::select! {
                answer = &mut answer => return answer,
                () = tokio::time::sleep(Duration::from_millis(10)) => {}
            }
            if begun.elapsed() > *self.1.lock().unwrap() {
                return Err(NetError::TimedOut(url));
            }
        }
    }
}

/// Tries again at once.
#[derive(Debug)]
struct NoSleep;

#[async_trait]
impl Sleep for NoSleep {
    async fn sleep(&self, _: Duration) {}
}

/// Never tries again.
#[derive(Debug)]
struct Endless;

#[async_trait]
impl Sleep for Endless {
    async fn sleep(&self, _: Duration) {
        std::future::pending().await
    }
}

impl Bench {
    async fn on(database: TestDatabase, flavour: Flavour, adjust: impl Fn(&mut Settings)) -> Self {
        let start: DateTime<Utc> = "2026-11-23T22:06:52Z".parse().unwrap();
        let clock = Arc::new(ManualClock::at(start));
        let folder = tempfile::tempdir().unwrap();
        let environment = HashMap::from([
            ("CAIRN_DATA_DIR".to_owned(), folder.path().display().to_string()),
            ("CAIRN_DATABASE_URL".to_owned(), database.url.clone()),
            (
                "CAIRN_IDENTITY_ORIGIN".to_owned(),
                "https://badges.example".to_owned(),
            ),
            ("CAIRN_ALLOW_HTTP_LOOPBACK".to_owned(), "true".to_owned()),
        ]);
        let mut settings = Settings::load(None, &environment).unwrap();
        adjust(&mut settings);
        let patience = Arc::new(Mutex::new(PATIENCE));
        let cairn = node(&settings, &clock, &patience).await;
        let keys = MockServer::start().await;
        Mock::given(path("/lti/jwks"))
            .respond_with(ResponseTemplate::new(200).set_body_json(cairn.tool_key.public_set()))
            .mount(&keys)
            .await;
        let options = Options {
            students: 12,
            ..Options::new(
                match flavour {
                    Flavour::Canvas => practice_lms::Flavour::Canvas,
                    _ => practice_lms::Flavour::Moodle,
                },
                clock.clone(),
                Arc::new(SystemRandom),
            )
        };
        let lms = PracticeLms::start(options).await.unwrap();
        let at = |tail: &str| format!("{}{tail}", keys.uri());
        let known = lms.install_tool(Tool {
            name: "Cairn".into(),
            initiate_login_uri: at("/lti/login"),
            redirect_uris: vec![at("/lti/launch")],
            target_link_uri: at("/lti/launch"),
            jwks_uri: at("/lti/jwks"),
            share_names: true,
            // More than Cairn needs, so that every test shows that it goes nowhere.
            share_email: true,
        });
        let world = lms.world();
        let at = world.courses()[0].id;
        world.add_link(at, "Final quiz", 0, Some(Decimal::ONE_HUNDRED));
        let columns = world.line_items(at);
        let column = columns.iter().find(|one| one.label == "Final quiz").unwrap().id;
        let draft = RegistrationDraft {
            name: "Practice".into(),
            issuer: known.issuer,
            client_id: known.client_id,
            authorization_url: known.authorization_url,
            token_url: known.token_url,
            token_audience: None,
            jwks_url: known.jwks_url,
            flavour,
            algorithms: Vec::new(),
            service_hosts: Vec::new(),
            accepts_new_deployments: true,
            allow_http_loopback: true,
            enabled: true,
        };
        let new = NewPlatform {
            institution: "North Coast".into(),
            draft,
            deployments: Vec::new(),
        };
        let registration = connecting::add(&cairn, Operator::CommandLine, new).await.unwrap();
        let course = course(&cairn, &registration, &world, at).await;
        Self {
            cairn: Arc::new(cairn),
            clock,
            settings,
            patience,
            world,
            at,
            column,
            course,
            registration,
            _lms: lms,
            _keys: keys,
            _folder: folder,
            _database: database,
        }
    }
}

/// One Cairn of perhaps several on the same database and data folder.
pub(super) async fn node(
    settings: &Settings,
    clock: &Arc<ManualClock>,
    patience: &Arc<Mutex<Duration>>,
) -> Cairn {
    let random: SharedRandom = Arc::new(SystemRandom);
    let mut cairn = Cairn::open(settings.clone(), clock.clone(), Arc::clone(&random))
        .await
        .unwrap();
    let way_out = Arc::new(Hasty(Arc::clone(&cairn.transport), Arc::clone(patience)));
    let active = cairn.tool_key.active();
    let key = ClientAssertionKey::new(active.kid(), active.encoding_key().clone());
    cairn.tokens = Arc::new(TokenService::new(
        Arc::new(key),
        clock.clone(),
        Arc::clone(&random),
        way_out.clone(),
    ));
    let services = Services::new(way_out, Arc::clone(&cairn.tokens), clock.clone(), random);
    let pacing = Pacing {
        tries: 2,
        ..Pacing::default()
    };
    cairn.lti = Arc::new(services.paced(pacing, Arc::new(NoSleep)));
    cairn
}

impl Bench {
    /// A node that tries again at once, and whose readings of the whole course are as hasty as those of LTI.
    pub(super) async fn hurried(&self) -> Arc<Cairn> {
        let mut cairn = node(&self.settings, &self.clock, &self.patience).await;
        cairn.timer = Arc::new(NoSleep);
        cairn.transport = Arc::new(Hasty(Arc::clone(&cairn.transport), Arc::clone(&self.patience)));
        Arc::new(cairn)
    }

    /// A node that waits for ever, once it waits for a platform to be asked again.
    pub(super) async fn endless(&self) -> Arc<Cairn> {
        let mut cairn = node(&self.settings, &self.clock, &self.patience).await;
        cairn.timer = Arc::new(Endless);
        Arc::new(cairn)
    }
}

async fn course(cairn: &Cairn, registration: &Registration, world: &World, at: u64) -> Course {
    let now = cairn.clock.now();
    let deployment = Deployment {
        id: DeploymentId::new(now, &SystemRandom),
        tenant: registration.tenant.clone(),
        registration: registration.id.clone(),
        deployment_id: "1".into(),
        state: DeploymentState::Accepted,
    };
    let scopes = ["lineitem", "lineitem.readonly", "result.readonly", "score"];
    let (line_items, members) = match registration.flavour {
        Flavour::Canvas => (
            format!("/api/lti/courses/{at}/line_items"),
            format!("/api/lti/courses/{at}/names_and_roles"),
        ),
        _ => (
            format!("/mod/lti/services.php/{at}/lineitems?type_id=1"),
            format!("/mod/lti/services.php/CourseSection/{at}/bindings/1/memberships"),
        ),
    };
    let services = Offered {
        line_items_url: Some(world.url(&line_items)),
        ags_scopes: scopes
            .map(|scope| format!("https://purl.imsglobal.org/spec/lti-ags/scope/{scope}"))
            .to_vec(),
        memberships_url: Some(world.url(&members)),
    };
    let seen = CourseSeen {
        tenant: registration.tenant.clone(),
        registration: registration.id.clone(),
        deployment: deployment.id.clone(),
        context_id: match registration.flavour {
            // As launches say it; Moodle says the number.
            Flavour::Canvas => world.courses()[0].context_id.clone(),
            _ => at.to_string(),
        },
        label: None,
        title: Some("Data".into()),
        services,
    };
    let made = cairn.store.write(move |db| {
        deployments::find_or_insert(db, &deployment, now)?;
        launch_course(db, &seen, now, &SystemRandom)
    });
    made.await.unwrap()
}

pub(super) fn design(name: &str) -> Design {
    Design {
        name: name.into(),
        outcome: "Reads a table of data without help.".into(),
        description: String::new(),
        criteria: "Reach **80 %** in the final quiz.".into(),
        picture: Picture::Drawn {
            initials: "QM".into(),
            shape: Shape::Hexagon,
            colour: "#205080".into(),
        },
        picture_alt: "A hexagon".into(),
        kind: Kind::Knowledge,
        hours: None,
        credits: None,
        level: None,
        alignments: Vec::new(),
        expiry: Expiry::AfterMonths { months: 12 },
        renewal: crate::domain::badge::Renewal::default(),
        show_score: true,
        chosen_type: None,
        language: None,
        details: crate::domain::achievement::Details::default(),
    }
}

/// Each wrong answer and what the sentence about it says.
pub(super) fn wrong_answers() -> Vec<(Fault, &'static str)> {
    vec![
        (Fault::Unauthorized, "(401)"),
        (Fault::Forbidden, "(403)"),
        (Fault::Throttled, "asks us to slow down"),
        (Fault::NotFound, "no longer there"),
        (Fault::Conflict, "status 409"),
        (Fault::Unprocessable, "status 422"),
        (Fault::TooManyRequests, "asks us to slow down"),
        (Fault::ServerError, "out of order"),
        (Fault::BadGateway, "out of order"),
        (Fault::Unavailable, "out of order"),
        (Fault::Html, "a web page instead of data"),
        (Fault::HalfBody, "broke off in the middle"),
        (Fault::HalfJson, "broke off in the middle"),
        (Fault::Empty, "is empty where data was expected"),
        (Fault::Closed, "broke off in the middle"),
        (Fault::Redirect("https://elsewhere.example/".into()), "redirects"),
        (Fault::Delay(Duration::from_secs(9)), "did not answer in time"),
    ]
}
