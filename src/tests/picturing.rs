//! Pictures of badges as instructors make them: icons found by words, marks, and uploads that are not square. Without scripts.

use practice_lms::browser::Page;
use resvg::tiny_skia::Pixmap;

use crate::store::testing::TestDatabase;
use crate::tests::guest::Guest;
use crate::tests::harness::Scene;

/// A PNG of 60 by 40: black on the left, white on the right.
pub(crate) fn two_halves() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 60, 40);
    encoder.set_color(png::ColorType::Grayscale);
    let row = [vec![0; 30], vec![255; 30]].concat();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&row.repeat(40)).unwrap();
    writer.finish().unwrap();
    bytes
}

fn kept(page: &Page, name: &str) -> String {
    page.form("/save").unwrap().value(name).unwrap().to_owned()
}

async fn on_sqlite<F: Future<Output = ()>>(test: impl FnOnce(Scene, Guest) -> F) {
    let scene = Scene::with(TestDatabase::sqlite(), &[]).await;
    let teacher = Guest::open(&scene.moodle, 0, "Teacher", "My badges").await;
    test(scene, teacher).await;
}

#[test]
fn an_icon_is_found_by_words_and_the_picture_is_saved_as_it_was_shown() {
    crate::app::block_on(on_sqlite(|scene, mut teacher| async move {
        let editor = teacher.get("/badges/new").await;
        let sought = [
            ("name", "Best talk"),
            ("icon_search", "prize"),
            ("action", "search_icons"),
        ];
        let found = teacher.send_files(&editor, "/badges/save", &sought, &[]).await;
        assert_eq!(found.status, 200);
        assert_eq!(kept(&found, "name"), "Best talk");
        let form = found.form("/save").unwrap();
        let offered = |name: &str| {
            form.fields
                .iter()
                .any(|one| one.name == "icon" && one.value == name)
        };
        assert!(offered("award") && !offered("microscope"));
        let none = [("icon_search", "xyzzy"), ("action", "search_icons")];
        let none = teacher.send_files(&editor, "/badges/save", &none, &[]).await;
        assert!(none.words().contains("No icon goes with these words"));

        let chosen = [
            ("name", "Best talk"),
            ("shape", "rosette"),
            ("icon", "award"),
            ("pattern", "rays"),
            ("banner", " Level  2 "),
            ("stars", "2"),
            ("action", "save"),
        ];
        for (name, wrong, said) in [
            ("icon", "no-such-icon", "Choose an icon from those that are shown"),
            (
                "banner",
                "More than sixteen letters",
                "Shorten the words on the banner to 16",
            ),
            ("banner", "漢字", "Latin, Greek and Cyrillic letters"),
            ("band", "gold", "Write the banner's colour as #"),
            ("stars", "many", "at most 5 stars"),
        ] {
            let mut typed = chosen.to_vec();
            typed.retain(|(known, _)| *known != name);
            typed.push((name, wrong));
            let refused = teacher.send_files(&found, "/badges/save", &typed, &[]).await;
            assert_eq!(refused.status, 422, "{wrong}");
            assert!(refused.words().contains(said), "{wrong}: {}", refused.words());
            assert_eq!(kept(&refused, "name"), "Best talk");
        }
        let saved = teacher.send_files(&found, "/badges/save", &chosen, &[]).await;
        assert!(saved.words().contains("Saved."), "{}", saved.words());
        let plain = "/p/drawn.svg?initials=&shape=rosette&colour=%231f6f78&icon=award&pattern=rays\
                     &banner=Level+2&band=%23f2c14e&stars=2";
        let text = saved.text().replace("&#38;", "&").replace("&amp;", "&");
        assert!(text.contains(plain), "{text}");
        let picture = teacher.browser.get(&format!("{}{plain}", scene.origin)).await;
        assert_eq!(picture.unwrap().status, 200);
        let other = format!("{}{}", scene.origin, plain.replace("award", "no-such-icon"));
        let refused = teacher.browser.get(&other).await.unwrap();
        assert_eq!(refused.status, 400);
        assert!(refused.text().contains("picture.icon"), "{}", refused.text());
        scene.end().await;
    }));
}

