//! What other sites show of a badge whose link somebody posts (Open Graph, ogp.me): all of it once its holder made the
//! badge public, and nothing before.

use std::collections::BTreeMap;

use crate::domain::badge::Picture;
use crate::service::badge::pictures::{Drawing, png};
use crate::store::testing::TestDatabase;
use bytes::Bytes;
use openbadges::bake::extract;
use resvg::tiny_skia::Pixmap;
use scraper::{Html, Selector};
use serde_json::Value;

use super::stage::{Stage, design, get};
use crate::tests::harness::{Scene, on_each_database};

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

fn titled(page: &str) -> String {
    let selector = Selector::parse("head title").unwrap();
    let document = Html::parse_document(page);
    document
        .select(&selector)
        .flat_map(|title| title.text())
        .collect()
}

/// What a `link` of the page's head leads to, by its relation and type.
fn linked(page: &str, relation: &str, kind: Option<&str>) -> Option<String> {
    let selector = Selector::parse("head link[rel]").unwrap();
    let document = Html::parse_document(page);
    let found = document
        .select(&selector)
        .find(|link| link.attr("rel") == Some(relation) && link.attr("type") == kind);
    found.and_then(|link| link.attr("href")).map(str::to_owned)
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
            for (badge, name, outcome) in [
                (
                    drawn,
                    "Tables & \"charts\"",
                    "Reads <tables> & \"charts\" without help.",
                ),
                (uploaded, "Uploaded", "Reads a table of data without help."),
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
                let picture = format!("{address}/card.png");
                let title = format!("{name}, a badge of North Coast Polytechnic");
                let expected = [
                    ("og:type", "website"),
                    ("og:site_name", "North Coast Polytechnic"),
                    ("og:title", &title),
                    ("og:description", &description),
                    ("og:url", &address),
                    ("og:image", &picture),
                    ("og:image:type", "image/png"),
                    ("og:image:alt", "A hexagon with the letters QM"),
                    ("og:image:width", "1200"),
                    ("og:image:height", "630"),
                    ("twitter:card", "summary_large_image"),
                    ("description", &description),
                ];
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
                assert_eq!((size.width(), size.height()), (1_200, 630), "{name}");
                assert!(
                    extract(&shown.body).is_err(),
                    "no credential is in the card: {name}"
                );
                assert_eq!(titled(&public.text()), title);

                // With the name, where the holder shows it; and nothing any more once it is theirs alone again.
                let named = [("allow_downloads", "yes"), ("show_name", "yes")];
                holder.submit(&page, &form, &named).await.unwrap();
                let earned = &told(&get(&served, HTML).await.text())["og:description"];
                let by = format!(
                    "Earned by {}, issued by North Coast Polytechnic.",
                    stage.student(0).1
                );
                assert!(earned.starts_with(&by), "{earned}");
                let named = get(&picture.replace(IDENTITY, &stage.scene.origin), "*/*").await;
                assert_ne!(named.body, shown.body, "the name stands on the card: {name}");
                holder.submit(&page, &form, &[]).await.unwrap();
                assert_eq!(told(&get(&served, HTML).await.text()), robots.into(), "{name}");
                let kept = get(&picture.replace(IDENTITY, &stage.scene.origin), "*/*").await;
                assert_eq!(kept.status, 403, "{name}");
            }
            stage.scene.end().await;
        });
    }
}

