//! A badge on other sites: LinkedIn, a piece of HTML, a QR code; only once its holder lets others have it.

use std::collections::HashMap;

use chrono::Datelike as _;
use reqwest::Url;

use super::stage::{Stage, get};
use crate::harness::on_each_database;

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

        let snippet = text.split("id=\"snippet\"").nth(1).unwrap();
        let snippet = snippet
            .split_once('>')
            .unwrap()
            .1
            .split("</textarea>")
            .next()
            .unwrap();
        let snippet = read(snippet);
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

        // Switched off again: the offer is gone, and so is the picture.
        let kept = student.submit(&page, &form, &[]).await.unwrap();
        assert!(!kept.text().contains("linkedin.com"), "{}", kept.text());
        assert_eq!(get(&format!("{public}.png"), "image/png").await.status, 403);
        stage.scene.end().await;
    });
}
