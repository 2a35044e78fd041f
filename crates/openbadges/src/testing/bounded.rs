//! Time and memory as whoever keeps the server notices them.

use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

/// What one hostile input may take on a slow machine, unoptimised.
pub const MOMENT: Duration = Duration::from_secs(10);

/// The most memory of this process so far, in bytes; nothing on a system that does not tell.
fn peak() -> Option<usize> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: usize = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes << 10)
}

/// Runs the body of a test in a process of its own: what other tests of this one allocate meanwhile is not its memory.
pub fn alone(body: impl FnOnce()) {
    const ALONE: &str = "CAIRN_MEASURED_ALONE";
    let own = thread::current();
    // The test's name is that of its thread; where tests run one after another there may be none, and no need either.
    let test = own.name().filter(|name| name.contains("::"));
    let (None, Some(test)) = (env::var_os(ALONE), test) else {
        small_pages();
        return body();
    };
    let program = env::current_exe().unwrap();
    let arguments = [test, "--exact", "--nocapture"];
    let ended = Command::new(program)
        .args(arguments)
        .env(ALONE, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{said}");
    let ran = String::from_utf8_lossy(&ended.stdout);
    assert!(ran.contains("1 passed"), "{ran}");
}

/// With transparent huge pages each small piece of memory may count as two megabytes, on machines where they are always on.
fn small_pages() {
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

/// Begun before some work, asked after it.
pub struct Measure {
    begun: Instant,
    before: Option<usize>,
}

impl Measure {
    /// Starts to measure.
    pub fn begin() -> Self {
        // Forgets the peak of what came before (proc(5), clear_refs); where that is not allowed, the bound is only looser.
        let _ = fs::write("/proc/self/clear_refs", "5");
        Self {
            begun: Instant::now(),
            before: peak(),
        }
    }

    /// No more than `megabytes` beyond what there was, and no more than [`MOMENT`].
    #[track_caller]
    pub fn within(&self, megabytes: usize, what: &str) {
        let took = self.begun.elapsed();
        assert!(took < MOMENT, "{what}: it took {took:?}");
        self.within_memory(megabytes, what);
    }

    /// No more than `megabytes` beyond what there was, however long much work takes beside other tests.
    #[track_caller]
    pub fn within_memory(&self, megabytes: usize, what: &str) {
        if let (Some(before), Some(after)) = (self.before, peak()) {
            let grown = after.saturating_sub(before) >> 20;
            assert!(grown < megabytes, "{what}: it took {grown} MB");
        }
    }
}
