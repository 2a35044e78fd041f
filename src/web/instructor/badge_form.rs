//! The badge editor's form: fields as typed, and the design that they say.

use std::str::FromStr as _;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use crate::domain::achievement::{AchievementType, Details, Language};
use crate::domain::badge::{Alignment, Design, Expiry, Kind, Picture, Renewal};
use crate::domain::design_review::{DesignProblem, review_design};
use crate::domain::zone::Zone;
use crate::service::badge::pictures;
use crate::service::base::addresses;
use crate::web::extract::fields::Fields;
use crate::web::views::instructor::{AlignmentRow, BadgeFields};
use crate::web::views::shared::Problem;
use crate::web::words;

/// Skills that one form may carry; what is beyond is dropped.
const MOST_SKILLS: usize = 40;

/// The fields as they were typed.
pub(in crate::web) fn read(form: &Fields) -> BadgeFields {
    let text = |name: &str| form.text(name);
    let mut fields = BadgeFields {
        revision: form
            .get("revision")
            .and_then(|number| number.parse().ok())
            .unwrap_or(0),
        name: text("name"),
        outcome: text("outcome"),
        description: text("description"),
        criteria: text("criteria"),
        picture_from: text("picture_from"),
        picture_kept: text("picture_kept"),
        picture_whole: text("picture_whole"),
        cut: text("cut"),
        cut_left: text("cut_left"),
        cut_top: text("cut_top"),
        cut_side: text("cut_side"),
        cut_colour: text("cut_colour"),
        initials: text("initials"),
        shape: text("shape"),
        colour: text("colour"),
        icon: text("icon"),
        pattern: text("pattern"),
        banner: text("banner"),
        band: text("band"),
        stars: text("stars"),
        picture_alt: text("picture_alt"),
        kind: text("kind"),
        hours: text("hours"),
        credits: text("credits"),
        level: text("level"),
        alignments: Vec::new(),
        expires: text("expires"),
        expires_on: text("expires_on"),
        expires_months: text("expires_months"),
        expires_days: text("expires_days"),
        renewal: text("renewal"),
        show_score: form.ticked("show_score"),
        achievement_type: text("achievement_type"),
        assessment: text("assessment"),
        code: text("code"),
        field: text("field"),
        credit_unit: text("credit_unit"),
        level_url: text("level_url"),
        skills: text("skills"),
        starter: text("starter"),
        language: text("language"),
    };
    for i in 0..MOST_SKILLS {
        if form.raw(&format!("alignment.{i}.name")).is_none() {
            break;
        }
        let part = |name: &str| form.text(&format!("alignment.{i}.{name}"));
        let (name, url) = (part("name"), part("url"));
        fields.alignments.push(AlignmentRow {
            name,
            url,
            code: part("code"),
            framework: part("framework"),
        });
    }
    fields
}

/// A number as people type it, with a point or a comma.
pub(in crate::web) fn decimal(text: &str) -> Option<Decimal> {
    let text = text.trim().replace(',', ".");
    let plain = !text.is_empty() && text.len() <= 12 && text.chars().all(|c| c.is_ascii_digit() || c == '.');
    if plain {
        Decimal::from_str(&text).ok()
    } else {
        None
    }
}

/// The design that the fields say in an institution of that zone, and what of it cannot be read.
pub(in crate::web) fn design(fields: &BadgeFields, zone: Zone) -> (Design, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut number = |name: &str, text: &str| match decimal(text) {
        None if !text.is_empty() => {
            problems.push(problem(
                name,
                "Type a number, for instance 12 or 7.5, or leave it empty.",
            ));
            None
        }
        found => found,
    };
    let (hours, credits) = (number("hours", &fields.hours), number("credits", &fields.credits));
    let expiry = expiry(fields, zone).unwrap_or_else(|text| {
        problems.push(problem("expires", text));
        Expiry::Never
    });
    let picture = picture(fields).unwrap_or_else(|text| {
        problems.push(problem("picture", text));
        drawn(fields)
    });
    let language = Language::parse(&fields.language);
    if language.is_none() && !fields.language.is_empty() {
        let text = "Type the language as a code, for instance en, de or pt-BR, or leave it empty.";
        problems.push(problem("language", text));
    }
    let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let alignments = fields
        .alignments
        .iter()
        .filter(|row| **row != AlignmentRow::default());
    let design = Design {
        name: fields.name.clone(),
        outcome: fields.outcome.clone(),
        description: fields.description.clone(),
        criteria: fields.criteria.clone(),
        picture,
        picture_alt: fields.picture_alt.clone(),
        kind: match fields.kind.as_str() {
            "application" => Kind::Application,
            "recognition" => Kind::Recognition,
            _ => Kind::Knowledge,
        },
        hours,
        credits,
        level: some(&fields.level),
        alignments: alignments
            .map(|row| Alignment {
                name: row.name.clone(),
                url: row.url.clone(),
                code: some(&row.code),
                framework: some(&row.framework),
            })
            .collect(),
        expiry,
        renewal: Renewal::ALL
            .into_iter()
            .find(|renewal| renewal.word() == fields.renewal)
            .unwrap_or_default(),
        show_score: fields.show_score,
        chosen_type: AchievementType::parse(&fields.achievement_type),
        language,
        details: Details {
            assessment: fields.assessment.clone(),
            code: some(&fields.code),
            field: some(&fields.field),
            credit_unit: some(&fields.credit_unit),
            level_url: some(&fields.level_url),
            skills: lines(&fields.skills),
        },
    };
    (design, problems)
}

