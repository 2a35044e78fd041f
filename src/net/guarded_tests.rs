use std::collections::HashMap;
use std::sync::Mutex;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use wiremock::matchers::{body_string, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;

const LOOPBACK: GuardOptions = GuardOptions {
    allow_loopback_http: true,
};
const STRICT: GuardOptions = GuardOptions {
    allow_loopback_http: false,
};

/// Answers each lookup of a name with the next of its scripted answers; the last one repeats.
#[derive(Debug, Default)]
struct Script(Mutex<HashMap<String, Vec<Vec<IpAddr>>>>);

impl Script {
    fn of(entries: &[(&str, &[&[&str]])]) -> Arc<Self> {
        let parse = |ips: &&[&str]| ips.iter().map(|ip| ip.parse().unwrap()).collect();
        let map = entries
            .iter()
            .map(|(name, all)| ((*name).to_owned(), all.iter().map(parse).collect()))
            .collect();
        Arc::new(Self(Mutex::new(map)))
    }
}

impl Lookup for Script {
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
        let mut all = self.0.lock().unwrap();
        let answers = all
            .get_mut(&host)
            .unwrap_or_else(|| panic!("unexpected lookup of {host}"));
        let answer = if answers.len() > 1 {
            answers.remove(0)
        } else {
            answers[0].clone()
        };
        Box::pin(async move { Ok(answer.into_iter().map(|ip| SocketAddr::new(ip, 0)).collect()) })
    }
}

fn strict() -> GuardedClient {
    GuardedClient::new(STRICT).unwrap()
}

fn open() -> GuardedClient {
    GuardedClient::new(LOOPBACK).unwrap()
}

async fn get(client: &GuardedClient, url: &str) -> Result<Response, NetError> {
    let mut request = Request::get(Url::parse(url).unwrap());
    request.timeout = Duration::from_secs(5);
    client.send(request).await
}

async fn refusal(client: &GuardedClient, url: &str) -> String {
    match get(client, url).await {
        Err(NetError::Refused(_, why)) => why,
        other => panic!("{url} should be refused, got {other:?}"),
    }
}

/// One raw HTTP answer for one connection.
async fn raw_server(answer: &'static [u8], hold: Duration) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut buffer = [0; 4096];
        let _ = socket.read(&mut buffer).await.unwrap();
        socket.write_all(answer).await.unwrap();
        socket.flush().await.unwrap();
        tokio::time::sleep(hold).await;
    });
    format!("http://{address}/")
}

#[tokio::test]
async fn plain_http_is_refused_by_default() {
    let server = MockServer::start().await;
    assert_eq!(refusal(&strict(), &server.uri()).await, "only https is allowed");
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn other_schemes_and_credentials_are_refused() {
    refusal(&open(), "ftp://example.org/").await;
    refusal(&open(), "file:///etc/passwd").await;
    assert!(
        refusal(&strict(), "https://user:secret@example.org/")
            .await
            .contains("password")
    );
}

#[tokio::test]
async fn literal_inner_addresses_are_refused_however_they_are_written() {
    for url in [
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://127.0.0.1./",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:a9fe:a9fe]/",
        "https://169.254.169.254/latest/meta-data",
        "https://10.1.2.3/",
        "https://192.168.0.1:8443/",
        "https://100.64.0.1/",
        "https://[fd00::1]/",
        "https://[fe80::1]/",
        "https://0.0.0.0/",
    ] {
        assert_eq!(
            refusal(&strict(), url).await,
            "its address is not a public one",
            "{url}"
        );
    }
}

#[tokio::test]
async fn a_name_that_resolves_inside_is_refused() {
    for ip in [
        "127.0.0.1",
        "10.0.0.8",
        "169.254.169.254",
        "::1",
        "fd12::1",
        "::ffff:192.168.1.1",
    ] {
        let client = GuardedClient::with_lookup(STRICT, Script::of(&[("lms.example", &[&[ip]])])).unwrap();
        assert_eq!(
            refusal(&client, "https://lms.example/").await,
            "its address is not a public one",
            "{ip}"
        );
    }
}

#[tokio::test]
async fn a_name_that_rebinds_is_refused_at_its_second_resolution() {
    let script = Script::of(&[("lms.example", &[&["127.0.0.1"], &["10.0.0.1"]])]);
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(200).insert_header("connection", "close"))
        .mount(&server)
        .await;
    let client = GuardedClient::with_lookup(LOOPBACK, script).unwrap();
    let url = format!("http://lms.example:{}/", server.address().port());
    assert_eq!(get(&client, &url).await.unwrap().status, 200);
    refusal(&client, &url).await;
}

#[tokio::test]
async fn inner_addresses_are_dropped_from_a_mixed_answer() {
    let vetting = Vetting {
        lookup: Script::of(&[("mixed.example", &[&["10.0.0.1", "93.184.216.34", "::1"]])]),
        policy: Policy::Public,
    };
    let kept: Vec<_> = vetting
        .resolve("mixed.example".parse().unwrap())
        .await
        .unwrap()
        .collect();
    assert_eq!(kept, ["93.184.216.34:0".parse().unwrap()]);
}

#[tokio::test]
async fn a_name_without_addresses_is_unreachable() {
    let client = GuardedClient::with_lookup(STRICT, Script::of(&[("gone.example", &[&[]])])).unwrap();
    let error = get(&client, "https://gone.example/").await.unwrap_err();
    assert!(matches!(error, NetError::Unreachable(..)), "{error:?}");
}

