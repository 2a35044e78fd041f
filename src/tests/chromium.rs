//! A real browser for tests: Debian's Chromium, driven through chromedriver.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::ChromiumLikeCapabilities as _;
use thirtyfour::error::WebDriverErrorInner;
use thirtyfour::prelude::*;
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Wide and narrow, light and dark: how every screen is looked at.
pub(crate) const LOOKS: [(u32, bool); 4] = [(1280, false), (1280, true), (320, false), (320, true)];

/// Finds out on a page what people would stumble over: see the script.
const AUDIT: &str = include_str!("audit.js");

/// Waits until a page is as wide as was asked for, has its colours, and neither changes any more. A frame of another site is
/// not told of screen and colours; it may only be no wider, and has to keep still for longer.
const SETTLE: &str = "const [width, dark, done] = arguments;
    let [last, still] = [-1, 0];
    const next = () => new Promise((go) => { requestAnimationFrame(go); setTimeout(go, 20); });
    const moves = () => {
      const all = document.getAnimations().filter((one) => one instanceof CSSTransition);
      all.forEach((one) => one.finish());
      return all.length > 0;
    };
    const look = () => {
      const told = innerWidth === width && matchMedia('(prefers-color-scheme: dark)').matches === dark;
      const there = window === top ? told : innerWidth <= width;
      still = there && innerWidth === last && !moves() ? still + 1 : 0;
      last = innerWidth;
      if (still > (window === top ? 0 : 5)) done(true); else next().then(look);
    };
    look();";

/// A Chromium keeps a core busy, so that more of them than there are cores only wait for each other.
fn seats() -> &'static Semaphore {
    static SEATS: OnceLock<Semaphore> = OnceLock::new();
    SEATS.get_or_init(|| Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from)))
}

/// Whether browser and driver are installed, which is asked once: the answer takes the browser as long as many a page.
fn is_here() -> bool {
    static FOUND: OnceLock<bool> = OnceLock::new();
    *FOUND.get_or_init(|| {
        ["chromedriver", "chromium"].into_iter().all(|name| {
            let asked = Command::new(name)
                .arg("--version")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            asked.is_ok_and(|status| status.success())
        })
    })
}

/// Chromium with a new profile; ended when dropped.
pub(crate) struct Chromium {
    pub(crate) driver: WebDriver,
    process: Child,
    _profile: tempfile::TempDir,
    _seat: SemaphorePermit<'static>,
}

impl Chromium {
    /// Starts it. `None` where there is none, which is said; with `CI=true` that is a failure.
    pub(crate) async fn start(arguments: &[&str]) -> Option<Self> {
        Self::with_preferences(arguments, json!({})).await
    }

