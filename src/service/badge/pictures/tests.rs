use proptest::prelude::*;
use resvg::tiny_skia::{Pixmap, PremultipliedColorU8};
use resvg::usvg::roxmltree::Document;

use super::*;
use crate::domain::icons::search;
use crate::domain::picture::{Banner, Pattern};

#[test]
fn the_same_input_gives_the_same_bytes_at_every_size() {
    for shape in Shape::ALL.map(Shape::word) {
        let drawing = Drawing::new("cmd", shape, "#7a3b8f");
        assert_eq!(drawing.svg(), Drawing::new("CMD", shape, "#7a3b8f").svg());
        for size in [240, 600] {
            let bytes = png(&drawing.svg(), size).unwrap();
            assert_eq!(bytes, png(&drawing.svg(), size).unwrap());
            let picture = Pixmap::decode_png(&bytes).unwrap();
            assert_eq!((picture.width(), picture.height()), (size, size));
        }
    }
}

#[test]
fn letters_are_outlines_and_are_seen_in_the_png() {
    let with = Drawing::new("AB", "hexagon", "#1f6f78").svg();
    let without = Drawing::new("", "hexagon", "#1f6f78").svg();
    assert!(!with.contains("<text"), "no font is needed to show it");
    assert_ne!(png(&with, 240).unwrap(), png(&without, 240).unwrap());
    let picture = Pixmap::decode_png(&png(&with, 240).unwrap()).unwrap();
    let white = PremultipliedColorU8::from_rgba(255, 255, 255, 255).unwrap();
    let ink = picture.pixels().iter().filter(|pixel| **pixel == white).count();
    assert!(ink > 1_500, "{ink} white pixels make two letters");
}

#[test]
fn greek_cyrillic_and_accented_letters_are_drawn_and_others_left_out() {
    let bare = Drawing::new("", "circle", "#1f6f78").svg();
    for initials in ["Ö", "Ω", "Ж", "ß"] {
        assert_ne!(
            Drawing::new(initials, "circle", "#1f6f78").svg(),
            bare,
            "{initials}"
        );
    }
    assert_eq!(Drawing::new("漢😀<", "circle", "#1f6f78").svg(), bare);
}

#[test]
fn nothing_typed_reaches_the_document_as_text() {
    let svg = Drawing::new("\"><script>", "\"/><script>", "red\" onload=\"x").svg();
    assert!(!svg.contains("script") && !svg.contains("onload"), "{svg}");
    assert!(renders(&svg).is_ok());
}

#[test]
fn letters_are_legible_on_light_and_dark_colours() {
    assert!(Drawing::new("A", "circle", "#ffe680").svg().contains("#000000"));
    assert!(Drawing::new("A", "circle", "#123456").svg().contains("#ffffff"));
}

#[test]
fn an_address_leads_back_to_its_drawing() {
    let drawing = Drawing::new("Ö&=", "stones", "#AA00ff");
    assert_eq!(Drawing::from_query(&query("Ö&=", "stones", "#AA00ff")), drawing);
}

#[test]
fn what_a_stranger_makes_up_is_one_of_the_pictures_or_none() {
    let plain = query("AB", "circle", "#205080");
    let drawing = Drawing::new("AB", "circle", "#205080");
    assert_eq!(Drawing::asked(&plain), Ok(drawing.clone()));
    for same in [
        "colour=%23205080&initials=ab&shape=circle",
        "initials=AB漢&shape=circle&colour=%23205080",
    ] {
        assert_eq!(Drawing::asked(same), Ok(drawing.clone()), "{same}");
    }
    assert_eq!(Drawing::asked(""), Ok(Drawing::new("", "", "")));
    for refused in [
        format!("{plain}&v=1"),
        format!("{plain}&shape=circle"),
        format!("{plain}&="),
        format!("initials={}", "A".repeat(MOST_QUERY)),
    ] {
        assert_eq!(Drawing::asked(&refused), Err(NotDrawn::Query), "{refused}");
    }
}

#[test]
fn initials_come_from_the_words_that_count() {
    assert_eq!(suggest_initials("Clean a messy dataset"), "CMD");
    assert_eq!(suggest_initials("SQL basics"), "SB");
    assert_eq!(suggest_initials("C++ in use"), "CIU");
    assert_eq!(suggest_initials(""), "");
}

/// A picture with everything on it.
fn full() -> Composed {
    Composed {
        shape: Shape::Seal,
        colour: "#205080".into(),
        initials: "CMD".into(),
        icon: Some("trophy".into()),
        pattern: Pattern::Rays,
        banner: Some(Banner {
            text: "Level 2 – <b>&".into(),
            colour: "#f2c14e".into(),
        }),
        stars: 3,
    }
}

