//! Sections that a gradebook file names: a part of the class by which a teacher looks at it, gone with the file's grades.

use chrono::DateTime;
use lti::registration::Flavour;

use super::benches_of;
use crate::domain::page::Page;
use crate::domain::rule::Condition;
use crate::domain::section::SectionKind;
use crate::domain::stage::{Order, Search};
use crate::domain::zone::Zone;
use crate::ids::SectionId;
use crate::service::award::{holders, progress};
use crate::service::course::outside::{self, Took};

#[tokio::test]
async fn a_file_says_who_is_in_which_section_and_takes_that_along_when_it_is_removed() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        bench.run().await;
        let always = Condition::NotBefore {
            at: DateTime::UNIX_EPOCH,
            zone: Zone::UTC,
        };
        let badge = bench.badge_when("Here", always).await;
        bench.decide(&badge).await;
        let teacher = bench.instructor().await;
        let students = bench.world.students(bench.at);
        let mut file =
            String::from("Student,ID,SIS Login ID,Section,Weekly quiz (501)\n    Points Possible,,,,10.00\n");
        for (n, section) in ["Day", "Evening", "Day and Evening"].into_iter().enumerate() {
            let (name, login) = (&students[n].name, &students[n].email);
            file.push_str(&format!("{name},4{n},{login},{section},8.00\n"));
        }
        let Took::Done(changes) = bench.use_file(&teacher, &file, &[]).await.unwrap() else {
            panic!("it was not used before")
        };
        assert_eq!(changes.sections, 2);
        let look = async |section: Option<SectionId>| {
            let search = Search {
                section,
                ..Search::default()
            };
            let matrix = progress::matrix(&bench.cairn, &teacher, search, Order::Name, Page::first(50));
            matrix.await.unwrap()
        };
        let all = look(None).await;
        let named: Vec<_> = all
            .sections
            .iter()
            .map(|one| (one.kind, one.name.as_str()))
            .collect();
        assert_eq!(
            named,
            [(SectionKind::Section, "Day"), (SectionKind::Section, "Evening")]
        );
        let day = &all.sections[0].id;
        let found = look(Some(day.clone())).await;
        assert_eq!((found.total, found.section_is_gone), (2, false));
        let gone = look(Some("elsewhere".into())).await;
        assert_eq!((gone.total, gone.section_is_gone), (all.total, true));

        let held = async |section: Option<SectionId>| {
            let held = holders::page(&bench.cairn, &teacher, &badge, section, Page::first(50));
            held.await.unwrap()
        };
        let (everybody, some) = (held(None).await, held(Some(day.clone())).await);
        assert_eq!((some.total, some.shown.len(), some.held), (2, 2, everybody.held));
        assert!(everybody.total > 2);

        // Of whom a newer file says nothing, what is known stays; of the others its word holds.
        let (name, login) = (&students[0].name, &students[0].email);
        let moved =
            format!("Student,ID,SIS Login ID,Section,Weekly quiz (501)\n{name},40,{login},Evening,8.00\n");
        bench.use_file(&teacher, &moved, &[]).await.unwrap();
        let part = progress::part(&bench.cairn, &teacher, Search::default(), None);
        let part = part.await.unwrap().unwrap();
        let person = bench.person(&students[0].sub).await;
        assert_eq!(part.section_names[&person], ["Evening"]);
        assert_eq!(look(Some(day.clone())).await.total, 1);

        outside::remove(&bench.cairn, &teacher).await.unwrap();
        let none = look(Some(day.clone())).await;
        assert!(none.sections.is_empty() && none.section_is_gone);
    }
}
