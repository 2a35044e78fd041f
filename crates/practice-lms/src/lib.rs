//! A small LMS that speaks the platform side of LTI 1.3 Advantage over real HTTP with real RS256 keys.
//!
//! Two flavours, `moodle` and `canvas`, each with the shapes and the quirks of its model. The demo, the tests, the
//! browser tests and the benchmarks use it. It shares no type with the tool side, so that one misreading of a
//! specification cannot hide another.

use std::net::SocketAddr;
use std::time::Duration;

use actix_web::dev::{ServerHandle, Service as _};
use actix_web::http::header::DATE;
use actix_web::{App, HttpServer, web};

use ambient::clock::SharedClock;
use ambient::random::SharedRandom;

mod answer;
pub mod browser;
mod canvas;
mod client_assertion;
mod content;
mod heard;
pub mod keys;
mod login;
mod moodle;
mod pages;
mod registering;
#[cfg(test)]
mod testing;
pub mod world;

pub use browser::Browser;
pub use heard::Heard;
pub use login::LoginForm;
pub use world::GradeView;
pub use world::World;
pub use world::faults::{Endpoint, Fault, Faults};
pub use world::model::{CourseRole, Placement};
pub use world::registrations::{DeploymentTold, RegisteredTool, Standing};

/// Which LMS is imitated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flavour {
    /// Moodle 5.1.
    Moodle,
    /// Canvas, hosted.
    Canvas,
}

/// Where the Canvas flavour offers platform storage, and where it signs people in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StorageFrame {
    /// The page round the tool's frame, which is on the origin of the authorization endpoint: one host for all.
    #[default]
    Parent,
    /// A frame beside the tool's, `post_message_forwarding`, on the host that signs people in, which is not the school's
    /// own: hosted Canvas.
    Sibling,
    /// The same, but the frame is not there: hosted Canvas's rich content editor.
    SiblingMissing,
    /// That frame is there, but on the school's own host and not on the one that must answer.
    SiblingElsewhere,
}

/// How the page round a tool's frame answers for platform storage, in the Canvas flavour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Manner {
    #[default]
    Honest,
    /// Honest about the one subject and that about the other.
    Put(Lie),
    Get(Lie),
}

/// What may be wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// It names another `message_id`.
    Id,
    /// It carries an error beside the right value.
    Error,
    /// Its value is another one.
    Value,
    /// There is none.
    Silence,
    /// Another frame of the same origin gives it.
    Frame,
}

impl Manner {
    /// As the page's script reads it.
    fn word(self) -> String {
        match self {
            Self::Honest => "honest".to_owned(),
            Self::Put(lie) => format!("lti.put_data {}", lie.word()),
            Self::Get(lie) => format!("lti.get_data {}", lie.word()),
        }
    }
}

impl Lie {
    fn word(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Error => "error",
            Self::Value => "value",
            Self::Silence => "silence",
            Self::Frame => "frame",
        }
    }
}

/// How a practice LMS is started.
#[derive(Debug, Clone)]
pub struct Options {
    pub flavour: Flavour,
    /// Where it listens; port 0 takes a free one.
    pub bind: SocketAddr,
    /// What stands in its addresses, for example `http://localhost:8090` or `http://localhost:8090/moodle`: with a path,
    /// everything lives under it. `PORT` stands for the port taken. Derived from `bind` when absent.
    pub public_origin: Option<String>,
    pub clock: SharedClock,
    pub random: SharedRandom,
    /// Students in the first course.
    pub students: usize,
    /// Added to each service answer.
    pub delay: Duration,
    /// Canvas only. Anything but [`StorageFrame::Parent`] opens a second port, the host that signs people in.
    pub storage: StorageFrame,
}

impl Options {
    /// Thirty students, any free port of 127.0.0.1, no delay.
    #[must_use]
    pub fn new(flavour: Flavour, clock: SharedClock, random: SharedRandom) -> Self {
        Self {
            flavour,
            bind: SocketAddr::from(([127, 0, 0, 1], 0)),
            public_origin: None,
            clock,
            random,
            students: 30,
            delay: Duration::ZERO,
            storage: StorageFrame::Parent,
        }
    }
}

/// A tool as an admin enters it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    pub name: String,
    pub initiate_login_uri: String,
    /// Compared exactly in Moodle, without their query in Canvas.
    pub redirect_uris: Vec<String>,
    pub target_link_uri: String,
    /// Fetched over HTTP to verify client assertions.
    pub jwks_uri: String,
    pub share_names: bool,
    pub share_email: bool,
}

