//! Another real browser for tests: Debian's Firefox ESR, spoken to as WebDriver BiDi has it. One web socket, commands one after
//! the other; events are passed over.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Settings of every profile: nothing of its own comes between, and a press may open a window.
const SETTINGS: &[(&str, &str)] = &[
    ("browser.shell.checkDefaultBrowser", "false"),
    ("browser.startup.page", "0"),
    ("datareporting.policy.dataSubmissionEnabled", "false"),
    ("dom.disable_open_during_load", "false"),
    ("network.captive-portal-service.enabled", "false"),
    ("network.connectivity-service.enabled", "false"),
    ("browser.safebrowsing.malware.enabled", "false"),
    ("browser.safebrowsing.phishing.enabled", "false"),
    ("network.proxy.type", "0"),
];

/// Firefox with a new profile; ended when dropped.
pub(crate) struct Firefox {
    socket: TcpStream,
    process: Child,
    next: u64,
    _profile: tempfile::TempDir,
}

impl Firefox {
    /// Starts it with these settings besides. `None` where there is none, which is said; with `CI=true` that is a failure.
    pub(crate) async fn start(settings: &[(&str, &str)]) -> Option<Self> {
        let asked = Command::new("firefox-esr")
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if !asked.is_ok_and(|status| status.success()) {
            assert!(
                std::env::var("CI").as_deref() != Ok("true"),
                "CI=true, but firefox-esr is not here"
            );
            crate::store::testing::say("left out: Firefox (install firefox-esr)");
            return None;
        }
        let profile = tempfile::tempdir().unwrap();
        let lines = SETTINGS.iter().chain(settings);
        let lines = lines.map(|(name, value)| format!("user_pref(\"{name}\", {value});\n"));
        std::fs::write(profile.path().join("user.js"), lines.collect::<String>()).unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let process = Command::new("firefox-esr")
            .args(["--headless", "--no-remote", "--profile"])
            .arg(profile.path())
            .arg(format!("--remote-debugging-port={port}"))
            .env("HOME", profile.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut socket = None;
        for _ in 0..240 {
            socket = connect(port).await;
            if socket.is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        let mut firefox = Self {
            socket: socket.expect("firefox-esr never listens"),
            process,
            next: 0,
            _profile: profile,
        };
        firefox.tell("session.new", json!({"capabilities": {}})).await;
        Some(firefox)
    }

    /// The answer to a command.
    pub(crate) async fn tell(&mut self, method: &str, params: Value) -> Value {
        let heard = self.asked(method, params).await;
        assert_eq!(heard["type"], "success", "{method}: {heard}");
        heard["result"].clone()
    }

    /// The same, or why it was not done.
    async fn asked(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let command = json!({"id": self.next, "method": method, "params": params});
        send(&mut self.socket, command.to_string().as_bytes()).await;
        loop {
            let heard: Value = serde_json::from_slice(&receive(&mut self.socket).await).unwrap();
            if heard["id"] == self.next {
                return heard;
            }
        }
    }

    /// The windows, oldest first: id, address and what is inside.
    pub(crate) async fn windows(&mut self) -> Vec<Value> {
        let tree = self.tell("browsingContext.getTree", json!({})).await;
        tree["contexts"].as_array().unwrap().clone()
    }

    /// The window after the first, once it is there.
    pub(crate) async fn second_window(&mut self) -> String {
        for _ in 0..100 {
            if let Some(window) = self.windows().await.get(1) {
                return window["context"].as_str().unwrap().to_owned();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("no second window opens");
    }

    /// The first frame in a window.
    pub(crate) async fn frame(&mut self, window: &str) -> String {
        for _ in 0..100 {
            let tree = self
                .tell("browsingContext.getTree", json!({"root": window}))
                .await;
            if let Some(id) = tree["contexts"][0]["children"][0]["context"].as_str() {
                return id.to_owned();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("there is no frame");
    }

    pub(crate) async fn open(&mut self, window: &str, url: &str) {
        let asked = json!({"context": window, "url": url, "wait": "complete"});
        self.tell("browsingContext.navigate", asked).await;
    }

    /// What a script says there, as somebody's press would have it run. None between two pages.
    pub(crate) async fn run(&mut self, context: &str, script: &str) -> Option<String> {
        let asked = json!({
            "expression": script, "target": {"context": context}, "awaitPromise": false, "userActivation": true,
        });
        let said = self.asked("script.evaluate", asked).await;
        let found = said["result"]["result"]["value"].as_str();
        (said["result"]["type"] == "success").then(|| found.unwrap_or_default().to_owned())
    }

    /// Waits until a script says something that contains `text`.
    pub(crate) async fn until(&mut self, context: &str, script: &str, text: &str) {
        let mut said = None;
        for _ in 0..300 {
            said = self.run(context, script).await;
            if said.as_ref().is_some_and(|said| said.contains(text)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{script} never says {text:?}, but {said:?}");
    }

    /// Waits until the page there reads `text`.
    pub(crate) async fn reads(&mut self, context: &str, text: &str) {
        self.until(context, "document.body ? document.body.innerText : ''", text)
            .await;
    }

    /// Presses the button with these words.
    pub(crate) async fn press(&mut self, context: &str, words: &str) {
        let script = format!(
            "(() => {{ const found = [...document.querySelectorAll('button')].find((one) => one.innerText.trim() === '{words}' \
             && one.offsetParent); if (found) setTimeout(() => found.click()); return found ? 'pressed' : 'nothing'; }})()"
        );
        self.until(context, &script, "pressed").await;
    }
}

impl Drop for Firefox {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The web socket of a session (RFC 6455), once something listens.
async fn connect(port: u16) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    let request = format!(
        "GET /session HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    head.starts_with(b"HTTP/1.1 101").then_some(stream)
}

/// What masks our frames. Firefox ends a session of zeros.
const MASK: [u8; 4] = [1, 2, 3, 4];

/// A text of ours.
async fn send(socket: &mut TcpStream, text: &[u8]) {
    let mut frame = vec![0x81];
    match u16::try_from(text.len()).unwrap() {
        short @ 0..126 => frame.push(0x80 | u8::try_from(short).unwrap()),
        long => {
            frame.push(0x80 | 126);
            frame.extend_from_slice(&long.to_be_bytes());
        }
    }
    frame.extend_from_slice(&MASK);
    frame.extend(
        text.iter()
            .zip(MASK.iter().cycle())
            .map(|(byte, mask)| byte ^ mask),
    );
    socket.write_all(&frame).await.unwrap();
}

/// The next text, whole. What else comes is passed over.
async fn receive(socket: &mut TcpStream) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let [first, second] = [socket.read_u8().await.unwrap(), socket.read_u8().await.unwrap()];
        let length = match second & 0x7f {
            126 => u64::from(socket.read_u16().await.unwrap()),
            127 => socket.read_u64().await.unwrap(),
            length => u64::from(length),
        };
        let mut part = vec![0; usize::try_from(length).unwrap()];
        socket.read_exact(&mut part).await.unwrap();
        if matches!(first & 0x0f, 0..=2) {
            whole.extend(part);
            if first & 0x80 != 0 {
                return whole;
            }
        }
    }
}
