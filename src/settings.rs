//! Typed settings from a file and the environment. Each mistake is one sentence that names the setting.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use ipnet::IpNet;
use secrecy::SecretString;
use url::Url;

/// Every setting, its default and its meaning: the one list from which the file is read, the environment is read and
/// the help is printed.
pub const KNOWN: &[(&str, &str, &str)] = &[
    ("listen", "127.0.0.1:8080", "address and port to listen on"),
    (
        "public_origin",
        "http://127.0.0.1:8080",
        "where browsers and platforms reach this server, without a path",
    ),
    (
        "identity_origin",
        "the public origin",
        "what signed badges name as their home; never change it once badges exist",
    ),
    (
        "data_dir",
        "data",
        "folder for the database, evidence files and keys",
    ),
    (
        "database_url",
        "sqlite://DATA_DIR/cairn.db",
        "sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME",
    ),
    (
        "database_connections",
        "8",
        "most connections to the database, 1 to 100",
    ),
    (
        "master_key",
        "the file DATA_DIR/master.key",
        "32 bytes in base64 that encrypt the keys at rest",
    ),
    (
        "workers",
        "one for each core",
        "threads that answer requests, 1 to 64",
    ),
    (
        "check_interval_minutes",
        "15",
        "how often each active course is checked, 1 to 1440; 0 turns the schedule off",
    ),
    (
        "allow_http_loopback",
        "false",
        "accept platforms on http://127.0.0.1 and http://localhost, for trying out",
    ),
    (
        "requests_per_minute",
        "3000",
        "how often one network may log in and launch, and ask for public pages; 0 counts nothing",
    ),
    (
        "trusted_proxies",
        "none",
        "addresses or networks of the proxies in front, comma separated; their X-Forwarded-For is believed",
    ),
    (
        "admin_oidc_issuer",
        "none",
        "the OpenID Connect provider at which administrators sign in, as its discovery document names it",
    ),
    ("admin_oidc_client_id", "none", "our client id at that provider"),
    (
        "admin_oidc_client_secret",
        "none",
        "our client secret at that provider",
    ),
    (
        "admin_oidc_emails",
        "none",
        "e-mail addresses that may administer everything, separated by commas; @school.example stands for all of that domain",
    ),
    (
        "admin_oidc_groups",
        "none",
        "groups (claim `groups`) that may administer everything, separated by commas",
    ),
    ("log_format", "text", "text or json"),
    ("log", "info", "what to log, in the form of the RUST_LOG variable"),
];

/// Variables CAIRN_… that others read: the command line, the tests, and the scripts that run them.
const OTHER_VARIABLES: [&str; 5] = [
    "CAIRN_CONFIG",
    "CAIRN_TEST_",
    "CAIRN_LOAD_",
    "CAIRN_SCREENS",
    "CAIRN_KIT",
];

/// Checked settings.
#[derive(Debug, Clone)]
pub struct Settings {
    pub listen: SocketAddr,
    /// Scheme, host and port only.
    pub public_origin: Url,
    /// Scheme, host and port only; used in identifiers, `did:web` and links inside signed documents.
    pub identity_origin: Url,
    pub data_dir: PathBuf,
    pub database_url: SecretString,
    pub database_connections: u32,
    /// Base64 of 32 bytes; none means the key file in the data folder.
    pub master_key: Option<SecretString>,
    pub workers: usize,
    /// None turns the schedule off.
    pub check_interval: Option<TimeDelta>,
    pub allow_http_loopback: bool,
    /// Of each kind, for each client network; 0 counts nothing.
    pub requests_per_minute: u32,
    pub trusted_proxies: Vec<IpNet>,
    /// Where administrators sign in, besides by password.
    pub admin_oidc: Option<AdminProvider>,
    pub log_format: LogFormat,
    pub log: String,
}

/// The institution's own sign-in for administrators.
#[derive(Debug, Clone)]
pub struct AdminProvider {
    pub issuer: String,
    pub client_id: String,
    pub client_secret: SecretString,
    /// Lower case; one that begins with `@` stands for a whole domain.
    pub emails: Vec<String>,
    pub groups: Vec<String>,
}

