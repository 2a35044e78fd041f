//! A TCP proxy before PostgreSQL that can stop forwarding: to whoever is connected the server is frozen, or the network
//! swallows everything.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use url::Url;

/// It thaws by itself, so that a test that fails does not wait for ever.
const LONGEST: Duration = Duration::from_secs(40);

/// The proxy, for as long as the process runs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Proxy(Arc<Mutex<Option<Instant>>>);

#[allow(clippy::expect_used, reason = "for tests only")]
impl Proxy {
    /// One before the server of that address, and the address by which it is reached.
    ///
    /// # Panics
    /// When the address names no host.
    #[must_use]
    pub(crate) fn before(url: &str) -> (Self, String) {
        let mut behind = Url::parse(url).expect("an address");
        let host = behind.host_str().expect("a host").to_owned();
        let server = (host, behind.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let proxy = Self::default();
        let this = proxy.clone();
        std::thread::spawn(move || {
            for from in listener.incoming().flatten() {
                if let Ok(to) = TcpStream::connect((server.0.as_str(), server.1)) {
                    this.join(&from, &to);
                    this.join(&to, &from);
                }
            }
        });
        behind.set_host(Some("127.0.0.1")).expect("a host");
        behind.set_port(Some(port)).expect("a port");
        (proxy, behind.into())
    }

    /// Nothing is forwarded any more.
    pub(crate) fn freeze(&self) {
        self.set(Some(Instant::now()));
    }

    /// What was held back goes on.
    pub(crate) fn thaw(&self) {
        self.set(None);
    }

    fn set(&self, frozen: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = frozen;
    }

    fn is_frozen(&self) -> bool {
        let since = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        since.is_some_and(|since| since.elapsed() < LONGEST)
    }

    fn join(&self, from: &TcpStream, to: &TcpStream) {
        let mut from = from.try_clone().expect("a connection");
        let mut to = to.try_clone().expect("a connection");
        let this = self.clone();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 16 << 10];
            while let Ok(read) = from.read(&mut buffer) {
                while this.is_frozen() {
                    std::thread::sleep(Duration::from_millis(5));
                }
                let some = buffer.get(..read).unwrap_or_default();
                if some.is_empty() || to.write_all(some).is_err() {
                    break;
                }
            }
            let _ = to.shutdown(Shutdown::Both);
        });
    }
}
