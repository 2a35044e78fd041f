use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::*;
use crate::keys::{KeySet, ToolKey};
use crate::registration::{Algorithm, Flavour};
use crate::testing::{now, registration, tool_key};
use ambient::random::SeededRandom;

fn settings(types: &[&str], multiple: bool, line_items: bool) -> DeepLinkingSettings {
    DeepLinkingSettings {
        return_url: "https://lms.example/return".parse().unwrap(),
        accept_types: types.iter().map(|word| (*word).to_owned()).collect(),
        accept_presentation_document_targets: vec!["iframe".into()],
        accept_media_types: None,
        accept_multiple: multiple,
        accept_lineitem: line_items,
        auto_create: false,
        title: None,
        text: None,
        data: None,
    }
}

fn custom(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn link(title: &str) -> ResourceLinkItem {
    ResourceLinkItem {
        title: title.to_owned(),
        text: None,
        url: None,
        icon: None,
        custom: custom(&[("cairn_item", "0193-a")]),
        iframe: None,
        line_item: None,
    }
}

fn graded(points: &str) -> ContentItem {
    ContentItem::ResourceLink(ResourceLinkItem {
        line_item: Some(ItemLineItem {
            label: "Report".into(),
            score_maximum: points.parse().unwrap(),
            resource_id: "0193-a".into(),
            tag: "cairn-activity".into(),
            submission_review: None,
        }),
        ..link("Report")
    })
}

fn html() -> ContentItem {
    ContentItem::Html(HtmlItem {
        html: "<p>x</p>".into(),
        title: "Badge".into(),
    })
}

#[test]
fn only_types_that_were_offered_are_returned() {
    let link = || ContentItem::ResourceLink(link("My badges"));
    let links = settings(&["ltiResourceLink"], true, true);
    assert!(accept(vec![link(), link()], &links, &Flavour::Canvas.capabilities()).is_ok());
    assert_eq!(
        accept(vec![html()], &links, &Flavour::Canvas.capabilities()),
        Err(Unacceptable::Type("html"))
    );
    let editor = settings(&["html", "link"], true, true);
    assert_eq!(
        accept(vec![link()], &editor, &Flavour::Canvas.capabilities()),
        Err(Unacceptable::Type("ltiResourceLink"))
    );
    assert_eq!(
        accept(
            vec![html()],
            &settings(&["html", "ltiResourceLink"], true, true),
            &Flavour::Moodle.capabilities()
        ),
        Err(Unacceptable::Type("html")),
        "Moodle would make an activity of it"
    );
}

#[test]
fn one_item_where_one_is_taken_and_no_column_where_none_is() {
    let one = settings(&["ltiResourceLink"], false, false);
    let link = || ContentItem::ResourceLink(link("My badges"));
    assert!(accept(vec![link()], &one, &Flavour::Canvas.capabilities()).is_ok());
    assert!(accept(Vec::new(), &one, &Flavour::Canvas.capabilities()).is_ok());
    assert_eq!(
        accept(vec![link(), link()], &one, &Flavour::Canvas.capabilities()),
        Err(Unacceptable::TooMany)
    );
    assert_eq!(
        accept(vec![graded("10")], &one, &Flavour::Canvas.capabilities()),
        Err(Unacceptable::LineItem)
    );
}

#[test]
fn moodle_takes_whole_points_from_1_to_100_and_no_address() {
    let all = settings(&["ltiResourceLink"], true, true);
    for points in ["1", "100", "50.0"] {
        assert!(
            accept(vec![graded(points)], &all, &Flavour::Moodle.capabilities()).is_ok(),
            "{points}"
        );
    }
    for points in ["101", "12.5", "0.5"] {
        assert_eq!(
            accept(vec![graded(points)], &all, &Flavour::Moodle.capabilities()),
            Err(Unacceptable::Points),
            "{points}"
        );
        assert!(
            accept(vec![graded(points)], &all, &Flavour::Canvas.capabilities()).is_ok(),
            "{points}"
        );
    }
    for flavour in [Flavour::Moodle, Flavour::Canvas] {
        assert_eq!(
            accept(vec![graded("0")], &all, &flavour.capabilities()),
            Err(Unacceptable::NoPoints)
        );
    }
    let addressed = || {
        ContentItem::ResourceLink(ResourceLinkItem {
            url: Some("https://tool.example/lti/launch".parse().unwrap()),
            ..link("x")
        })
    };
    assert_eq!(
        accept(vec![addressed()], &all, &Flavour::Moodle.capabilities()),
        Err(Unacceptable::Url)
    );
    assert!(accept(vec![addressed()], &all, &Flavour::Canvas.capabilities()).is_ok());
}

#[test]
fn parameters_that_a_platform_would_read_otherwise_are_refused() {
    let all = settings(&["ltiResourceLink"], true, true);
    for (key, value) in [
        ("Cairn", "x"),
        ("cairn-item", "x"),
        ("", "x"),
        ("a=b", "x"),
        ("a", "$User.id"),
        ("a", "x\ny=z"),
        ("a", "x\ry"),
        ("a", ""),
        ("a", " x"),
        ("a", "x\u{2028}y"),
    ] {
        let item = ContentItem::ResourceLink(ResourceLinkItem {
            custom: custom(&[(key, value)]),
            ..link("x")
        });
        assert_eq!(
            accept(vec![item], &all, &Flavour::Canvas.capabilities()),
            Err(Unacceptable::Custom(key.to_owned())),
            "{key:?}={value:?}"
        );
    }
}

#[test]
fn the_answer_says_what_both_platforms_check_and_is_signed_by_the_published_key() {
    let accepted = accept(
        vec![graded("25")],
        &settings(&["ltiResourceLink"], false, true),
        &Flavour::Moodle.capabilities(),
    )
    .unwrap();
    let answer = Answer {
        client_id: "client",
        issuer: "https://lms.example",
        deployment_id: "1",
        data: Some("opaque \"text\""),
        items: &accepted,
        message: None,
    };
    let jwt = answer.sign(tool_key(), now(), &SeededRandom::new(5)).unwrap();
    let parts: Vec<&str> = jwt.split('.').collect();
    let read =
        |part: &str| -> Value { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap() };
    let (header, claims) = (read(parts[0]), read(parts[1]));
    assert_eq!(
        (&header["alg"], &header["kid"]),
        (&json!("RS256"), &json!(tool_key().kid()))
    );
    let set = KeySet::parse(ToolKey::jwk_set([tool_key()]).to_string().as_bytes()).unwrap();
    let signed = format!("{}.{}", parts[0], parts[1]);
    let signature = URL_SAFE_NO_PAD.decode(parts[2]).unwrap();
    let key = set.find(tool_key().kid()).unwrap().unwrap();
    assert!(key.verify(Algorithm::Rs256, signed.as_bytes(), &signature));
    let lti = "https://purl.imsglobal.org/spec/lti/claim/";
    let dl = "https://purl.imsglobal.org/spec/lti-dl/claim/";
    assert_eq!(claims["iss"], "client");
    assert_eq!(claims["azp"], "client");
    assert_eq!(claims["aud"], "https://lms.example");
    let at = now().timestamp();
    assert!(claims["iat"].as_i64().unwrap() < at && claims["exp"].as_i64().unwrap() > at);
    assert_eq!(claims["nonce"].as_str().unwrap().len(), 22);
    assert_eq!(claims[format!("{lti}message_type")], "LtiDeepLinkingResponse");
    assert_eq!(claims[format!("{lti}version")], "1.3.0");
    assert_eq!(claims[format!("{lti}deployment_id")], "1");
    assert_eq!(claims[format!("{dl}data")], "opaque \"text\"");
    assert_eq!(
        claims[format!("{dl}content_items")],
        json!([{
            "type": "ltiResourceLink", "title": "Report", "custom": {"cairn_item": "0193-a"},
            "lineItem": {"label": "Report", "scoreMaximum": 25, "resourceId": "0193-a", "tag": "cairn-activity"},
        }])
    );
    let none = Answer {
        data: None,
        items: &Accepted::nothing(),
        message: Some("Nothing was chosen."),
        ..answer
    };
    let jwt = none.sign(tool_key(), now(), &SeededRandom::new(6)).unwrap();
    let claims = read(jwt.split('.').nth(1).unwrap());
    assert_eq!(claims[format!("{dl}content_items")], json!([]));
    assert_eq!(claims[format!("{dl}msg")], "Nothing was chosen.");
    assert!(claims.get(format!("{dl}data")).is_none());
}

#[test]
fn settings_are_read_from_the_claim_alone() {
    let claim = json!({
        "accept_types": ["ltiResourceLink"], "accept_presentation_document_targets": ["iframe"],
        "deep_link_return_url": "https://lms.example/return?sesskey=x", "accept_multiple": true,
    });
    let read = DeepLinkingSettings::parse(claim.to_string().as_bytes(), &registration()).unwrap();
    assert!(read.accept_multiple && read.accept_lineitem && read.accepts(ItemType::ResourceLink));
    let mut elsewhere = claim;
    elsewhere["deep_link_return_url"] = json!("https://elsewhere.example/return");
    assert_eq!(
        DeepLinkingSettings::parse(elsewhere.to_string().as_bytes(), &registration())
            .unwrap_err()
            .code(),
        "launch.deep-link-return"
    );
}

/// The parameters as Moodle keeps them, and as it reads them again.
fn through_moodle(custom: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let lines: Vec<String> = custom
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let text = lines.join("\n");
    text.split(['\n', '\r'])
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
        .collect()
}

fn any_item() -> impl Strategy<Value = ContentItem> {
    let column = proptest::option::of((-10_i64..200_000, 0_u32..3, ".{0,12}"));
    let link = (
        "(?s).{0,20}",
        proptest::collection::btree_map("(?s)[a-zA-Z_=$\n]{0,6}", "(?s)[ $a-z=\n\r\u{2028}]{0,6}", 0..3),
        column,
        any::<bool>(),
    );
    prop_oneof![
        link.prop_map(|(title, custom, column, addressed)| {
            ContentItem::ResourceLink(ResourceLinkItem {
                title,
                text: None,
                url: addressed.then(|| "https://tool.example/x".parse().unwrap()),
                icon: None,
                custom,
                iframe: None,
                line_item: column.map(|(points, scale, label)| ItemLineItem {
                    label,
                    score_maximum: Decimal::new(points, scale),
                    resource_id: "r".into(),
                    tag: "t".into(),
                    submission_review: None,
                }),
            })
        }),
        "(?s).{0,9}".prop_map(|title| ContentItem::Html(HtmlItem {
            html: String::new(),
            title
        })),
        "(?s).{0,9}".prop_map(|title| ContentItem::Link(LinkItem {
            url: "https://tool.example/x".parse().unwrap(),
            title,
            text: None
        })),
        "(?s).{0,9}".prop_map(|title| ContentItem::Image(ImageItem {
            url: "https://tool.example/x".parse().unwrap(),
            text: title.clone(),
            title,
            width: 1,
            height: 1,
        })),
    ]
}

fn any_settings() -> impl Strategy<Value = DeepLinkingSettings> {
    let types = proptest::sample::subsequence(
        vec![
            "ltiResourceLink",
            "link",
            "html",
            "image",
            "file",
            "LtiResourceLink",
        ],
        0..=6,
    );
    (types, any::<bool>(), any::<bool>())
        .prop_map(|(types, multiple, line_items)| settings(&types, multiple, line_items))
}

proptest! {
    #[test]
    fn nothing_is_returned_that_was_not_accepted(
        items in proptest::collection::vec(any_item(), 0..4),
        settings in any_settings(),
        moodle in any::<bool>(),
    ) {
        let flavour = if moodle { Flavour::Moodle } else { Flavour::Canvas };
        let Ok(accepted) = accept(items, &settings, &flavour.capabilities()) else { return Ok(()) };
        let wire = serde_json::to_value(accepted.items()).unwrap();
        let wire = wire.as_array().unwrap();
        prop_assert!(wire.len() <= 1 || settings.accept_multiple);
        for item in wire {
            let kind = item["type"].as_str().unwrap();
            prop_assert!(settings.accept_types.iter().any(|known| known == kind));
            prop_assert!(!moodle || kind == "ltiResourceLink");
            prop_assert!(!moodle || item.get("url").is_none());
            if let Some(column) = item.get("lineItem") {
                prop_assert!(settings.accept_lineitem);
                let points = column["scoreMaximum"].as_f64().unwrap();
                prop_assert!(points > 0.0);
                let whole = column["scoreMaximum"].as_u64();
                prop_assert!(!moodle || whole.is_some_and(|points| (1..=100).contains(&points)));
            }
        }
    }

    #[test]
    fn no_title_and_no_value_ever_makes_another_parameter(
        items in proptest::collection::vec(any_item(), 1..3),
        hostile in "(?s).{0,40}",
    ) {
        let all = settings(&["ltiResourceLink", "link", "html", "image"], true, true);
        let mut named = link("x");
        named.title = plain(&hostile, 255);
        prop_assert!(!named.title.chars().any(char::is_control));
        let mut items = items;
        items.push(ContentItem::ResourceLink(named));
        for item in items {
            let Ok(accepted) = accept(vec![item], &all, &Flavour::Canvas.capabilities()) else { continue };
            for item in accepted.items() {
                if let ContentItem::ResourceLink(link) = item {
                    prop_assert_eq!(&through_moodle(&link.custom), &link.custom);
                    prop_assert!(link.custom.values().all(|value| !value.starts_with('$')));
                }
            }
        }
    }

    #[test]
    fn reading_settings_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "\\PC{0,200}") {
        let _ = DeepLinkingSettings::parse(&bytes, &registration());
        let _ = DeepLinkingSettings::parse(text.as_bytes(), &registration());
    }
}
