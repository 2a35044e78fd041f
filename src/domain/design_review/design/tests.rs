use super::*;
use crate::domain::badge::{Kind, Shape};
use crate::domain::picture::{Banner, Pattern};
use crate::domain::sample::{days, decimal, now};
use crate::domain::zone::Zone;

fn sound() -> Design {
    Design {
        name: "Clean a messy dataset".to_owned(),
        outcome: "Turns a messy table into one that can be analysed.".to_owned(),
        description: String::new(),
        criteria: String::new(),
        picture: Picture::Drawn {
            initials: "CD".to_owned(),
            shape: Shape::Hexagon,
            colour: "#1f6f5c".to_owned(),
        },
        picture_alt: String::new(),
        kind: Kind::Application,
        hours: Some(decimal("12")),
        credits: None,
        level: Some("EQF 4".to_owned()),
        alignments: vec![skill("https://data.europa.eu/esco/skill/1")],
        expiry: Expiry::Never,
        renewal: crate::domain::badge::Renewal::default(),
        show_score: false,
        chosen_type: None,
        language: None,
        details: crate::domain::achievement::Details::default(),
    }
}

fn skill(url: &str) -> Alignment {
    Alignment {
        name: "clean data".to_owned(),
        url: url.to_owned(),
        code: None,
        framework: None,
    }
}

fn problems(change: impl FnOnce(&mut Design)) -> Vec<DesignProblem> {
    let mut design = sound();
    change(&mut design);
    review_design(&design, now())
}

#[test]
fn a_sound_design_has_no_problems() {
    assert_eq!(problems(|_| {}), []);
}

#[test]
fn texts_may_be_as_long_as_said_and_not_longer_counted_in_characters() {
    let fits = problems(|design| {
        design.name = "ü".repeat(MAX_NAME);
        design.outcome = "ü".repeat(MAX_OUTCOME);
        design.description = "ü".repeat(MAX_DESCRIPTION);
        design.criteria = "ü".repeat(MAX_CRITERIA);
        design.picture_alt = "ü".repeat(MAX_ALT);
        design.level = Some("ü".repeat(MAX_SHORT));
    });
    assert_eq!(fits, []);
    let over = problems(|design| {
        design.name = "n".repeat(MAX_NAME + 1);
        design.outcome = "n".repeat(MAX_OUTCOME + 1);
        design.description = "n".repeat(MAX_DESCRIPTION + 1);
        design.criteria = "n".repeat(MAX_CRITERIA + 1);
        design.picture_alt = "n".repeat(MAX_ALT + 1);
        design.level = Some("n".repeat(MAX_SHORT + 1));
    });
    assert_eq!(
        over,
        [
            DesignProblem::NameTooLong { length: 101 },
            DesignProblem::OutcomeTooLong { length: 301 },
            DesignProblem::DescriptionTooLong { length: 2_001 },
            DesignProblem::CriteriaTooLong { length: 10_001 },
            DesignProblem::PictureAltTooLong { length: 301 },
            DesignProblem::LevelTooLong { length: 201 },
        ]
    );
}

#[test]
fn a_badge_needs_a_name() {
    assert_eq!(
        problems(|design| design.name = " \n".to_owned()),
        [DesignProblem::NameMissing]
    );
}

#[test]
fn a_drawn_picture_needs_initials_and_a_colour() {
    let drawn = |initials: &str, colour: &str| {
        let (initials, colour) = (initials.to_owned(), colour.to_owned());
        problems(|design| {
            design.picture = Picture::Drawn {
                initials,
                shape: Shape::Circle,
                colour,
            }
        })
    };
    assert_eq!(drawn("ÄÖÜ", "#ABCDEF"), []);
    for initials in ["", "ABCD", "A<", " A"] {
        assert_eq!(
            drawn(initials, "#abcdef"),
            [DesignProblem::Initials],
            "{initials:?}"
        );
    }
    let unnamed = problems(|design| {
        design.name = " ".into();
        design.picture = Picture::Drawn {
            initials: String::new(),
            shape: Shape::Circle,
            colour: "#abcdef".into(),
        };
    });
    assert_eq!(unnamed, [DesignProblem::NameMissing], "initials follow the name");
    for colour in ["abcdef", "#abc", "#abcdeg", "#abcdef0", "red", "", "#äbcd"] {
        assert_eq!(drawn("A", colour), [DesignProblem::Colour], "{colour:?}");
    }
}

#[test]
fn what_is_on_a_drawn_picture_is_ours_and_can_be_written() {
    let composed = |change: fn(&mut Composed)| {
        let mut picture = Composed {
            shape: Shape::Rosette,
            colour: "#205080".into(),
            initials: "AB".into(),
            icon: Some("trophy".into()),
            pattern: Pattern::Dots,
            banner: Some(Banner {
                text: "Sixteen letters!".into(),
                colour: "#f2c14e".into(),
            }),
            stars: 5,
        };
        change(&mut picture);
        problems(|design| design.picture = Picture::Composed(picture))
    };
    assert_eq!(composed(|_| ()), []);
    assert_eq!(
        composed(|one| one.initials.clear()),
        [],
        "an icon stands for them"
    );
    assert_eq!(
        composed(|one| one.colour = "blue".into()),
        [DesignProblem::Colour]
    );
    assert_eq!(
        composed(|one| one.icon = Some("no-such-icon".into())),
        [DesignProblem::Icon]
    );
    let bare = composed(|one| {
        one.icon = None;
        one.initials = "ABCD".into();
    });
    assert_eq!(bare, [DesignProblem::Initials]);
    assert_eq!(composed(|one| one.stars = 6), [DesignProblem::Stars]);
    let long = composed(|one| one.banner.as_mut().unwrap().text.push('!'));
    assert_eq!(long, [DesignProblem::BannerTooLong { length: 17 }]);
    let foreign = composed(|one| one.banner.as_mut().unwrap().text = "漢".into());
    assert_eq!(foreign, [DesignProblem::BannerLetters]);
    let red = composed(|one| one.banner.as_mut().unwrap().colour = "red".into());
    assert_eq!(red, [DesignProblem::BannerColour]);
}

