//! A list of skills is brought in the console, looked at before it is kept, and chosen from in the editor.

use crate::service::institution::administrators::Scope;

use super::admin_browser::AdminBrowser;
use crate::tests::harness::on_each_database;
use crate::tests::showing::stage::Stage;

const ESCO: &str = "conceptUri,preferredLabel,code\n\
                    http://data.europa.eu/esco/skill/1,clean data,S5.2\n\
                    http://data.europa.eu/esco/skill/2,draw charts,\n\
                    nowhere,weld,\n";

#[test]
fn a_list_of_skills_is_looked_at_kept_and_chosen_from() {
    on_each_database(|scene| async move {
        let mut stage = Stage::set(scene).await;
        let tenant = stage.course.tenant.clone();
        let mut admin = AdminBrowser::of(&stage.scene, &Scope::Tenant(tenant.clone()), "Ada").await;
        let page = admin.get(&format!("/admin/skills/{tenant}")).await;
        let form = page.form("/look").unwrap();
        for (content, said) in [
            (
                b"a,b\n1,2\n".as_slice(),
                "The first row has to name a column of skills",
            ),
            (b"\xff\xfe\x00\x01".as_slice(), "This is no CSV file in UTF-8"),
        ] {
            let file = [("list", "skills.csv", "text/csv", content)];
            let refused = admin
                .browser
                .submit_files(&page, &form, &[("name", "ESCO")], &file)
                .await
                .unwrap();
            assert_eq!(refused.status, 422);
            assert!(refused.words().contains(said), "{}", refused.words());
        }
        let file = [("list", "skills.csv", "text/csv", ESCO.as_bytes())];
        let looked = admin
            .browser
            .submit_files(&page, &form, &[("name", "ESCO")], &file)
            .await
            .unwrap();
        for said in ["2 skills in this file", "clean data", "Row 4: it has no address"] {
            assert!(looked.words().contains(said), "{said}: {}", looked.words());
        }
        let editor = stage.inside("/badges/new");
        let before = stage.teacher.get(&editor).await.unwrap();
        assert!(
            !before.words().contains("Find a skill"),
            "nothing is kept by a look"
        );
        let form = looked.form("/bring").unwrap();
        let kept = admin
            .browser
            .submit_files(&looked, &form, &[], &[])
            .await
            .unwrap();
        assert!(kept.words().contains("ESCO 2 skills"), "{}", kept.words());

        let page = stage.teacher.get(&editor).await.unwrap();
        let form = page.form("/badges/save").unwrap();
        let sought = [
            ("name", "Cleaner"),
            ("skill_search", "clean"),
            ("action", "search_skills"),
        ];
        let found = stage
            .teacher
            .submit_files(&page, &form, &sought, &[])
            .await
            .unwrap();
        assert!(
            found.words().contains("clean data (ESCO, S5.2)"),
            "{}",
            found.words()
        );
        let html = found.text();
        let (_, after) = html.split_once("value=\"take_skill:").unwrap();
        let take = format!("take_skill:{}", after.split('"').next().unwrap());
        let form = found.form("/badges/save").unwrap();
        let taken = [("action", take.as_str())];
        let taken = stage
            .teacher
            .submit_files(&found, &form, &taken, &[])
            .await
            .unwrap();
        let form = taken.form("/badges/save").unwrap();
        assert_eq!(form.value("name"), Some("Cleaner"));
        assert_eq!(
            (form.value("alignment.0.url"), form.value("alignment.0.framework")),
            (Some("http://data.europa.eu/esco/skill/1"), Some("ESCO"))
        );

        // Whoever makes a programme chooses from them too.
        let page = admin.get(&format!("/admin/programmes/{tenant}/new")).await;
        let sought = [("skill_search", "clean"), ("action", "search_skills")];
        let found = admin.send(&page, "/new", &sought).await;
        assert!(
            found.words().contains("clean data (ESCO, S5.2)"),
            "{}",
            found.words()
        );
        let taken = admin.send(&found, "/new", &[("action", take.as_str())]).await;
        let form = taken.form("/new").unwrap();
        assert_eq!(
            form.value("alignment.0.url"),
            Some("http://data.europa.eu/esco/skill/1")
        );

        let page = admin.get(&format!("/admin/skills/{tenant}")).await;
        let gone = admin.send(&page, "/remove", &[]).await;
        assert!(gone.words().contains("There is no list yet."), "{}", gone.words());
        stage.scene.end().await;
    });
}
