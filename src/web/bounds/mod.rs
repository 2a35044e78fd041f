//! How much of the server somebody may take up before it is known who it is: connections, requests at one time, bytes that
//! nothing has proven yet, and the time of a body.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpRequest, web};

use crate::settings::Settings;
use crate::web::middleware::limit::{Limits, network};

pub(crate) mod connections;
pub(crate) mod in_flight;
pub(crate) mod pace;
pub(crate) mod unproven;

use in_flight::InFlight;
use pace::Pace;
use unproven::Unproven;

/// How many badges of other issuers one client may have checked at one time, so that a few clients whose issuers answer slowly
/// do not take all the turns.
const CHECKS: usize = 2;

/// How many forms with files somebody may be sending at one time.
const UPLOADS: usize = 3;

/// What all threads of the server share.
#[derive(Debug)]
pub(crate) struct Bounds {
    pub(crate) unproven: Arc<Unproven>,
    pub(crate) in_flight: Arc<InFlight>,
    /// Checks of other issuers' badges, for which those issuers are asked.
    pub(crate) checks: Arc<InFlight>,
    /// Forms with files, whose pictures are held in memory, by who sends them.
    pub(crate) uploads: Arc<InFlight<String>>,
    pub(crate) pace: Pace,
}

impl Bounds {
    /// As the settings say.
    #[must_use]
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            unproven: Arc::new(Unproven::default()),
            in_flight: Arc::new(InFlight::new(settings.requests_in_flight)),
            checks: Arc::new(InFlight::new(CHECKS)),
            uploads: Arc::new(InFlight::new(UPLOADS)),
            pace: Pace {
                grace: Duration::from_secs(settings.body_grace_seconds),
                floor: settings.body_bytes_per_second,
                longest: Duration::from_secs(settings.body_longest_minutes * 60),
            },
        }
    }
}

/// Who asks, as [`Limits`] tells clients apart.
pub(crate) fn client(request: &HttpRequest) -> IpAddr {
    let peer = request
        .peer_addr()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    let limits = request.app_data::<web::Data<Limits>>();
    network(limits.map_or(peer, |limits| limits.client(peer, request.headers())))
}