#[test]
fn an_uploaded_picture_is_a_stored_png_or_svg_with_a_text_alternative() {
    let uploaded = |digest: String, media_type: &str, alt: &str| {
        let picture = Picture::Uploaded {
            digest,
            media_type: media_type.to_owned(),
        };
        problems(|design| (design.picture, design.picture_alt) = (picture, alt.to_owned()))
    };
    assert_eq!(uploaded("a1".repeat(32), "image/png", "A broom"), []);
    assert_eq!(uploaded("a1".repeat(32), "image/svg+xml", "A broom"), []);
    assert_eq!(
        uploaded("A1".repeat(32), "image/png", "A broom"),
        [DesignProblem::PictureDigest]
    );
    assert_eq!(
        uploaded("a1".repeat(31), "image/png", "A broom"),
        [DesignProblem::PictureDigest]
    );
    assert_eq!(
        uploaded("a1".repeat(32), "image/gif", "A broom"),
        [DesignProblem::PictureType]
    );
    assert_eq!(
        uploaded("a1".repeat(32), "image/png", " "),
        [DesignProblem::PictureAltMissing]
    );
}

#[test]
fn declared_sizes_are_above_zero() {
    assert_eq!(
        problems(|design| design.hours = Some(decimal("0"))),
        [DesignProblem::Hours]
    );
    assert_eq!(
        problems(|design| design.credits = Some(decimal("-1"))),
        [DesignProblem::Credits]
    );
    assert_eq!(problems(|design| design.credits = Some(decimal("0.5"))), []);
}

#[test]
fn skills_are_named_and_identified_by_an_address() {
    for url in [
        "ftp://example.org/1",
        "data.europa.eu",
        "https://",
        "javascript:alert(1)",
        "https://a:b@c.example/",
    ] {
        let wrong = problems(|design| design.alignments.push(skill(url)));
        assert_eq!(wrong, [DesignProblem::AlignmentUrl { position: 2 }], "{url}");
    }
    let esco = "http://data.europa.eu/esco/skill/2b92a5b2-6758-4ee3-9fb4-b6387a55cc8f";
    assert_eq!(problems(|design| design.alignments.push(skill(esco))), []);
    let nameless = Alignment {
        name: String::new(),
        ..skill("https://example.org/1")
    };
    assert_eq!(
        problems(|design| design.alignments = vec![nameless]),
        [DesignProblem::AlignmentNameMissing { position: 1 }]
    );
    let long = Alignment {
        code: Some("x".repeat(201)),
        ..skill("https://example.org/1")
    };
    assert_eq!(
        problems(|design| design.alignments = vec![long]),
        [DesignProblem::AlignmentTooLong { position: 1 }]
    );
    let many = vec![skill("https://example.org/1"); 21];
    assert_eq!(
        problems(|design| design.alignments = many),
        [DesignProblem::TooManyAlignments { count: 21 }]
    );
}

#[test]
fn an_end_lies_ahead_and_within_fifty_years() {
    let with = |expiry| problems(|design| design.expiry = expiry);
    assert_eq!(
        with(Expiry::On {
            at: now(),
            zone: Zone::UTC
        }),
        [DesignProblem::ExpiryPast]
    );
    assert_eq!(
        with(Expiry::On {
            at: days(1),
            zone: Zone::UTC
        }),
        []
    );
    assert_eq!(
        with(Expiry::AfterMonths { months: 0 }),
        [DesignProblem::ExpiryMonths]
    );
    assert_eq!(
        with(Expiry::AfterMonths { months: 601 }),
        [DesignProblem::ExpiryMonths]
    );
    assert_eq!(with(Expiry::AfterMonths { months: 600 }), []);
    assert_eq!(with(Expiry::AfterDays { days: 0 }), [DesignProblem::ExpiryDays]);
    assert_eq!(
        with(Expiry::AfterDays { days: 18_251 }),
        [DesignProblem::ExpiryDays]
    );
    assert_eq!(with(Expiry::AfterDays { days: 1 }), []);
}

#[test]
fn what_else_the_standard_has_is_bounded_and_a_skill_in_words_says_nothing_else() {
    let long = "x".repeat(MAX_SHORT + 1);
    let found = problems(|design| {
        design.details.assessment = "y".repeat(MAX_ASSESSMENT + 1);
        design.details.code = Some(long.clone());
        design.details.skills = vec![long.clone(), "Application".to_owned(), "SQL".to_owned()];
    });
    assert_eq!(
        found,
        [
            DesignProblem::AssessmentTooLong {
                length: MAX_ASSESSMENT + 1
            },
            DesignProblem::CodeTooLong {
                length: MAX_SHORT + 1
            },
            DesignProblem::SkillTooLong { position: 1 },
            DesignProblem::SkillReserved { position: 2 },
        ]
    );
}

#[test]
fn the_address_of_a_level_needs_the_level_and_is_an_address() {
    let with = |url: &str, level: Option<&str>| {
        problems(|design| {
            design.level = level.map(str::to_owned);
            design.details.level_url = Some(url.to_owned());
        })
    };
    let eqf = "http://data.europa.eu/snb/eqf/4";
    assert_eq!(with(eqf, Some("EQF 4")), []);
    assert_eq!(with(eqf, None), [DesignProblem::LevelUrl]);
    assert_eq!(with("EQF 4", Some("EQF 4")), [DesignProblem::LevelUrl]);
}
