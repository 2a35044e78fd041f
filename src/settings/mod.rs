//! Typed settings from a file and the environment. Each mistake is one sentence that names the setting.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use ipnet::IpNet;
use secrecy::SecretString;
use url::Url;

mod known;
mod kubernetes;
mod provider;
mod read;

pub(crate) use known::KNOWN;
pub(crate) use provider::{AdminProvider, Reach};

use known::{OTHER_VARIABLES, known_names, nearest};
use provider::admin_provider;
use read::{Values, cores, log_filter, metrics_listen, origin, proxies, read_file};

/// Checked settings.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) listen: SocketAddr,
    /// Where the numbers are read; none: nowhere.
    pub(crate) metrics_listen: Option<MetricsListen>,
    /// Scheme, host and port only.
    pub(crate) public_origin: Url,
    /// Scheme, host and port only; used in identifiers, `did:web` and links inside signed documents.
    pub(crate) identity_origin: Url,
    pub(crate) data_dir: PathBuf,
    pub(crate) database_url: SecretString,
    pub(crate) database_connections: u32,
    /// Base64 of 32 bytes; none means the key file in the data folder.
    pub(crate) master_key: Option<SecretString>,
    pub(crate) workers: usize,
    /// None turns the schedule off.
    pub(crate) check_interval: Option<TimeDelta>,
    pub(crate) allow_http_loopback: bool,
    /// Of each kind, for each client network; 0 counts nothing.
    pub(crate) requests_per_minute: u32,
    pub(crate) trusted_proxies: Vec<IpNet>,
    /// Of one address; 0 counts none.
    pub(crate) connections_per_address: usize,
    /// Of one client behind a trusted proxy; 0 counts none.
    pub(crate) requests_in_flight: usize,
    /// 0 is no floor.
    pub(crate) body_bytes_per_second: u64,
    pub(crate) body_grace_seconds: u64,
    pub(crate) body_longest_minutes: u64,
    /// Of one student in one activity.
    pub(crate) hand_in_versions: usize,
    /// Of files in all of them.
    pub(crate) hand_in_megabytes: u64,
    /// Of one file.
    pub(crate) largest_file_megabytes: u64,
    /// Of all that is handed in at one institution; 0 counts none.
    pub(crate) institution_megabytes: u64,
    /// A program, with its arguments, that says whether a file is harmful.
    pub(crate) file_check: Option<String>,
    /// Where administrators sign in, besides by password.
    pub(crate) admin_oidc: Option<AdminProvider>,
    pub(crate) log_format: LogFormat,
    pub(crate) log: String,
    /// Variables that Kubernetes set for a service of our name: no settings, and no mistakes.
    pub(crate) passed_over: Vec<String>,
}

/// Where `/metrics` listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MetricsListen {
    pub(crate) address: SocketAddr,
    /// Whether somebody chose it. A port that is only the default may be taken by another server on this machine.
    pub(crate) chosen: bool,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// A mistake in the settings, as a sentence for the person who wrote them.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum SettingsError {
    #[error("The settings file {0} could not be read: {1}")]
    File(PathBuf, String),
    #[error(
        "The settings file names `{name}`, which is no setting. The nearest is `{nearest}`. Known settings: {known}."
    )]
    Unknown {
        name: String,
        nearest: String,
        known: String,
    },
    #[error(
        "The environment holds `{name}`, which is no setting. The nearest is `{nearest}`. Known settings: {known}."
    )]
    UnknownVariable {
        name: String,
        nearest: String,
        known: String,
    },
    #[error("The setting `{name}` is `{value}`, but it must be {must}.")]
    Wrong {
        name: &'static str,
        value: String,
        must: &'static str,
    },
}

impl Settings {
    /// Reads the settings: `file` if given, then variables `CAIRN_…` of `environment`, which win.
    ///
    /// # Errors
    /// [`SettingsError`] for an unreadable file, an unknown name in it, or a value that cannot be used.
    pub(crate) fn load(
        file: Option<&Path>,
        environment: &HashMap<String, String>,
    ) -> Result<Self, SettingsError> {
        let mut values = match file {
            Some(path) => read_file(path)?,
            None => HashMap::new(),
        };
        let (mut unknown, mut passed_over) = (Vec::new(), Vec::new());
        for (variable, value) in environment {
            let Some(name) = variable.strip_prefix("CAIRN_") else {
                continue;
            };
            let known = KNOWN.iter().find(|(known, _, _)| known.to_uppercase() == *name);
            match known {
                Some((known, _, _)) => drop(values.insert((*known).to_owned(), value.clone())),
                None if OTHER_VARIABLES.iter().any(|other| variable.starts_with(other)) => {}
                None if kubernetes::has_set(name, value) => passed_over.push(variable.clone()),
                None => unknown.push(variable.clone()),
            }
        }
        // The first by name: which one is told must not depend on chance.
        if let Some(variable) = unknown.into_iter().min() {
            let name = variable.trim_start_matches("CAIRN_").to_lowercase();
            return Err(SettingsError::UnknownVariable {
                nearest: format!("CAIRN_{}", nearest(&name).to_uppercase()),
                name: variable,
                known: known_names(),
            });
        }
        passed_over.sort_unstable();
        Ok(Self {
            passed_over,
            ..Self::from_values(&Values(values))?
        })
    }

