//! The rest of the web: a site of somebody else, and a look over a browser's shoulder.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

/// A page at an origin of its own, `http://localhost:PORT`: for a browser another site than Cairn's `127.0.0.1`.
pub(crate) struct Site {
    pub(crate) origin: String,
    task: JoinHandle<()>,
}

impl Site {
    /// Answers every address with that page.
    pub(crate) async fn of(html: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{html}",
            html.len()
        );
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                head(&mut stream).await;
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        });
        Self { origin, task }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A proxy that passes on what is for this machine, answers nobody else, and writes every request down.
pub(crate) struct Onlooker {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Onlooker {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let book = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(pass_on(stream, Arc::clone(&book)));
            }
        });
        Self { address, asked, task }
    }

    /// What makes Chromium ask through it, for this machine too.
    pub(crate) fn arguments(&self) -> [String; 2] {
        [
            format!("--proxy-server=http://{}", self.address),
            "--proxy-bypass-list=<-loopback>".to_owned(),
        ]
    }

    /// What was asked for below `origin` since this was called last, such as "GET http://127.0.0.1:1/b".
    pub(crate) fn asked(&self, origin: &str) -> Vec<String> {
        let all: Vec<String> = self.asked.lock().unwrap().drain(..).collect();
        let below = |line: &String| {
            let address = line.split(' ').nth(1).unwrap_or_default();
            address
                .strip_prefix(origin)
                .is_some_and(|rest| rest.starts_with('/'))
        };
        all.into_iter().filter(below).collect()
    }
}

impl Drop for Onlooker {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The head of a request; empty where it never ends.
async fn head(stream: &mut TcpStream) -> String {
    let (mut bytes, mut part) = (Vec::new(), [0; 4_096]);
    while !bytes.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return String::new(),
            Ok(count) => bytes.extend_from_slice(&part[..count]),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// One request, none of which has a body here, and its answer; then the connection ends, so that the next request is seen.
async fn pass_on(mut browser: TcpStream, book: Arc<Mutex<Vec<String>>>) {
    let head = head(&mut browser).await;
    let Some((line, rest)) = head.split_once("\r\n") else {
        return;
    };
    let mut words = line.split(' ');
    let (method, address) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    book.lock().unwrap().push(format!("{method} {address}"));
    let url = Url::parse(address).ok();
    let url = url.filter(|url| matches!(url.host_str(), Some("127.0.0.1" | "localhost")));
    let Some(url) = url else {
        return;
    };
    let port = url.port_or_known_default().unwrap();
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", port)).await else {
        return;
    };
    let path = &url[url::Position::BeforePath..];
    let kept = rest
        .split_inclusive("\r\n")
        .filter(|line| !line.to_ascii_lowercase().contains("connection:"));
    let kept: String = kept.collect();
    let sent = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n{kept}");
    if server.write_all(sent.as_bytes()).await.is_ok() {
        let _ = tokio::io::copy(&mut server, &mut browser).await;
    }
    let _ = browser.shutdown().await;
}
