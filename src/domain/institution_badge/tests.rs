use super::*;
use crate::domain::facts::GradeSource;
use crate::domain::lineage::{Places, Substance};
use crate::domain::outside::{Counting, Scope};
use crate::domain::sample;
use crate::domain::sentence::sentence_in_full;

fn place(id: &str, name: &str, wants: Wants) -> Place {
    Place {
        id: id.into(),
        name: name.into(),
        wants,
    }
}

fn column(percent: &str) -> Wants {
    Wants::Column {
        at_least: sample::decimal(percent),
        resource_id: None,
        tag: None,
    }
}

fn item(id: &str, label: &str) -> LineItem {
    LineItem {
        id: id.into(),
        maximum: sample::decimal("20"),
        ..place("", label, column("50")).as_column().unwrap()
    }
}

fn activity(id: &str, title: &str) -> Activity {
    Activity {
        id: id.into(),
        tenant: "north".into(),
        course: "course".into(),
        link: "link".into(),
        title: title.into(),
        instructions: String::new(),
        line_item: None,
        maximum: Decimal::ONE_HUNDRED,
        created_at: sample::now(),
    }
}

fn outside(id: &str, label: &str, measure: Measure) -> OutsideColumn {
    OutsideColumn {
        id: id.into(),
        tenant: "north".into(),
        course: "course".into(),
        source: GradeSource::Csv,
        key: label.into(),
        label: label.into(),
        maximum: Some(Decimal::TEN),
        measure,
        scope: Scope::Item,
        counting: Counting::Ticked,
        file: Some("file".into()),
        rest: None,
    }
}

fn sample_design() -> Design {
    let text = r##"{"name":"Basic Python","outcome":"Writes a program.","description":"","criteria":"",
        "picture":{"from":"drawn","initials":"BP","shape":"circle","colour":"#205080"},"picture_alt":"","kind":"knowledge",
        "hours":null,"credits":null,"level":null,"alignments":[],"expiry":{"expires":"never"},"show_score":false}"##;
    serde_json::from_str(text).unwrap()
}

fn asks() -> Asks {
    let by_mark = Wants::Column {
        at_least: sample::decimal("80"),
        resource_id: Some("final".into()),
        tag: None,
    };
    Asks {
        places: vec![
            place("p1", "Final test", by_mark),
            place("p2", "Homework", column("50")),
            place("p3", "Report", Wants::Activity),
        ],
        needed: None,
        approval: true,
    }
}

#[test]
fn a_rule_over_places_reads_as_one_of_a_course_does() {
    let all = asks();
    let says = |asks: &Asks| sentence_in_full(&asks.rule(), &asks.names(Zone::UTC));
    let sentence = says(&all);
    for part in ["80 percent", "Final test", "Homework", "Report"] {
        assert!(sentence.contains(part), "{sentence}");
    }
    assert_eq!(all.rule().conditions().len(), 4);
    let some = Asks {
        needed: Some(2),
        ..all
    };
    assert_eq!(some.rule().nodes.len(), 2, "some of the places, and the approval");
    assert_ne!(says(&some), sentence);
}

#[test]
fn columns_are_proposed_by_mark_and_name_and_never_where_two_would_fit() {
    let columns = [
        LineItem {
            resource_id: Some("final".into()),
            ..item("c1", "Exam")
        },
        item("c2", "Final test"),
        item("c3", "homework"),
        item("c4", "Homework "),
    ];
    let things = Things {
        columns: columns.into(),
        elsewhere: vec![outside("o1", "Final test", Measure::Percent)],
        activities: vec![activity("a1", "report"), activity("a2", "Essay")],
    };
    let found = asks().proposals(&things);
    assert_eq!(found["p1"], ("c1".into(), FoundBy::OurId));
    assert!(!found.contains_key("p2"), "{found:?}");
    assert_eq!(found["p3"], ("a1".into(), FoundBy::FoldedLabel));
    let things = Things {
        columns: Vec::new(),
        ..things
    };
    let found = asks().proposals(&things);
    assert_eq!(found["p1"], ("o1".into(), FoundBy::Label));
}

