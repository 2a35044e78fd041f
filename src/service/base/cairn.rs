//! What every use case works with.

use std::net::SocketAddr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use secrecy::ExposeSecret as _;

use crate::clock::SharedClock;
use crate::net::Transport;
use crate::net::guarded::{GuardOptions, GuardedClient};
use crate::net::measured::{Measured, PlatformHosts};
use crate::random::SharedRandom;
use crate::secrets::{SecretsError, Vault};
use crate::settings::Settings;
use crate::store::blobs::{BlobError, Blobs};
use crate::store::{Store, StoreError};
use lti::keys::KeySetCache;
use lti::services::{Pacing, Services, Sleep, TimerSleep};
use lti::token::TokenService;

use super::drawings::Drawings;
use super::farewell::Farewell;
use super::remembered::Remembered;
use super::room::Room;
use super::stored::Stored;
use super::timed::{Timed, Timers};
use super::{data_folder, lost_database, master_key, private, throttle, tool_keys};

/// Everything that a use case needs of the process. One for each process, shared by all its threads.
#[derive(Debug)]
pub(crate) struct Cairn {
    pub(crate) settings: Settings,
    pub(crate) clock: SharedClock,
    pub(crate) random: SharedRandom,
    pub(crate) store: Store,
    pub(crate) blobs: Blobs,
    pub(crate) vault: Vault,
    /// What ends the waiting for platforms.
    pub(crate) timer: Arc<dyn Sleep>,
    /// The way out to platforms.
    pub(crate) transport: Arc<dyn Transport>,
    /// The servers of the platforms that were called, by which metrics tell them apart.
    pub(crate) platform_hosts: PlatformHosts,
    /// Registrations as they were last read.
    pub(crate) remembered: Remembered,
    /// The pictures that were drawn, and whose turn it is.
    pub(crate) drawings: Drawings,
    /// Platforms' public keys.
    pub(crate) key_sets: KeySetCache,
    /// The services of platforms: members, line items, results, scores.
    pub(crate) lti: Arc<Services>,
    /// Access tokens for those services.
    pub(crate) tokens: Arc<TokenService>,
    /// Our own keys: the one that signs what we send to platforms, and all that we publish.
    pub(crate) tool_key: tool_keys::ToolKeys,
    /// Whether there was room for what people save when that was last looked at.
    pub(in crate::service::base) room: Room,
    /// How many bytes of files each institution has, as far as that was looked at.
    pub(in crate::service) stored: Stored,
    /// How often somebody may try to sign in to the console.
    pub(crate) throttle: throttle::Throttle,
    /// Whether the worker of this process stops.
    pub(crate) farewell: Farewell,
    /// Says that the data folder is in use, as long as this lives.
    _in_use: data_folder::InUse,
}

/// Why Cairn does not start. What its `Display` says is for the log; people are told in the words of `web::words::starting`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error("not listening on {0}: {1}")]
    Listen(SocketAddr, String),
    #[error("not serving: {0}")]
    Serve(String),
    #[error("data folder {0}: {1}")]
    DataFolder(String, std::io::Error),
    /// The master key of this data is being changed by another command.
    #[error("the master key is being changed")]
    BeingChanged,
    #[error("the database is gone or empty beside {folder}")]
    DatabaseLost { database: String, folder: String },
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Blobs(#[from] BlobError),
    /// The tool's own key could not be made or read.
    #[error("tool key: {0}")]
    ToolKey(String),
    /// The outbound client could not be made.
    #[error("outbound client: {0}")]
    Net(String),
}

impl Cairn {
    /// Opens data folder, master key and database (which is brought up to date), and makes the tool's key at the first
    /// start.
    ///
    /// # Errors
    /// [`StartError`].
    pub(crate) async fn open(
        settings: Settings,
        clock: SharedClock,
        random: SharedRandom,
    ) -> Result<Self, StartError> {
        Self::open_timed(settings, clock, random, Timers::default()).await
    }

    /// The same with timers of the caller's for the waiting for platforms.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub(crate) async fn open_timed(
        settings: Settings,
        clock: SharedClock,
        random: SharedRandom,
        timers: Timers,
    ) -> Result<Self, StartError> {
        let in_use = data_folder::shared(&settings.data_dir).await?;
        Self::open_in(settings, clock, random, timers, in_use).await
    }

    /// The same by somebody who uses the data folder already.
    pub(in crate::service) async fn open_in(
        settings: Settings,
        clock: SharedClock,
        random: SharedRandom,
        timers: Timers,
        in_use: data_folder::InUse,
    ) -> Result<Self, StartError> {
        lost_database::refuse(&settings)?;
        let store = open_store(&settings).await?;
        let vault = master_key::settle(&settings, &store, &random).await?;
        let blobs = Blobs::in_folder(&settings.data_dir.join("files"))?;
        let tool_key = tool_keys::ToolKeys::open(&store, &vault, &clock, &random).await?;
        // Only now, since what was just made is part of it.
        private::close(&settings.data_dir);
        let options = GuardOptions {
            allow_loopback_http: settings.allow_http_loopback,
        };
        let guarded = GuardedClient::new(options).map_err(|error| StartError::Net(error.to_string()))?;
        let mut transport: Arc<dyn Transport> = Arc::new(guarded);
        if let Some(timer) = timers.patience.clone() {
            let way_out = transport;
            transport = Arc::new(Timed { way_out, timer });
        }
        let platform_hosts = PlatformHosts::default();
        transport = Arc::new(Measured::new(transport, platform_hosts.clone()));
        let assertion = tool_key.assertion();
        let (out, now, chance) = (Arc::clone(&transport), Arc::clone(&clock), Arc::clone(&random));
        let tokens = Arc::new(TokenService::new(assertion, now, chance, out));
        let (out, now, chance) = (Arc::clone(&transport), Arc::clone(&clock), Arc::clone(&random));
        let mut lti = Services::new(out, Arc::clone(&tokens), now, chance);
        if let Some(timer) = timers.tries {
            lti = lti.paced(Pacing::default(), timer);
        }
        Ok(Self {
            _in_use: in_use,
            throttle: throttle::Throttle::new(&clock),
            farewell: Farewell::default(),
            platform_hosts,
            room: Room::default(),
            stored: Stored::default(),
            remembered: Remembered::default(),
            drawings: Drawings::default(),
            key_sets: KeySetCache::new(Arc::clone(&transport), Arc::clone(&clock)),
            lti: Arc::new(lti),
            tokens,
            settings,
            clock,
            random,
            store,
            blobs,
            vault,
            timer: timers.patience.unwrap_or_else(|| Arc::new(TimerSleep)),
            transport,
            tool_key,
        })
    }

    /// Clock and randomness for a transaction.
    pub(crate) fn moment(&self) -> (DateTime<Utc>, SharedRandom) {
        (self.clock.now(), Arc::clone(&self.random))
    }
}

/// Opens the database off the async threads: it may wait for another node's migrations.
async fn open_store(settings: &Settings) -> Result<Store, StartError> {
    let (url, connections) = (settings.database_url.clone(), settings.database_connections);
    let opened = tokio::task::spawn_blocking(move || Store::open(url.expose_secret(), connections)).await;
    Ok(opened.map_err(|error| StartError::Serve(error.to_string()))??)
}
