//! Coming in: one-time links, passwords, and what keeps others out.

use cairn::practice_lms::browser::Browser;
use cairn::service::admins::{Scope, links};

use super::keeper::{Keeper, PASSWORD};
use crate::harness::on_each_database;

#[test]
fn a_link_lets_one_person_in_once_and_looking_at_it_does_not_use_it_up() {
    on_each_database(|scene| async move {
        let link = links::make(&scene.cairn, &Scope::Everything, links::Maker::CommandLine)
            .await
            .unwrap();
        let mut browser = Browser::new().unwrap();
        // A mailbox looks at it twice before a person does.
        browser.get(&link).await.unwrap();
        let door = browser.get(&link).await.unwrap();
        assert_eq!(door.status, 200);
        assert!(door.words().contains("This link works once."), "{}", door.words());
        let form = door.form("/admin/link/").unwrap().clone();
        // A mistake leaves it good.
        let short = [
            ("name", "Ada"),
            ("email", "ada@school.example"),
            ("password", "short"),
        ];
        let again = browser.submit(&door, &form, &short).await.unwrap();
        assert_eq!(again.status, 422);
        assert!(
            again.words().contains("at least 12 characters"),
            "{}",
            again.words()
        );
        let inside = browser.submit(&door, &form, &[("name", "Ada")]).await.unwrap();
        assert!(
            inside.words().contains("You are signed in."),
            "{}",
            inside.words()
        );
        assert_eq!(inside.url.path(), "/admin");
        let used = Browser::new().unwrap().get(&link).await.unwrap();
        assert_eq!(used.status, 410);
        assert!(used.words().contains("used already"), "{}", used.words());
        let late = browser.submit(&door, &form, &[("name", "Eve")]).await.unwrap();
        assert_eq!(late.status, 410);
        scene.end().await;
    });
}

#[test]
fn without_a_sign_in_every_page_leads_to_the_door_and_back() {
    on_each_database(|scene| async move {
        let typed = [
            ("name", "Ada"),
            ("email", "Ada@School.example"),
            ("password", PASSWORD),
        ];
        Keeper::with(&scene, &Scope::Everything, &typed).await;
        let mut browser = Browser::new().unwrap();
        let door = browser.get(&format!("{}/admin?x=1", scene.origin)).await.unwrap();
        assert_eq!(door.url.path(), "/admin/sign-in");
        let form = door.form("/admin/sign-in").unwrap().clone();
        let wrong = [
            ("email", "ada@school.example"),
            ("password", "seven stones on a hil"),
        ];
        let refused = browser.submit(&door, &form, &wrong).await.unwrap();
        assert_eq!(refused.status, 422);
        let unknown = [
            ("email", "eve@school.example"),
            ("password", "seven stones on a hil"),
        ];
        let nobody = browser.submit(&door, &form, &unknown).await.unwrap();
        let sentence = "E-mail address and password do not belong together.";
        for page in [&refused, &nobody] {
            assert!(page.words().contains(sentence), "{}", page.words());
        }
        let right = [("email", "ADA@school.example"), ("password", PASSWORD)];
        let inside = browser.submit(&door, &form, &right).await.unwrap();
        assert_eq!((inside.url.path(), inside.url.query()), ("/admin", Some("x=1")));
        let form = inside.form("/admin/sign-out").unwrap().clone();
        let out = browser.submit(&inside, &form, &[]).await.unwrap();
        assert_eq!(out.url.path(), "/admin/sign-in");
        let after = browser.get(&format!("{}/admin", scene.origin)).await.unwrap();
        assert_eq!(after.url.path(), "/admin/sign-in");
        scene.end().await;
    });
}
