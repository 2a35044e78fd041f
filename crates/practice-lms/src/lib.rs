//! A small LMS that speaks the platform side of LTI 1.3 Advantage over real HTTP with real RS256 keys.
//!
//! Two flavours, `moodle` and `canvas`, each with the shapes and the quirks of its model. The demo, the tests, the
//! browser tests and the benchmarks use it. It shares no type with the tool side, so that one misreading of a
//! specification cannot hide another.
//!
//! From the bottom up: `options` and `keys`; `world`, everything inside; `answer`, `login` and what else both flavours share;
//! `pages`, what a person sees; `moodle` and `canvas`, what a tool sees; `messages` and `copying`, what reaches a tool.

use std::net::SocketAddr;

use actix_web::dev::{ServerHandle, Service as _};
use actix_web::http::header::DATE;
use actix_web::{App, HttpServer, web};

mod answer;
pub mod browser;
mod canvas;
mod client_assertion;
mod content;
mod copying;
#[cfg(test)]
mod ended_tests;
mod heard;
pub mod keys;
mod login;
mod memberships;
mod messages;
mod moodle;
mod options;
mod pages;
mod registering;
mod request;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod two_tools_tests;
pub mod world;

pub use browser::Browser;
pub use login::LoginForm;
pub use options::{Flavour, Lie, Manner, Options, Registration, StorageFrame, Tool};
pub use world::GradeView;
pub use world::World;
pub use world::data::{DeploymentTold, Heard, RegisteredTool, Standing};
pub use world::faults::{Endpoint, Fault, Faults, Resource};
pub use world::model::{Closed, CourseRole, Oddity, Placement, Shown};
pub use world::native::{
    Attachment, CellFacts, ColumnFacts, Completion, CourseFacts, Display, GradeGroup, GroupMode, Posting,
    ReportSettings, Section, Team, Tracking, Work,
};
pub use world::rest::{ApiKey, ApprovedIntegration, LEAST_ROLE, Quota, SERVICE_FUNCTIONS};

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
