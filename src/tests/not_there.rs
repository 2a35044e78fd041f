//! An address below a course that is no page.

use practice_lms::browser::Browser;

use super::guest::Guest;
use super::harness::on_each_database;

#[test]
fn an_address_that_is_no_page_leads_whoever_is_in_a_visit_back_to_it() {
    on_each_database(|scene| async move {
        for (role, words) in [
            ("Teacher", "To the badges of this course"),
            ("Student", "To my badges"),
        ] {
            let mut guest = Guest::open(&scene.moodle, 0, role, "My badges").await;
            for rest in ["/nothing", "/nothing/at/all"] {
                let page = guest.get(rest).await;
                assert_eq!(page.status, 404, "{rest}: {}", page.words());
                assert_eq!(page.link(words).unwrap(), guest.course, "{role} {rest}");
            }
            // A stranger is told no more than that.
            let url = format!("{}/nothing", guest.course);
            let page = Browser::new().unwrap().get(&url).await.unwrap();
            assert_eq!(page.status, 404, "{}", page.words());
            assert!(page.link(words).is_err(), "{}", page.words());
        }
        scene.end().await;
    });
}