#[test]
fn an_upload_that_is_not_square_is_asked_about_shown_and_cut() {
    crate::app::block_on(on_sqlite(|scene, mut teacher| async move {
        let editor = teacher.get("/badges/new").await;
        let typed = [("name", "Charts"), ("picture_alt", "Halves"), ("action", "save")];
        let halves = two_halves();
        let file = [("picture", "halves.png", "image/png", halves.as_slice())];
        let asked = teacher.send_files(&editor, "/badges/save", &typed, &file).await;
        assert_eq!(asked.status, 422);
        for said in [
            "The picture is not square",
            "measures 60 by 40 pixels",
            "From the left, in pixels",
            "Cut out its left",
        ] {
            assert!(asked.words().contains(said), "{said}: {}", asked.words());
        }
        let whole = kept(&asked, "picture_kept");
        assert_eq!(kept(&asked, "picture_whole"), whole);

        let square = |left: &'static str, side: &'static str| {
            let numbers = [
                ("cut", "square"),
                ("cut_left", left),
                ("cut_top", "0"),
                ("cut_side", side),
            ];
            [&numbers[..], &[("action", "save")]].concat()
        };
        for (cut, said) in [
            (square("", "40"), "as whole numbers"),
            (
                square("30", "40"),
                "reaches out of the picture, which measures 60 by 40",
            ),
            (square("0", "31"), "smaller than 32 pixels"),
            (
                vec![("cut", "pad"), ("cut_colour", "none"), ("action", "save")],
                "colour of the margins",
            ),
        ] {
            let refused = teacher.send_files(&asked, "/badges/save", &cut, &[]).await;
            assert_eq!(refused.status, 422, "{said}");
            assert!(refused.words().contains(said), "{said}: {}", refused.words());
            assert_eq!(kept(&refused, "picture_kept"), whole);
        }
        let gone = format!("{}.png", "0a".repeat(32));
        let cut = [
            ("picture_whole", gone.as_str()),
            ("picture_kept", gone.as_str()),
            ("cut", "end"),
            ("action", "save"),
        ];
        let refused = teacher.send_files(&asked, "/badges/save", &cut, &[]).await;
        assert!(
            refused.words().contains("Upload the picture again"),
            "{}",
            refused.words()
        );

        // Each way is shown before it is saved, from the whole picture each time.
        let mut shown = asked;
        for (way, side, left, right) in [
            ("start", 40, 0, 255),
            ("end", 40, 0, 255),
            ("pad", 60, 0, 255),
            ("whole", 60, 0, 255),
        ] {
            let cut = [("cut", way), ("cut_colour", "#ff0000"), ("action", "refresh")];
            shown = teacher.send_files(&shown, "/badges/save", &cut, &[]).await;
            assert_eq!(shown.status, 200, "{way}");
            assert_eq!(kept(&shown, "picture_whole"), whole);
            let address = format!("{}/p/{}", scene.origin, kept(&shown, "picture_kept"));
            assert!(shown.text().contains(&kept(&shown, "picture_kept")));
            let served = teacher.browser.get(&address).await.unwrap();
            let picture = Pixmap::decode_png(&served.body).unwrap();
            assert_eq!((picture.width(), picture.height()), (side, side), "{way}");
            let red = |x: u32, y: u32| picture.pixel(x, y).unwrap().red();
            assert_eq!((red(0, 20), red(side - 1, 20)), (left, right), "{way}");
            let corner = picture.pixel(0, 0).unwrap();
            assert_eq!(corner.red() == 255 && corner.green() == 0, way == "pad", "{way}");
            assert_eq!(corner.alpha() == 0, way == "whole", "{way}");
        }
        let save = [("cut", "centre"), ("action", "save")];
        let saved = teacher.send_files(&shown, "/badges/save", &save, &[]).await;
        assert!(saved.words().contains("Saved."), "{}", saved.words());
        assert_ne!(kept(&saved, "picture_kept"), whole);
        assert!(!saved.words().contains("It becomes square"), "it is square now");
        scene.end().await;
    }));
}
