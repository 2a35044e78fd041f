//! How many connections one address may hold. The one that has been idle for longest makes room for a new one, so that a
//! school behind one address notices nothing and somebody who opens thousands closes their own.
//!
//! Behind a trusted proxy all connections are the proxy's: those are not counted, requests in flight are.

use std::collections::{BTreeMap, HashMap};
use std::io::Write as _;
use std::net::{IpAddr, Shutdown, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::dev::Extensions;
use ipnet::IpNet;

use super::unproven::Unproven;
use crate::web::middleware::limit::network;

/// What a connection is told for which there is no room: before it has said anything, so it is no page.
const NO_ROOM: &[u8] = b"HTTP/1.1 429 Too Many Requests\r\nContent-Type: text/plain; charset=utf-8\r\nRetry-After: 10\r\n\
Connection: close\r\nContent-Length: 120\r\n\r\n\
More connections are open from your network than this server holds for one. Try again in 10 seconds. (busy.connections)\n";

/// The connections of all addresses.
#[derive(Debug)]
pub(crate) struct Connections {
    /// For one address; 0 counts none.
    most: usize,
    trusted_proxies: Vec<IpNet>,
    unproven: Arc<Unproven>,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    addresses: HashMap<IpAddr, Address>,
}

#[derive(Debug, Default)]
struct Address {
    connections: HashMap<u64, Known>,
    /// Those without a request, in the order in which they became idle.
    idle: BTreeMap<u64, u64>,
}

#[derive(Debug)]
struct Known {
    /// A second handle of the socket, to end it from here.
    socket: TcpStream,
    requests: usize,
    /// Its place among the idle ones.
    idle: Option<u64>,
}

impl Address {
    /// Ends the connection that has been idle for longest. Writing ends as well: an answer that nobody takes off it would keep
    /// it open for ever.
    fn end_oldest(&mut self) -> bool {
        let Some((_, id)) = self.idle.pop_first() else {
            return false;
        };
        let known = self.connections.remove(&id);
        known
            .inspect(|known| drop(known.socket.shutdown(Shutdown::Both)))
            .is_some()
    }

    fn rest(&mut self, id: u64, place: u64) {
        if let Some(known) = self.connections.get_mut(&id) {
            known.requests = known.requests.saturating_sub(1);
            if known.requests == 0 && known.idle.is_none() {
                known.idle = Some(place);
                self.idle.insert(place, id);
            }
        }
    }
}

/// A connection that is counted until this is dropped.
#[derive(Debug)]
pub(crate) struct Connection {
    of: Arc<Connections>,
    address: IpAddr,
    id: u64,
}

/// A connection that was told that there is no room. What it may have sent already is not done.
#[derive(Debug)]
pub(crate) struct Refused;

/// A request on a connection, which is not idle until this is dropped.
#[derive(Debug)]
pub(crate) struct Busy {
    of: Arc<Connections>,
    address: IpAddr,
    id: u64,
}

impl Connections {
    #[must_use]
    pub(crate) fn new(most: usize, trusted_proxies: Vec<IpNet>, unproven: Arc<Unproven>) -> Self {
        Self {
            most,
            trusted_proxies,
            unproven,
            open: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a connection that was just accepted, in the data that its requests see.
    pub(crate) fn arrived(self: &Arc<Self>, stream: &actix_web::rt::net::TcpStream, data: &mut Extensions) {
        let Ok(peer) = stream.peer_addr() else { return };
        let Some(address) = self.counted(peer.ip()) else {
            return;
        };
        let Some(socket) = second_handle(stream) else {
            return;
        };
        match self.enter(address, socket) {
            Ok(connection) => drop(data.insert(connection)),
            Err(mut socket) => {
                let _ = socket.write_all(NO_ROOM);
                let _ = socket.shutdown(Shutdown::Both);
                data.insert(Refused);
            }
        }
    }

    /// What an address counts as; none for one that is not counted.
    fn counted(&self, peer: IpAddr) -> Option<IpAddr> {
        let peer = peer.to_canonical();
        let is_proxy = self.trusted_proxies.iter().any(|known| known.contains(&peer));
        (self.most > 0 && !is_proxy).then(|| network(peer))
    }

    fn enter(self: &Arc<Self>, address: IpAddr, socket: TcpStream) -> Result<Connection, TcpStream> {
        let mut open = self.lock();
        let Open { next, addresses } = &mut *open;
        let here = addresses.entry(address).or_default();
        // With all of them at work, a form that is held back is the least loss.
        if here.connections.len() >= self.most && !here.end_oldest() && !self.unproven.leave_one_of(address) {
            return Err(socket);
        }
        *next += 1;
        let id = *next;
        let known = Known {
            socket,
            requests: 0,
            idle: Some(id),
        };
        here.connections.insert(id, known);
        here.idle.insert(id, id);
        Ok(Connection {
            of: Arc::clone(self),
            address,
            id,
        })
    }
}

impl Connection {
    /// Says that a request is under way on it.
    #[must_use]
    pub(crate) fn busy(&self) -> Busy {
        let mut open = self.of.lock();
        if let Some(here) = open.addresses.get_mut(&self.address)
            && let Some(known) = here.connections.get_mut(&self.id)
        {
            known.requests += 1;
            if let Some(place) = known.idle.take() {
                here.idle.remove(&place);
            }
        }
        Busy {
            of: Arc::clone(&self.of),
            address: self.address,
            id: self.id,
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut open = self.of.lock();
        if let Some(here) = open.addresses.get_mut(&self.address) {
            if let Some(place) = here.connections.remove(&self.id).and_then(|known| known.idle) {
                here.idle.remove(&place);
            }
            if here.connections.is_empty() {
                open.addresses.remove(&self.address);
            }
        }
    }
}

impl Busy {
    /// Reads nothing more on the connection: what is under way is still answered, then it is closed.
    pub(crate) fn end(&self) {
        let open = self.of.lock();
        let here = open.addresses.get(&self.address);
        if let Some(known) = here.and_then(|here| here.connections.get(&self.id)) {
            let _ = known.socket.shutdown(Shutdown::Read);
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let mut open = self.of.lock();
        open.next += 1;
        let place = open.next;
        if let Some(here) = open.addresses.get_mut(&self.address) {
            here.rest(self.id, place);
        }
    }
}

/// Another handle of the same socket; the server keeps its own.
#[cfg(unix)]
fn second_handle(stream: &actix_web::rt::net::TcpStream) -> Option<TcpStream> {
    use std::os::fd::AsFd as _;
    stream.as_fd().try_clone_to_owned().ok().map(TcpStream::from)
}

#[cfg(not(unix))]
fn second_handle(stream: &actix_web::rt::net::TcpStream) -> Option<TcpStream> {
    use std::os::windows::io::AsSocket as _;
    stream.as_socket().try_clone_to_owned().ok().map(TcpStream::from)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::net::TcpListener;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn connections(most: usize) -> Arc<Connections> {
        let proxies = vec!["10.0.0.0/8".parse().unwrap()];
        Arc::new(Connections::new(most, proxies, Arc::default()))
    }

    /// Both ends of a connection.
    fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let near = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (near, listener.accept().unwrap().0)
    }

    /// Whether the server's end has been told that nothing more comes.
    fn is_ended(mut far: &TcpStream) -> bool {
        far.set_nonblocking(true).unwrap();
        matches!(far.read(&mut [0]), Ok(0))
    }

    #[test]
    fn the_connection_that_was_idle_for_longest_makes_room() {
        let connections = connections(2);
        let enter = |from: &str| {
            let (near, far) = pair();
            let entered = connections.enter(ip(from), far.try_clone().unwrap());
            (near, far, entered)
        };
        let (_a, first, one) = enter("203.0.113.1");
        let (_b, second, two) = enter("203.0.113.1");
        let at_work = one.as_ref().unwrap().busy();
        let (_c, third, three) = enter("203.0.113.1");
        assert!(!is_ended(&first), "a request is under way on it");
        assert!(is_ended(&second) && !is_ended(&third));
        let (_d, _fourth, other) = enter("203.0.113.2");
        assert!(other.is_ok() && !is_ended(&third), "others have their own");
        let _three_at_work = three.as_ref().unwrap().busy();
        let (_e, _fifth, none) = enter("203.0.113.1");
        assert!(none.is_err(), "nothing is idle");
        drop(at_work);
        let (_f, _sixth, six) = enter("203.0.113.1");
        assert!(six.is_ok() && is_ended(&first));
        drop((one, two, three, other, six));
        let open = connections.lock();
        assert!(open.addresses.is_empty(), "{open:?}");
    }

    #[test]
    fn a_trusted_proxy_is_not_counted_and_a_household_is_one() {
        let counted = |most: usize, from: &str| connections(most).counted(ip(from));
        assert_eq!(counted(5, "10.1.2.3"), None);
        assert_eq!(counted(5, "::ffff:10.1.2.3"), None);
        assert_eq!(counted(0, "203.0.113.1"), None);
        assert_eq!(counted(5, "203.0.113.1"), Some(ip("203.0.113.1")));
        assert_eq!(counted(5, "2001:db8:1:2:3::4"), Some(ip("2001:db8:1:2::")));
    }

    #[test]
    fn the_refusal_is_as_long_as_it_says() {
        let text = std::str::from_utf8(NO_ROOM).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(
            head.contains(&format!("Content-Length: {}", body.len())),
            "{}",
            body.len()
        );
    }
}
