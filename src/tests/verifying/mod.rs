//! The verifier page in a real browser: the server's verdicts, from this server and from a disk, and nothing asked of
//! anybody before its button is pressed.

mod alone;
mod elsewhere;
mod foreign;
mod hostile;
mod judges;
mod methods;
mod older;
mod others;
mod outside;
mod parity;
mod records;
mod schema;
mod taken;
mod tokens;
mod told;

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use openbadges::verify::{Outcome, Resolver, Verdict, verify};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::store::testing::TestDatabase;
use crate::tests::chromium::Chromium;

const DRIVE: &str = include_str!("drive.js");

/// Everything that the net holds, by address, for the page and for the server's verifier alike.
#[derive(Debug, Clone, Default)]
struct Net(BTreeMap<String, String>);

impl Net {
    fn publish(&mut self, url: &str, document: &Value) {
        self.0.insert(url.to_owned(), document.to_string());
    }
}

impl Resolver for Net {
    fn did_document(&self, did: &str) -> Option<Value> {
        let url = openbadges::did::document_url(did).ok()?;
        serde_json::from_str(self.0.get(&url)?).ok()
    }

    fn status_list(&self, url: &str) -> Option<Vec<u8>> {
        Some(self.0.get(url)?.clone().into_bytes())
    }

    fn document(&self, url: &str) -> Option<Value> {
        serde_json::from_str(self.0.get(url)?).ok()
    }
}

/// What the page shows of one check.
#[derive(Debug, Clone, Deserialize)]
struct Shown {
    state: String,
    code: String,
    sentence: String,
}

/// What the page shows.
#[derive(Debug, Clone, Deserialize)]
struct Finding {
    /// "valid", "invalid" or "unknown".
    verdict: String,
    /// The class of the banner.
    look: String,
    /// What is read aloud.
    says: String,
    sentence: String,
    milliseconds: f64,
    checks: BTreeMap<String, Shown>,
    /// What stands under "Not checked here".
    open: Vec<String>,
    /// The addresses that were asked for.
    asked: Vec<String>,
}

/// The moment at which every vector is in force: 1 December 2026.
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_796_083_200, 0).unwrap()
}

/// The net of the vectors: their issuer, its status list, and the employer who endorses.
fn published() -> Net {
    let mut net = Net::default();
    let issuer: Value =
        serde_json::from_str(include_str!("../../../crates/openbadges/vectors/did-web.json")).unwrap();
    net.publish("https://issuer.example/.well-known/did.json", &issuer);
    let (did, key) = (
        "did:web:employer.example:org:1",
        "z6Mko9hTggMwjSTEaJaPUfE6tqcy2xvU6BnNq3e3o8qVBiyH",
    );
    let method = format!("{did}#{key}");
    let context = [
        "https://www.w3.org/ns/did/v1",
        "https://w3id.org/security/multikey/v1",
    ];
    let employer = json!({ "@context": context, "id": did, "assertionMethod": [method], "verificationMethod": [
        { "id": method, "type": "Multikey", "controller": did, "publicKeyMultibase": key }] });
    net.publish("https://employer.example/org/1/did.json", &employer);
    let list: Value = serde_json::from_str(include_str!(
        "../../../crates/openbadges/vectors/status-list.json"
    ))
    .unwrap();
    net.publish("https://issuer.example/status/1", &list);
    net
}

/// Every vector with its name.
fn vectors() -> [(&'static str, &'static str); 8] {
    macro_rules! vector {
        ($name:literal) => {
            (
                $name,
                include_str!(concat!(
                    "../../../crates/openbadges/vectors/",
                    $name,
                    ".json"
                )),
            )
        };
    }
    [
        vector!("badge"),
        vector!("badge-endorsed"),
        vector!("byid"),
        vector!("credits"),
        vector!("endorsement"),
        vector!("full"),
        vector!("small"),
        vector!("status-list"),
    ]
}

/// A server without any course, and the verifier page of it in a browser.
struct VerifierPage {
    chromium: Chromium,
    origin: String,
    server: actix_web::dev::ServerHandle,
    running: tokio::task::JoinHandle<()>,
    _folder: tempfile::TempDir,
    _database: TestDatabase,
}

