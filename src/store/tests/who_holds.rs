//! Who holds what over all courses, counted and listed by the database.

use super::*;
use crate::domain::award::Revocation;
use crate::ids::PlatformId;
use crate::store::awards::holdings::{self, Wanted};
use crate::store::lineages;

#[test]
fn holders_are_counted_once_whatever_they_hold_and_listed_a_part_at_a_time() {
    on_both_databases(|database| {
        let (north, south) = (School::new(database, "north"), School::new(database, "south"));
        let tenant = &north.tenant;
        let [ada, ben, cleo]: [Person; 3] = north.learners(database, 3).try_into().unwrap();
        let (first, copy, other) = (
            north.badge(database, "b1"),
            north.badge(database, "b2"),
            north.badge(database, "b3"),
        );
        write(database, |db| {
            lineages::begin_copy(db, tenant, &copy.id, &first.id)
        });
        let award =
            |badge: &Badge, person: &Person, cycle: i32, awarded: i64, change: &dyn Fn(&mut Award)| {
                let decision = north.earned(database, &badge.id, &person.id);
                let mut award = Award {
                    awarded_at: at(awarded),
                    ..north.award(&badge.id, &person.id, cycle, &decision)
                };
                change(&mut award);
                let kept = write(database, |db| awards::insert_once(db, &award));
                assert!(kept);
            };
        let as_it_is = |_: &mut Award| {};
        // Ada renewed the first badge and has the copy too; Ben's expired; Cleo's was revoked.
        award(&first, &ada, 1, 10, &|award| award.valid_until = Some(at(1_000)));
        award(&first, &ada, 2, 20, &as_it_is);
        award(&copy, &ada, 1, 30, &as_it_is);
        award(&other, &ada, 1, 40, &as_it_is);
        award(&first, &ben, 1, 50, &|award| award.valid_until = Some(at(100)));
        award(&other, &cleo, 1, 60, &|award| {
            award.revocation = Some(Revocation {
                at: at(70),
                by: None,
                reason: "copied".into(),
            });
        });

        let held = Wanted {
            held_at: Some(at(500)),
            ..Wanted::default()
        };
        let totals = |wanted: &Wanted| read(database, |db| holdings::totals(db, tenant, wanted));
        assert_eq!(
            totals(&held),
            (1, 3),
            "the latest term alone, and nothing that is over"
        );
        assert_eq!(totals(&Wanted::default()), (3, 6));
        let theirs = read(database, |db| {
            holdings::totals(db, &south.tenant, &Wanted::default())
        });
        assert_eq!(theirs, (0, 0), "of another institution");
        let within = Wanted {
            from: Some(at(20)),
            before: Some(at(50)),
            ..Wanted::default()
        };
        assert_eq!(totals(&within), (1, 3));
        let of_badges = |some: &[&Badge]| Wanted {
            badges: Some(some.iter().map(|badge| badge.id.clone()).collect()),
            ..Wanted::default()
        };
        assert_eq!(totals(&of_badges(&[&first, &copy])), (2, 4));
        assert_eq!(totals(&of_badges(&[])), (0, 0));
        let on = |platform: &str| Wanted {
            platform: Some(PlatformId::from(platform)),
            ..Wanted::default()
        };
        assert_eq!(totals(&on(north.registration.as_str())), (3, 6));
        assert_eq!(totals(&on(south.registration.as_str())), (0, 0));
        let earliest = read(database, |db| holdings::first(db, tenant, &held));
        assert_eq!(earliest, Some(at(20)));

        let all = Wanted::default();
        let (lineages, count) = read(database, |db| {
            holdings::by_lineage(db, tenant, &all, Page::first(1))
        });
        assert_eq!((lineages.len(), count), (1, 2), "a copy is no other badge");
        let of_lineage = Wanted {
            lineage: Some(lineages[0].lineage.clone()),
            ..Wanted::default()
        };
        assert_eq!(totals(&of_lineage), (lineages[0].people, lineages[0].awards));
        let mut by_badge = read(database, |db| holdings::by_badge(db, tenant, &all));
        by_badge.sort();
        assert_eq!(
            by_badge,
            [
                (first.id.clone(), 2, 3),
                (copy.id.clone(), 1, 1),
                (other.id.clone(), 2, 2)
            ]
        );

        let listed = read(database, |db| {
            let page = Page { offset: 3, limit: 2 };
            holdings::listed(db, tenant, &all, page)
        });
        let told: Vec<(&str, &str)> = listed
            .iter()
            .map(|(_, badge, person)| (badge.id.as_str(), person.sub.as_str()))
            .collect();
        assert_eq!(told, [("b3", "1"), ("b1", "2")]);
        let (mut walked, mut after) = (0, None);
        loop {
            let part = read(database, |db| {
                holdings::some_after(db, tenant, &all, after.as_ref(), 4)
            });
            let Some((last, ..)) = part.last() else { break };
            walked += part.len();
            after = Some(last.id.clone());
        }
        assert_eq!(walked, 6, "each once");
    });
}
