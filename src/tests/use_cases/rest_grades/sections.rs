//! Sections of Canvas and groups of Moodle come with a reading of the whole course, where it tells of everybody.

use practice_lms::{Section, Team};

use super::*;
use crate::domain::page::Page;
use crate::domain::reading::Part;
use crate::domain::section::SectionKind;
use crate::domain::stage::Order;

impl Reading<'_> {
    /// The LMS has these sections, or groups, and no others.
    fn divide(&self, parts: &[(u64, &str, &[&MemberView])]) {
        let is_canvas = self.access.interface == Interface::Canvas;
        self.bench.world.change_course(self.bench.at, |course| {
            course.sections.clear();
            course.teams.clear();
            for (id, name, people) in parts {
                let (id, name, people) = (*id, (*name).to_owned(), people.iter().map(|one| one.id).collect());
                if is_canvas {
                    course.sections.push(Section { id, name, people });
                } else {
                    course.teams.push(Team {
                        id,
                        name,
                        people,
                        ..Team::default()
                    });
                }
            }
        });
    }

    /// What a teacher may choose by, and how many students are there.
    async fn parts(&self) -> Vec<(String, i64)> {
        let teacher = self.bench.instructor().await;
        let look = async |search: Search| {
            let matrix = progress::matrix(&self.node, &teacher, search, Order::Name, Page::first(50));
            matrix.await.unwrap()
        };
        let kind = match self.access.interface {
            Interface::Canvas => SectionKind::Section,
            Interface::Moodle => SectionKind::Group,
        };
        let mut parts = Vec::new();
        for one in look(Search::default()).await.sections {
            assert_eq!(one.kind, kind);
            let search = Search {
                section: Some(one.id),
                ..Search::default()
            };
            parts.push((one.name, look(search).await.total));
        }
        parts
    }

    /// The same of the parts that a test made: whoever is in none of them has Canvas's own section.
    async fn made(&self) -> Vec<(String, i64)> {
        let mut parts = self.parts().await;
        parts.retain(|(name, _)| ["Day & dusk", "Evening", "Night"].contains(&name.as_str()));
        parts
    }
}

fn said(parts: &[(&str, i64)]) -> Vec<(String, i64)> {
    parts
        .iter()
        .map(|(name, count)| ((*name).to_owned(), *count))
        .collect()
}

#[tokio::test]
async fn a_reading_of_the_whole_says_who_is_in_which_section_or_group() {
    for bench in all_benches().await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let (ada, ben, eve) = (&students[0], &students[1], &students[2]);
        reading.divide(&[(900, "Day & dusk", &[ada, ben]), (901, "Evening", &[ben, eve])]);
        reading.read().await;
        assert_eq!(reading.made().await, said(&[("Day & dusk", 2), ("Evening", 2)]));
        let coverage = reading.readings().await.coverage.unwrap();
        assert!(coverage.lacks.is_empty(), "{coverage:?}");

        // They move, one part has another name, and one is gone.
        reading.divide(&[(900, "Night", &[ada])]);
        reading.read_all().await;
        assert_eq!(reading.made().await, said(&[("Night", 1)]));

        // Off, it tells of nobody; on again, it does.
        reading.switch(false).await;
        reading.read_after(10).await;
        assert_eq!(reading.parts().await, []);
        reading.switch(true).await;
        reading.read_after(10).await;
        assert_eq!(reading.made().await, said(&[("Night", 1)]));
    }
}

#[tokio::test]
async fn whoever_sees_less_replaces_no_section_and_no_group() {
    for bench in all_benches().await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let (ada, ben) = (&students[0], &students[1]);
        reading.divide(&[(900, "Evening", &[ada]), (901, "Night", &[ben])]);
        reading.read().await;
        let before = said(&[("Evening", 1), ("Night", 1)]);
        assert_eq!(reading.made().await, before);
        let sees_less = |is_less: bool| match reading.access.interface {
            Interface::Canvas => bench.world.limit_to_sections(bench.at, reading.account, is_less),
            // One row in the place of all people, and no error.
            Interface::Moodle => {
                let right = "moodle/user:viewdetails";
                bench.world.allow_capability(reading.account, right, !is_less);
            }
        };
        sees_less(true);
        reading.divide(&[(900, "Evening", &[ada, ben])]);
        reading.read_all().await;
        assert_eq!(reading.made().await, before, "a short list replaces nothing");
        sees_less(false);
        reading.read_all().await;
        assert_eq!(reading.made().await, said(&[("Evening", 2)]));
    }
}

#[tokio::test]
async fn a_key_without_the_scope_of_sections_reads_grades_and_says_what_is_missing() {
    for bench in benches_of(Flavour::Canvas, |_| {}).await {
        let reading = Reading::with_scopes(&bench, &Scope::GRADES).await;
        let students = bench.world.students(bench.at);
        reading.divide(&[(900, "Evening", &[&students[0]])]);
        reading.grade(&students[0], Some("9"));
        reading.read().await;
        assert_eq!(reading.points(&students[0]).await, Some(Decimal::from(9)));
        assert_eq!(reading.parts().await, []);
        let readings = reading.readings().await;
        let lacks: Vec<Part> = readings
            .coverage
            .unwrap()
            .lacks
            .iter()
            .map(|lack| lack.part)
            .collect();
        assert_eq!((lacks, readings.trouble), (vec![Part::Sections], None));
    }
}