impl VerifierPage {
    /// `None` where there is no browser.
    async fn open(arguments: &[&str]) -> Option<Self> {
        let chromium = Chromium::start(arguments).await?;
        let folder = tempfile::tempdir().unwrap();
        let database = TestDatabase::sqlite();
        let environment = [
            ("CAIRN_LISTEN", "127.0.0.1:0".to_owned()),
            ("CAIRN_DATA_DIR", folder.path().display().to_string()),
            ("CAIRN_DATABASE_URL", database.url.clone()),
            ("CAIRN_WORKERS", "1".to_owned()),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value)).into();
        let settings = crate::settings::Settings::load(None, &environment).unwrap();
        let application = crate::app::Application::build(settings).await.unwrap();
        let (origin, server) = (application.origin(), application.handle());
        let running = tokio::task::spawn_local(async move { application.run().await.unwrap() });
        let verifier = Self {
            chromium,
            origin,
            server,
            running,
            _folder: folder,
            _database: database,
        };
        verifier
            .chromium
            .driver
            .set_script_timeout(Duration::from_mins(4))
            .await
            .unwrap();
        verifier
            .chromium
            .driver
            .goto(format!("{}/verify", verifier.origin))
            .await
            .unwrap();
        Some(verifier)
    }

    /// What the page says to each case: `{"text": …}`, `{"base64": …}` or `{"link": …}`.
    async fn check(&self, cases: &[Value], net: &Net, at: DateTime<Utc>) -> Vec<Finding> {
        let arguments = vec![json!(cases), json!(net.0), json!(at.timestamp_millis())];
        let found = self
            .chromium
            .driver
            .execute_async(DRIVE, arguments)
            .await
            .unwrap();
        let found = found.json().clone();
        let count = found.as_array().map_or(0, Vec::len);
        assert_eq!(count, cases.len(), "{found}");
        serde_json::from_value(found).unwrap()
    }

    async fn check_texts(&self, texts: &[String], net: &Net) -> Vec<Finding> {
        let cases: Vec<Value> = texts.iter().map(|text| json!({ "text": text })).collect();
        self.check(&cases, net, now()).await
    }

    async fn end(self) {
        self.chromium.end().await;
        self.server.stop(true).await;
        self.running.await.unwrap();
    }
}

/// A failure as both verifiers name it: the variant of the server, where the page may be more exact.
fn class(code: &str) -> &str {
    match code {
        "Undefined" | "Keyword" | "IriAsName" | "Invalid" | "Unsupported" => "Terms",
        "UnknownFile" | "NoBadge" => "NotJson",
        "KeyKind" => "KeyForm",
        // Of tokens.
        "NotCompact" | "Base64" | "NotAnObject" | "TooDeep" => "NotJson",
        "Repeated" => "DuplicateName",
        "AlgNone" | "AlgSecret" | "NoAlgorithm" => "Algorithm",
        "UnknownAlgorithm" => "UnknownProof",
        "HeaderMember" | "Type" | "NoKeyId" => "TokenHeader",
        "PrivateKey" | "KeyGivenAway" => "HeaderKey",
        "LegacyClaim" => "OldForm",
        "Claim" => "Claims",
        "StatusListUnchecked" => "StatusListBad",
        "EndorsementUnchecked" => "Endorsement",
        "PartUnchecked" => "Part",
        other => other,
    }
}

/// Holds the page's finding against the server's verdict: the same checks, each with the same outcome and reason.
#[track_caller]
fn same(finding: &Finding, verdict: &Verdict, what: &str) {
    let other = differences(finding, verdict);
    assert!(other.is_empty(), "{what}: {other:?}");
}

/// Where the two differ, one line each.
fn differences(finding: &Finding, verdict: &Verdict) -> Vec<String> {
    let mut found = Vec::new();
    let outcome = match verdict.outcome() {
        Outcome::Valid => "valid",
        Outcome::Invalid => "invalid",
        Outcome::Unknown => "unknown",
    };
    if finding.verdict != outcome {
        found.push(format!("{} but {outcome}: {verdict:?}", finding.verdict));
    }
    for check in &verdict.checks {
        let kind = format!("{:?}", check.kind);
        let reason = check.failure.as_ref().map(|failure| {
            let written = format!("{failure:?}");
            // The reason of a reason decides where it is one of the JSON-LD reader's, the token's or the picture's.
            let wrapped = ["Terms(", "Token(", "Picture("];
            let inner = wrapped
                .iter()
                .find_map(|name| written.strip_prefix(name))
                .unwrap_or(&written);
            let name: String = inner.chars().take_while(|c| c.is_alphanumeric()).collect();
            name
        });
        let expected = (check.passed(), reason.as_deref().map_or("", class));
        let shown = finding.checks.get(&kind);
        let same = shown.is_some_and(|shown| {
            (shown.state == "held", class(&shown.code)) == expected && !shown.sentence.is_empty()
        });
        if !same {
            found.push(format!("{kind}: {shown:?} but {check:?}"));
        }
    }
    if finding.checks.len() != verdict.checks.len() {
        found.push(format!("the page has {} checks", finding.checks.len()));
    }
    found
}

fn judged(text: &str, net: &Net) -> Verdict {
    verify(text.as_bytes(), net, now())
}
