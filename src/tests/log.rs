//! Everything that this process logs, at every level, for tests of what a log may not hold.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, Once};

use memchr::memmem;
use tracing_subscriber::filter::{FilterExt as _, dynamic_filter_fn};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

/// What the tests that read it have in hand, one for the process: the server's threads are not the test's.
static TEXT: Mutex<Vec<u8>> = Mutex::new(Vec::new());
/// How many tests read it. All tests share a process, and those that do not read it must not pay for every line at TRACE.
static READERS: AtomicUsize = AtomicUsize::new(0);

/// A log that is read by a test. Lines are kept while one is there.
pub(crate) struct Log(());

struct Writer;

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        TEXT.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let text = TEXT.lock();
        if READERS.fetch_sub(1, Ordering::SeqCst) == 1
            && let Ok(mut text) = text
        {
            *text = Vec::new();
        }
    }
}

impl Log {
    /// From now on, of every server in this process.
    pub(crate) fn of_everything() -> Self {
        static STARTED: Once = Once::new();
        STARTED.call_once(|| {
            // What drives the browsers of other tests in this process tells everything that they show.
            let lines = crate::telemetry::filter("trace,thirtyfour=off");
            let read = dynamic_filter_fn(|_, _| READERS.load(Ordering::Relaxed) > 0);
            let layer = tracing_subscriber::fmt::layer()
                .with_ansi(false)
                .with_writer(|| Writer);
            tracing_subscriber::registry()
                .with(layer.with_filter(read.and(lines)))
                .try_init()
                .unwrap();
        });
        let _text = TEXT.lock().unwrap();
        READERS.fetch_add(1, Ordering::SeqCst);
        Self(())
    }

    /// What was logged so far.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&TEXT.lock().unwrap()).into_owned()
    }

    /// The lines with `part` in them that a server with the usual settings writes.
    pub(crate) fn lines(&self, part: &str) -> Vec<String> {
        let text = self.text();
        let usual = |line: &&str| {
            [" INFO ", " WARN ", "ERROR "]
                .iter()
                .any(|level| line.contains(level))
        };
        let found = text.lines().filter(|line| line.contains(part)).filter(usual);
        found.map(str::to_owned).collect()
    }

    /// Something was logged, and none of these, each with what it is, as it is or as an address would have it.
    #[track_caller]
    pub(crate) fn holds_none(&self, secrets: &[(&str, &str)]) {
        let text = self.text();
        assert!(text.len() > 1_000, "next to nothing was logged: {text}");
        for (what, secret) in secrets {
            assert!(secret.len() > 3, "{what} is too short to be looked for");
            let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            for form in [*secret, encoded.as_str()] {
                if memmem::find(text.as_bytes(), form.as_bytes()).is_some() {
                    let line = text.lines().find(|line| line.contains(form));
                    panic!("{what} is in the log: {}", line.unwrap_or_default());
                }
            }
        }
    }
}
