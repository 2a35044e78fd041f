use super::*;
use crate::domain::facts::GradeSource;
use crate::domain::outside::{Counting, Scope};
use crate::domain::rule::Amount;
use crate::domain::sample::{
    all, any, approval, approved, at_least, best_of, cleaning_rule, completed, decimal, elsewhere, group,
    handed_in, holds, holds_within, names, one_of, passed, percent, percent_elsewhere, points,
    total as sample_total,
};

fn items(state: LineItemState) -> Vec<LineItem> {
    let item = |id: &str, label: &str, maximum: &str, state| LineItem {
        id: id.into(),
        tenant: "north-coast".into(),
        course: "course".into(),
        url: format!("https://lms.example/items/{id}"),
        label: label.to_owned(),
        maximum: decimal(maximum),
        ruled_maximum: None,
        is_scale: false,
        resource_id: None,
        tag: None,
        resource_link_id: None,
        state,
    };
    vec![
        item("cleaning", "Cleaning exercise", "100", state),
        item("quiz", "Quiz 3", "20", LineItemState::Present),
    ]
}

fn review_as(kind: Kind, root: &Group) -> Vec<RuleProblem> {
    let mut names = names();
    names.badges.insert("this".into(), "Basic".to_owned());
    names.badges.insert("automation".into(), "Automation".to_owned());
    let builds_on = |badge: &BadgeId| (badge.as_str() == "automation").then(|| vec!["this".into()]);
    let context = RuleContext {
        badge: &"this".into(),
        kind,
        line_items: &items(LineItemState::Present),
        former: &HashSet::new(),
        names: &names,
        builds_on: &builds_on,
    };
    review_rule(root, &context)
}

fn review(root: &Group) -> Vec<RuleProblem> {
    review_as(Kind::Knowledge, root)
}

#[test]
fn a_sound_rule_has_no_problems() {
    assert_eq!(review_as(Kind::Application, &cleaning_rule()), []);
    assert_eq!(review(&all([approval()])), []);
}

#[test]
fn a_rule_without_conditions_is_refused() {
    assert_eq!(review(&all([])), [RuleProblem::EmptyRule]);
    assert_eq!(
        review(&all([group(any([])), group(all([]))])),
        [RuleProblem::EmptyRule]
    );
}

#[test]
fn an_empty_group_is_refused() {
    assert_eq!(
        review(&any([holds("sql"), group(all([]))])),
        [RuleProblem::EmptyGroup]
    );
}

#[test]
fn none_of_some_is_refused() {
    assert_eq!(
        review(&at_least(0, [holds("sql")])),
        [RuleProblem::NoneNeeded { of: 1 }]
    );
}

#[test]
fn more_than_there_are_is_refused_and_equal_members_count_once() {
    let problem = RuleProblem::MoreThanThereAre { needed: 3, of: 2 };
    assert_eq!(
        review(&at_least(3, [holds("sql"), holds("charts")])),
        std::slice::from_ref(&problem)
    );
    let twice = review(&at_least(3, [holds("sql"), holds("charts"), holds("sql")]));
    assert_eq!(
        twice,
        [
            problem,
            RuleProblem::Duplicate {
                label: "SQL basics held".to_owned()
            }
        ]
    );
}

#[test]
fn names_that_lead_nowhere_are_refused() {
    assert_eq!(
        review(&all([percent("lost", "80")])),
        [RuleProblem::UnknownLineItem]
    );
    assert_eq!(review(&all([approved("lost")])), [RuleProblem::UnknownActivity]);
    assert_eq!(review(&all([holds("lost")])), [RuleProblem::UnknownBadge]);
}

#[test]
fn a_line_item_that_is_gone_is_refused() {
    let gone = RuleProblem::LineItemGone {
        label: "Cleaning exercise".to_owned(),
    };
    let context = RuleContext {
        badge: &"this".into(),
        kind: Kind::Knowledge,
        line_items: &items(LineItemState::Gone),
        former: &HashSet::new(),
        names: &names(),
        builds_on: &|_| None,
    };
    assert_eq!(review_rule(&all([percent("cleaning", "80")]), &context), [gone]);
    assert_eq!(review_rule(&all([percent("quiz", "80")]), &context), []);
    // The platform has it still, for the registration that made it.
    let context = RuleContext {
        former: &HashSet::from(["cleaning".into()]),
        ..context
    };
    let former = RuleProblem::LineItemOfFormer {
        label: "Cleaning exercise".to_owned(),
    };
    assert_eq!(review_rule(&all([percent("cleaning", "80")]), &context), [former]);
}

