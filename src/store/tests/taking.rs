//! Badges of the institution: saved over what was seen, published, offered to some, and taken by courses.

use super::*;
use crate::domain::institution_badge::{Asks, InstitutionBadge, Place, Reach, Version, Wants};
use crate::ids::PlatformId;
use crate::store::{institution_badges, lineages};

fn version(name: &str) -> Version {
    Version {
        design: design(name),
        asks: Asks {
            places: vec![Place {
                id: "place".into(),
                name: "Final test".into(),
                wants: Wants::Column {
                    at_least: decimal("62.5"),
                    resource_id: Some("final".into()),
                    tag: None,
                },
            }],
            needed: Some(1),
            approval: true,
        },
    }
}

#[test]
fn a_badge_of_the_institution_is_kept_with_its_versions_its_reach_and_what_courses_made_of_it() {
    on_both_databases(|database| {
        let (school, other) = (School::new(database, "north"), School::new(database, "south"));
        let (tenant, badge) = (&school.tenant, school.badge(database, "own"));
        let one = InstitutionBadge {
            badge: badge.id.clone(),
            tenant: tenant.clone(),
            draft: version("First"),
            revision: 1,
            published: None,
            version: 0,
            published_at: None,
            everywhere: true,
            saved_by: Some("ada".into()),
            created_at: at(1),
            updated_at: at(1),
        };
        write(database, |db| institution_badges::insert(db, &one));
        let get = |tenant: &TenantId| read(database, |db| institution_badges::get(db, tenant, &badge.id));
        assert_eq!(get(tenant), Some(one.clone()));
        assert_eq!(get(&other.tenant), None);

        let of = (tenant, &badge.id);
        let save = |seen: i32, name: &str| {
            let version = version(name);
            write(database, |db| {
                institution_badges::save(db, of, seen, &version, &"ben".into(), at(2))
            })
        };
        assert!(save(1, "Second") && !save(1, "Third"), "over what was seen alone");
        let publish = |seen: i32| {
            let version = version("Second");
            write(database, |db| {
                institution_badges::publish(db, of, seen, &version, 1, at(3))
            })
        };
        assert!(!publish(1) && publish(2));
        let known = get(tenant).unwrap();
        assert_eq!((known.revision, known.version), (2, 1));
        assert_eq!(known.published, Some(version("Second")));
        assert_eq!(
            (known.published_at, known.saved_by),
            (Some(at(3)), Some("ben".into()))
        );

        let course = &school.course.id;
        let reach = |platforms: &[&str], courses: &[&crate::ids::CourseId]| {
            let reach = Reach {
                platforms: platforms.iter().map(|id| PlatformId::from(*id)).collect(),
                courses: courses.iter().map(|id| (*id).clone()).collect(),
            };
            write(database, |db| {
                institution_badges::set_reach(db, of, false, &reach, at(4), &SystemRandom)
            });
            assert_eq!(
                read(database, |db| institution_badges::reach(db, tenant, &badge.id)),
                reach
            );
        };
        reach(&["p1", "p2"], &[course]);
        reach(&[], &[course]);
        assert!(!get(tenant).unwrap().everywhere);

        let taken = || read(database, |db| institution_badges::taken(db, tenant, &badge.id));
        assert!(taken().is_empty(), "it is not taken by being there");
        let made = school.badge(database, "made");
        write(database, |db| {
            institution_badges::hold(db, tenant, &badge.id)?;
            lineages::begin_copy(db, tenant, &made.id, &badge.id)
        });
        let courses: Vec<Option<String>> = taken().into_iter().map(|(_, course)| course).collect();
        assert_eq!(courses, [Some("Biology at north".to_owned())]);
        let here = || {
            let found = read(database, |db| {
                institution_badges::taken_in(db, tenant, course, &badge.id)
            });
            let mut all = read(database, |db| {
                institution_badges::all_taken_in(db, tenant, course)
            });
            let counts = read(database, |db| institution_badges::taken_counts(db, tenant));
            assert_eq!(counts.get(&badge.id).copied(), found.is_some().then_some(1));
            assert_eq!(all.remove(&badge.id), found);
            found.map(|badge| badge.id)
        };
        assert_eq!(here(), Some(made.id.clone()));
        write(database, |db| {
            badges::set_state(db, tenant, &made.id, &BadgeState::Retired, at(5))
        });
        assert_eq!(here(), None);
        let all = read(database, |db| institution_badges::all(db, tenant));
        assert_eq!(all.len(), 1);
        let listed = read(database, |db| {
            Ok((
                institution_badges::platforms(db, tenant)?.len(),
                institution_badges::courses(db, tenant, 9)?,
            ))
        });
        assert_eq!(
            listed,
            (1, vec![(course.clone(), Some("Biology at north".to_owned()))])
        );
    });
}
