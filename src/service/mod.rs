//! Use cases: the only room that joins the others. Each loads, decides, saves and enqueues; none knows a page.
//!
//! [`Cairn`] is what they all work with. To add one: a file named after what a person does, functions that take
//! `&Cairn` and ids, one transaction for what must hold together, [`error::ServiceError`] for what can go wrong.

use std::net::SocketAddr;
use std::sync::Arc;

use secrecy::ExposeSecret as _;

use crate::clock::SharedClock;
use crate::lti::keys::KeySetCache;
use crate::lti::services::Services;
use crate::lti::token::TokenService;
use crate::net::Transport;
use crate::net::guarded::{GuardOptions, GuardedClient};
use crate::random::SharedRandom;
use crate::secrets::{SecretsError, Vault};
use crate::settings::Settings;
use crate::store::blobs::{BlobError, Blobs};
use crate::store::{Store, StoreError};

pub mod account;
pub mod admins;
pub mod award;
pub mod backup;
pub mod baked;
pub mod columns;
pub mod connecting;
pub mod copying;
pub mod credential;
pub mod data_folder;
pub mod decide;
pub mod design;
pub mod erasing;
pub mod error;
pub mod evidence;
pub mod file_check;
pub mod files;
pub mod holders;
pub mod home;
pub mod institutions;
pub mod issuing;
pub mod journal;
pub mod launch;
pub mod learning;
pub mod leaving;
pub mod links;
pub mod master_key;
pub mod names;
pub mod notices;
pub mod people;
pub mod pictures;
pub mod placing;
pub mod platforms;
pub mod policies;
pub mod publish;
pub mod qr;
pub mod registering;
pub mod regrades;
pub mod reissuing;
pub mod renewals;
pub mod scores;
pub mod self_test;
pub mod session;
pub mod share;
pub mod share_links;
pub mod sightings;
pub mod sync;
pub mod theme;
pub mod tool_keys;
pub mod uploads;
pub mod verifier;
pub mod withdrawing;
pub mod work_of;

/// What every use case works with. One for each process, shared by all its threads.
#[derive(Debug)]
pub struct Cairn {
    pub settings: Settings,
    pub clock: SharedClock,
    pub random: SharedRandom,
    pub store: Store,
    pub blobs: Blobs,
    pub vault: Vault,
    /// The way out to platforms.
    pub transport: Arc<dyn Transport>,
    /// Registrations as they were last read.
    pub remembered: launch::Remembered,
    /// Platforms' public keys.
    pub key_sets: KeySetCache,
    /// The services of platforms: members, line items, results, scores.
    pub lti: Arc<Services>,
    /// Access tokens for those services.
    pub tokens: Arc<TokenService>,
    /// Our own keys: the one that signs what we send to platforms, and all that we publish.
    pub tool_key: tool_keys::ToolKeys,
    /// How often somebody may try to sign in to the console.
    pub throttle: admins::throttle::Throttle,
    /// Says that the data folder is in use, as long as this lives.
    pub in_use: data_folder::InUse,
}

/// Why Cairn does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("Cannot listen on {0}: {1}. Is another server running there?")]
    Listen(SocketAddr, String),
    #[error("The server could not be started: {0}")]
    Serve(String),
    #[error("The data folder {0} could not be made: {1}")]
    DataFolder(String, std::io::Error),
    #[error(
        "The master key of this data is being changed by another command. Start again when that has ended."
    )]
    BeingChanged,
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Blobs(#[from] BlobError),
    #[error("The tool's own key could not be made or read: {0}")]
    ToolKey(String),
    #[error("The outbound client could not be made: {0}")]
    Net(String),
}

impl Cairn {
    /// Opens data folder, master key and database (which is brought up to date), and makes the tool's key at the first
    /// start.
    ///
    /// # Errors
    /// [`StartError`] with a sentence for whoever starts it.
    pub async fn open(
        settings: Settings,
        clock: SharedClock,
        random: SharedRandom,
    ) -> Result<Self, StartError> {
        let in_use = data_folder::shared(&settings.data_dir).await?;
        Self::open_in(settings, clock, random, in_use).await
    }

    /// The same by somebody who uses the data folder already.
    async fn open_in(
        settings: Settings,
        clock: SharedClock,
        random: SharedRandom,
        in_use: data_folder::InUse,
    ) -> Result<Self, StartError> {
        let store = open_store(&settings).await?;
        let vault = master_key::settle(&settings, &store, &random).await?;
        let blobs = Blobs::in_folder(&settings.data_dir.join("files"))?;
        let tool_key = tool_keys::ToolKeys::open(&store, &vault, &clock, &random).await?;
        let options = GuardOptions {
            allow_loopback_http: settings.allow_http_loopback,
        };
        let guarded = GuardedClient::new(options).map_err(|error| StartError::Net(error.to_string()))?;
        let transport: Arc<dyn Transport> = Arc::new(guarded);
        let assertion = tool_key.assertion();
        let (out, now, chance) = (Arc::clone(&transport), Arc::clone(&clock), Arc::clone(&random));
        let tokens = Arc::new(TokenService::new(assertion, now, chance, out));
        let (out, now, chance) = (Arc::clone(&transport), Arc::clone(&clock), Arc::clone(&random));
        let lti = Arc::new(Services::new(out, Arc::clone(&tokens), now, chance));
        Ok(Self {
            in_use,
            throttle: admins::throttle::Throttle::new(&clock),
            remembered: launch::Remembered::default(),
            key_sets: KeySetCache::new(Arc::clone(&transport), Arc::clone(&clock)),
            lti,
            tokens,
            settings,
            clock,
            random,
            store,
            blobs,
            vault,
            transport,
            tool_key,
        })
    }
}

/// Opens the database off the async threads: it may wait for another node's migrations.
async fn open_store(settings: &Settings) -> Result<Store, StartError> {
    let (url, connections) = (settings.database_url.clone(), settings.database_connections);
    let opened = tokio::task::spawn_blocking(move || Store::open(url.expose_secret(), connections)).await;
    Ok(opened.map_err(|error| StartError::Serve(error.to_string()))??)
}
