//! Everything on one machine: Cairn and two practice LMSs that know each other. What `cairn demo` starts, and what the
//! integration tests drive.
//!
//! The LMSs are on `localhost` and Cairn is on `127.0.0.1`: to a browser these are different sites, as in real life.

use std::net::{Ipv4Addr, SocketAddr};

use crate::app::{Application, Surroundings};
use crate::ids::PlatformId;
use crate::service::Cairn;
use crate::service::StartError;
use crate::service::base::addresses;
use crate::service::base::error::ServiceError;
use crate::service::institution::administrators::{Operator, Scope, links};
use crate::service::institution::connecting::{self, NewPlatform};
use crate::service::institution::rest_access::{self, NewKey};
use crate::settings::Settings;
use crate::web::paths;
use crate::web::words::{errors, starting};
use gradebook_rest::Token;
use lti::registration::{Flavour, Registration, RegistrationDraft};
use practice_lms::{self, Options, PracticeLms, Tool};

pub(crate) mod tour;

/// Why the demo does not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    #[error("{}", starting::start(.0))]
    Start(#[from] StartError),
    #[error("A practice LMS could not be started: {0}")]
    PracticeLms(#[from] std::io::Error),
    #[error("{}", errors::sentence(.0))]
    Service(#[from] ServiceError),
}

/// What the console calls the two platforms.
const MOODLE: &str = "Moodle at North Coast";
const CANVAS: &str = "Canvas at North Coast";

/// Cairn and both LMSs, bound and connected; Cairn still has to be run.
pub(crate) struct Demo {
    pub(crate) application: Application,
    pub(crate) moodle: PracticeLms,
    pub(crate) canvas: PracticeLms,
    /// The Moodle and the Canvas, as Cairn knows them.
    pub(crate) platforms: [PlatformId; 2],
}

impl Demo {
    /// Starts the LMSs and builds Cairn with `settings`, of which plain http on loopback is switched on. Ports of the
    /// LMSs: 0 for any.
    ///
    /// # Errors
    /// [`DemoError`] with a sentence.
    pub(crate) async fn start(
        mut settings: Settings,
        surroundings: Surroundings,
        ports: (u16, u16),
    ) -> Result<Self, DemoError> {
        settings.allow_http_loopback = true;
        let application = Application::build_in(settings, surroundings.clone()).await?;
        let moodle = lms(practice_lms::Flavour::Moodle, ports.0, &surroundings).await?;
        let canvas = lms(practice_lms::Flavour::Canvas, ports.1, &surroundings).await?;
        let cairn = application.cairn();
        let platforms = [
            connect(&cairn, &moodle, Flavour::Moodle, MOODLE).await?,
            connect(&cairn, &canvas, Flavour::Canvas, CANVAS).await?,
        ];
        Ok(Self {
            application,
            moodle,
            canvas,
            platforms: platforms.map(|known| known.id.as_str().into()),
        })
    }

    /// Lets the Moodle-like LMS be read beyond LTI, as somebody does who follows the steps of the console.
    ///
    /// # Errors
    /// When the token is refused.
    pub(crate) async fn read_moodle(&self) -> Result<(), DemoError> {
        let (_, token) = self.moodle.world().add_service_account();
        let new = NewKey::Moodle {
            token: Token::new(token),
        };
        let [moodle, _] = &self.platforms;
        let cairn = self.application.cairn();
        Ok(rest_access::save(&cairn, Operator::CommandLine, moodle, new, None).await?)
    }

    /// A way into the console that works once.
    ///
    /// # Errors
    /// What the store reports.
    pub(crate) async fn console(&self) -> Result<String, DemoError> {
        Ok(console(&self.application.cairn()).await?)
    }

    /// Where the console lets the Canvas-like LMS be read, and where Canvas sends back whoever agreed.
    #[must_use]
    pub(crate) fn canvas_beyond(&self) -> (String, String) {
        let origin = self.application.origin();
        let [_, canvas] = &self.platforms;
        let page = format!("{origin}{}", paths::console::beyond(canvas));
        (page, addresses::rest_return(&origin))
    }
}

async fn console(cairn: &Cairn) -> Result<String, ServiceError> {
    links::make(cairn, &Scope::Everything, Operator::CommandLine).await
}

/// The two places that the tour visits.
///
/// # Errors
/// When no way into the console can be made.
pub(crate) async fn places(
    cairn: &Cairn,
    moodle: &PracticeLms,
    canvas: &PracticeLms,
) -> Result<[tour::Place; 2], DemoError> {
    let doors = [
        (console(cairn).await?, console(cairn).await?),
        (console(cairn).await?, console(cairn).await?),
    ];
    let place = |flavour, lms: &PracticeLms, platform: &str, (console, console_again)| tour::Place {
        flavour,
        lms: lms.origin().to_owned(),
        cairn: cairn.settings.origin(),
        identity: cairn.settings.identity(),
        platform: platform.to_owned(),
        console,
        console_again,
    };
    let [first, second] = doors;
    Ok([
        place("moodle", moodle, MOODLE, first),
        place("canvas", canvas, CANVAS, second),
    ])
}

async fn lms(
    flavour: practice_lms::Flavour,
    port: u16,
    surroundings: &Surroundings,
) -> Result<PracticeLms, std::io::Error> {
    let options = Options {
        bind: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        public_origin: Some("http://localhost:PORT".to_owned()),
        ..Options::new(flavour, surroundings.clock.clone(), surroundings.random.clone())
    };
    PracticeLms::start(options).await
}

/// Installs Cairn in a practice LMS and registers that LMS in Cairn, as an administrator does by hand.
///
/// # Errors
/// When a value is refused or the platform is registered already.
pub(crate) async fn connect(
    cairn: &Cairn,
    lms: &PracticeLms,
    flavour: Flavour,
    name: &str,
) -> Result<Registration, ServiceError> {
    let origin = cairn.settings.origin();
    let at_lms = lms.install_tool(Tool {
        name: "Cairn".to_owned(),
        initiate_login_uri: format!("{origin}{}", addresses::LOGIN),
        redirect_uris: vec![format!("{origin}{}", addresses::LAUNCH)],
        target_link_uri: format!("{origin}{}", addresses::LAUNCH),
        jwks_uri: format!("{origin}{}", addresses::JWKS),
        share_names: true,
        share_email: false,
    });
    let world = lms.world();
    world.set_admin_custom("context_id_history", "$Context.id.history");
    world.set_admin_custom("time_zone", "$Person.address.timezone");
    if flavour == Flavour::Canvas {
        world.set_admin_custom("canvas_user_id", "$Canvas.user.id");
    }
    world.grant_notices(true);
    let draft = RegistrationDraft {
        name: name.to_owned(),
        issuer: at_lms.issuer,
        client_id: at_lms.client_id,
        authorization_url: at_lms.authorization_url,
        token_url: at_lms.token_url,
        token_audience: None,
        jwks_url: at_lms.jwks_url,
        flavour,
        algorithms: Vec::new(),
        service_hosts: Vec::new(),
        accepts_new_deployments: false,
        allow_http_loopback: true,
        enabled: true,
    };
    let new = NewPlatform {
        institution: "North Coast Polytechnic".into(),
        draft,
        deployments: vec![at_lms.deployment_id],
    };
    connecting::add(cairn, Operator::CommandLine, new).await
}
