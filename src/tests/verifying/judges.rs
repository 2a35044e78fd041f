//! Three judges of one mind: the independent kit, this server and the page. `CAIRN_TEST_KIT` names the folder that
//! `.ci/judges/prepare` made: with the kit and what it depends on in `kit` and, in `recorded.json`, what the kit's own tests
//! judge. Without it the test says that it was left out; with `CI=true` that is a failure.
//!
//! The kit knows two words and fails closed: its "not OK" stands for what page and server call not valid and for what
//! they call not checked. Where it is of another mind, that is written down in [`AGREED`] with the reason, and has to come
//! out exactly so.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::store::testing::say;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use openbadges::verify::{Outcome, Verdict, verify_file_of};
use serde::Deserialize;
use serde_json::{Value, json};

use super::parity::variants;
use super::{Finding, Net, VerifierPage, hostile, methods, now, published, tokens, vectors};

/// What is to be judged.
struct Case {
    name: String,
    bytes: Vec<u8>,
    at: DateTime<Utc>,
    recipient: Option<String>,
}

impl Case {
    fn new(name: String, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            name,
            bytes: bytes.into(),
            at: now(),
            recipient: None,
        }
    }
}

/// What the kit says.
#[derive(Debug, Deserialize)]
struct Kit {
    ok: bool,
    /// "check - detail" of each check that failed.
    fails: Vec<String>,
}

/// What the kit's own tests judge.
#[derive(Deserialize)]
struct Recorded {
    net: BTreeMap<String, String>,
    cases: Vec<RecordedCase>,
}

#[derive(Deserialize)]
struct RecordedCase {
    title: String,
    base64: String,
    /// Milliseconds, where the test set the clock.
    now: Option<i64>,
    recipient: Option<String>,
    ok: bool,
}

/// A difference that is right: what it is called, how often it comes, and when it is one.
struct Agreed {
    reason: &'static str,
    times: usize,
    holds: fn(&Case, &Kit, &Finding) -> bool,
}

/// Where the kit says something else than page and server do.
const AGREED: &[Agreed] = &[
    Agreed {
        reason: "a list of one where the plain JSON schema wants the value itself: the kit holds to the schema, while the \
                 statements that were signed are the same",
        times: 26,
        holds: |case, kit, finding| {
            let form =
                |line: &String| line.contains("structure (") || line.contains("official JSON schema - ");
            case.name.ends_with(" as a list")
                && !kit.ok
                && kit.fails.iter().all(form)
                && finding.verdict == "valid"
        },
    },
    Agreed {
        reason: "a did:jwk: page and server read the key in it, the kit does not follow it",
        times: 2,
        holds: |_, kit, finding| {
            let other = |line: &String| line.contains("unsupported DID method");
            !kit.ok && kit.fails.iter().any(other) && finding.verdict == "valid"
        },
    },
    Agreed {
        reason: "a result under another description or level, or no recipient: the kit holds to the text, page and server \
                 say so in a remark, since it proves nothing wrong",
        times: 5,
        holds: |_, kit, finding| {
            let told = |line: &String| {
                line.starts_with("A result in it refers to") || line.starts_with("It names no recipient")
            };
            !kit.ok && finding.verdict == "valid" && finding.open.iter().any(told)
        },
    },
    Agreed {
        reason: "a member of a token that no context defines: the token's signature covers it, so page and server tell of \
                 it, where the kit refuses",
        times: 1,
        holds: |_, kit, finding| {
            let told = |line: &String| line.starts_with("Its contexts do not define");
            !kit.ok && finding.verdict == "valid" && finding.open.iter().any(told)
        },
    },
    Agreed {
        reason: "a credential in a vc claim: page and server read it, the kit knows the form of data model 2.0 alone",
        times: 1,
        holds: |_, kit, finding| {
            let legacy = |line: &String| line.contains("credential in a vc claim");
            kit.fails.iter().any(legacy) && finding.verdict == "valid"
        },
    },
    Agreed {
        reason: "a key in a token's header beside the name of the published one: the kit looks at the name alone, page and \
                 server refuse a key that cannot be used or is another one, since another reader might take it",
        times: 4,
        holds: |_, kit, finding| {
            let refused = ["HeaderKey", "OtherKey"];
            kit.ok
                && finding
                    .checks
                    .values()
                    .any(|one| refused.contains(&one.code.as_str()))
        },
    },
    Agreed {
        reason: "a did:key of the curve P-256: the kit reads Ed25519 ones only",
        times: 2,
        holds: |_, kit, finding| {
            let mut remarks = finding.open.iter();
            let token = |line: &String| line.starts_with("proof VC-JWT - ");
            !kit.ok
                && kit.fails.iter().all(token)
                && finding.verdict == "valid"
                && remarks.any(|line| line.contains("known by a key alone"))
        },
    },
    Agreed {
        reason: "the type of a token in other capitals, which count for nothing (RFC 7515, section 4.1.9): the kit compares \
                 them to the letter",
        times: 2,
        holds: |_, kit, finding| {
            finding.verdict == "valid"
                && (kit.fails == ["proof VC-JWT - typ jwt"] || kit.fails == ["proof VC-JWT - typ VC+JWT"])
        },
    },
    Agreed {
        reason: "a key named by its fragment (#token): the kit wants the whole name, or the bare one",
        times: 1,
        holds: |_, kit, finding| {
            let named = |line: &String| line.starts_with("proof VC-JWT - key #token is not");
            !kit.ok && kit.fails.iter().all(named) && finding.verdict == "valid"
        },
    },
];