#[test]
fn years_and_totals_that_say_nothing_are_refused() {
    for years in [0, 51] {
        assert_eq!(
            review(&all([holds_within("sql", years)])),
            [RuleProblem::YearsOutOfRange { years }]
        );
    }
    assert_eq!(review(&all([holds_within("sql", 50)])), []);
    let total = |of: &[&str], bound: &str| review(&all([sample_total(Amount::Hours, of, bound)]));
    assert_eq!(total(&["sql", "charts"], "20"), []);
    assert_eq!(total(&[], "20"), [RuleProblem::TotalOfNothing]);
    assert_eq!(total(&["sql"], "0"), [RuleProblem::TotalNotAboveZero]);
    assert_eq!(total(&["sql", "lost"], "20"), [RuleProblem::UnknownBadge]);
}

#[test]
fn a_loop_is_refused_by_its_names() {
    let names = ["Basic", "Automation", "Basic"].map(str::to_owned).to_vec();
    assert_eq!(review(&all([holds("automation")])), [RuleProblem::Loop { names }]);
}

#[test]
fn percentages_lie_above_0_and_up_to_100() {
    for wrong in ["0", "-1", "100.01"] {
        let problem = RuleProblem::PercentOutOfRange {
            label: "Quiz 3".to_owned(),
            percent: wrong.to_owned(),
        };
        assert_eq!(review(&all([percent("quiz", wrong)])), [problem]);
    }
    assert_eq!(review(&all([percent("quiz", "100")])), []);
    assert_eq!(review(&all([percent("quiz", "0.5")])), []);
}

#[test]
fn points_lie_above_0_and_up_to_the_maximum() {
    let (label, points_asked) = ("Quiz 3".to_owned(), "0".to_owned());
    assert_eq!(
        review(&all([points("quiz", "0")])),
        [RuleProblem::PointsNotAboveZero {
            label: label.clone(),
            points: points_asked
        }]
    );
    assert_eq!(
        review(&all([points("quiz", "20.5")])),
        [RuleProblem::PointsAboveMaximum {
            label,
            points: "20.5".to_owned(),
            maximum: "20".to_owned()
        }]
    );
    assert_eq!(review(&all([points("quiz", "20")])), []);
}

#[test]
fn an_application_badge_rests_on_evidence() {
    let quiz_only = all([percent("quiz", "80")]);
    assert_eq!(
        review_as(Kind::Application, &quiz_only),
        [RuleProblem::ApplicationWithoutEvidence]
    );
    assert_eq!(review_as(Kind::Knowledge, &quiz_only), []);
    let either = any([percent("quiz", "80"), approved("report")]);
    assert_eq!(
        review_as(Kind::Application, &either),
        [RuleProblem::EvidenceAvoidable]
    );
    assert_eq!(review_as(Kind::Recognition, &either), []);
}

#[test]
fn a_scale_is_asked_for_a_step_and_never_for_percent() {
    let mut items = items(LineItemState::Present);
    items[1].is_scale = true;
    let names = names();
    let context = RuleContext {
        badge: &"this".into(),
        kind: Kind::Knowledge,
        line_items: &items,
        former: &HashSet::new(),
        names: &names,
        builds_on: &|_| None,
    };
    assert_eq!(
        review_rule(&all([percent("quiz", "80")]), &context),
        [RuleProblem::PercentOfScale {
            label: "Quiz 3".to_owned(),
            steps: "20".to_owned()
        }]
    );
    assert_eq!(review_rule(&all([points("quiz", "3")]), &context), []);
    assert_eq!(
        review_rule(&all([points("quiz", "70")]), &context),
        [RuleProblem::StepAboveScale {
            label: "Quiz 3".to_owned(),
            step: "70".to_owned(),
            steps: "20".to_owned()
        }]
    );
}

#[test]
fn depth_and_size_have_limits() {
    let nested = |depth: usize| (1..depth).fold(all([holds("sql")]), |inner, _| all([group(inner)]));
    assert_eq!(review(&nested(5)), []);
    assert_eq!(review(&nested(6)), [RuleProblem::TooDeep { depth: 6 }]);
    let wide =
        |count: u32| all((1..=count).map(|step| points("quiz", &format!("{}", f64::from(step) / 10.0))));
    assert_eq!(review(&wide(50)), []);
    assert_eq!(review(&wide(51)), [RuleProblem::TooManyConditions { count: 51 }]);
}

#[test]
fn equal_conditions_in_one_group_are_refused_and_in_two_groups_allowed() {
    let twice = all([percent("quiz", "80"), percent("quiz", "80.0")]);
    assert_eq!(
        review(&twice),
        [RuleProblem::Duplicate {
            label: "Quiz 3 ≥ 80\u{a0}%".to_owned()
        }]
    );
    let hidden = at_least(2, [holds("sql"), group(any([holds("sql")])), holds("charts")]);
    assert_eq!(
        review(&hidden),
        [RuleProblem::Duplicate {
            label: "SQL basics held".to_owned()
        }]
    );
    let apart = all([
        percent("quiz", "80"),
        group(any([percent("quiz", "80"), holds("sql")])),
    ]);
    assert_eq!(review(&apart), []);
}