#[tokio::test]
async fn with_loopback_allowed_http_reaches_this_machine_and_nothing_else() {
    let server = MockServer::start().await;
    Mock::given(path("/hello"))
        .respond_with(ResponseTemplate::new(200).set_body_string("hi"))
        .mount(&server)
        .await;
    let script = Script::of(&[
        ("lms.test", &[&["127.0.0.1"]]),
        ("public.example", &[&["93.184.216.34"]]),
    ]);
    let client = GuardedClient::with_lookup(LOOPBACK, script).unwrap();
    assert_eq!(
        &get(&client, &format!("{}/hello", server.uri()))
            .await
            .unwrap()
            .body[..],
        b"hi"
    );
    let by_name = format!("http://lms.test:{}/hello", server.address().port());
    assert_eq!(get(&client, &by_name).await.unwrap().status, 200);
    assert_eq!(
        refusal(&client, "http://public.example/").await,
        "plain http is allowed to this machine only"
    );
    assert_eq!(
        refusal(&client, "http://93.184.216.34/").await,
        "plain http is allowed to this machine only"
    );
    assert_eq!(
        refusal(&client, "https://10.0.0.1/").await,
        "its address is not a public one"
    );
}

#[tokio::test]
async fn with_loopback_allowed_https_may_reach_this_machine_too() {
    // Nothing speaks TLS there: that it gets as far as the handshake is the point.
    let server = MockServer::start().await;
    let error = get(&open(), &format!("https://{}/", server.address()))
        .await
        .unwrap_err();
    assert!(!matches!(error, NetError::Refused(..)), "{error:?}");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let server = MockServer::start().await;
    let target = format!("{}/secret", server.uri());
    Mock::given(path("/from"))
        .respond_with(ResponseTemplate::new(302).insert_header("Location", target.as_str()))
        .mount(&server)
        .await;
    Mock::given(path("/secret"))
        .respond_with(ResponseTemplate::new(200))
        .expect(0)
        .mount(&server)
        .await;
    let response = get(&open(), &format!("{}/from", server.uri())).await.unwrap();
    assert_eq!(
        (response.status, response.header("location")),
        (302, Some(target.as_str()))
    );
}

#[tokio::test]
async fn method_headers_and_body_arrive_and_repeated_headers_return() {
    let server = MockServer::start().await;
    Mock::given(method("PUT"))
        .and(header("authorization", "Bearer t"))
        .and(body_string("{}"))
        .respond_with(
            ResponseTemplate::new(201)
                .append_header("Link", "<a>; rel=next")
                .append_header("Link", "<b>"),
        )
        .expect(1)
        .mount(&server)
        .await;
    let mut request =
        Request::post(Url::parse(&server.uri()).unwrap(), "{}").header("authorization", "Bearer t");
    request.method = Method::Put;
    let response = open().send(request).await.unwrap();
    assert_eq!(response.status, 201);
    assert_eq!(
        response.headers("link").collect::<Vec<_>>(),
        ["<a>; rel=next", "<b>"]
    );
}

#[tokio::test]
async fn a_large_body_is_refused_whether_announced_or_streamed() {
    let announced = raw_server(
        b"HTTP/1.1 200 OK\r\ncontent-length: 999999\r\n\r\n",
        Duration::from_secs(3),
    )
    .await;
    let streamed = raw_server(
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\n01234567\r\n8\r\n01234567\r\n",
        Duration::from_secs(3),
    )
    .await;
    for url in [announced, streamed] {
        let mut request = Request::get(Url::parse(&url).unwrap());
        request.max_body = 10;
        let error = open().send(request).await.unwrap_err();
        assert!(matches!(error, NetError::TooLarge(_, 10)), "{error:?}");
    }
}

#[tokio::test]
async fn silence_and_a_body_that_stalls_are_time_outs() {
    let silent = raw_server(b"", Duration::from_secs(5)).await;
    let stalled = raw_server(
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf",
        Duration::from_secs(5),
    )
    .await;
    for url in [silent, stalled] {
        let mut request = Request::get(Url::parse(&url).unwrap());
        request.timeout = Duration::from_millis(150);
        let error = open().send(request).await.unwrap_err();
        assert!(matches!(error, NetError::TimedOut(_)), "{error:?}");
    }
}

#[tokio::test]
async fn half_a_body_and_no_listener_have_their_own_errors() {
    let half = raw_server(
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf",
        Duration::ZERO,
    )
    .await;
    let error = get(&open(), &half).await.unwrap_err();
    assert!(matches!(error, NetError::BrokenOff(..)), "{error:?}");
    let free = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let error = get(&open(), &format!("http://{free}/")).await.unwrap_err();
    assert!(matches!(error, NetError::Unreachable(..)), "{error:?}");
}

#[tokio::test]
async fn a_header_that_is_not_ascii_survives() {
    let url = raw_server(
        "HTTP/1.1 200 OK\r\nLink: <x>; rel=\u{201c}next\u{201d}\r\ncontent-length: 0\r\n\r\n".as_bytes(),
        Duration::ZERO,
    )
    .await;
    assert_eq!(
        get(&open(), &url).await.unwrap().header("link"),
        Some("<x>; rel=\u{201c}next\u{201d}")
    );
}
