//! Cookies, with what browsers let come back inside a frame of another site.
//!
//! `cookie_store` keeps and matches them (RFC 6265); partitions and the rules for third parties, which it does not know,
//! are ours: one store for each partition.

use std::collections::BTreeMap;
use std::iter;

use cookie_store::{Cookie, CookieStore, RawCookie};
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

/// The cookies of one browser, and the frame that it shows.
#[derive(Debug, Clone, Default)]
pub(super) struct Jar {
    plain: CookieStore,
    /// Those that say `Partitioned`, by the host of the page that a person sees the address of.
    partitioned: BTreeMap<String, CookieStore>,
    third_party: ThirdPartyCookies,
    /// The host of the page that the frame is in; None for a window of one's own.
    top: Option<String>,
}

impl Jar {
    pub(crate) fn enter_frame(&mut self, origin: &str, third_party: ThirdPartyCookies) {
        self.top = Url::parse(origin)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned));
        self.third_party = third_party;
    }

    pub(crate) fn get(&self, host: &str, name: &str) -> Option<&str> {
        self.held(host)
            .find(|cookie| cookie.name() == name)
            .map(|cookie| cookie.value())
    }

    pub(crate) fn of(&self, host: &str) -> Vec<(String, String)> {
        let pair = |cookie: &Cookie<'_>| (cookie.name().to_owned(), cookie.value().to_owned());
        self.held(host).map(pair).collect()
    }

    /// Sets a cookie by hand: in the place of one of that name, else one that comes back everywhere.
    pub(crate) fn set(&mut self, host: &str, name: &str, value: &str) {
        let Some(url) = address(host) else { return };
        let before = self.held(host).find(|cookie| cookie.name() == name).cloned();
        let is_partitioned = before
            .as_ref()
            .is_none_or(|cookie| cookie.partitioned().unwrap_or_default());
        let mut cookie = RawCookie::new(name.to_owned(), value.to_owned());
        cookie.set_path(before.map_or_else(|| "/".to_owned(), |cookie| String::from(&cookie.path)));
        cookie.set_partitioned(is_partitioned);
        if let Ok(cookie) = Cookie::try_from_raw_cookie(&cookie, &url) {
            self.insert(&url, cookie);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.plain.clear();
        self.partitioned.clear();
    }

    /// The `Cookie` header of a request; empty when there is nothing to send.
    pub(crate) fn header(&self, url: &Url) -> String {
        let stores = self.stores(url.host_str().unwrap_or_default());
        stores
            .flat_map(|store| store.get_request_values(url))
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ")
    }

    /// Takes a `Set-Cookie` header.
    pub(crate) fn keep(&mut self, url: &Url, header: &str) {
        if let Ok(cookie) = Cookie::parse(header.to_owned(), url) {
            self.insert(url, cookie);
        }
    }

    fn insert(&mut self, url: &Url, cookie: Cookie<'static>) {
        let store = if cookie.partitioned().unwrap_or_default() {
            let partition = self.partition(url.host_str().unwrap_or_default()).to_owned();
            self.partitioned.entry(partition).or_default()
        } else {
            &mut self.plain
        };
        // A cookie that takes itself away, or belongs to another host, is not kept; that is no error.
        let _ = store.insert(cookie, url);
    }

    /// The stores of which something comes back to `host`.
    fn stores(&self, host: &str) -> impl Iterator<Item = &CookieStore> {
        let is_third_party = self.top.as_deref().is_some_and(|top| top != host);
        let (plain, partitioned) = match self.third_party {
            ThirdPartyCookies::PartitionedOnly if is_third_party => (false, true),
            ThirdPartyCookies::None if is_third_party => (false, false),
            _ => (true, true),
        };
        let partition = self.partitioned.get(self.partition(host));
        iter::once(&self.plain)
            .filter(move |_| plain)
            .chain(partition.filter(|_| partitioned))
    }

    /// All that is kept of a host, whether it comes back or not.
    fn held(&self, host: &str) -> impl Iterator<Item = &Cookie<'static>> {
        let url = address(host);
        let stores = iter::once(&self.plain).chain(self.partitioned.get(self.partition(host)));
        stores
            .flat_map(CookieStore::iter_unexpired)
            .filter(move |cookie| url.as_ref().is_some_and(|url| cookie.domain.matches(url)))
    }

    fn partition<'a>(&'a self, host: &'a str) -> &'a str {
        self.top.as_deref().unwrap_or(host)
    }
}

fn address(host: &str) -> Option<Url> {
    Url::parse(&format!("http://{host}/")).ok()
}