#[test]
fn a_grade_from_elsewhere_is_asked_for_as_it_is_measured() {
    let points_of =
        |column: &str, bound: &str| elsewhere(column, Needed::AtLeast(Threshold::Points(decimal(bound))));
    assert_eq!(
        review(&all([
            percent_elsewhere("weekly", "80"),
            points_of("weekly", "8"),
            percent_elsewhere("total", "75"),
            one_of("level", &["A"]),
        ])),
        []
    );
    let measure = |label: &str, measure, of_points| RuleProblem::ElsewhereMeasure {
        label: label.to_owned(),
        measure,
        of_points,
    };
    assert_eq!(
        review(&all([
            points_of("total", "8"),
            percent_elsewhere("level", "80"),
            one_of("weekly", &["A"]),
        ])),
        [
            measure("Course total", Measure::Percent, false),
            measure("Level", Measure::Words, false),
            measure("Weekly quiz", Measure::Points, true),
        ]
    );
    assert_eq!(
        review(&all([points_of("weekly", "11")])),
        [RuleProblem::PointsAboveMaximum {
            label: "Weekly quiz".to_owned(),
            points: "11".to_owned(),
            maximum: "10".to_owned(),
        }]
    );
    assert_eq!(
        review(&all([one_of("level", &[" "])])),
        [RuleProblem::NoWord {
            label: "Level".to_owned()
        }]
    );
    assert_eq!(
        review(&all([one_of("lost", &["A"])])),
        [RuleProblem::UnknownElsewhere]
    );
}

#[test]
fn only_what_its_source_tells_can_be_asked_of_a_column() {
    let label = || "Weekly quiz".to_owned();
    assert_eq!(
        review(&all([handed_in("weekly", true)])),
        [RuleProblem::HandInsNotTold { label: label() }]
    );
    assert_eq!(
        review(&all([completed("weekly")])),
        [RuleProblem::CompletionNotTold { label: label() }]
    );
    assert_eq!(
        review(&all([handed_in("lost", false)])),
        [RuleProblem::UnknownElsewhere]
    );
    let told = all([handed_in("essay", true), completed("essay"), passed("essay", &[])]);
    assert_eq!(review(&told), []);
    assert_eq!(review(&all([passed("level", &["A"])])), []);
    assert_eq!(
        review(&all([passed("level", &[])])),
        [RuleProblem::NoWord {
            label: "Level".to_owned()
        }]
    );
    assert!(
        matches!(
            review(&all([passed("weekly", &["8"])]))[..],
            [RuleProblem::ElsewhereMeasure { .. }]
        ),
        "nobody says who passes by points"
    );
}

#[test]
fn the_best_are_chosen_from_columns_of_which_percent_can_be_made_and_each_other_is_named() {
    let mixed = all([best_of(2, &["cleaning", "quiz"], &["weekly", "total"], "80")]);
    assert_eq!(review(&mixed), []);
    let named = |label: &str| RuleProblem::NoShare {
        label: label.to_owned(),
    };
    assert_eq!(
        review(&all([best_of(1, &["quiz", "lost"], &["level", "nothing"], "80")])),
        [
            RuleProblem::UnknownLineItem,
            named("Level"),
            RuleProblem::UnknownElsewhere
        ]
    );
    let mut scales = items(LineItemState::Present);
    scales[1].is_scale = true;
    let context = RuleContext {
        badge: &"this".into(),
        kind: Kind::Knowledge,
        line_items: &scales,
        former: &HashSet::new(),
        names: &names(),
        builds_on: &|_| None,
    };
    let root = all([best_of(1, &["quiz", "cleaning"], &[], "80")]);
    assert_eq!(review_rule(&root, &context), [named("Quiz 3")]);
    assert_eq!(
        review(&all([best_of(1, &[], &[], "80")])),
        [RuleProblem::BestOfNothing]
    );
    for best in [0, 3] {
        assert_eq!(
            review(&all([best_of(best, &["quiz", "cleaning"], &[], "80")])),
            [RuleProblem::BestOutOfRange { best, of: 2 }]
        );
    }
    let problems = review(&all([best_of(1, &["quiz"], &["weekly"], "100.5")]));
    assert!(matches!(problems[..], [RuleProblem::PercentOutOfRange { .. }]));
}

