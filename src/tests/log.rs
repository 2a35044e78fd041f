//! Everything that this process logs, at every level, for tests of what a log may not hold.

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

/// A log that is read by tests.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// One for the process: the server's threads are not the test's, and tests may share a process.
    pub(crate) fn of_everything() -> Self {
        static LOG: OnceLock<Log> = OnceLock::new();
        let begin = || {
            let log = Self::default();
            let writer = log.clone();
            let subscriber = tracing_subscriber::fmt()
                // What drives the browsers of other tests in this process tells everything that they show.
                .with_env_filter(crate::telemetry::filter("trace,thirtyfour=off"))
                .with_ansi(false)
                .with_writer(move || writer.clone());
            subscriber.try_init().unwrap();
            log
        };
        LOG.get_or_init(begin).clone()
    }

    /// What was logged so far.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }

    /// The lines with `part` in them that a server with the usual settings writes.
    pub(crate) fn lines(&self, part: &str) -> Vec<String> {
        let text = self.text();
        let usual = |line: &&str| {
            [" INFO ", " WARN ", "ERROR "]
                .iter()
                .any(|level| line.contains(level))
        };
        let found = text.lines().filter(usual).filter(|line| line.contains(part));
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
                let line = text.lines().find(|line| line.contains(form));
                assert!(
                    line.is_none(),
                    "{what} is in the log: {}",
                    line.unwrap_or_default()
                );
            }
        }
    }
}