/// For each reason for which page and server say "not checked here", how the kit words its refusal: so that it is the same
/// thing of which all three speak.
const WORDED: &[(&str, &[&str])] = &[
    (
        "OtherKind",
        &["not an Open Badges / CLR credential", "association"],
    ),
    (
        "UnknownContext",
        &["Dereferencing a URL", "Invalid JSON-LD syntax"],
    ),
    (
        "UnknownProof",
        &[
            "no DataIntegrityProof with",
            "Cannot read properties of null",
            "not allowed",
            "Invalid or unsupported JWK",
        ],
    ),
    ("UnknownStatus", &["unknown type", "is not its URL"]),
    ("StatusUnavailable", &["HTTP 404"]),
    (
        "IssuerUnavailable",
        &["HTTP 404", "jwk header cannot be tied", "unsupported DID method"],
    ),
    (
        "IssuerNotADid",
        &[
            "unsupported DID method",
            "HTTP 404",
            "Invalid signature",
            "jwk header cannot be tied",
            "kid is not on the issuer origin",
        ],
    ),
    ("EndorsementUnchecked", &["endorsement 0: "]),
];

/// Of what nobody can read as a badge there is no more to compare than that all three say so, each in its words.
const UNREAD: [&str; 6] = ["NotJson", "UnknownFile", "Png", "Svg", "NotBaked", "TooLarge"];

/// Why a finding is not a verdict, by code; of a credential of another kind, that it is one.
fn unchecked(finding: &Finding) -> Vec<&str> {
    let open = finding.checks.values().filter(|one| one.state == "unchecked");
    let codes: Vec<&str> = open
        .map(|one| one.code.as_str())
        .filter(|code| *code != "NotChecked" && !UNREAD.contains(code))
        .collect();
    if codes.contains(&"OtherKind") {
        vec!["OtherKind"]
    } else {
        codes
    }
}

/// The folder with the kit.
pub(super) fn folder() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CAIRN_TEST_KIT") {
        return Some(PathBuf::from(named));
    }
    assert!(
        std::env::var("CI").as_deref() != Ok("true"),
        "CI=true, but CAIRN_TEST_KIT names no folder that .ci/judges/prepare made"
    );
    static SAID: std::sync::Once = std::sync::Once::new();
    SAID.call_once(|| {
        say("left out: the independent kit (.ci/judges/prepare DIR, then set CAIRN_TEST_KIT to DIR)")
    });
    None
}

/// The kit, which judges while page and server do.
struct Judging {
    process: Child,
    /// What it was asked.
    _file: tempfile::NamedTempFile,
}

/// Asks the kit for each case.
fn ask_kit(folder: &Path, cases: &[Case], net: &Net) -> Judging {
    let asked = cases.iter().map(|case| {
        json!({ "base64": STANDARD.encode(&case.bytes), "now": case.at.timestamp_millis(), "recipient": case.recipient })
    });
    let asked = json!({ "net": net.0, "now": 0, "cases": asked.collect::<Vec<_>>() });
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), asked.to_string()).unwrap();
    let process = Command::new("node")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/.ci/judges/kit.mjs"))
        .arg(folder.join("kit"))
        .arg(file.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    Judging { process, _file: file }
}

impl Judging {
    /// What the kit says to each of so many cases.
    fn said(self, count: usize) -> Vec<Kit> {
        let run = self.process.wait_with_output().unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        let said: Vec<Kit> = serde_json::from_slice(&run.stdout).unwrap();
        assert_eq!(said.len(), count);
        said
    }
}

/// What the server says; pictures are unpacked first.
fn server(case: &Case, net: &Net) -> Verdict {
    verify_file_of(&case.bytes, net, case.at, case.recipient.as_deref())
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict.outcome() {
        Outcome::Valid => "valid",
        Outcome::Unknown => "unknown",
        Outcome::Invalid => "invalid",
    }
}

/// What has been seen so far: each combination of words with how often it came.
#[derive(Default)]
struct Table {
    folder: PathBuf,
    rows: BTreeMap<(String, &'static str, &'static str, String), usize>,
    agreed: BTreeMap<&'static str, usize>,
    wrong: Vec<String>,
}