    /// The same with settings of the profile.
    pub(crate) async fn with_preferences(arguments: &[&str], preferences: Value) -> Option<Self> {
        if !is_here() {
            assert!(
                std::env::var("CI").as_deref() != Ok("true"),
                "CI=true, but chromium and chromedriver are not both here"
            );
            static SAID: std::sync::Once = std::sync::Once::new();
            SAID.call_once(|| {
                crate::store::testing::say("left out: Chromium (install chromium and chromium-driver)");
            });
            return None;
        }
        let seat = seats().acquire().await.unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let process = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let profile = tempfile::tempdir().unwrap();
        let mut wishes = DesiredCapabilities::chrome();
        let fixed = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
        ];
        for argument in fixed.iter().chain(arguments) {
            wishes.add_arg(argument).unwrap();
        }
        wishes
            .add_arg(&format!("--user-data-dir={}", profile.path().display()))
            .unwrap();
        wishes.add_experimental_option("prefs", preferences).unwrap();
        let server = format!("http://127.0.0.1:{port}");
        for _ in 0..750 {
            if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let mut driver = Err(());
        for _ in 0..60 {
            driver = WebDriver::new(&server, wishes.clone()).await.map_err(|_| ());
            if driver.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        Some(Self {
            driver: driver.unwrap(),
            process,
            _profile: profile,
            _seat: seat,
        })
    }

    /// A viewport of that width in CSS pixels, and a colour scheme; waits until the open page has both.
    pub(crate) async fn emulate(&self, width: u32, dark: bool) {
        let metrics = json!({"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false});
        self.tell("Emulation.setDeviceMetricsOverride", metrics).await;
        let scheme = if dark { "dark" } else { "light" };
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.tell("Emulation.setEmulatedMedia", media).await;
        let mut settled = Err(());
        for _ in 0..5 {
            // A page that loads itself anew takes the script with it.
            let asked = vec![json!(width), json!(dark)];
            settled = self
                .driver
                .execute_async(SETTLE, asked)
                .await
                .map(drop)
                .map_err(|_| ());
            if settled.is_ok() {
                break;
            }
        }
        settled.unwrap();
    }

    /// A command of the DevTools protocol.
    pub(crate) async fn tell(&self, command: &str, parameters: Value) -> Value {
        self.driver.cdp().send_raw(command, parameters).await.unwrap()
    }

    /// What people would stumble over on the page that is open, one line each.
    pub(crate) async fn stumbling_blocks(&self) -> Vec<String> {
        let found = self.driver.execute(AUDIT, Vec::new()).await.unwrap();
        serde_json::from_value(found.json().clone()).unwrap()
    }

    /// Takes a picture of the page that is open at each of these widths and in these schemes (dark or not), and tells what
    /// people would stumble over, one line each.
    pub(crate) async fn inspect(&self, name: &str, looks: &[(u32, bool)]) -> Vec<String> {
        let mut wrong = Vec::new();
        for (width, dark) in looks {
            self.emulate(*width, *dark).await;
            let look = format!("{name}-{width}-{}", if *dark { "dark" } else { "light" });
            self.picture(&look).await;
            let found = self.stumbling_blocks().await;
            wrong.extend(found.iter().map(|line| format!("{look}: {line}")));
        }
        self.emulate(1280, false).await;
        wrong
    }

    /// Presses the button or link with these words, once it is there; once more where the page renewed itself meanwhile.
    pub(crate) async fn press(&self, words: &str) {
        let path = format!("//*[self::button or self::a][normalize-space(.)=\"{words}\"]");
        for _ in 0..10 {
            let query = self.driver.query(By::XPath(path.as_str()));
            let found = query
                .wait(Duration::from_secs(40), Duration::from_millis(100))
                .first()
                .await;
            let Ok(button) = found else {
                let body = self.driver.find(By::Tag("body")).await.unwrap();
                panic!("no {words:?} to press, but: {}", body.text().await.unwrap());
            };
            match button.click().await {
                Err(error) if matches!(error.as_inner(), WebDriverErrorInner::StaleElementReference(_)) => {}
                done => return done.unwrap(),
            }
        }
        panic!("{words:?} goes each time it is pressed");
    }

    /// A picture of the whole page, where `CAIRN_SCREENS` names a folder for it.
    pub(crate) async fn picture(&self, name: &str) {
        let Ok(folder) = std::env::var("CAIRN_SCREENS") else {
            return;
        };
        let asked = json!({"format": "png", "captureBeyondViewport": true});
        let answer = self.tell("Page.captureScreenshot", asked).await;
        let data = answer["data"].as_str().unwrap();
        let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, data).unwrap();
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(format!("{folder}/{name}.png"), bytes).unwrap();
    }

    /// Does what `leave` does, which leads to another page, and waits until that one is there.
    pub(crate) async fn leaving(&self, leave: impl Future<Output = ()>) {
        let mark = "document.documentElement.dataset.left = 'here'";
        self.driver.execute(mark, Vec::new()).await.unwrap();
        leave.await;
        let there = "return !document.documentElement.dataset.left && document.readyState === 'complete'";
        for _ in 0..800 {
            // Between two pages there is nothing that could answer.
            if let Ok(answer) = self.driver.execute(there, Vec::new()).await
                && answer.json().as_bool() == Some(true)
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{} stays", self.driver.current_url().await.unwrap());
    }

    /// Waits until the page that is open reads `text`. It waits long because a machine may do much else at the same time.
    pub(crate) async fn reads(&self, text: &str) {
        let mut body = String::new();
        for _ in 0..400 {
            if let Ok(element) = self.driver.find(By::Tag("body")).await {
                body = element.text().await.unwrap_or_default();
                if body.contains(text) {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let url = self.driver.current_url().await.unwrap();
        panic!("{url} never reads {text:?}, but: {body}");
    }

    /// Ends it.
    pub(crate) async fn end(self) {
        let _ = self.driver.clone().quit().await;
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
