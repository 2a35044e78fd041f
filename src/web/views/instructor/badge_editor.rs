//! The badge editor.

use askama::Template;

use crate::domain::achievement::{AchievementType, Language};
use crate::domain::badge::{Design, Expiry, Kind, Picture, Renewal, Shape};
use crate::domain::picture::{BAND, Banner, Composed, Pattern};
use crate::domain::starters::Starter;
use crate::domain::zone::last_moment;
use crate::service::badge::pictures::{self, Drawing};
use crate::web::views::instructor::picture_maker::{PictureMaker, WholePicture};
use crate::web::views::shared::{Choice, FieldProblem, Page, ProblemList};
use crate::web::words::{achievements, renewals, starters};

/// Edits a badge, or a new one. Posts `multipart/form-data` with the fields of [`BadgeFields`], a file field `picture`,
/// and `action`: `save`, `save_and_rule`, `save_and_place`, `add_alignment`, `remove_alignment:<i>`,
/// `search_skills`, `take_skill:<id>`, `search_icons`, `start:<example>` or `refresh`.
#[derive(Debug, Clone, Template)]
#[template(path = "instructor/badge_editor.html")]
pub(crate) struct BadgeEditorPage {
    pub(crate) page: Page,
    pub(crate) action: String,
    pub(crate) fields: BadgeFields,
    pub(crate) problems: ProblemList,
    /// What the coach noticed; it never blocks.
    pub(crate) hints: Vec<String>,
    /// Where it is said of all badges of the course, and dismissed.
    pub(crate) coach_href: String,
    pub(crate) maker: PictureMaker,
    /// The uploaded picture, if there is one.
    pub(crate) uploaded_src: Option<String>,
    /// The picture that it was or is cut from; none where it came as a square.
    pub(crate) whole: Option<WholePicture>,
    /// Students who hold it now; their badge stays as it was issued.
    pub(crate) holders: u32,
    pub(crate) back_href: String,
    /// Whether the course site waits for a choice: then the new badge is chosen when it is saved.
    pub(crate) places: bool,
    /// Whether this person may save.
    pub(crate) may_save: bool,
    /// The rule builder; none for a badge that was not saved yet.
    pub(crate) rule_href: Option<String>,
    /// Makes another draft like it; none for a badge that was not saved yet, and who may not make badges.
    pub(crate) duplicate_action: Option<String>,
    pub(crate) picker: SkillPicker,
    /// The badge for which this copy would count no more outside its course; none where nothing is asked about that.
    pub(crate) leaves: Option<String>,
    /// Whether other courses may count it; none where that is not for its teacher to say.
    pub(crate) offer: Option<OfferSwitch>,
    /// The institution whose badge it is; none for a badge that was made in a course.
    pub(crate) of_institution: Option<OfInstitution>,
}

/// That a badge was made of one of the institution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OfInstitution {
    pub(crate) name: String,
    /// Where a newer version is looked at, if there is one.
    pub(crate) newer_href: Option<String>,
}

/// Says whether other courses may count a badge. Posts `offered` (`yes` or `no`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OfferSwitch {
    pub(crate) action: String,
    pub(crate) offered: bool,
}

/// Skills to choose from, of the lists that the institution brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SkillPicker {
    /// Whether there is any list.
    pub(crate) is_there: bool,
    /// The words as typed.
    pub(crate) sought: String,
    /// What each button posts behind `take_skill:`, and what it says.
    pub(crate) found: Vec<Choice>,
}