impl AdminProvider {
    /// Whether somebody with that (verified, lower-case) e-mail and these groups may come in.
    #[must_use]
    pub fn allows(&self, email: &str, groups: &[String]) -> bool {
        let domain = email.rsplit_once('@').map(|(_, domain)| domain);
        let named = self
            .emails
            .iter()
            .any(|one| one == email || one.strip_prefix('@').is_some_and(|own| Some(own) == domain));
        named || groups.iter().any(|group| self.groups.contains(group))
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// A mistake in the settings, as a sentence for the person who wrote them.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SettingsError {
    #[error("The settings file {0} could not be read: {1}")]
    File(PathBuf, String),
    #[error("The settings file names `{0}`, which is no setting. Known settings: {1}.")]
    Unknown(String, String),
    #[error("The environment holds `{0}`, which is no setting. Known settings: {1}.")]
    UnknownVariable(String, String),
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
    pub fn load(file: Option<&Path>, environment: &HashMap<String, String>) -> Result<Self, SettingsError> {
        let mut values = match file {
            Some(path) => read_file(path)?,
            None => HashMap::new(),
        };
        let mut unknown = Vec::new();
        for (variable, value) in environment {
            let Some(name) = variable.strip_prefix("CAIRN_") else {
                continue;
            };
            let known = KNOWN.iter().find(|(known, _, _)| known.to_uppercase() == *name);
            match known {
                Some((known, _, _)) => drop(values.insert((*known).to_owned(), value.clone())),
                None if OTHER_VARIABLES.iter().any(|other| variable.starts_with(other)) => {}
                None => unknown.push(variable.clone()),
            }
        }
        // The first by name: which one is told must not depend on chance.
        if let Some(variable) = unknown.into_iter().min() {
            return Err(SettingsError::UnknownVariable(variable, known_names()));
        }
        Self::from_values(&Values(values))
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
            data_dir,
        })
    }

    /// An absolute address of this server.
    ///
    /// # Errors
    /// Never for the constant paths that callers pass; a path that is no path is reported as such.
    pub fn url(&self, path: &str) -> Result<Url, url::ParseError> {
        self.public_origin.join(path)
    }

    /// Takes over the port that was free where port 0 was asked for.
    pub fn bound_to(&mut self, bound: SocketAddr) {
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
    pub fn origin(&self) -> String {
        self.public_origin.origin().ascii_serialization()
    }

    /// The identity origin without a trailing slash.
    #[must_use]
    pub fn identity(&self) -> String {
        self.identity_origin.origin().ascii_serialization()
    }
}

/// Addresses (`10.0.0.1`) and networks (`10.0.0.0/8`), comma separated.
fn proxies(text: &str) -> Result<Vec<IpNet>, SettingsError> {
    let wrong = || SettingsError::Wrong {
        name: "trusted_proxies",
        value: text.to_owned(),
        must: "addresses or networks, comma separated, for instance 127.0.0.1, 10.0.0.0/8",
    };
    let named = text.split(',').map(str::trim).filter(|one| !one.is_empty());
    named
        .map(|one| {
            let address = || one.parse::<IpAddr>().map(IpNet::from);
            one.parse::<IpNet>().or_else(|_| address()).map_err(|_| wrong())
        })
        .collect()
}

fn known_names() -> String {
    let known: Vec<&str> = KNOWN.iter().map(|(known, _, _)| *known).collect();
    known.join(", ")
}

/// A filter for the log. A single word that is no level would be taken for the name of a module and silence all else.
fn log_filter(text: &str) -> Result<String, SettingsError> {
    let levels = ["off", "error", "warn", "info", "debug", "trace", "cairn"];
    let word = text.chars().all(|c| c.is_ascii_alphabetic());
    let misspelt = word && !levels.contains(&text.to_ascii_lowercase().as_str());
    if misspelt || tracing_subscriber::EnvFilter::try_new(text).is_err() {
        return Err(SettingsError::Wrong {
            name: "log",
            value: text.to_owned(),
            must: "off, error, warn, info, debug or trace, or a filter such as info,cairn=debug",
        });
    }
    Ok(text.to_owned())
}

fn cores() -> usize {
    std::thread::available_parallelism()
        .map_or(2, std::num::NonZero::get)
        .min(64)
}

fn read_file(path: &Path) -> Result<HashMap<String, String>, SettingsError> {
    let read = config::Config::builder()
        .add_source(config::File::from(path).format(config::FileFormat::Toml))
        .build()
        .and_then(config::Config::try_deserialize::<HashMap<String, config::Value>>)
        .map_err(|error| SettingsError::File(path.to_owned(), error.to_string()))?;
    let mut values = HashMap::new();
    for (name, value) in read {
        if !KNOWN.iter().any(|(known, _, _)| *known == name) {
            return Err(SettingsError::Unknown(name, known_names()));
        }
        let text = value
            .into_string()
            .map_err(|error| SettingsError::File(path.to_owned(), error.to_string()))?;
        values.insert(name, text);
    }
    Ok(values)
}

