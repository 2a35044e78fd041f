//! Who holds what, for an institution's administrators: numbers first, names where the policies allow them.

use super::admin_browser::AdminBrowser;
use super::rules::policy;
use crate::service::institution::administrators::Scope;
use crate::tests::harness::on_each_database;
use crate::tests::showing::stage::{Stage, design};

#[test]
fn an_institution_counts_its_holders_and_sees_names_only_where_its_policies_allow_it() {
    on_each_database(|scene| async move {
        let stage = Stage::set(scene).await;
        let tenant = stage.course.tenant.clone();
        let mut admin = AdminBrowser::of(&stage.scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        let place = format!("/admin/holdings/{tenant}");
        let empty = admin.get(&place).await;
        assert!(
            empty.words().contains("Nobody holds such a badge"),
            "{}",
            empty.words()
        );

        // One earns two badges, another one of them; its name would be a formula.
        let quiz = stage
            .badge(design("=Quiz master"), Some(vec![stage.quiz()]))
            .await;
        let mut plain = design("Chart reader");
        (plain.hours, plain.credits, plain.alignments) = (None, None, Vec::new());
        let chart = stage.badge(plain, Some(vec![stage.quiz()])).await;
        stage.grade(0, 80);
        stage.grade(1, 90);
        stage.check().await;
        for (badge, n) in [(&quiz, 0), (&quiz, 1), (&chart, 0), (&chart, 1)] {
            stage.awarded(badge, n).await;
        }
        let page = admin.get(&place).await;
        assert_eq!(page.status, 200, "{}", page.words());
        for said in [
            "People trained 2",
            "Badges 4",
            "Hours 24",
            "Credits 3",
            "By skill",
            "analyse data 2 people",
            "Names are hidden.",
        ] {
            assert!(page.words().contains(said), "{said}: {}", page.words());
        }
        let (_, name) = stage.student(0);
        assert!(!page.text().contains(&name));
        // Drawn, and in words and numbers beside it.
        let text = page.text();
        let (_, plot) = text.split_once("<figure class=\"plot\">").unwrap();
        assert!(
            plot.contains("<svg") && plot.contains("class=\"band band-earned\" d=\"M"),
            "{plot}"
        );
        for heading in ["people trained", "badges", "hours", "credits"] {
            let heading = format!("role=\"columnheader\">{heading}</th>");
            assert!(plot.contains(&heading), "{heading}: {plot}");
        }
        let said = "people trained: 2 badges: 4 hours: 24 credits: 3";
        assert!(page.words().contains(said), "{}", page.words());
        let of_skill = page.links("skill=").remove(0);
        let of_skill = admin.browser.get(&of_skill).await.unwrap();
        assert!(of_skill.words().contains("Badges 2"), "{}", of_skill.words());
        let future = admin.get(&format!("{place}?from=2099-01-01")).await;
        assert!(future.words().contains("People trained 0"), "{}", future.words());
        let odd = admin.get(&format!("{place}?from=soon")).await;
        assert_eq!(odd.status, 422, "{}", odd.words());
        let elsewhere = admin.get(&format!("{place}?programme=none")).await;
        assert_eq!(elsewhere.status, 404, "{}", elsewhere.words());
        let table = admin.get(&format!("{place}/numbers.csv")).await.text();
        assert!(table.contains("badge,'=Quiz master,2,2,"), "{table}");
        assert!(table.contains("in all,,2,4,24,3"), "{table}");

        // Names only where the policies say so, and taken away only with an entry in the log.
        for path in ["/people", "/names.csv"] {
            let refused = admin.get(&format!("{place}{path}")).await;
            assert_eq!(refused.status, 403, "{path}: {}", refused.words());
            assert!(refused.words().contains("and not who"), "{}", refused.words());
        }
        policy(&stage.scene, &tenant, &[("programme_names", "yes")]).await;
        let people = admin.get(&format!("{place}/people")).await;
        assert!(people.words().contains(&name), "{}", people.words());
        let log = format!("/admin/audit/{tenant}?action=holdings.exported");
        assert!(
            admin
                .get(&log)
                .await
                .words()
                .contains("Nothing like this is in the log.")
        );
        let names = admin.get(&format!("{place}/names.csv")).await.text();
        assert_eq!(names.matches(&name).count(), 2, "{names}");
        assert!(names.contains("'=Quiz master"), "{names}");
        let log = admin.get(&log).await;
        assert!(
            log.words().contains("took names of who holds which badge"),
            "{}",
            log.words()
        );
        assert!(!log.text().contains(&name), "the log names nobody");

        for path in ["", "/people", "/numbers.csv", "/names.csv"] {
            let nowhere = admin
                .get(&format!("/admin/holdings/another-institution{path}"))
                .await;
            assert_eq!(nowhere.status, 404, "{path}: {}", nowhere.words());
        }
        stage.scene.end().await;
    });
}
