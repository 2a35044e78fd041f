//! A badge on other sites: LinkedIn, a piece of HTML, a QR code; only once its holder lets others have it.

use std::collections::HashMap;

use crate::store::testing::TestDatabase;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::Datelike as _;
use reqwest::Url;
use resvg::tiny_skia::Pixmap;
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use super::stage::{Stage, get};
use crate::tests::chromium::Chromium;
use crate::tests::harness::{Scene, on_each_database};
use crate::tests::site::Site;

/// The text of an element's attribute or content as a browser reads it.
fn read(text: &str) -> String {
    let replaced = [
        ("&#34;", "\""),
        ("&quot;", "\""),
        ("&#60;", "<"),
        ("&lt;", "<"),
        ("&#62;", ">"),
        ("&gt;", ">"),
    ];
    let mut text = text.to_owned();
    for (written, meant) in replaced {
        text = text.replace(written, meant);
    }
    text.replace("&#38;", "&").replace("&amp;", "&")
}

/// The HTML that a page offers for other sites.
fn snippet(page: &str) -> String {
    let area = page.split("id=\"snippet\"").nth(1).unwrap();
    let content = area.split_once('>').unwrap().1;
    read(content.split("</textarea>").next().unwrap())
}

/// What a phone reads from the QR codes of a page, each of which has to be readable.
pub(crate) fn scanned(page: &str) -> Vec<String> {
    let pictures = page.split("data:image/svg+xml;base64,").skip(1).map(|rest| {
        let base64 = rest.split(['"', '\'', ')', ' ']).next().unwrap();
        let svg = String::from_utf8(STANDARD.decode(base64).unwrap()).unwrap();
        let png = crate::service::badge::pictures::png(&svg, 600).unwrap();
        let picture = Pixmap::decode_png(&png).unwrap();
        let [width, height] = [picture.width(), picture.height()].map(|side| usize::try_from(side).unwrap());
        // Codes are black and white: each of their colours says how bright they are.
        let at = |x: usize, y: usize| picture.pixels()[y * width + x].demultiply().green();
        let mut seen = rqrr::PreparedImage::prepare_from_greyscale(width, height, at);
        let codes = seen.detect_grids();
        assert_eq!(codes.len(), 1, "one code in a picture");
        codes[0].decode().unwrap().1
    });
    pictures.collect()
}

#[test]
fn a_public_badge_is_added_to_linkedin_and_put_on_a_site_and_a_private_one_is_not() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let (_, award, credential) = stage.earned().await;
        let mut student = stage.student_browser(0).await;
        let mine = stage.inside(&format!("/credentials/{}", award.id));
        let page = student.get(&mine).await.unwrap();
        for absent in ["linkedin.com", "&lt;img", "QR code of the public page"] {
            assert!(!page.text().contains(absent), "{absent}: {}", page.text());
        }
        assert!(page.words().contains("To add it to LinkedIn"), "{}", page.words());
        let form = page.form("/share").unwrap();
        let open = [("allow_downloads", "yes")];
        let page = student.submit(&page, &form, &open).await.unwrap();
        let text = page.text();

        let href = text
            .split("href=\"")
            .find(|part| part.starts_with("https://www.linkedin.com/"));
        let href = read(href.unwrap().split('"').next().unwrap());
        let url = Url::parse(&href).unwrap();
        assert_eq!(url.path(), "/profile/add");
        let fields: HashMap<String, String> = url.query_pairs().into_owned().collect();
        let public = stage.url(&format!("/b/{}", credential.slug));
        let mut expected: HashMap<String, String> = [
            ("startTask", "CERTIFICATION_NAME".to_owned()),
            ("name", "Quiz master".to_owned()),
            ("organizationName", "North Coast Polytechnic".to_owned()),
            ("issueYear", award.awarded_at.year().to_string()),
            ("issueMonth", award.awarded_at.month().to_string()),
            ("certUrl", public.clone()),
            ("certId", credential.slug.clone()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        if let Some(end) = award.valid_until {
            expected.insert("expirationYear".to_owned(), end.year().to_string());
            expected.insert("expirationMonth".to_owned(), end.month().to_string());
        }
        assert_eq!(fields, expected);

        let snippet = snippet(&text);
        assert!(
            snippet.starts_with(&format!(
                "<a href=\"{public}\"><img src=\"{public}.png\" alt=\"Quiz master, "
            )) && snippet.ends_with("></a>")
                && !snippet.contains("script"),
            "{snippet}"
        );
        let picture = get(&format!("{public}.png"), "image/png").await;
        assert_eq!(picture.header("content-type"), Some("image/png"));
        assert!(text.contains("QR code of the public page"), "{text}");
        let file = format!("{public}.json");
        assert_eq!(scanned(&text), [public.as_str(), file.as_str()]);
        // A wallet that reads the second code asks without saying what it accepts, and gets the badge itself.
        let read = get(&file, "*/*").await;
        assert_eq!(read.body, credential.document.as_bytes());

        // With its number, LinkedIn ties the entry to the page of the institution.
        stage.mark("05dxps055", "1337").await;
        let tied = student.get(&mine).await.unwrap().text();
        assert!(tied.contains("organizationId=1337"), "{tied}");
        assert!(!tied.contains("organizationName"), "{tied}");

        // Switched off again: the offer is gone, and so is the picture.
        let kept = student.submit(&page, &form, &[]).await.unwrap();
        assert!(!kept.text().contains("linkedin.com"), "{}", kept.text());
        assert_eq!(get(&format!("{public}.png"), "image/png").await.status, 403);
        stage.scene.end().await;
    });
}