/// The editor's fields as typed, each under its own name in the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadgeFields {
    /// The revision that this edit started from; 0 for a new badge.
    pub(crate) revision: i32,
    pub(crate) name: String,
    pub(crate) outcome: String,
    pub(crate) description: String,
    /// Markdown.
    pub(crate) criteria: String,
    /// `drawn` or `uploaded`.
    pub(crate) picture_from: String,
    /// An uploaded picture that is kept already: `<digest>.png` or `<digest>.svg`; empty for none.
    pub(crate) picture_kept: String,
    /// The picture that it is cut from, likewise; empty where it came as a square.
    pub(crate) picture_whole: String,
    /// How it is cut: `whole`, `centre`, `start`, `end`, `pad`, `square`; empty where nobody said yet.
    pub(crate) cut: String,
    /// For `square`.
    pub(crate) cut_left: String,
    pub(crate) cut_top: String,
    pub(crate) cut_side: String,
    /// For `pad`: `#rrggbb`.
    pub(crate) cut_colour: String,
    pub(crate) initials: String,
    /// The word of a [`Shape`].
    pub(crate) shape: String,
    /// `#rrggbb`.
    pub(crate) colour: String,
    /// The name of an icon; empty for letters.
    pub(crate) icon: String,
    /// The word of a [`Pattern`].
    pub(crate) pattern: String,
    /// The words on the banner; empty for none.
    pub(crate) banner: String,
    /// Its colour, `#rrggbb`.
    pub(crate) band: String,
    /// How many stars.
    pub(crate) stars: String,
    pub(crate) picture_alt: String,
    /// `knowledge`, `application`, `recognition`.
    pub(crate) kind: String,
    pub(crate) hours: String,
    pub(crate) credits: String,
    pub(crate) level: String,
    /// Sent as `alignment.<i>.name`, `.url`, `.code`, `.framework`.
    pub(crate) alignments: Vec<AlignmentRow>,
    /// `never`, `on`, `months`, `days`.
    pub(crate) expires: String,
    /// `yyyy-mm-dd`, the last day that counts.
    pub(crate) expires_on: String,
    pub(crate) expires_months: String,
    pub(crate) expires_days: String,
    /// The word of a [`Renewal`].
    pub(crate) renewal: String,
    /// Sent as `show_score=yes`.
    pub(crate) show_score: bool,
    /// The word of an [`AchievementType`]; empty for what the kind says.
    pub(crate) achievement_type: String,
    /// A language code.
    pub(crate) language: String,
    /// How it is assessed, in Markdown.
    pub(crate) assessment: String,
    /// The course code.
    pub(crate) code: String,
    /// The field of study.
    pub(crate) field: String,
    pub(crate) credit_unit: String,
    pub(crate) level_url: String,
    /// Skills in words, one a line.
    pub(crate) skills: String,
    /// The word of the [`Starter`] that it began as; empty for none.
    pub(crate) starter: String,
}

/// A skill in a framework, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct AlignmentRow {
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) code: String,
    pub(crate) framework: String,
}

impl Default for BadgeFields {
    /// A new badge.
    fn default() -> Self {
        Self {
            revision: 0,
            name: String::new(),
            outcome: String::new(),
            description: String::new(),
            criteria: String::new(),
            picture_from: "drawn".to_owned(),
            picture_kept: String::new(),
            picture_whole: String::new(),
            cut: String::new(),
            cut_left: String::new(),
            cut_top: String::new(),
            cut_side: String::new(),
            cut_colour: "#ffffff".to_owned(),
            initials: String::new(),
            shape: Shape::Hexagon.word().to_owned(),
            colour: "#1f6f78".to_owned(),
            icon: String::new(),
            pattern: Pattern::Plain.word().to_owned(),
            banner: String::new(),
            band: BAND.to_owned(),
            stars: "0".to_owned(),
            picture_alt: String::new(),
            kind: "knowledge".to_owned(),
            hours: String::new(),
            credits: String::new(),
            level: String::new(),
            alignments: Vec::new(),
            expires: "never".to_owned(),
            expires_on: String::new(),
            expires_months: String::new(),
            expires_days: String::new(),
            renewal: Renewal::default().word().to_owned(),
            show_score: false,
            achievement_type: String::new(),
            language: String::new(),
            assessment: String::new(),
            code: String::new(),
            field: String::new(),
            credit_unit: String::new(),
            level_url: String::new(),
            skills: String::new(),
            starter: String::new(),
        }
    }
}