fn origin(name: &'static str, text: &str) -> Result<Url, SettingsError> {
    let wrong = || SettingsError::Wrong {
        name,
        value: text.to_owned(),
        must: "an address without a path, for instance https://badges.example",
    };
    let url = Url::parse(text).map_err(|_| wrong())?;
    let plain =
        url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if plain && matches!(url.scheme(), "https" | "http") && url.host().is_some() {
        Ok(url)
    } else {
        Err(wrong())
    }
}

/// The provider of administrators: all of it or nothing.
fn admin_provider(values: &Values) -> Result<Option<AdminProvider>, SettingsError> {
    let list = |name: &str| -> Vec<String> {
        let text = values.get(name).unwrap_or_default();
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    };
    let (emails, groups) = (list("admin_oidc_emails"), list("admin_oidc_groups"));
    let Some(issuer) = values.get("admin_oidc_issuer") else {
        return Ok(None);
    };
    let wrong = |name: &'static str, value: &str, must: &'static str| SettingsError::Wrong {
        name,
        value: value.to_owned(),
        must,
    };
    if !Url::parse(issuer).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host()) {
        let must = "the address of an OpenID Connect provider, for instance https://login.school.example";
        return Err(wrong("admin_oidc_issuer", issuer, must));
    }
    let Some(client_id) = values.get("admin_oidc_client_id") else {
        return Err(wrong(
            "admin_oidc_client_id",
            "",
            "set where admin_oidc_issuer is",
        ));
    };
    let Some(secret) = values.get("admin_oidc_client_secret") else {
        return Err(wrong(
            "admin_oidc_client_secret",
            "",
            "set where admin_oidc_issuer is",
        ));
    };
    if emails.is_empty() && groups.is_empty() {
        let must = "set where admin_oidc_issuer is, unless admin_oidc_groups says who may come in";
        return Err(wrong("admin_oidc_emails", "", must));
    }
    Ok(Some(AdminProvider {
        issuer: issuer.to_owned(),
        client_id: client_id.to_owned(),
        client_secret: secret.to_owned().into(),
        emails: emails.iter().map(|email| email.to_lowercase()).collect(),
        groups,
    }))
}

struct Values(HashMap<String, String>);

impl Values {
    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    fn parse<T: std::str::FromStr>(
        &self,
        name: &'static str,
        default: &str,
        must: &'static str,
    ) -> Result<T, SettingsError> {
        let text = self.get(name).unwrap_or(default);
        text.parse().map_err(|_| SettingsError::Wrong {
            name,
            value: text.to_owned(),
            must,
        })
    }