#[test]
fn each_mark_is_seen_is_part_of_the_address_and_comes_back_from_it() {
    let drawn = |picture: &Composed| {
        let address = composed_address("/p/drawn.svg", picture);
        let (_, query) = address.split_once('?').unwrap();
        let drawing = Drawing::asked(query).unwrap();
        assert_eq!(drawing, Drawing::from_query(query));
        drawing
    };
    let whole = drawn(&full());
    let fewer = [
        Composed { icon: None, ..full() },
        Composed {
            pattern: Pattern::Plain,
            ..full()
        },
        Composed {
            banner: None,
            ..full()
        },
        Composed { stars: 0, ..full() },
    ];
    for one in &fewer {
        let less = drawn(one);
        assert_ne!(less, whole, "another digest");
        assert_ne!(png(&less.svg(), 240).unwrap(), png(&whole.svg(), 240).unwrap());
    }
    // With nothing on it, it is the picture that it was before there was a choice.
    let bare = Composed {
        icon: None,
        pattern: Pattern::Plain,
        banner: None,
        stars: 0,
        ..full()
    };
    assert_eq!(drawn(&bare), Drawing::new("CMD", "seal", "#205080"));
    assert_eq!(
        composed_address("/p", &bare),
        address("/p", "CMD", "seal", "#205080")
    );
    let other = Composed {
        initials: "X".into(),
        ..full()
    };
    assert_eq!(drawn(&other), whole, "letters below an icon are not seen");
}

#[test]
fn marks_that_nobody_can_have_chosen_are_refused_each_for_its_reason() {
    let plain = query("AB", "circle", "#205080");
    for (mark, why) in [
        ("icon=no-such-icon", NotDrawn::Icon),
        ("pattern=checks", NotDrawn::Pattern),
        ("stars=6", NotDrawn::Stars),
        ("stars=-1", NotDrawn::Stars),
        ("banner=Seventeen+letters", NotDrawn::Banner),
        ("banner=%E6%BC%A2", NotDrawn::Banner),
        ("banner=Top&band=red", NotDrawn::BannerColour),
        ("stars=1&stars=1", NotDrawn::Query),
        ("ribbon=Top", NotDrawn::Query),
    ] {
        assert_eq!(Drawing::asked(&format!("{plain}&{mark}")), Err(why), "{mark}");
    }
    let empty = format!("{plain}&icon=&pattern=&banner=&band=red&stars=");
    assert_eq!(
        Drawing::asked(&empty),
        Ok(Drawing::new("AB", "circle", "#205080"))
    );
    // What a credential names is drawn all the same.
    let odd = format!("{plain}&icon=no-such-icon");
    assert_eq!(Drawing::from_query(&odd), Drawing::new("AB", "circle", "#205080"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_is_chosen_gives_a_sound_svg_and_a_png(
        initials in ".{0,5}",
        shape in 0..Shape::ALL.len(),
        colour in "#[0-9a-f]{6}",
        icon in proptest::option::of(0_usize..400),
        pattern in 0..Pattern::ALL.len(),
        text in "[ -~Ä-Üß-üЀ-Я]{0,16}",
        band in "#[0-9a-f]{6}",
        stars in 0_u8..=5,
    ) {
        let icons = search("a").0;
        let picture = Composed {
            shape: Shape::ALL[shape],
            colour,
            initials,
            icon: icon.and_then(|at| icons.get(at % icons.len())).map(|icon| icon.name().to_owned()),
            pattern: Pattern::ALL[pattern],
            banner: Some(Banner { text, colour: band }).filter(|banner| !banner.text.is_empty()),
            stars,
        };
        let address = composed_address("/p", &picture);
        let drawing = Drawing::asked(address.split_once('?').unwrap().1);
        prop_assert!(drawing.is_ok(), "{address}");
        let svg = drawing.unwrap().svg();
        let document = Document::parse(&svg).unwrap();
        let plain = document.descendants().filter(|node| node.is_element()).all(|node| {
            matches!(node.tag_name().name(), "svg" | "path" | "circle" | "rect")
        });
        prop_assert!(plain && !svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        prop_assert!(renders(&svg).is_ok());
        let drawn = Pixmap::decode_png(&png(&svg, 120).unwrap()).unwrap();
        prop_assert_eq!((drawn.width(), drawn.height()), (120, 120));
    }
}