impl Table {
    async fn judge(&mut self, verifier: &VerifierPage, group: &str, cases: &[Case], net: &Net) {
        let judging = ask_kit(&self.folder, cases, net);
        let mut found = Vec::new();
        for part in cases.chunk_by(|one, next| one.at == next.at) {
            let asked = part.iter().map(|case| {
                let recipient = case.recipient.as_deref().unwrap_or_default();
                json!({ "base64": STANDARD.encode(&case.bytes), "recipient": recipient })
            });
            let asked: Vec<Value> = asked.collect();
            let at = part.first().map_or_else(now, |case| case.at);
            found.append(&mut verifier.check(&asked, net, at).await);
        }
        let kits = judging.said(cases.len());
        for ((case, kit), finding) in cases.iter().zip(&kits).zip(&found) {
            let verdict = server(case, net);
            let server = word(&verdict);
            let said = if kit.ok { "OK" } else { "not OK" };
            let row = (group.to_owned(), said, server, finding.verdict.clone());
            *self.rows.entry(row).or_default() += 1;
            let what = format!(
                "{group}: {}: {kit:?}, server {verdict:?}, page {finding:?}",
                case.name
            );
            if server != finding.verdict {
                self.wrong.push(what);
                continue;
            }
            if let Some(agreed) = AGREED.iter().find(|one| (one.holds)(case, kit, finding)) {
                *self.agreed.entry(agreed.reason).or_default() += 1;
            } else if kit.ok != (finding.verdict == "valid") {
                self.wrong.push(what);
            } else if finding.verdict == "unknown" {
                let worded = unchecked(finding).into_iter().all(|code| {
                    let words = WORDED.iter().find(|(named, _)| *named == code);
                    words.is_some_and(|(_, words)| {
                        let lines = &kit.fails;
                        lines
                            .iter()
                            .any(|line| words.iter().any(|word| line.contains(word)))
                    })
                });
                if !worded {
                    self.wrong.push(what);
                }
            }
        }
    }

    fn print(&self) {
        eprintln!("| documents | kit | server | page | count |\n|---|---|---|---|---|");
        for ((group, kit, server, page), count) in &self.rows {
            eprintln!("| {group} | {kit} | {server} | {page} | {count} |");
        }
        for (reason, count) in &self.agreed {
            eprintln!("{count} differ because of {reason}.");
        }
    }
}

#[test]
fn kit_server_and_page_agree_on_every_vector_and_every_change_of_one() {
    let Some(folder) = folder() else { return };
    crate::app::block_on(async {
        let Some(verifier) = VerifierPage::open(&[]).await else {
            return;
        };
        let recorded = std::fs::read(folder.join("recorded.json")).unwrap();
        let mut table = Table {
            folder,
            ..Table::default()
        };

        let net = published();
        for (name, text) in vectors() {
            let document: Value = serde_json::from_str(text).unwrap();
            let mut cases = vec![Case::new("as it is".to_owned(), text)];
            let changed = variants(&document);
            cases.extend(changed.into_iter().map(|(what, text)| Case::new(what, text)));
            table.judge(&verifier, name, &cases, &net).await;
        }

        let recorded: Recorded = serde_json::from_slice(&recorded).unwrap();
        let refused = recorded.cases.iter().filter(|one| !one.ok).count();
        assert!(
            refused >= 26 && recorded.cases.len() >= 37,
            "the kit's own tests were not all recorded: {} of which {refused} are refused",
            recorded.cases.len()
        );
        let cases: Vec<Case> = recorded
            .cases
            .iter()
            .map(|one| Case {
                at: one
                    .now
                    .map_or_else(now, |at| DateTime::from_timestamp_millis(at).unwrap()),
                recipient: one.recipient.clone(),
                ..Case::new(one.title.clone(), STANDARD.decode(&one.base64).unwrap())
            })
            .collect();
        table
            .judge(&verifier, "kit's own", &cases, &Net(recorded.net))
            .await;

        let (net, cases) = tokens::cases();
        let named = |(number, case): (usize, tokens::Case)| {
            Case::new(format!("{number} {} {}", case.kind, case.code), case.text)
        };
        let cases: Vec<Case> = cases.into_iter().enumerate().map(named).collect();
        table.judge(&verifier, "tokens", &cases, &net).await;

        let (net, cases) = methods::cases();
        let cases: Vec<Case> = cases
            .into_iter()
            .map(|case| Case::new(case.name.to_owned(), case.text))
            .collect();
        table.judge(&verifier, "issuers", &cases, &net).await;

        let pictures = hostile::pictures().into_iter().enumerate();
        let cases: Vec<Case> = pictures
            .map(|(number, (code, file))| Case::new(format!("{number} {code}"), file))
            .collect();
        table.judge(&verifier, "pictures", &cases, &Net::default()).await;

        table.print();
        assert!(
            table.wrong.is_empty(),
            "{}:\n{}",
            table.wrong.len(),
            table.wrong.join("\n")
        );
        let agreed = AGREED.iter().map(|agreed| (agreed.reason, agreed.times));
        for (reason, expected) in agreed {
            let times = table.agreed.get(reason).copied().unwrap_or_default();
            assert_eq!(times, expected, "{reason}");
        }
        verifier.end().await;
    });
}