    fn ranged<T>(
        &self,
        name: &'static str,
        default: T,
        range: std::ops::RangeInclusive<T>,
        must: &'static str,
    ) -> Result<T, SettingsError>
    where
        T: std::str::FromStr + PartialOrd + ToString,
    {
        let value: T = self.parse(name, &default.to_string(), must)?;
        if range.contains(&value) {
            Ok(value)
        } else {
            Err(SettingsError::Wrong {
                name,
                value: value.to_string(),
                must,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(pairs: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let environment = pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        Settings::load(None, &environment)
    }

    #[test]
    fn proxies_are_addresses_or_networks() {
        let settings = from(&[("CAIRN_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8,2001:db8::/32")]).unwrap();
        let proxies: Vec<String> = settings.trusted_proxies.iter().map(ToString::to_string).collect();
        assert_eq!(proxies, ["127.0.0.1/32", "10.0.0.0/8", "2001:db8::/32"]);
        assert!(from(&[]).unwrap().trusted_proxies.is_empty());
        let wrong = from(&[("CAIRN_TRUSTED_PROXIES", "proxy.example")]).unwrap_err();
        assert!(wrong.to_string().contains("`trusted_proxies`"), "{wrong}");
    }

    #[test]
    fn nothing_set_is_enough_to_start() {
        let settings = from(&[]).unwrap();
        assert_eq!(settings.origin(), "http://127.0.0.1:8080");
        assert_eq!(settings.identity(), settings.origin());
        assert_eq!(settings.check_interval, Some(TimeDelta::minutes(15)));
    }

    #[test]
    fn each_wrong_value_is_named_with_what_it_must_be() {
        for (name, value) in [
            ("CAIRN_LISTEN", "8080"),
            ("CAIRN_PUBLIC_ORIGIN", "badges.example"),
            ("CAIRN_PUBLIC_ORIGIN", "https://badges.example/path"),
            ("CAIRN_IDENTITY_ORIGIN", "ftp://badges.example"),
            ("CAIRN_DATABASE_URL", "mysql://somewhere"),
            ("CAIRN_DATABASE_CONNECTIONS", "0"),
            ("CAIRN_WORKERS", "many"),
            ("CAIRN_CHECK_INTERVAL_MINUTES", "-1"),
            ("CAIRN_ALLOW_HTTP_LOOPBACK", "maybe"),
            ("CAIRN_LOG_FORMAT", "xml"),
            ("CAIRN_LOG", "verbose"),
            ("CAIRN_LOG", "info,cairn=loud"),
        ] {
            let sentence = from(&[(name, value)]).unwrap_err().to_string();
            assert!(
                sentence.contains(&name.trim_start_matches("CAIRN_").to_lowercase()),
                "{sentence}"
            );
            assert!(sentence.contains("must be"), "{sentence}");
        }
    }

    #[test]
    fn an_unknown_variable_is_named_and_its_value_is_not() {
        let sentence = from(&[
            ("CAIRN_MASTERKEY", "hunter2"),
            ("CAIRN_TEST_POSTGRES", "x"),
            ("HOME", "/"),
        ]);
        let sentence = sentence.unwrap_err().to_string();
        assert!(
            sentence.contains("`CAIRN_MASTERKEY`") && sentence.contains("master_key"),
            "{sentence}"
        );
        assert!(!sentence.contains("hunter2"), "{sentence}");
        assert!(from(&[("CAIRN_CONFIG", "cairn.toml"), ("CAIRN_LOG", "info,cairn=debug")]).is_ok());
    }

    #[test]
    fn a_sign_in_service_is_set_whole_and_lets_in_whom_it_names() {
        let mut pairs = vec![("CAIRN_ADMIN_OIDC_ISSUER", "https://login.school.example")];
        for (name, value) in [
            ("CAIRN_ADMIN_OIDC_CLIENT_ID", "cairn"),
            ("CAIRN_ADMIN_OIDC_CLIENT_SECRET", "hush"),
            ("CAIRN_ADMIN_OIDC_EMAILS", "Ada@school.example, @ops.example"),
        ] {
            let missing = from(&pairs).unwrap_err().to_string();
            assert!(
                missing.contains(&name.trim_start_matches("CAIRN_").to_lowercase()),
                "{missing}"
            );
            pairs.push((name, value));
        }
        pairs.push(("CAIRN_ADMIN_OIDC_GROUPS", "badges"));
        let provider = from(&pairs).unwrap().admin_oidc.unwrap();
        let groups = ["badges".to_owned()];
        for (email, groups, allowed) in [
            ("ada@school.example", &groups[..0], true),
            ("ben@school.example", &groups[..0], false),
            ("ben@school.example", &groups[..], true),
            ("eve@ops.example", &groups[..0], true),
            ("eve@ops.example.evil.example", &groups[..0], false),
            ("eve@evilops.example", &groups[..0], false),
        ] {
            assert_eq!(provider.allows(email, groups), allowed, "{email}");
        }
        assert!(!format!("{provider:?}").contains("hush"));
        pairs[0].1 = "login";
        assert!(
            from(&pairs)
                .unwrap_err()
                .to_string()
                .contains("admin_oidc_issuer")
        );
    }

    #[test]
    fn a_wrong_database_address_does_not_repeat_its_password() {
        let sentence = from(&[("CAIRN_DATABASE_URL", "pg://cairn:hunter2@db")])
            .unwrap_err()
            .to_string();
        assert!(!sentence.contains("hunter2"));
    }

    #[test]
    fn a_file_is_read_the_environment_wins_and_an_unknown_name_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cairn.toml");
        std::fs::write(&file, "workers = 3\ncheck_interval_minutes = 0\n").unwrap();
        let environment = HashMap::from([("CAIRN_WORKERS".to_owned(), "5".to_owned())]);
        let settings = Settings::load(Some(&file), &environment).unwrap();
        assert_eq!(settings.workers, 5);
        assert_eq!(settings.check_interval, None);

        std::fs::write(&file, "wrokers = 3\n").unwrap();
        let sentence = Settings::load(Some(&file), &HashMap::new())
            .unwrap_err()
            .to_string();
        assert!(sentence.contains("`wrokers`"), "{sentence}");
    }
}
