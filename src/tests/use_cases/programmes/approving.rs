//! A second person approves what others designed.

use super::*;
use crate::service::institution::programmes::reviewing::{self, Answer};

#[tokio::test]
async fn a_second_person_approves_and_whoever_designed_it_does_not() {
    for bench in benches().await {
        let (_, first) = first_part(&bench).await;
        let (cairn, tenant) = (&bench.cairn, bench.course.tenant.clone());
        let (of, now) = (tenant.clone(), bench.clock.now());
        let policy = Policy {
            programme_reviews: true,
            ..Policy::default()
        };
        let set = cairn.store.write(move |db| policies::set(db, &of, &policy, now));
        set.await.unwrap();
        let tower = made(&bench, "Tower", &[&first]).await;
        // Cat had a hand in it before Ada saved it last.
        for (by, finish_begun) in [("cat", false), ("ada", true)] {
            let opened = programmes::open(cairn, &admin(by), &tenant, &tower).await;
            let known = Some((&tower, opened.unwrap().badge.revision));
            let other = Typed {
                finish_begun,
                ..typed("Tower", &[&first])
            };
            let saved = saving::save(cairn, &admin(by), &tenant, known, other).await;
            assert_eq!(saved.unwrap(), Saved::Done(tower.clone()));
        }
        let trial = trying::trial(cairn, &admin("ada"), &tenant, &tower, 0)
            .await
            .unwrap();
        assert_eq!(trial.hindrances, [Hindrance::NotApproved]);
        let digest = trial.run.digest.clone();
        let early = trying::activate(cairn, &admin("ada"), &tenant, &tower, 1, &digest).await;
        assert_eq!(early.unwrap(), Activated::Hindered(vec![Hindrance::NotApproved]));

        reviewing::ask(cairn, &admin("ada"), &tenant, &tower)
            .await
            .unwrap();
        let asked = trying::trial(cairn, &admin("ben"), &tenant, &tower, 0)
            .await
            .unwrap();
        assert_eq!(asked.hindrances, [Hindrance::AwaitsApproval]);
        let mut told = Vec::new();
        for by in ["ada", "cat", "ben"] {
            told.push(reviewing::awaiting(cairn, &admin(by), &tenant).await.unwrap());
        }
        assert_eq!(
            told,
            [0, 0, 1],
            "those who designed it cannot be the second person"
        );
        let shown = asked.review.unwrap().digest;
        for designer in ["ada", "cat"] {
            let by = admin(designer);
            let own = reviewing::answer(cairn, &by, &tenant, &tower, &shown, Answer::Approve).await;
            assert_eq!(own.unwrap_err().code(), "programme.own-design", "{designer}");
        }
        reviewing::answer(cairn, &admin("ben"), &tenant, &tower, &shown, Answer::Approve)
            .await
            .unwrap();
        assert_eq!(activated(&bench, &tower).await, 1);

        let changed = Typed {
            finish_begun: false,
            ..typed("Tower", &[&first])
        };
        let opened = programmes::open(cairn, &admin("ada"), &tenant, &tower)
            .await
            .unwrap();
        let known = Some((&tower, opened.badge.revision));
        let refused = saving::save(cairn, &admin("ada"), &tenant, known, changed.clone()).await;
        assert_eq!(refused.unwrap_err().code(), "programme.approved-stays");
        saving::turn(cairn, &admin("ada"), &tenant, &tower, Turn::Pause)
            .await
            .unwrap();
        let saved = saving::save(cairn, &admin("ada"), &tenant, known, changed)
            .await
            .unwrap();
        assert_eq!(saved, Saved::Done(tower.clone()));
        let again = trying::trial(cairn, &admin("ada"), &tenant, &tower, 0)
            .await
            .unwrap();
        assert_eq!(
            again.hindrances,
            [Hindrance::NotApproved],
            "what changed is approved anew"
        );
    }
}
