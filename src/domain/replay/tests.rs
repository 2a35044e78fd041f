use proptest::prelude::*;

use super::*;
use crate::domain::sample::{
    all, any, any_group, approval, approved, best_of, decimal, names, now, one_of, percent,
    percent_elsewhere, points as at_points,
};
use crate::ids::LineItemId;

fn column(label: &str, measure: Measure, maximum: Option<&str>) -> CohortColumn {
    CohortColumn {
        key: format!("item:{label}"),
        has_id: false,
        label: label.to_owned(),
        maximum: maximum.map(decimal),
        measure,
        scope: Scope::Item,
        place: None,
        unread: 0,
    }
}

fn row(line: u64, values: impl IntoIterator<Item = Option<OutsideValue>>) -> CohortPerson {
    CohortPerson {
        line,
        name: Some(format!("Person {line}")),
        values: values.into_iter().collect(),
    }
}

fn number(text: &str) -> Option<OutsideValue> {
    Some(OutsideValue::Points(decimal(text)))
}

fn cohort(columns: Vec<CohortColumn>, rows: &[&str]) -> Cohort {
    let people = (2_u64..).zip(rows);
    Cohort {
        columns,
        people: people
            .map(|(line, cells)| {
                let cells = cells.split(',');
                row(
                    line,
                    cells.map(|cell| Some(cell).filter(|cell| *cell != "-").and_then(number)),
                )
            })
            .collect(),
    }
}

fn item(id: &str) -> Subject {
    Subject::Item(id.into())
}

fn at(at: usize) -> Answer {
    Answer::Column { at, of: None }
}