#[test]
fn what_two_sources_tell_of_one_assignment_does_not_count_twice_among_the_best() {
    let best = all([best_of(1, &["quiz"], &["weekly"], "80")]);
    let with = |change: fn(&mut Names)| {
        let mut names = names();
        change(&mut names);
        let context = RuleContext {
            badge: &"this".into(),
            kind: Kind::Knowledge,
            line_items: &items(LineItemState::Present),
            former: &HashSet::new(),
            names: &names,
            builds_on: &|_| None,
        };
        review_rule(&best, &context)
    };
    assert_eq!(with(|_| ()), []);
    let alike = with(|names| {
        names
            .elsewhere
            .get_mut(&OutsideColumnId::from("weekly"))
            .unwrap()
            .label = " quiz 3".to_owned();
    });
    assert_eq!(
        alike,
        [RuleProblem::SeemTheSame {
            one: "Quiz 3 (from the gradebook)".to_owned(),
            other: "quiz 3 (from a gradebook file)".to_owned()
        }]
    );

    let mut names = names();
    for id in ["weekly", "total"] {
        names.elsewhere.get_mut(&OutsideColumnId::from(id)).unwrap().item = Some("Weekly".to_owned());
    }
    let context = RuleContext {
        badge: &"this".into(),
        kind: Kind::Knowledge,
        line_items: &[],
        former: &HashSet::new(),
        names: &names,
        builds_on: &|_| None,
    };
    let both = review_rule(&all([best_of(1, &[], &["weekly", "total"], "80")]), &context);
    assert!(matches!(both[..], [RuleProblem::SeemTheSame { .. }]), "{both:?}");

    // By its id, also where it was renamed since the file was made.
    let mut names = names.clone();
    names
        .elsewhere
        .get_mut(&OutsideColumnId::from("total"))
        .unwrap()
        .source = GradeSource::RestCanvas;
    let context = RuleContext {
        names: &names,
        ..context
    };
    let both = review_rule(&all([best_of(1, &[], &["weekly", "total"], "80")]), &context);
    assert!(matches!(both[..], [RuleProblem::SeemTheSame { .. }]), "{both:?}");
}

#[test]
fn a_word_that_a_scale_does_not_have_is_named_where_all_its_steps_are_known() {
    let scale = |source, steps: &str| OutsideColumn {
        id: "level".into(),
        tenant: "north-coast".into(),
        course: "course".into(),
        source,
        key: "id:7".to_owned(),
        label: "Level".to_owned(),
        maximum: Some(decimal(steps)),
        measure: Measure::Words,
        scope: Scope::Item,
        counting: Counting::Released,
        file: None,
        rest: None,
    };
    let seen = ["Good".to_owned(), "Poor".to_owned()];
    let asked = |word: &str| Needed::OneOf(vec!["poor".to_owned(), word.to_owned()]);
    let of_moodle = scale(GradeSource::RestMoodle, "2");
    assert_eq!(
        word_problem(&asked("Goood"), &of_moodle, &seen),
        Some(RuleProblem::WordNotInScale {
            label: "Level".to_owned(),
            word: "Goood".to_owned(),
            words: seen.to_vec(),
        })
    );
    assert_eq!(word_problem(&asked("Good"), &of_moodle, &seen), None);
    let third = scale(GradeSource::RestMoodle, "3");
    assert_eq!(
        word_problem(&asked("Fair"), &third, &seen),
        None,
        "nobody has it yet"
    );
    let of_file = scale(GradeSource::Csv, "2");
    assert_eq!(word_problem(&asked("Fair"), &of_file, &seen), None);
}

#[test]
fn what_the_lms_told_and_tells_no_more_is_no_matter_of_a_file() {
    let label = || "Essay".to_owned();
    let asked = [
        all([percent_elsewhere("essay", "80")]),
        all([best_of(1, &[], &["essay"], "80")]),
        all([handed_in("essay", false)]),
        all([completed("essay")]),
    ];
    let with = |is_gone: bool, root: &Group| {
        let mut names = names();
        let essay = names.elsewhere.get_mut(&"essay".into()).unwrap();
        (essay.counts, essay.tells_hand_ins, essay.tells_completion) = (false, false, false);
        essay.is_gone = is_gone;
        let context = RuleContext {
            badge: &"this".into(),
            kind: Kind::Knowledge,
            line_items: &[],
            former: &HashSet::new(),
            names: &names,
            builds_on: &|_| None,
        };
        review_rule(root, &context)
    };
    let off = [
        RuleProblem::ElsewhereOff { label: label() },
        RuleProblem::ElsewhereOff { label: label() },
        RuleProblem::HandInsNotTold { label: label() },
        RuleProblem::CompletionNotTold { label: label() },
    ];
    for (root, expected) in asked.iter().zip(off) {
        assert_eq!(with(false, root), [expected]);
        assert_eq!(with(true, root), [RuleProblem::ElsewhereGone { label: label() }]);
    }
}