#[test]
fn programs_find_a_public_badge_by_address_in_data_and_by_oembed_and_a_private_one_nowhere() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, award, credential) = stage.earned().await;
        let page = stage.url(&format!("/b/{}", credential.slug));
        let asked: String = url::form_urlencoded::byte_serialize(page.as_bytes()).collect();
        let oembed = stage.url(&format!("/oembed?url={asked}"));
        let private = get(&page, HTML).await.text();
        assert!(
            linked(&private, "canonical", None).is_none() && !private.contains("ld+json"),
            "{private}"
        );
        let refused = get(&oembed, "*/*").await;
        assert_eq!(
            (refused.status, refused.header("x-robots-tag")),
            (403, Some("noindex"))
        );

        let (mut holder, _, own) = stage.holding(0, &award).await;
        let form = own.form("/share").unwrap();
        holder
            .submit(&own, &form, &[("allow_downloads", "yes")])
            .await
            .unwrap();
        let public = get(&page, HTML).await.text();
        assert_eq!(linked(&public, "canonical", None).as_ref(), Some(&page));
        let file = linked(&public, "alternate", Some("application/vc+ld+json")).unwrap();
        assert_eq!(get(&file, "*/*").await.body, credential.document.as_bytes());
        let found = linked(&public, "alternate", Some("application/json+oembed")).unwrap();
        assert_eq!(found, oembed);

        let selector = Selector::parse("head script[type='application/ld+json']").unwrap();
        let document = Html::parse_document(&public);
        let data: String = document.select(&selector).flat_map(|one| one.text()).collect();
        let data: Value = serde_json::from_str(&data).unwrap();
        for (place, said) in [
            ("/@type", "EducationalOccupationalCredential"),
            ("/name", "Quiz master"),
            ("/url", page.as_str()),
            ("/recognizedBy/name", "North Coast Polytechnic"),
            ("/credentialCategory", "Microcredential"),
            ("/inLanguage", "en"),
            ("/educationalLevel", "EQF 4"),
            ("/competencyRequired/0/name", "analyse data"),
        ] {
            assert_eq!(data.pointer(place), Some(&said.into()), "{place} in {data}");
        }

        let answer = get(&format!("{found}&format=json&maxwidth=300"), "*/*").await;
        assert_eq!(
            (
                answer.status,
                answer.header("content-type"),
                answer.header("x-robots-tag")
            ),
            (200, Some("application/json"), Some("noindex"))
        );
        let embedded: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(
            embedded["title"],
            "Quiz master, a badge of North Coast Polytechnic"
        );
        assert_eq!(
            (&embedded["width"], &embedded["height"]),
            (&300.into(), &157.into())
        );
        let html = embedded["html"].as_str().unwrap();
        let card = format!("src=\"{page}/card.png\"");
        assert!(html.contains(&card) && !html.contains("script"), "{html}");

        // The name, and only where it is switched on; grades and work in none of them.
        let (_, name) = stage.student(0);
        for address in [&page, &oembed] {
            let kept = get(address, HTML).await.text();
            assert!(!kept.contains(&name) && !kept.contains("80 of 100"), "{kept}");
        }
        let named = [("allow_downloads", "yes"), ("show_name", "yes")];
        holder.submit(&own, &form, &named).await.unwrap();
        let answer = get(&oembed, "*/*").await;
        let embedded: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(embedded["author_name"], name);

        for (address, status) in [
            (format!("{oembed}&format=xml"), 501),
            (stage.url("/oembed"), 404),
            (stage.url("/oembed?url=https%3A%2F%2Fevil.example%2Fb%2Fx"), 404),
            (stage.url(&format!("/oembed?url={asked}.json")), 404),
            (stage.url(&format!("/oembed?url={asked}x")), 404),
        ] {
            assert_eq!(get(&address, "*/*").await.status, status, "{address}");
        }
        stage.scene.end().await;
    });
}

#[test]
fn no_form_of_what_a_holder_did_not_make_public_is_found_by_search_engines() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, award, credential) = stage.earned().await;
        let page = format!("/b/{}", credential.slug);
        let forms = [
            String::new(),
            ".json".into(),
            ".png".into(),
            ".svg".into(),
            ".jwt".into(),
            ".jwt.png".into(),
            ".jwt.svg".into(),
            "/print".into(),
            "/card.png".into(),
        ];
        let asked: String = url::form_urlencoded::byte_serialize(stage.url(&page).as_bytes()).collect();
        let mut all: Vec<String> = forms.iter().map(|form| format!("{page}{form}")).collect();
        all.push(format!("/oembed?url={asked}"));
        let (mut holder, mine, own) = stage.holding(0, &award).await;
        let switches = own.form("/share").unwrap();
        let link = own.form("/links").unwrap();
        let made = holder.submit(&own, &link, &[("days", "7")]).await.unwrap();
        let secret = made.text().split("/s/").nth(1).unwrap().to_owned();
        let shared = format!("/s/{}", secret.split('"').next().unwrap());

        let kept = [
            ("keep_page", "yes"),
            ("allow_downloads", "yes"),
            ("show_name", "yes"),
        ];
        let name = [("show_name", "yes"), ("show_evidence", "yes")];
        let none: [(&str, &str); 0] = [];
        for state in [&none[..], &name[..], &kept[..]] {
            holder.submit(&own, &switches, state).await.unwrap();
            for path in all.iter().chain([&shared]) {
                for accept in [HTML, "application/vc", "image/png", "*/*"] {
                    let answer = get(&stage.url(path), accept).await;
                    assert_eq!(
                        answer.header("x-robots-tag"),
                        Some("noindex"),
                        "{path} as {accept} with {state:?}: {}",
                        answer.status
                    );
                }
                let html = get(&stage.url(path), HTML).await;
                if html
                    .header("content-type")
                    .is_some_and(|kind| kind.starts_with("text/html"))
                {
                    assert!(
                        html.text().contains("content=\"noindex\""),
                        "{path} with {state:?}"
                    );
                }
            }
        }

        // Made public, the page is found with its card; files and sheets are for whom the holder gives them to.
        holder
            .submit(&own, &switches, &[("allow_downloads", "yes")])
            .await
            .unwrap();
        for path in all.iter().chain([&shared]) {
            let answer = get(&stage.url(path), HTML).await;
            assert_eq!(answer.status, 200, "{path}");
            let is_found = *path == page || path.ends_with("/card.png");
            assert_eq!(answer.header("x-robots-tag").is_none(), is_found, "{path}");
        }
        assert_eq!(get(&mine, HTML).await.status, 401);
        stage.scene.end().await;
    });
}
