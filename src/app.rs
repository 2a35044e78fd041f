//! One entry point for server, demo and tests: [`Application::build`], then [`Application::run`].

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::{App, HttpServer, web};

use crate::clock::{SharedClock, SystemClock};
use crate::jobs;
use crate::random::{SharedRandom, SystemRandom};
use crate::service::Cairn;
use crate::service::StartError;
use crate::service::Timers;
use crate::settings::{MetricsListen, Settings};
use crate::web::bounds::Bounds;
use crate::web::bounds::connections::Connections;
use crate::web::middleware::limit::Limits;

/// Everything that a running Cairn is given from outside.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings {
    pub(crate) clock: SharedClock,
    pub(crate) random: SharedRandom,
    pub(crate) timers: Timers,
}

impl Default for Surroundings {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            timers: Timers::default(),
        }
    }
}

/// A server that is bound but may not be running yet.
pub(crate) struct Application {
    cairn: Arc<Cairn>,
    server: Server,
    /// Where the numbers are read, apart from everybody else.
    metrics: Option<Server>,
    worker: jobs::Worker,
}

impl Application {
    /// Opens database, keys and port. Port 0 is replaced by the one that was free, in the public origin as well.
    ///
    /// # Errors
    /// [`StartError`].
    pub(crate) async fn build(settings: Settings) -> Result<Self, StartError> {
        Self::build_in(settings, Surroundings::default()).await
    }

    /// The same with a clock and randomness of the caller's.
    ///
    /// # Errors
    /// [`StartError`].
    pub(crate) async fn build_in(
        mut settings: Settings,
        surroundings: Surroundings,
    ) -> Result<Self, StartError> {
        // From here on, everything that is counted is kept.
        let _ = crate::telemetry::metrics_handle();
        let files = crate::descriptors::raise();
        let listener = TcpListener::bind(settings.listen)
            .map_err(|error| StartError::Listen(settings.listen, error.to_string()))?;
        if let Ok(bound) = listener.local_addr() {
            settings.bound_to(bound);
        }
        let metrics = listen_for_metrics(&mut settings)?;
        let workers = settings.workers;
        let Surroundings {
            clock,
            random,
            timers,
        } = surroundings;
        let cairn = Arc::new(Cairn::open_timed(settings, clock, random, timers).await?);
        let worker = jobs::Worker::start(Arc::clone(&cairn));
        let data = web::Data::from(Arc::clone(&cairn));
        let metrics = metrics
            .map(|listener| metrics_server(listener, data.clone()))
            .transpose()?;
        let limits = web::Data::new(Limits::new(
            cairn.settings.requests_per_minute,
            cairn.settings.trusted_proxies.clone(),
        ));
        let bounds = web::Data::new(Bounds::new(&cairn.settings));
        let most = most_connections(files, workers);
        let connections = Arc::new(Connections::new(
            // However few the system allows, one address leaves as many to all others.
            cairn.settings.connections_per_address.min(most * workers / 2),
            cairn.settings.trusted_proxies.clone(),
            Arc::clone(&bounds.unproven),
        ));
        let server = HttpServer::new(move || {
            App::new()
                .wrap(actix_web::middleware::from_fn(
                    crate::web::middleware::guard::guard,
                ))
                .wrap(actix_web::middleware::from_fn(
                    crate::web::middleware::headers::headers,
                ))
                .wrap(actix_web::middleware::from_fn(
                    crate::web::middleware::compress::compress,
                ))
                .wrap(actix_web::middleware::Compress::default())
                .wrap(tracing_actix_web::TracingLogger::<
                    crate::web::middleware::span::RequestSpan,
                >::new())
                .app_data(data.clone())
                .app_data(limits.clone())
                .app_data(bounds.clone())
                .configure(crate::web::routes::configure)
        })
        .on_connect(move |connection, data| {
            if let Some(stream) = connection.downcast_ref::<actix_web::rt::net::TcpStream>() {
                connections.arrived(stream, data);
            }
        })
        .workers(workers)
        .max_connections(most)
        .shutdown_timeout(10)
        .client_request_timeout(Duration::from_secs(10))
        .listen(listener)
        .map_err(|error| StartError::Serve(error.to_string()))?
        .run();
        Ok(Self {
            cairn,
            server,
            metrics,
            worker,
        })
    }

    /// What the server works with; for demo and tests, which need the same database.
    #[must_use]
    #[cfg(any(test, feature = "demo"))]
    pub(crate) fn cairn(&self) -> Arc<Cairn> {
        Arc::clone(&self.cairn)
    }

    /// Where browsers reach it.
    #[must_use]
    pub(crate) fn origin(&self) -> String {
        self.cairn.settings.origin()
    }

    /// A handle that stops the server from elsewhere.
    #[must_use]
    #[cfg(any(test, feature = "demo"))]
    pub(crate) fn handle(&self) -> actix_web::dev::ServerHandle {
        self.server.handle()
    }

    /// Serves until a signal or the handle stops it, then lets running work finish.
    ///
    /// # Errors
    /// When the server fails.
    pub(crate) async fn run(self) -> Result<(), std::io::Error> {
        let Self {
            server,
            metrics,
            worker,
            ..
        } = self;
        let metrics = metrics.map(|server| (server.handle(), actix_web::rt::spawn(server)));
        let served = server.await;
        worker.stop().await;
        if let Some((handle, ended)) = metrics {
            handle.stop(false).await;
            let _ = ended.await;
        }
        served
    }
}

/// The listener of those who read the numbers. Where nobody chose its address, a port that is taken keeps nothing from
/// starting.
fn listen_for_metrics(settings: &mut Settings) -> Result<Option<TcpListener>, StartError> {
    let Some(wanted) = settings.metrics_listen else {
        return Ok(None);
    };
    match TcpListener::bind(wanted.address) {
        Ok(listener) => {
            let address = listener.local_addr().unwrap_or(wanted.address);
            settings.metrics_listen = Some(MetricsListen { address, ..wanted });
            Ok(Some(listener))
        }
        Err(error) if wanted.chosen => Err(StartError::Listen(wanted.address, error.to_string())),
        Err(_) => {
            let port = wanted.address.port();
            tracing::warn!(
                port,
                "the port of /metrics is taken; choose another one in metrics_listen"
            );
            settings.metrics_listen = None;
            Ok(None)
        }
    }
}

/// One thread that tells the numbers and nothing else.
fn metrics_server(listener: TcpListener, data: web::Data<Cairn>) -> Result<Server, StartError> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(data.clone())
            .configure(crate::web::routes::metrics)
    });
    let listening = server
        .workers(1)
        .disable_signals()
        .shutdown_timeout(1)
        .client_request_timeout(Duration::from_secs(10))
        .listen(listener);
    Ok(listening
        .map_err(|error| StartError::Serve(error.to_string()))?
        .run())
}

/// How many connections a thread accepts: each may take two of `files`, and database and files need some too. Others wait to
/// be accepted.
fn most_connections(files: usize, workers: usize) -> usize {
    const KEPT: usize = 256;
    const MOST: usize = 25_000;
    (files.saturating_sub(KEPT) / 2 / workers.max(1)).clamp(64, MOST)
}

/// Runs `future` on an actix runtime of this thread.
pub fn block_on<F: Future>(future: F) -> F::Output {
    actix_web::rt::System::new().block_on(future)
}