/// What an admin copies from the LMS into the tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    pub issuer: String,
    pub client_id: String,
    pub deployment_id: String,
    pub authorization_url: String,
    pub token_url: String,
    pub jwks_url: String,
}

/// A running practice LMS. Dropping it stops the server.
#[derive(Debug)]
pub struct PracticeLms {
    world: World,
    server: ServerHandle,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl PracticeLms {
    /// Starts the server in a thread of its own. The Canvas flavour's issuer is `https://canvas.instructure.com`, as for
    /// every hosted school.
    ///
    /// # Errors
    /// When the address cannot be bound, or a key or an HTTP client cannot be made.
    pub async fn start(options: Options) -> std::io::Result<Self> {
        Self::start_as(options, None).await
    }

    /// As [`PracticeLms::start`], with an issuer of one's own: a self-hosted Canvas has one.
    ///
    /// # Errors
    /// As [`PracticeLms::start`].
    pub async fn start_as(options: Options, issuer: Option<String>) -> std::io::Result<Self> {
        let listener = std::net::TcpListener::bind(options.bind)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let origin = match &options.public_origin {
            Some(origin) => origin
                .trim_end_matches('/')
                .replace("PORT", &address.port().to_string()),
            None => format!("http://{address}"),
        };
        let base = url::Url::parse(&origin)
            .map_err(|error| std::io::Error::other(format!("{origin} is not an address: {error}")))?
            .path()
            .trim_end_matches('/')
            .to_owned();
        let mut listeners = vec![listener];
        let mut sso = origin.clone();
        if options.storage != StorageFrame::Parent {
            let second = std::net::TcpListener::bind(SocketAddr::new(address.ip(), 0))?;
            second.set_nonblocking(true)?;
            sso = on_port(&origin, second.local_addr()?.port())?;
            listeners.push(second);
        }
        let world = World::new(options, origin, sso, issuer)?;
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let shared = world.clone();
        let thread = std::thread::Builder::new()
            .name("practice-lms".into())
            .spawn(move || {
                actix_web::rt::System::new().block_on(async move {
                    let mut server = HttpServer::new(move || {
                        let routes = match shared.flavour() {
                            Flavour::Moodle => moodle::routes,
                            Flavour::Canvas => canvas::routes,
                        };
                        let scope = web::scope(&base).configure(routes).configure(pages::routes);
                        let world = shared.clone();
                        App::new()
                            .app_data(web::Data::new(shared.clone()))
                            .wrap_fn(move |request, service| {
                                heard::note(&world, &request);
                                let (answer, world) = (service.call(request), world.clone());
                                async move {
                                    let mut answer = answer.await?;
                                    if let Some(date) = heard::date(&world) {
                                        answer.headers_mut().insert(DATE, date);
                                    }
                                    Ok(answer)
                                }
                            })
                            .service(scope)
                    })
                    .workers(1)
                    .backlog(4_096)
                    .disable_signals()
                    .shutdown_timeout(1);
                    for listener in listeners {
                        server = match server.listen(listener) {
                            Ok(server) => server,
                            Err(error) => return drop(sender.send(Err(error))),
                        };
                    }
                    let server = server.run();
                    if sender.send(Ok(server.handle())).is_ok() {
                        drop(server.await);
                    }
                });
            })?;
        let server = receiver
            .await
            .map_err(|_| std::io::Error::other("the practice LMS ended before it began"))??;
        Ok(Self {
            world,
            server,
            thread: Some(thread),
        })
    }

    /// The public address, without a trailing slash.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.world.origin()
    }

    /// What to enter in the first tool. Its ids exist before the tool does.
    #[must_use]
    pub fn registration(&self) -> Registration {
        self.world.registration(0)
    }

    /// Installs a tool, or changes the one of the same name. The first one opens the links that are already there.
    /// Gives what to enter in that tool.
    pub fn install_tool(&self, tool: Tool) -> Registration {
        self.world.install_tool(tool)
    }

    /// A handle on everything inside, for tests.
    #[must_use]
    pub fn world(&self) -> World {
        self.world.clone()
    }

    /// Stops the server at once, answers in work included.
    pub async fn stop(mut self) {
        self.server.stop(false).await;
        if let Some(thread) = self.thread.take() {
            drop(tokio::task::spawn_blocking(move || thread.join()).await);
        }
    }
}

/// `origin` with another port.
fn on_port(origin: &str, port: u16) -> std::io::Result<String> {
    let mut url = url::Url::parse(origin).map_err(std::io::Error::other)?;
    url.set_port(Some(port))
        .map_err(|()| std::io::Error::other(format!("{origin} can have no port")))?;
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

impl Drop for PracticeLms {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}
