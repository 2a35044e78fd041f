//! Reading single values: text in, a typed value or one clear sentence out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::Path;

use ipnet::IpNet;
use url::Url;

use super::known::{KNOWN, known_names, nearest};
use super::{MetricsListen, SettingsError};

/// The values of a file by their names.
pub(super) fn read_file(path: &Path) -> Result<HashMap<String, String>, SettingsError> {
    let read = config::Config::builder()
        .add_source(config::File::from(path).format(config::FileFormat::Toml))
        .build()
        .and_then(config::Config::try_deserialize::<HashMap<String, config::Value>>)
        .map_err(|error| SettingsError::File(path.to_owned(), error.to_string()))?;
    let mut values = HashMap::new();
    for (name, value) in read {
        if !KNOWN.iter().any(|(known, _, _)| *known == name) {
            return Err(SettingsError::Unknown {
                nearest: nearest(&name).to_owned(),
                name,
                known: known_names(),
            });
        }
        let text = value
            .into_string()
            .map_err(|error| SettingsError::File(path.to_owned(), error.to_string()))?;
        values.insert(name, text);
    }
    Ok(values)
}

/// An address without a path.
pub(super) fn origin(name: &'static str, text: &str) -> Result<Url, SettingsError> {
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

/// Where the numbers are read, or `off`.
pub(super) fn metrics_listen(values: &Values) -> Result<Option<MetricsListen>, SettingsError> {
    let name = "metrics_listen";
    if values.get(name) == Some("off") {
        return Ok(None);
    }
    let must = "an address and a port, for instance 127.0.0.1:9464, or off";
    Ok(Some(MetricsListen {
        address: values.parse(name, "127.0.0.1:9464", must)?,
        chosen: values.get(name).is_some(),
    }))
}

/// Addresses (`10.0.0.1`) and networks (`10.0.0.0/8`), comma separated.
pub(super) fn proxies(text: &str) -> Result<Vec<IpNet>, SettingsError> {
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

/// A filter for the log. A single word that is no level would be taken for the name of a module and silence all else.
pub(super) fn log_filter(text: &str) -> Result<String, SettingsError> {
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

/// One thread for each core.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism()
        .map_or(2, std::num::NonZero::get)
        .min(64)
}

/// What was set, by name.
pub(super) struct Values(pub(super) HashMap<String, String>);

impl Values {
    /// What was set to more than nothing.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// A value that can be parsed.
    pub(super) fn parse<T: std::str::FromStr>(
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

    /// A value within `range`.
    pub(super) fn ranged<T>(
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