#[test]
fn who_would_have_earned_it_who_was_near_and_what_stopped_most() {
    let root = all([percent("cleaning", "80"), at_points("quiz", "16"), approval()]);
    // Cleaning is out of 50 there, and of 100 here.
    let file = cohort(
        vec![
            column("Cleaning exercise", Measure::Points, Some("50")),
            column("Quiz 3", Measure::Points, Some("20")),
        ],
        &["40,16", "39,16", "30,10", "-,20", "0,16", "45,15"],
    );
    let answers = Answers::from([
        (item("cleaning"), at(0)),
        (item("quiz"), at(1)),
        (Subject::Approval, Answer::Met),
    ]);
    let done = replay(&root, &names(), &file, &answers, now());
    assert_eq!((done.people, done.earned.as_slice()), (6, &[0][..]));
    let told: Vec<(usize, bool, Option<String>)> = done
        .others
        .iter()
        .map(|other| {
            let short = other.short.map(|short| short.normalize().to_string());
            (other.person, other.is_open, short)
        })
        .collect();
    assert_eq!(
        told,
        [
            (1, false, Some("2".to_owned())),
            (5, false, Some("5".to_owned())),
            (2, false, Some("30".to_owned())),
            (4, false, Some("80".to_owned())),
            (3, true, None),
        ]
    );
    assert_eq!(done.distances, [2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
    assert_eq!((done.untold, done.open()), (1, 1));
    let stops: Vec<(usize, usize, usize)> = done
        .stops
        .iter()
        .map(|stop| (stop.not_met, stop.unknown, stop.alone))
        .collect();
    assert_eq!(stops, [(3, 1, 3), (2, 0, 1), (0, 0, 0)]);
    assert!(matches!(&done.stops[0].condition, Condition::Grade { item, .. } if item.as_str() == "cleaning"));
}

#[test]
fn what_a_file_cannot_tell_goes_as_the_teacher_says_and_no_further() {
    let root = all([percent("quiz", "50"), approved("report")]);
    let file = cohort(vec![column("Quiz 3", Measure::Points, Some("20"))], &["10", "20"]);
    let with = |answer: Option<Answer>| {
        let mut answers = Answers::from([(item("quiz"), at(0))]);
        answers.extend(answer.map(|answer| (Subject::Activity("report".into()), answer)));
        let done = replay(&root, &names(), &file, &answers, now());
        (done.earned.len(), done.open(), done.untold)
    };
    assert_eq!(with(Some(Answer::Met)), (2, 0, 0));
    assert_eq!(with(Some(Answer::NotMet)), (0, 0, 2));
    assert_eq!(with(Some(Answer::Open)), (0, 2, 2));
    assert_eq!(with(None), (0, 2, 2), "what nobody said is never met");
}

#[test]
fn grades_are_brought_to_the_measure_of_the_rule() {
    let scale = |subject: &Subject| Scale::of(subject, &names()).unwrap();
    let (quiz, total) = (scale(&item("quiz")), scale(&Subject::Elsewhere("total".into())));
    let level = scale(&Subject::Elsewhere("level".into()));
    let value = |text: &str| OutsideValue::Points(decimal(text));
    let share = |text: &str| OutsideValue::Percent(decimal(text));
    let word = OutsideValue::Word("B".to_owned());
    let of = Some(decimal("50"));
    assert_eq!(quiz.measured(&value("40"), of), Some(value("16")));
    assert_eq!(quiz.measured(&value("16"), None), Some(value("16")));
    assert_eq!(quiz.measured(&share("80"), None), Some(value("16")));
    assert_eq!(total.measured(&value("40"), of), Some(share("80")));
    assert_eq!(total.measured(&value("40"), None), None, "of how many?");
    assert_eq!(total.measured(&value("40"), Some(Decimal::ZERO)), None);
    assert_eq!(level.measured(&word, None), Some(word.clone()));
    assert_eq!(quiz.measured(&word, None), None);
    assert_eq!(quiz.measured(&OutsideValue::Excused, of), None);
    assert!(quiz.takes(Measure::Percent) && !quiz.takes(Measure::Words));
    assert!(level.takes(Measure::Words) && !level.takes(Measure::Points));
    let untold = column("Quiz", Measure::Points, None);
    assert_eq!(quiz.out_of(&untold, None), OutOf::Assumed(decimal("20")));
    assert_eq!(
        quiz.out_of(&untold, Some(decimal("5"))),
        OutOf::Teacher(decimal("5"))
    );
    let told = column("Quiz", Measure::Points, Some("40"));
    assert_eq!(quiz.out_of(&told, None), OutOf::File(decimal("40")));
    let percent = column("Quiz", Measure::Percent, None);
    assert_eq!(
        quiz.out_of(&percent, Some(decimal("5"))).points(),
        None,
        "percent of anything"
    );
}

#[test]
fn a_column_is_proposed_by_its_id_then_by_a_name_that_only_one_has() {
    let with_id = |id: &str, label: &str| CohortColumn {
        key: format!("id:{id}"),
        has_id: true,
        ..column(label, Measure::Points, Some("10"))
    };
    let keys = HashMap::from([
        (OutsideColumnId::from("weekly"), "id:501".to_owned()),
        (OutsideColumnId::from("level"), "item:letter:Level".to_owned()),
    ]);
    let columns = [
        with_id("7", "Weekly quiz"),
        with_id("501", "Weekly test"),
        column("Quiz: Quiz 3", Measure::Points, None),
        column("Cleaning exercise", Measure::Points, None),
        column("cleaning  Exercise", Measure::Points, Some("5")),
        column("Level", Measure::Points, None),
    ];
    let proposed = |subject: Subject| propose(&subject, &names(), &keys, &columns);
    let weekly = Subject::Elsewhere("weekly".into());
    assert_eq!(proposed(weekly.clone()), Some((1, Basis::Id)));
    let without = propose(&weekly, &names(), &HashMap::new(), &columns);
    assert_eq!(without, Some((0, Basis::Name)));
    assert_eq!(proposed(item("quiz")), Some((2, Basis::Name)));
    assert_eq!(proposed(item("cleaning")), None, "two have its name");
    assert_eq!(
        proposed(Subject::Elsewhere("level".into())),
        None,
        "points are no words"
    );
    assert_eq!(proposed(item("gone")), None);
    assert_eq!(proposed(Subject::Approval), None);
    let one = [
        column("Cleaning exercise", Measure::Percent, None),
        column("Cleaning exercise", Measure::Points, None),
    ];
    let found = propose(&item("cleaning"), &names(), &keys, &one);
    assert_eq!(
        found,
        Some((1, Basis::Name)),
        "the one that is measured as the rule does"
    );
}

#[test]
fn a_letter_passes_there_as_it_does_here_and_no_number_says_how_far_it_was() {
    let root = any([one_of("level", &["A", "B"]), percent_elsewhere("total", "90")]);
    let word = |text: &str| Some(OutsideValue::Word(text.to_owned()));
    let share = |text: &str| Some(OutsideValue::Percent(decimal(text)));
    let file = Cohort {
        columns: vec![
            column("Level", Measure::Words, None),
            column("Course total", Measure::Percent, None),
        ],
        people: vec![
            row(2, [word("b"), None]),
            row(3, [word("C"), share("88")]),
            row(4, [word("C"), None]),
        ],
    };
    let answers = Answers::from([
        (Subject::Elsewhere("level".into()), at(0)),
        (Subject::Elsewhere("total".into()), at(1)),
    ]);
    let done = replay(&root, &names(), &file, &answers, now());
    assert_eq!(done.earned, [0]);
    let others: Vec<_> = done
        .others
        .iter()
        .map(|other| (other.person, other.short))
        .collect();
    assert_eq!(others, [(1, Some(decimal("2"))), (2, None)]);
}

#[test]
fn an_answer_that_names_no_column_leaves_it_open() {
    let root = all([percent("quiz", "50")]);
    let file = cohort(vec![column("Quiz 3", Measure::Points, Some("20"))], &["20"]);
    let answers = Answers::from([(item("quiz"), at(7))]);
    let done = replay(&root, &names(), &file, &answers, now());
    assert_eq!((done.earned.len(), done.open()), (0, 1));
}

#[test]
fn the_picture_has_its_edges_where_its_words_say() {
    for (short, of) in [
        ("0", 0),
        ("5", 0),
        ("5.01", 1),
        ("10", 1),
        ("50", 9),
        ("50.01", PARTS),
    ] {
        assert_eq!(part(decimal(short)), of, "{short}");
    }
    assert_eq!(part(Decimal::MAX), PARTS);
}

/// Names of everything that an arbitrary rule asks about.
fn all_names() -> Names {
    let mut all = names();
    let item = all.line_items[&LineItemId::from("quiz")].clone();
    let column = all.elsewhere[&OutsideColumnId::from("total")].clone();
    for n in 0..5 {
        let id = format!("n{n}");
        all.line_items.insert(LineItemId::from(id.as_str()), item.clone());
        all.elsewhere
            .insert(OutsideColumnId::from(id.as_str()), column.clone());
    }
    all
}

/// Answers for some of the subjects of a rule, columns that do not exist among them.
fn any_answers(root: &Group) -> impl Strategy<Value = Answers> + use<> {
    let subjects = Subject::all(root);
    let answer = prop_oneof![
        (0_usize..4).prop_map(|at| Answer::Column { at, of: None }),
        Just(Answer::Met),
        Just(Answer::NotMet),
        Just(Answer::Open),
    ];
    prop::collection::vec(answer, subjects.len())
        .prop_map(move |answers| subjects.iter().cloned().zip(answers).collect())
}

fn any_cohort() -> impl Strategy<Value = Cohort> {
    let value = prop::option::of(prop_oneof![
        (0_i64..10_000).prop_map(|hundredths| OutsideValue::Points(Decimal::new(hundredths, 2))),
        (0_i64..10_000).prop_map(|hundredths| OutsideValue::Percent(Decimal::new(hundredths, 2))),
        "[A-C]".prop_map(OutsideValue::Word),
        Just(OutsideValue::Excused),
    ]);
    let rows = prop::collection::vec(prop::collection::vec(value, 3), 0..6);
    rows.prop_map(|rows| Cohort {
        columns: vec![
            column("One", Measure::Points, Some("100")),
            column("Two", Measure::Points, None),
            column("Three", Measure::Percent, None),
        ],
        people: (2_u64..)
            .zip(rows)
            .map(|(line, values)| row(line, values))
            .collect(),
    })
}

/// A rule and answers for it.
fn any_asked() -> impl Strategy<Value = (Group, Answers)> {
    any_group().prop_flat_map(|root| {
        let answers = any_answers(&root);
        (Just(root), answers)
    })
}

proptest! {
    #[test]
    fn everybody_of_a_file_is_counted_once((root, answers) in any_asked(), file in any_cohort()) {
        let done = replay(&root, &all_names(), &file, &answers, now());
        let far: usize = done.distances.iter().sum();
        prop_assert_eq!(done.people, done.earned.len() + done.others.len());
        prop_assert_eq!(far + done.untold, done.others.len());
        for stop in &done.stops {
            prop_assert!(stop.alone <= stop.all() && stop.all() <= done.others.len());
        }
        let mut all: Vec<usize> = done.others.iter().map(|other| other.person).chain(done.earned).collect();
        all.sort_unstable();
        prop_assert!(all.into_iter().eq(0..done.people));
    }

    #[test]
    fn nobody_earns_by_what_is_left_open(root in any_group(), file in any_cohort()) {
        let answers: Answers = Subject::all(&root).into_iter().map(|subject| (subject, Answer::Open)).collect();
        prop_assert!(replay(&root, &all_names(), &file, &answers, now()).earned.is_empty());
    }

    #[test]
    fn a_cohort_comes_back_as_it_went(file in any_cohort()) {
        let text = serde_json::to_string(&file).unwrap();
        prop_assert_eq!(serde_json::from_str::<Cohort>(&text).unwrap(), file);
    }
}

#[test]
fn the_best_of_several_columns_are_asked_of_those_that_are_known_and_say_how_far_somebody_was() {
    let root = all([best_of(2, &["cleaning", "quiz"], &["weekly"], "80")]);
    let file = cohort(
        vec![
            column("Cleaning exercise", Measure::Points, Some("100")),
            column("Quiz 3", Measure::Points, Some("20")),
        ],
        &["90,15", "90,10", "90,-"],
    );
    let answers: Answers = [
        (item("cleaning"), at(0)),
        (item("quiz"), at(1)),
        (Subject::Elsewhere("weekly".into()), Answer::Open),
    ]
    .into();
    let done = replay(&root, &names(), &file, &answers, now());
    assert_eq!(done.earned, [0], "90 and 75 percent");
    let told: Vec<_> = done
        .others
        .iter()
        .map(|other| (other.person, other.is_open, other.short))
        .collect();
    assert_eq!(told, [(1, true, Some(decimal("10"))), (2, true, None)]);
}