impl BadgeFields {
    /// A new badge of somebody whose pages are in that language: most likely they write in it.
    #[must_use]
    pub(crate) fn in_language(locale: &str) -> Self {
        Self {
            language: Language::parse(locale)
                .map(|language| language.to_string())
                .unwrap_or_default(),
            ..Self::default()
        }
    }

    /// These fields with the texts of an example in them; its picture and its size stay open.
    #[must_use]
    pub(crate) fn begun_as(self, starter: Starter) -> Self {
        let words = starters::example(starter);
        Self {
            name: words.name.to_owned(),
            outcome: words.outcome.to_owned(),
            criteria: words.criteria.to_owned(),
            assessment: words.assessment.to_owned(),
            kind: kind_word(starter.kind()).to_owned(),
            language: "en".to_owned(),
            starter: starter.word().to_owned(),
            ..self
        }
    }

    /// The fields of a saved design.
    #[must_use]
    pub(crate) fn from_design(design: &Design, revision: i32) -> Self {
        let number = |value: Option<rust_decimal::Decimal>| {
            value.map(|v| v.normalize().to_string()).unwrap_or_default()
        };
        let mut fields = Self {
            revision,
            name: design.name.clone(),
            outcome: design.outcome.clone(),
            description: design.description.clone(),
            criteria: design.criteria.clone(),
            picture_alt: design.picture_alt.clone(),
            kind: kind_word(design.kind).to_owned(),
            hours: number(design.hours),
            credits: number(design.credits),
            level: design.level.clone().unwrap_or_default(),
            renewal: design.renewal.word().to_owned(),
            show_score: design.show_score,
            achievement_type: design
                .chosen_type
                .map(|chosen| chosen.word().to_owned())
                .unwrap_or_default(),
            language: design
                .language
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            assessment: design.details.assessment.clone(),
            code: design.details.code.clone().unwrap_or_default(),
            field: design.details.field.clone().unwrap_or_default(),
            credit_unit: design.details.credit_unit.clone().unwrap_or_default(),
            level_url: design.details.level_url.clone().unwrap_or_default(),
            skills: design.details.skills.join("\n"),
            ..Self::default()
        };
        match &design.picture {
            Picture::Drawn {
                initials,
                shape,
                colour,
            } => {
                fields.initials.clone_from(initials);
                shape.word().clone_into(&mut fields.shape);
                fields.colour.clone_from(colour);
            }
            Picture::Composed(composed) => fields.compose(composed),
            Picture::Uploaded { .. } => "uploaded".clone_into(&mut fields.picture_from),
        }
        fields.alignments = design
            .alignments
            .iter()
            .map(|skill| AlignmentRow {
                name: skill.name.clone(),
                url: skill.url.clone(),
                code: skill.code.clone().unwrap_or_default(),
                framework: skill.framework.clone().unwrap_or_default(),
            })
            .collect();
        match design.expiry {
            Expiry::Never => {}
            Expiry::On { at, zone } => {
                "on".clone_into(&mut fields.expires);
                // Awards end with the day that was typed, so the stored moment is the start of the next one.
                fields.expires_on = zone.field_day(last_moment(at));
            }
            Expiry::AfterMonths { months } => {
                "months".clone_into(&mut fields.expires);
                fields.expires_months = months.to_string();
            }
            Expiry::AfterDays { days } => {
                "days".clone_into(&mut fields.expires);
                fields.expires_days = days.to_string();
            }
        }
        fields
    }

    fn compose(&mut self, composed: &Composed) {
        self.initials.clone_from(&composed.initials);
        composed.shape.word().clone_into(&mut self.shape);
        self.colour.clone_from(&composed.colour);
        self.icon = composed.icon.clone().unwrap_or_default();
        composed.pattern.word().clone_into(&mut self.pattern);
        if let Some(banner) = &composed.banner {
            self.banner.clone_from(&banner.text);
            self.band.clone_from(&banner.colour);
        }
        self.stars = composed.stars.to_string();
    }

