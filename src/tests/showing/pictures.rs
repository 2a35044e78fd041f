//! Pictures that are drawn when they are asked for: once, for whoever asks, and not again for whoever has them.

use futures_util::future::join;
use practice_lms::browser::{Browser, Page};
use reqwest::Method;

use super::stage::{Stage, design};
use crate::service::badge::pictures;
use crate::store::testing::TestDatabase;
use crate::tests::harness::Scene;

/// What a stranger gets who says that they have the picture of that tag.
async fn asked(address: &str, tag: Option<&str>) -> Page {
    let known: Vec<_> = tag.map(|tag| ("if-none-match", tag)).into_iter().collect();
    let mut stranger = Browser::new().unwrap();
    let answer = stranger.fetch(Method::GET, address, &known, Vec::new()).await;
    answer.unwrap()
}

/// Runs `test` on SQLite alone: pictures are no matter of the database.
fn staged<F: Future<Output = ()>>(test: impl FnOnce(Stage) -> F) {
    crate::app::block_on(async {
        let scene = Scene::with(TestDatabase::sqlite(), &[]).await;
        test(Stage::set(scene).await).await;
    });
}

#[test]
fn a_browser_that_has_a_picture_is_not_sent_it_again() {
    staged(|stage| async move {
        let logo = stage.mark("05dxps055", "1337").await;
        let drawn = |path: &str| stage.url(&pictures::address(path, "QM", "hexagon", "#205080"));
        for address in [
            drawn("/p/drawn.svg"),
            drawn("/p/drawn.png"),
            stage.url(&format!("/p/{logo}.svg")),
            stage.url(&format!("/p/{logo}.png")),
        ] {
            let first = asked(&address, None).await;
            assert_eq!(first.status, 200, "{address}");
            let tag = first.header("etag").unwrap();
            let again = asked(&address, Some(tag)).await;
            assert_eq!((again.status, again.body.len()), (304, 0), "{address}");
            for answer in [&first, &again] {
                assert_eq!(answer.header("etag"), Some(tag));
                let kept = answer.header("cache-control").unwrap();
                assert_eq!(kept, "public, max-age=31536000, immutable", "{address}");
            }
            let other = asked(&address, Some("\"another\"")).await;
            assert_eq!((other.status, &other.body), (200, &first.body), "{address}");
        }
        stage.scene.end().await;
    });
}

#[test]
fn one_picture_has_one_tag_however_it_is_typed_and_nothing_else_is_drawn() {
    staged(|stage| async move {
        for path in ["/p/drawn.svg", "/p/drawn.png"] {
            let at = |query: &str| stage.url(&format!("{path}?{query}"));
            let plain = asked(&at("initials=QM&shape=hexagon&colour=%23205080"), None).await;
            for same in [
                "colour=%23205080&initials=qm&shape=hexagon",
                "initials=QM%E6%BC%A2&shape=blob&colour=%23205080",
            ] {
                let again = asked(&at(same), None).await;
                assert_eq!(again.header("etag"), plain.header("etag"), "{same}");
                assert_eq!(again.body, plain.body, "{same}");
            }
            for refused in [
                "initials=QM&shape=hexagon&colour=%23205080&v=2",
                "initials=QM&initials=AB&shape=hexagon&colour=%23205080",
                "side=2048",
                &format!("initials={}", "A".repeat(600)),
            ] {
                let page = asked(&at(refused), None).await;
                assert_eq!(page.status, 400, "{refused}");
                assert!(page.text().contains("picture.query"), "{}", page.text());
            }
        }
        stage.scene.end().await;
    });
}

#[test]
fn a_card_is_sent_again_only_when_something_on_it_changed_and_never_once_it_is_private() {
    staged(|stage| async move {
        let (_, award, credential) = stage.earned().await;
        let (mut holder, _, page) = stage.holding(0, &award).await;
        let form = page.form("/share").unwrap();
        let address = stage.url(&format!("/b/{}/card.png", credential.slug));
        let open = [("allow_downloads", "yes")];
        holder.submit(&page, &form, &open).await.unwrap();
        let first = asked(&address, None).await;
        let tag = first.header("etag").unwrap();
        let again = asked(&address, Some(tag)).await;
        assert_eq!((again.status, again.body.len()), (304, 0));
        assert_eq!(again.header("cache-control"), Some("public, max-age=0"));

        let named = [("allow_downloads", "yes"), ("show_name", "yes")];
        holder.submit(&page, &form, &named).await.unwrap();
        let changed = asked(&address, Some(tag)).await;
        assert_eq!(changed.status, 200, "the name stands on it");
        assert_ne!(changed.header("etag"), Some(tag));

        holder.submit(&page, &form, &[]).await.unwrap();
        let tag = changed.header("etag");
        for tag in [None, tag] {
            assert_eq!(asked(&address, tag).await.status, 403, "it is theirs alone again");
        }
        stage.scene.end().await;
    });
}

#[test]
fn a_stranger_who_asks_for_pictures_without_end_takes_none_from_a_course() {
    staged(|stage| async move {
        let shown = stage.url(&pictures::href(&design("Quiz master").picture));
        let variants = (0..80_u32).map(|n| {
            let colour = format!("#{:06x}", n * 1_000);
            stage.url(&pictures::address("/p/drawn.png", "AB", "stones", &colour))
        });
        let variants: Vec<_> = variants.collect();
        let storm = futures_util::future::join_all(variants.iter().map(|address| asked(address, None)));
        let page = async {
            let mut answers = Vec::new();
            for _ in 0..20 {
                answers.push(asked(&shown, None).await);
            }
            answers
        };
        let (storm, page) = join(storm, page).await;
        for answer in page {
            assert_eq!(answer.header("content-type"), Some("image/svg+xml"));
            assert_eq!(answer.status, 200);
        }
        for answer in storm {
            // Beyond the line they are told to come again.
            assert!(matches!(answer.status, 200 | 429), "{}", answer.status);
            assert!(answer.status == 200 || answer.header("retry-after").is_some());
        }
        let kept = stage.scene.cairn.drawings.kept_bytes();
        assert!(kept > 0 && kept <= 16 << 20, "{kept}");
        stage.scene.end().await;
    });
}