#[test]
fn a_column_of_another_source_fills_a_place_and_asks_the_same() {
    let things = Things {
        columns: vec![item("c2", "Homework")],
        elsewhere: vec![outside("o1", "Test", Measure::Points)],
        activities: vec![activity("a1", "Report")],
    };
    assert!(has_share(&things.elsewhere[0]));
    assert!(!has_share(&outside("o2", "Test", Measure::Words)));
    let answers = [("p1", "o1"), ("p2", "c2"), ("p3", "a1")];
    let answers = answers.map(|(place, chosen)| (place.to_owned(), chosen.to_owned()));
    let mapping = asks().filled(&answers.into(), &things).unwrap();
    let (root, places) = (
        mapping.apply(&asks().rule()),
        Places::copied(&Places::default(), &mapping),
    );
    assert_eq!(root.outside_columns().count(), 1);
    let of = |root: &Group, places: &Places| Substance::of(root, &sample_design(), places, &BadgeId::clone);
    let own = of(&asks().rule(), &Places::default());
    assert_eq!(of(&root, &places), own);
    assert!(asks().stand(&places.standing(&root)));
    // Of a copy nobody has said yet what stands there.
    let copied = Places::copied(&places, &Mapping::default());
    assert_ne!(of(&root, &copied), own);
    assert!(!asks().stand(&copied.standing(&root)));
}

#[test]
fn each_place_is_filled_once_by_something_of_the_course() {
    let things = Things {
        columns: vec![item("c1", "Exam"), item("c2", "Homework")],
        elsewhere: Vec::new(),
        activities: vec![activity("a1", "Report")],
    };
    let fill = |answers: &[(&str, &str)]| {
        let answers = answers
            .iter()
            .map(|(place, chosen)| ((*place).to_owned(), (*chosen).to_owned()))
            .collect();
        asks().filled(&answers, &things)
    };
    let whole = fill(&[("p1", "c1"), ("p2", "c2"), ("p3", "a1")]).unwrap();
    let rule = whole.apply(&asks().rule());
    let read: Vec<&str> = rule.line_items().map(LineItemId::as_str).collect();
    assert_eq!(read, ["c1", "c2"]);
    let named = |name: &str| name.to_owned();
    for (answers, why) in [
        (
            vec![("p1", "c1"), ("p2", ""), ("p3", "a1")],
            Unfit::Unanswered {
                place: named("Homework"),
            },
        ),
        (
            vec![("p1", "c9"), ("p2", "c2"), ("p3", "a1")],
            Unfit::OtherCourse {
                place: named("Final test"),
            },
        ),
        (
            vec![("p1", "c1"), ("p2", "c2"), ("p3", "c1")],
            Unfit::OtherCourse {
                place: named("Report"),
            },
        ),
        (
            vec![("p1", "c1"), ("p2", "c1"), ("p3", "a1")],
            Unfit::Twice {
                place: named("Homework"),
            },
        ),
    ] {
        assert_eq!(fill(&answers), Err(why));
    }
}

#[test]
fn everything_that_is_wrong_with_what_is_asked_is_told_at_once() {
    assert_eq!(asks().problems(Kind::Application), []);
    let empty = Asks::default();
    assert_eq!(empty.problems(Kind::Knowledge), [AsksProblem::Nothing]);
    let wrong = Asks {
        places: vec![
            place("", " ", column("80")),
            place("", "Quiz", column("0")),
            place("", "quiz", column("101")),
            place("", &"x".repeat(201), column("50")),
        ],
        needed: Some(5),
        approval: false,
    };
    assert_eq!(
        wrong.problems(Kind::Application),
        [
            AsksProblem::NameMissing { position: 1 },
            AsksProblem::Percent { position: 2 },
            AsksProblem::SameName { position: 3 },
            AsksProblem::Percent { position: 3 },
            AsksProblem::TooLong {
                position: 4,
                most: 200
            },
            AsksProblem::Needed,
            AsksProblem::NoEvidence,
        ]
    );
    let many = Asks {
        places: (0..9)
            .map(|n| place("", &format!("Quiz {n}"), column("50")))
            .collect(),
        ..Asks::default()
    };
    assert_eq!(many.problems(Kind::Knowledge), [AsksProblem::TooMany { most: 8 }]);
}