    /// The picture that is drawn with these letters; one that has nothing else on it is kept as it was before there was more.
    #[must_use]
    pub(crate) fn drawn(&self, initials: String) -> Picture {
        let (shape, colour) = (Shape::of_word(&self.shape), self.colour.to_ascii_lowercase());
        let composed = Composed {
            shape,
            colour,
            initials,
            icon: Some(self.icon.clone()).filter(|name| !name.is_empty()),
            pattern: Pattern::of_word(&self.pattern).unwrap_or_default(),
            banner: Some(self.banner.split_whitespace().collect::<Vec<_>>().join(" "))
                .filter(|text| !text.is_empty())
                .map(|text| Banner {
                    text,
                    colour: self.band.to_ascii_lowercase(),
                }),
            // What is no number is more than a picture has, and so refused.
            stars: match self.stars.as_str() {
                "" => 0,
                number => number.parse().unwrap_or(u8::MAX),
            },
        };
        match composed {
            Composed {
                icon: None,
                pattern: Pattern::Plain,
                banner: None,
                stars: 0,
                ..
            } => Picture::Drawn {
                initials: composed.initials,
                shape,
                colour: composed.colour,
            },
            composed => Picture::Composed(composed),
        }
    }

    /// Where the drawn picture is served as it is typed; without what is typed wrong on it.
    #[must_use]
    pub(crate) fn preview_src(&self) -> String {
        let typed = pictures::href(&self.drawn(self.initials.clone()));
        let query = typed.split_once('?').map(|(_, query)| query);
        if query.is_some_and(|query| Drawing::asked(query).is_ok()) {
            typed
        } else {
            pictures::address(pictures::DRAWN, &self.initials, &self.shape, &self.colour)
        }
    }
}

/// The word of a kind in forms.
#[must_use]
pub(crate) fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Knowledge => "knowledge",
        Kind::Application => "application",
        Kind::Recognition => "recognition",
    }
}

impl BadgeEditorPage {
    /// Examples to start from: the word that is posted, and what the button says.
    fn examples(&self) -> Vec<Choice> {
        let all = Starter::ALL.into_iter();
        all.map(|one| Choice::new(one.word(), starters::example(one).button))
            .collect()
    }

    fn verbs(&self) -> [(&'static str, &'static str); 5] {
        starters::VERBS
    }

    fn kinds(&self) -> [(Choice, &'static str); 3] {
        [
            (
                Choice::new("knowledge", "Knowledge"),
                "Shown by a test or a quiz.",
            ),
            (
                Choice::new("application", "Application"),
                "Shown by work that somebody assessed: its rule needs evidence.",
            ),
            (
                Choice::new("recognition", "Recognition"),
                "Given for taking part or for a contribution.",
            ),
        ]
    }

    /// What the standard can call it; the first leaves it to the kind.
    fn achievement_types(&self) -> Vec<Choice> {
        let left = Choice::new("", "As its type says: microcredential, or badge for recognition");
        let all = AchievementType::ALL.into_iter();
        std::iter::once(left)
            .chain(all.map(|one| Choice::new(one.word(), achievements::name(one))))
            .collect()
    }

    /// Value, label and meaning.
    fn renewals(&self) -> [(Choice, &'static str); 3] {
        Renewal::ALL.map(|renewal| {
            let (label, meaning) = renewals::offered(renewal);
            (Choice::new(renewal.word(), label), meaning)
        })
    }

    /// What is wrong with one skill: a problem at any of its fields.
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "templates pass values by reference"
    )]
    fn alignment_problem(&self, position: &usize) -> Option<FieldProblem<'_>> {
        ["name", "url", "code", "framework"]
            .iter()
            .find_map(|part| self.problems.at(&format!("alignment.{position}.{part}")))
    }
}