    fn from_values(values: &Values) -> Result<Self, SettingsError> {
        let data_dir = PathBuf::from(values.get("data_dir").unwrap_or("data"));
        let listen: SocketAddr = values.parse(
            "listen",
            "127.0.0.1:8080",
            "an address and a port, for instance 127.0.0.1:8080",
        )?;
        let public_origin = match values.get("public_origin") {
            Some(text) => origin("public_origin", text)?,
            None => origin("public_origin", &format!("http://{listen}"))?,
        };
        let identity_origin = match values.get("identity_origin") {
            Some(text) => origin("identity_origin", text)?,
            None => public_origin.clone(),
        };
        let database_url = match values.get("database_url") {
            Some(url)
                if ["sqlite://", "postgres://", "postgresql://"]
                    .iter()
                    .any(|s| url.starts_with(s)) =>
            {
                url.to_owned()
            }
            // The value may hold a password: it is not repeated.
            Some(_) => {
                return Err(SettingsError::Wrong {
                    name: "database_url",
                    value: "…".into(),
                    must: "sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME",
                });
            }
            None => format!("sqlite://{}", data_dir.join("cairn.db").display()),
        };
        let minutes: i64 = values.ranged(
            "check_interval_minutes",
            15,
            0..=1440,
            "whole minutes from 0 to 1440",
        )?;
        Ok(Self {
            listen,
            metrics_listen: metrics_listen(values)?,
            public_origin,
            identity_origin,
            database_url: database_url.into(),
            database_connections: values.ranged(
                "database_connections",
                8,
                1..=100,
                "a number from 1 to 100",
            )?,
            master_key: values.get("master_key").map(|key| key.to_owned().into()),
            workers: values.ranged("workers", cores(), 1..=64, "a number from 1 to 64")?,
            check_interval: (minutes > 0).then(|| TimeDelta::minutes(minutes)),
            allow_http_loopback: values.parse("allow_http_loopback", "false", "true or false")?,
            requests_per_minute: values.parse("requests_per_minute", "3000", "a number, 0 for no limit")?,
            trusted_proxies: proxies(values.get("trusted_proxies").unwrap_or_default())?,
            connections_per_address: values.parse(
                "connections_per_address",
                "2500",
                "a number, 0 for no limit",
            )?,
            requests_in_flight: values.parse("requests_in_flight", "2500", "a number, 0 for no limit")?,
            body_bytes_per_second: values.ranged(
                "body_bytes_per_second",
                500,
                0..=100_000,
                "a number from 0 to 100000, 0 for no floor",
            )?,
            body_grace_seconds: values.ranged(
                "body_grace_seconds",
                20,
                1..=600,
                "whole seconds from 1 to 600",
            )?,
            body_longest_minutes: values.ranged(
                "body_longest_minutes",
                60,
                1..=1440,
                "whole minutes from 1 to 1440",
            )?,
            hand_in_versions: values.ranged("hand_in_versions", 50, 1..=1_000, "a number from 1 to 1000")?,
            hand_in_megabytes: values.ranged(
                "hand_in_megabytes",
                200,
                1..=100_000,
                "whole megabytes from 1 to 100000",
            )?,
            largest_file_megabytes: values.ranged(
                "largest_file_megabytes",
                20,
                1..=2_000,
                "whole megabytes from 1 to 2000",
            )?,
            institution_megabytes: values.parse(
                "institution_megabytes",
                "50000",
                "whole megabytes, 0 for no limit",
            )?,
            file_check: values.get("file_check").map(str::to_owned),
            admin_oidc: admin_provider(values)?,
            log_format: match values.get("log_format").unwrap_or("text") {
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                other => {
                    return Err(SettingsError::Wrong {
                        name: "log_format",
                        value: other.to_owned(),
                        must: "text or json",
                    });
                }
            },
            log: log_filter(values.get("log").unwrap_or("info"))?,
            passed_over: Vec::new(),
            data_dir,
        })
    }

    /// An absolute address of this server.
    ///
    /// # Errors
    /// Never for the constant paths that callers pass; a path that is no path is reported as such.
    pub(crate) fn url(&self, path: &str) -> Result<Url, url::ParseError> {
        self.public_origin.join(path)
    }

    /// Takes over the port that was free where port 0 was asked for.
    pub(crate) fn bound_to(&mut self, bound: SocketAddr) {
        self.listen = bound;
        for origin in [&mut self.public_origin, &mut self.identity_origin] {
            if origin.port() == Some(0) {
                // Fails only for addresses that cannot have a port, and those have none of 0.
                let _ = origin.set_port(Some(bound.port()));
            }
        }
    }

    /// The public origin as browsers write it: no trailing slash.
    #[must_use]
    pub(crate) fn origin(&self) -> String {
        self.public_origin.origin().ascii_serialization()
    }

    /// The identity origin without a trailing slash.
    #[must_use]
    pub(crate) fn identity(&self) -> String {
        self.identity_origin.origin().ascii_serialization()
    }
}

#[cfg(test)]
mod tests;
