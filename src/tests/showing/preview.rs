//! What other sites show of a badge whose link somebody posts (Open Graph, ogp.me): all of it once its holder made the
//! badge public, and nothing before.

use std::collections::BTreeMap;

use crate::domain::badge::Picture;
use crate::service::badge::pictures::{Drawing, png};
use crate::store::testing::TestDatabase;
use bytes::Bytes;
use resvg::tiny_skia::Pixmap;
use scraper::{Html, Selector};

use super::stage::{Stage, design, get};
use crate::tests::harness::Scene;

const HTML: &str = "text/html";
const IDENTITY: &str = "https://badges.example";

/// The `meta` elements of a page that have a name or a property.
fn told(page: &str) -> BTreeMap<String, String> {
    let selector = Selector::parse("head meta[property], head meta[name]").unwrap();
    let document = Html::parse_document(page);
    let found = document.select(&selector).map(|meta| {
        let name = meta.attr("property").or_else(|| meta.attr("name"));
        let content = meta.attr("content").unwrap_or_default();
        (name.unwrap_or_default().to_owned(), content.to_owned())
    });
    let all: Vec<_> = found.filter(|(name, _)| name != "viewport").collect();
    let count = all.len();
    let told: BTreeMap<_, _> = all.into_iter().collect();
    assert_eq!(told.len(), count, "each is said once: {page}");
    told
}

#[test]
fn a_badge_is_previewed_in_full_once_its_holder_made_it_public() {
    for database in TestDatabase::dealt() {
        crate::app::block_on(async {
            // Where it is served and what it is called are two things.
            let scene = Scene::with(database, &[("CAIRN_IDENTITY_ORIGIN", IDENTITY)]).await;
            let stage = Stage::set(scene).await;
            let mut drawn = design("Tables & \"charts\"");
            drawn.outcome = "Reads <tables> & \"charts\" without help.".into();
            let drawn = stage.badge(drawn, Some(vec![stage.quiz()])).await;
            let bytes = png(&Drawing::new("UP", "circle", "#205080").svg(), 90).unwrap();
            let kept = stage
                .scene
                .cairn
                .blobs
                .put(&"pictures".into(), Bytes::from(bytes))
                .await;
            let mut uploaded = design("Uploaded");
            uploaded.picture = Picture::Uploaded {
                digest: kept.unwrap(),
                media_type: "image/png".into(),
            };
            let uploaded = stage.badge(uploaded, Some(vec![stage.quiz()])).await;
            stage.grade(0, 80);
            stage.check().await;
            for (badge, name, outcome, side) in [
                (
                    drawn,
                    "Tables & \"charts\"",
                    "Reads <tables> & \"charts\" without help.",
                    Some(600),
                ),
                // Its size is its own, and is not stated without reading it.
                (uploaded, "Uploaded", "Reads a table of data without help.", None),
            ] {
                let (award, credential) = stage.awarded(&badge, 0).await;
                let served = stage.url(&format!("/b/{}", credential.slug));
                let before = get(&served, HTML).await;
                let robots = [("robots".to_owned(), "noindex".to_owned())];
                assert_eq!(told(&before.text()), robots.clone().into(), "{name}");
                assert_eq!(before.header("x-robots-tag"), Some("noindex"));

                let (mut holder, _, page) = stage.holding(0, &award).await;
                let form = page.form("/share").unwrap();
                let open = [("allow_downloads", "yes")];
                holder.submit(&page, &form, &open).await.unwrap();
                let public = get(&served, HTML).await;
                let address = format!("{IDENTITY}/b/{}", credential.slug);
                let description = format!("Issued by North Coast Polytechnic. {outcome}");
                let picture = format!("{address}.png");
                let mut expected = vec![
                    ("og:type", "website"),
                    ("og:title", name),
                    ("og:description", &description),
                    ("og:url", &address),
                    ("og:image", &picture),
                    ("og:image:type", "image/png"),
                    ("og:image:alt", "A hexagon with the letters QM"),
                    ("description", &description),
                ];
                if side.is_some() {
                    expected.extend([("og:image:width", "600"), ("og:image:height", "600")]);
                }
                let expected: BTreeMap<String, String> = expected
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .collect();
                assert_eq!(told(&public.text()), expected, "{name}");
                assert_eq!(public.header("x-robots-tag"), None, "{name}");

                let shown = get(&picture.replace(IDENTITY, &stage.scene.origin), "*/*").await;
                assert_eq!(
                    (shown.status, shown.header("content-type")),
                    (200, Some("image/png"))
                );
                assert!(shown.body.starts_with(b"\x89PNG\r\n\x1a\n"), "{name}");
                let size = Pixmap::decode_png(&shown.body).unwrap();
                let expected = side.unwrap_or(90);
                assert_eq!((size.width(), size.height()), (expected, expected), "{name}");

                // With the name, where the holder shows it; and nothing any more once it is theirs alone again.
                let named = [("allow_downloads", "yes"), ("show_name", "yes")];
                holder.submit(&page, &form, &named).await.unwrap();
                let earned = &told(&get(&served, HTML).await.text())["og:description"];
                let by = format!(
                    "Earned by {}, issued by North Coast Polytechnic.",
                    stage.student(0).1
                );
                assert!(earned.starts_with(&by), "{earned}");
                holder.submit(&page, &form, &[]).await.unwrap();
                assert_eq!(told(&get(&served, HTML).await.text()), robots.into(), "{name}");
            }
            stage.scene.end().await;
        });
    }
}