#[test]
fn the_piece_of_html_shows_the_badge_on_another_site_while_its_holder_lets_it() {
    crate::app::block_on(async {
        let Some(chromium) = Chromium::start(&[]).await else {
            return;
        };
        let stage = Stage::set(Scene::on(TestDatabase::sqlite()).await).await;
        let (_, award, credential) = stage.earned().await;
        let (mut student, _, page) = stage.holding(0, &award).await;
        let form = page.form("/share").unwrap();
        let open = [("allow_downloads", "yes")];
        let page = student.submit(&page, &form, &open).await.unwrap();
        let pasted = format!(
            "<!doctype html><title>My site</title><h1>My site</h1><p>{}</p>",
            snippet(&page.text())
        );
        let site = Site::of(pasted).await;
        assert!(site.origin.contains("//localhost:") && stage.scene.origin.contains("//127.0.0.1:"));

        let look = "const image = document.images[0]; const done = arguments[0]; const tell = () => done({ \
                    count: document.images.length, width: image.naturalWidth, height: image.naturalHeight, \
                    shown: image.getBoundingClientRect().width, alt: image.alt, scripts: document.scripts.length }); \
                    image.complete ? tell() : (image.onload = image.onerror = tell);";
        let driver = &chromium.driver;
        driver.goto(&site.origin).await.unwrap();
        let seen = driver
            .execute_async(look, Vec::new())
            .await
            .unwrap()
            .json()
            .clone();
        assert_eq!(
            (&seen["count"], &seen["scripts"]),
            (&json!(1), &json!(0)),
            "{seen}"
        );
        assert_eq!(
            (&seen["width"], &seen["height"]),
            (&json!(600), &json!(600)),
            "{seen}"
        );
        assert!(seen["shown"].as_f64().is_some_and(|width| width > 50.0), "{seen}");
        let alt = seen["alt"].as_str().unwrap();
        assert!(alt.starts_with("Quiz master, "), "{seen}");
        chromium.picture("snippet-on-another-site").await;
        // It asks for that picture alone, and leads to the page.
        let script = "return performance.getEntriesByType('resource').map((entry) => entry.name)\
                      .filter((name) => !name.endsWith('/favicon.ico'))";
        let asked: Value = driver.execute(script, Vec::new()).await.unwrap().json().clone();
        let public = stage.url(&format!("/b/{}", credential.slug));
        assert_eq!(asked, json!([format!("{public}.png")]));
        driver
            .find(By::Css("a img"))
            .await
            .unwrap()
            .click()
            .await
            .unwrap();
        chromium.reads("Is it genuine?").await;
        assert_eq!(driver.current_url().await.unwrap().as_str(), public);

        // Switched off: the picture is gone at the next visit, and its text stands for it.
        student.submit(&page, &form, &[]).await.unwrap();
        driver.goto(&site.origin).await.unwrap();
        let seen = driver
            .execute_async(look, Vec::new())
            .await
            .unwrap()
            .json()
            .clone();
        assert_eq!((&seen["width"], &seen["alt"]), (&json!(0), &json!(alt)), "{seen}");
        chromium.end().await;
        stage.scene.end().await;
    });
}
