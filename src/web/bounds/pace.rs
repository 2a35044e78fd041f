//! How fast a body has to come. A client that sends a byte a minute holds a connection, a task and what was read of it; a
//! phone at the edge of a network is slow too, but keeps sending.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use bytes::Bytes;
use futures_util::Stream;
use tokio::time::{Instant, Sleep, sleep};

/// A body of any origin, as actix-web takes one.
type BoxedPayload = Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>>;

/// The time that a body has: `grace`, and as long as its bytes take at `floor` bytes a second; never longer than `longest`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) grace: Duration,
    /// 0 is none.
    pub(crate) floor: u64,
    pub(crate) longest: Duration,
}

impl Pace {
    /// How long may have been waited for a body of which so much is here.
    fn allows(&self, received: u64) -> Duration {
        match received.saturating_mul(1_000).checked_div(self.floor) {
            None => self.longest,
            Some(earned) => self
                .grace
                .saturating_add(Duration::from_millis(earned))
                .min(self.longest),
        }
    }

    /// The same body, ending in an error of kind [`io::ErrorKind::TimedOut`] when its time is over; and whether all of it
    /// has been read.
    pub(crate) fn hold(self, payload: Payload) -> (Payload, Rc<Cell<bool>>) {
        let ended = Rc::new(Cell::new(false));
        let paced: BoxedPayload = Box::pin(Paced {
            payload,
            pace: self,
            received: 0,
            waited: Duration::ZERO,
            since: None,
            timer: Box::pin(sleep(Duration::ZERO)),
            ended: Rc::clone(&ended),
        });
        (Payload::Stream { payload: paced }, ended)
    }
}

/// A body with its time. Only waiting for the client counts: what the server does meanwhile is not the client's fault.
struct Paced {
    payload: Payload,
    pace: Pace,
    received: u64,
    waited: Duration,
    since: Option<Instant>,
    timer: Pin<Box<Sleep>>,
    ended: Rc<Cell<bool>>,
}

impl Stream for Paced {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        match Pin::new(&mut this.payload).poll_next(context) {
            Poll::Ready(item) => {
                if let Some(since) = this.since.take() {
                    this.waited = this.waited.saturating_add(since.elapsed());
                }
                match &item {
                    Some(Ok(chunk)) => {
                        let more = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
                        this.received = this.received.saturating_add(more);
                    }
                    Some(Err(_)) => {}
                    None => this.ended.set(true),
                }
                Poll::Ready(item)
            }
            Poll::Pending => {
                if this.since.is_none() {
                    let now = Instant::now();
                    let left = this.pace.allows(this.received).saturating_sub(this.waited);
                    this.since = Some(now);
                    this.timer.as_mut().reset(now + left);
                }
                let over = this.timer.as_mut().poll(context);
                over.map(|()| Some(Err(PayloadError::Io(io::ErrorKind::TimedOut.into()))))
            }
        }
    }
}

/// Whether a body broke off because its time was over.
#[must_use]
pub(crate) fn is_slow(error: &PayloadError) -> bool {
    matches!(error, PayloadError::Io(error) if error.kind() == io::ErrorKind::TimedOut)
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt as _;
    use futures_util::stream;

    use super::*;

    const PACE: Pace = Pace {
        grace: Duration::from_secs(20),
        floor: 500,
        longest: Duration::from_hours(1),
    };

    #[test]
    fn a_slow_phone_is_waited_for_and_a_byte_a_minute_is_not() {
        assert_eq!(PACE.allows(0), Duration::from_secs(20));
        assert_eq!(PACE.allows(1), Duration::from_millis(20_002));
        assert_eq!(
            PACE.allows(64 << 10),
            Duration::from_millis(20_000 + 131_072),
            "a form of 64 KiB at 500 bytes a second"
        );
        // 20 MB at 56 kbit/s take 48 minutes.
        assert_eq!(PACE.allows(20_000_000), Duration::from_hours(1));
        let without = Pace { floor: 0, ..PACE };
        assert_eq!(without.allows(0), Duration::from_hours(1));
    }

    /// A body that comes in `pieces` of a kilobyte, each so late.
    fn body(pieces: usize, late: Duration) -> Payload {
        let pieces = stream::iter(0..pieces).then(move |_| async move {
            sleep(late).await;
            Ok::<_, PayloadError>(Bytes::from_static(&[b'x'; 1_000]))
        });
        Payload::Stream {
            payload: Box::pin(pieces),
        }
    }

    #[actix_web::test]
    async fn a_body_that_stands_still_ends_and_one_that_goes_on_does_not() {
        let pace = Pace {
            grace: Duration::from_millis(200),
            floor: 10_000,
            longest: Duration::from_mins(1),
        };
        let (slow, ended) = pace.hold(body(8, Duration::from_millis(60)));
        let slow: Vec<_> = slow.collect().await;
        assert!(ended.get());
        assert_eq!(slow.len(), 8, "17 kB a second are enough");
        assert!(slow.iter().all(Result::is_ok));
        let began = Instant::now();
        let (mut still, ended) = pace.hold(body(1, Duration::from_mins(5)));
        let slow = still.next().await.unwrap().unwrap_err();
        assert!(is_slow(&slow) && !ended.get(), "{slow:?}");
        assert!(began.elapsed() < Duration::from_secs(5));
    }
}
