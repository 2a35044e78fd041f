//! How a practice LMS is started, and what is entered in it and copied from it.

use std::net::SocketAddr;
use std::time::Duration;

use ambient::clock::SharedClock;
use ambient::random::SharedRandom;

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
    pub(super) fn word(self) -> String {
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
