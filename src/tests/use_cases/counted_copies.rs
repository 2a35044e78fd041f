//! A copy that asks something else than its original, and a programme whose owner counts it all the same.

use super::benches;
use super::programmes::{activated, admin, first_part, made, second_course};
use crate::clock::Clock as _;
use crate::domain::membership::SeenAs;
use crate::domain::policy::Policy;
use crate::domain::programme::{Parts, PartsEnd, Place};
use crate::service::credential::about;
use crate::service::institution::programmes::saving::{self, Typed};
use crate::service::institution::programmes::{self, accepting};
use crate::store::enrolments::{self, Role};
use crate::store::testing::shortcuts::launch_person;
use crate::store::{badges, lineages, policies};

#[tokio::test]
async fn a_copy_that_asks_something_else_counts_once_the_owner_of_the_programme_says_so() {
    for bench in benches().await {
        let (person, first) = first_part(&bench).await;
        let (cairn, tenant, by) = (&bench.cairn, &bench.course.tenant, admin("ada"));
        let (course, copy) = second_course(&bench, &[]).await;
        let late = bench.world.students(bench.at).remove(2);
        let late = bench.person(&late.sub).await;
        let role = Role {
            seen_as: SeenAs::Learner,
            listing: enrolments::listing_of(&bench.registration.capabilities()),
            teaches: false,
        };
        let (of, id, source, who) = (tenant.clone(), copy.clone(), first.clone(), late.clone());
        let now = bench.clock.now();
        let begun = cairn.store.write(move |db| {
            lineages::begin_copy(db, &of, &id, &source)?;
            launch_person(db, &of, &course, &who, role, now)
        });
        begun.await.unwrap();
        bench.decide(&copy).await;
        bench.work(cairn).await;
        assert!(bench.holders(&copy).await.contains_key(&late));
        let tower = made(&bench, "Tower", &[&first]).await;
        assert_eq!(activated(&bench, &tower).await, 1);
        assert_eq!(
            bench.holders(&tower).await.keys().collect::<Vec<_>>(),
            [&person],
            "another rule opens no doors"
        );

        let (of, id) = (tenant.clone(), copy.clone());
        let read = cairn.store.read(move |db| badges::get(db, &of, &id));
        let page = read.await.unwrap().unwrap();
        let above = about::of(cairn, &page).await.unwrap().above;
        assert!(
            above.is_empty(),
            "its page promises nothing that it does not count for"
        );

        let opened = async || programmes::open(cairn, &by, tenant, &tower).await.unwrap();
        let told = opened().await.changed;
        let [one] = told.as_slice() else {
            panic!("{told:?}")
        };
        assert_eq!(
            (&one.copy.badge.id, one.copy.course.as_deref()),
            (&copy, Some("Automation"))
        );
        assert!(!one.asks.is_empty());
        let other = accepting::accept(cairn, &by, tenant, &tower, &copy, "0000").await;
        assert_eq!(other.unwrap_err().code(), "programme.copy-changed");
        // Where a second person approves, one counts copies too, and what was approved stays, whatever is a part of it.
        let (of, policy) = (
            tenant.clone(),
            Policy {
                programme_reviews: true,
                ..Policy::default()
            },
        );
        let set = cairn.store.write(move |db| policies::set(db, &of, &policy, now));
        set.await.unwrap();
        let own = accepting::accept(cairn, &by, tenant, &tower, &copy, &one.digest).await;
        assert_eq!(own.unwrap_err().code(), "programme.own-design");
        let stands = opened().await.badge;
        let other = Typed {
            design: stands.design.clone(),
            parts: Parts {
                badges: vec![(first.clone(), Place::Prerequisite)],
                ..Parts::default()
            },
            parts_end: PartsEnd::Keeps,
            finish_begun: true,
        };
        let saved = saving::save(cairn, &by, tenant, Some((&tower, stands.revision)), other).await;
        assert_eq!(saved.unwrap_err().code(), "programme.approved-stays");
        for _ in 0..2 {
            accepting::accept(cairn, &admin("ben"), tenant, &tower, &copy, &one.digest)
                .await
                .unwrap();
        }
        assert!(opened().await.changed.is_empty());
        let above = about::of(cairn, &page).await.unwrap().above;
        assert_eq!(above.len(), 1);
        bench.work(cairn).await;
        let award = bench.holders(&tower).await.remove(&late);
        let award = award.expect("what it awarded before counts too");
        let document = bench.credential(&award).await.document;
        let signed: serde_json::Value = serde_json::from_str(&document).unwrap();
        assert_eq!(
            signed["evidence"][0]["name"], "Scripting",
            "it names what counted"
        );
    }
}