/// Each line once, without empty ones.
fn lines(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if found.iter().all(|known| known != line) {
            found.push(line.to_owned());
        }
    }
    found
}

/// What else is wrong with a design of which something could not be read, so that all of it is said at once.
pub(in crate::web) fn wrong_besides(design: &Design, known: &[Problem], now: DateTime<Utc>) -> Vec<Problem> {
    let mut found = review_design(design, now);
    // An end that has passed meanwhile may stay as it is, which is seen where the design is saved.
    found.retain(|one| *one != DesignProblem::ExpiryPast);
    let all = found.iter().map(at_field);
    all.filter(|one| known.iter().all(|known| known.field != one.field))
        .collect()
}

fn problem(field: &str, text: impl Into<String>) -> Problem {
    Problem {
        field: field.to_owned(),
        text: text.into(),
    }
}

fn expiry(fields: &BadgeFields, zone: Zone) -> Result<Expiry, &'static str> {
    match fields.expires.as_str() {
        "on" => {
            let day = NaiveDate::parse_from_str(&fields.expires_on, "%Y-%m-%d").ok();
            // The day that is typed counts to its end.
            day.and_then(|day| zone.end(day))
                .map(|at| Expiry::On { at, zone })
                .ok_or("Choose the last day on which the badge is valid.")
        }
        "months" => fields
            .expires_months
            .parse()
            .map(|months| Expiry::AfterMonths { months })
            .map_err(|_| "Type for how many months the badge is valid, as a whole number."),
        "days" => fields
            .expires_days
            .parse()
            .map(|days| Expiry::AfterDays { days })
            .map_err(|_| "Type for how many days the badge is valid, as a whole number."),
        _ => Ok(Expiry::Never),
    }
}

fn picture(fields: &BadgeFields) -> Result<Picture, &'static str> {
    if fields.picture_from != "uploaded" {
        return Ok(drawn(fields));
    }
    uploaded(&fields.picture_kept).ok_or("Choose the picture to upload.")
}

/// The fields of a form that changes a design.
pub(in crate::web) fn fields_of(design: &Design, revision: i32) -> BadgeFields {
    let mut fields = BadgeFields::from_design(design, revision);
    if let Picture::Uploaded { .. } = &design.picture {
        fields.picture_kept = kept_name(&design.picture);
    }
    fields
}

/// The name by which a form keeps an uploaded picture, as [`uploaded`] reads it.
pub(in crate::web) fn kept_name(picture: &Picture) -> String {
    pictures::href(picture)
        .trim_start_matches(addresses::PICTURES)
        .to_owned()
}

/// The picture that is kept as `<digest>.<png|svg>`, by its name; none where it is no such name.
pub(super) fn uploaded(file: &str) -> Option<Picture> {
    let (digest, ending) = file.split_once('.')?;
    let media_type = if ending == "svg" {
        "image/svg+xml"
    } else {
        "image/png"
    };
    Some(Picture::Uploaded {
        digest: digest.to_owned(),
        media_type: media_type.to_owned(),
    })
}

fn drawn(fields: &BadgeFields) -> Picture {
    let initials = if fields.initials.is_empty() {
        pictures::suggest_initials(&fields.name)
    } else {
        fields.initials.to_uppercase()
    };
    fields.drawn(initials)
}

/// Which field a problem of the design belongs to.
pub(in crate::web) fn at_field(problem: &DesignProblem) -> Problem {
    use DesignProblem as P;
    let skill = |position: &usize, part: &str| format!("alignment.{}.{part}", position.saturating_sub(1));
    let field = match problem {
        P::NameMissing | P::NameTooLong { .. } => "name".to_owned(),
        P::OutcomeTooLong { .. } => "outcome".to_owned(),
        P::DescriptionTooLong { .. } => "description".to_owned(),
        P::CriteriaTooLong { .. } => "criteria".to_owned(),
        P::PictureAltMissing | P::PictureAltTooLong { .. } => "picture_alt".to_owned(),
        P::Initials => "initials".to_owned(),
        P::Icon => "icon".to_owned(),
        P::BannerTooLong { .. } | P::BannerLetters | P::BannerColour => "banner".to_owned(),
        P::Stars => "stars".to_owned(),
        P::Colour | P::PictureDigest | P::PictureType => "picture".to_owned(),
        P::Hours => "hours".to_owned(),
        P::Credits => "credits".to_owned(),
        P::LevelTooLong { .. } => "level".to_owned(),
        P::TooManyAlignments { .. } => String::new(),
        P::AlignmentNameMissing { position } | P::AlignmentTooLong { position } => skill(position, "name"),
        P::AlignmentUrl { position } => skill(position, "url"),
        P::KindWithoutEvidence => "kind".to_owned(),
        P::AssessmentTooLong { .. } => "assessment".to_owned(),
        P::CodeTooLong { .. } => "code".to_owned(),
        P::FieldTooLong { .. } => "field".to_owned(),
        P::CreditUnitTooLong { .. } => "credit_unit".to_owned(),
        P::LevelUrl => "level_url".to_owned(),
        P::TooManySkills { .. } | P::SkillTooLong { .. } | P::SkillReserved { .. } => "skills".to_owned(),
        P::ExpiryPast | P::ExpiryMonths | P::ExpiryDays => "expires".to_owned(),
    };
    Problem {
        field,
        text: words::designs::problem(problem),
    }
}
