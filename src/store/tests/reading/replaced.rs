//! Columns whose maximum goes back, and columns in the place of others.

use super::*;

#[test]
fn a_maximum_that_goes_back_is_what_the_rules_were_made_for_also_after_the_item_was_gone() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (tenant, course) = (&school.tenant, &school.course.id);
        let item = school.item(database, "u1");
        let watched = HashSet::from([item.id.clone()]);
        let list = |maximum: Option<&str>| {
            let listed: Vec<ItemSeen> = maximum
                .map(|maximum| ItemSeen {
                    url: "u1".into(),
                    label: "Quiz".into(),
                    maximum: decimal(maximum),
                    resource_id: None,
                    tag: None,
                    resource_link_id: None,
                })
                .into_iter()
                .collect();
            write(database, |db| {
                line_items::upsert_many(db, tenant, course, &listed, &watched, at(9), &SystemRandom)
            });
            let now = read(database, |db| line_items::get(db, tenant, &item.id)).unwrap();
            (now.state, now.ruled_maximum)
        };
        let first = item.maximum.to_string();
        let changed = (LineItemState::MaximumChanged, Some(item.maximum));
        assert_eq!(list(Some("50")), changed);
        assert_eq!(list(None).0, LineItemState::Gone);
        assert_eq!(list(Some("60")), changed);
        assert_eq!(list(Some(&first)), (LineItemState::Present, None));
        assert_eq!(list(Some("50")), changed);
        write(database, |db| {
            line_items::set_state(db, tenant, &item.id, LineItemState::Present)
        });
        assert_eq!(
            list(Some("50")),
            (LineItemState::Present, None),
            "it was accepted"
        );
    });
}

#[test]
fn an_item_takes_the_address_of_the_one_that_was_made_in_its_place() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let (old, new) = (school.item(database, "u1"), school.item(database, "u2"));
        write(database, |db| line_items::rebind(db, &old, "u2"));
        let found = |url: &str| {
            read(database, |db| {
                line_items::by_url(db, &school.tenant, &school.course.id, url)
            })
        };
        assert_eq!(found("u2").unwrap().id, old.id);
        assert_eq!(found("u1"), None);
        let other = read(database, |db| line_items::get(db, &school.tenant, &new.id)).unwrap();
        assert_eq!(other.state, LineItemState::Gone);
        let scale = |on| {
            write(database, |db| {
                line_items::set_scale(db, &school.tenant, &school.course.id, &old.id, on)
            })
        };
        assert_eq!([scale(true), scale(true), scale(false)], [true, false, true]);
        scale(true);
        // Another scale is one all the same; points are none.
        for (maximum, is_scale) in [("4", true), ("50", false), ("4", false)] {
            let listed = [ItemSeen {
                url: "u2".into(),
                label: "Quiz".into(),
                maximum: maximum.parse().unwrap(),
                resource_id: None,
                tag: None,
                resource_link_id: None,
            }];
            let (tenant, course) = (&school.tenant, &school.course.id);
            let none = HashSet::new();
            write(database, |db| {
                line_items::upsert_many(db, tenant, course, &listed, &none, at(9), &SystemRandom)
            });
            assert_eq!(found("u2").unwrap().is_scale, is_scale, "{maximum}");
        }
    });
}
