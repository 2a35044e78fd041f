//! The `cairn` process: its start, its processor time, its memory.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use lti::registration::Flavour;
use practice_lms::{PracticeLms, Tool as Installed};

/// The kernel counts processor time in hundredths of a second on every Linux of today (`getconf CLK_TCK`).
const TICKS: f64 = 100.0;

/// A running `cairn serve` with a data folder of its own; stopped when dropped.
pub(crate) struct Tool {
    pub address: SocketAddr,
    pub folder: tempfile::TempDir,
    process: Child,
}

/// Starts it in an empty folder, stops it, and starts it again in the same one.
pub(crate) fn start_twice() -> Tool {
    let folder = tempfile::tempdir().unwrap();
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (mut first, fresh) = start(folder.path(), address);
    first.kill().unwrap();
    first.wait().unwrap();
    let mut again = Vec::new();
    for _ in 0..4 {
        let (mut process, took) = start(folder.path(), address);
        again.push(took);
        process.kill().unwrap();
        process.wait().unwrap();
    }
    let (process, took) = start(folder.path(), address);
    again.push(took);
    again.sort_unstable();
    println!(
        "first start of all, with new database and keys: {:.3} s to the first answer",
        fresh.as_secs_f64()
    );
    let median = again[again.len() / 2].as_secs_f64();
    super::line("start to first answer", median, 3, "s", 0.1);
    Tool {
        address,
        folder,
        process,
    }
}

fn command(folder: &Path, address: SocketAddr) -> Command {
    let built = env!("CARGO_BIN_EXE_cairn");
    let mut command = Command::new(std::env::var_os("CAIRN_LOAD_BINARY").unwrap_or_else(|| built.into()));
    command
        .env("CAIRN_LISTEN", address.to_string())
        .env("CAIRN_DATA_DIR", folder)
        .env("CAIRN_IDENTITY_ORIGIN", "https://badges.example")
        .env("CAIRN_ALLOW_HTTP_LOOPBACK", "true")
        // Everything comes from one address: it is counted as always, and never too much.
        .env("CAIRN_REQUESTS_PER_MINUTE", "1000000000")
        .env("CAIRN_LOG", "warn");
    command
}

fn start(folder: &Path, address: SocketAddr) -> (Child, Duration) {
    let began = Instant::now();
    let mut process = command(folder, address).arg("serve").spawn().unwrap();
    while !is_healthy(address) {
        assert!(
            process.try_wait().unwrap().is_none(),
            "cairn serve ended by itself"
        );
        assert!(
            began.elapsed() < Duration::from_mins(1),
            "no answer within a minute"
        );
        std::thread::sleep(Duration::from_millis(1));
    }
    (process, began.elapsed())
}

fn is_healthy(address: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else {
        return false;
    };
    let asked = stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let mut answer = String::new();
    asked.is_ok() && stream.read_to_string(&mut answer).is_ok() && answer.starts_with("HTTP/1.1 200")
}

impl Tool {
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Installs Cairn in the LMS and, with `cairn platform add`, the LMS in Cairn.
    pub(crate) fn connect(&self, lms: &PracticeLms, name: &str, flavour: Flavour) {
        let at = |tail: &str| format!("{}{tail}", self.origin());
        let known = lms.install_tool(Installed {
            name: "Cairn".into(),
            initiate_login_uri: at("/lti/login"),
            redirect_uris: vec![at("/lti/launch")],
            target_link_uri: at("/lti/launch"),
            jwks_uri: at("/lti/jwks"),
            share_names: true,
            share_email: false,
        });
        let added = command(self.folder.path(), self.address)
            .args(["platform", "add", "--name", name, "--flavour", flavour.as_str()])
            .args(["--issuer", &known.issuer, "--client-id", &known.client_id])
            .args(["--authorization-url", &known.authorization_url])
            .args(["--token-url", &known.token_url, "--jwks-url", &known.jwks_url])
            .args(["--deployment", &known.deployment_id])
            .output()
            .unwrap();
        assert!(
            added.status.success(),
            "{}",
            String::from_utf8_lossy(&added.stderr)
        );
    }

    /// Processor seconds that it used so far, all threads, user and system.
    pub(crate) fn cpu(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap();
        // The name in parentheses may hold anything; `utime` and `stime` are the 12th and 13th field after it.
        let (_, fields) = stat.rsplit_once(')').unwrap();
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let ticks = |n: usize| fields[n].parse::<f64>().unwrap();
        (ticks(11) + ticks(12)) / TICKS
    }

    /// Resident memory in MB (of 1,048,576 bytes).
    pub(crate) fn memory(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        let kilobytes: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        kilobytes / 1_024.0
    }
}

impl Drop for Tool {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
