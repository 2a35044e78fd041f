//! Cookies, with what browsers let come back inside a frame of another site.

use std::collections::BTreeMap;

use reqwest::Url;

/// Which cookies come back from inside a frame of another site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThirdPartyCookies {
    /// All of them, as in a window of one's own.
    #[default]
    All,
    /// Only those that say `Partitioned`: Chromium as observed.
    PartitionedOnly,
    /// None: Safari of some versions.
    None,
}

#[derive(Debug, Clone)]
struct Cookie {
    value: String,
    partitioned: bool,
    path: String,
    /// Counts up: browsers send older cookies first (RFC 6265, section 5.4).
    born: u64,
}

/// The cookies of one browser, and the frame that it shows.
#[derive(Debug, Clone, Default)]
pub(super) struct Jar {
    /// By host, then by name: cookies do not tell ports apart.
    cookies: BTreeMap<String, BTreeMap<String, Cookie>>,
    third_party: ThirdPartyCookies,
    born: u64,
    /// The host of the page that the frame is in; None for a window of one's own.
    top: Option<String>,
}

impl Jar {
    pub fn enter_frame(&mut self, origin: &str, third_party: ThirdPartyCookies) {
        self.top = Url::parse(origin)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned));
        self.third_party = third_party;
    }

    pub fn get(&self, host: &str, name: &str) -> Option<&str> {
        self.cookies
            .get(host)?
            .get(name)
            .map(|cookie| cookie.value.as_str())
    }

    pub fn of(&self, host: &str) -> Vec<(String, String)> {
        let cookies = self.cookies.get(host).into_iter().flatten();
        cookies
            .map(|(name, cookie)| (name.clone(), cookie.value.clone()))
            .collect()
    }

    pub fn set(&mut self, host: &str, name: &str, value: &str) {
        let cookie = Cookie {
            value: value.to_owned(),
            partitioned: true,
            path: "/".into(),
            born: 0,
        };
        self.insert(host, name, cookie);
    }

    /// Keeps a cookie; one that takes another's place is as old as that.
    fn insert(&mut self, host: &str, name: &str, mut cookie: Cookie) {
        self.born += 1;
        let cookies = self.cookies.entry(host.to_owned()).or_default();
        cookie.born = cookies.get(name).map_or(self.born, |before| before.born);
        cookies.insert(name.to_owned(), cookie);
    }

    pub fn clear(&mut self) {
        self.cookies.clear();
    }

    /// The `Cookie` header of a request; empty when there is nothing to send.
    pub fn header(&self, url: &Url) -> String {
        let host = url.host_str().unwrap_or_default();
        let cookies = self.cookies.get(host).into_iter().flatten();
        let mut fits: Vec<_> = cookies
            .filter(|(_, cookie)| url.path().starts_with(&cookie.path) && self.sends(host, cookie))
            .collect();
        fits.sort_by_key(|(_, cookie)| cookie.born);
        fits.into_iter()
            .map(|(name, cookie)| format!("{name}={}", cookie.value))
            .collect::<Vec<_>>()
            .join("; ")
    }

    /// Whether a cookie of `host` would come back here.
    fn sends(&self, host: &str, cookie: &Cookie) -> bool {
        let is_third_party = self.top.as_deref().is_some_and(|top| top != host);
        !is_third_party
            || match self.third_party {
                ThirdPartyCookies::All => true,
                ThirdPartyCookies::PartitionedOnly => cookie.partitioned,
                ThirdPartyCookies::None => false,
            }
    }

    /// Takes a `Set-Cookie` header.
    pub fn keep(&mut self, url: &Url, header: &str) {
        let mut parts = header.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        let (mut partitioned, mut path, mut gone) = (false, "/".to_owned(), false);
        for part in parts {
            let (key, setting) = part.split_once('=').unwrap_or((part, ""));
            match key.to_ascii_lowercase().as_str() {
                "partitioned" => partitioned = true,
                "path" if setting.starts_with('/') => setting.clone_into(&mut path),
                "max-age" => gone = setting.parse::<i64>().is_ok_and(|seconds| seconds <= 0),
                _ => {}
            }
        }
        let host = url.host_str().unwrap_or_default();
        if gone {
            self.cookies.entry(host.to_owned()).or_default().remove(name);
        } else {
            let cookie = Cookie {
                value: value.to_owned(),
                partitioned,
                path,
                born: 0,
            };
            self.insert(host, name, cookie);
        }
    }
}
