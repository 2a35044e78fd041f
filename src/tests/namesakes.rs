//! Two activities and two columns of one name: wherever a teacher chooses one, they are told apart.

use practice_lms::CourseRole;

use crate::tests::evidence::{ADA, activity, hand_in};
use crate::tests::guest::Guest;
use crate::tests::harness::on_each_database;
use crate::tests::placing::choose;

#[test]
fn two_activities_and_two_columns_of_one_name_are_told_apart_wherever_one_is_chosen() {
    on_each_database(|scene| async move {
        let lms = &scene.moodle;
        let world = lms.world();
        let at = world.courses()[0].id;
        activity(lms).await;
        world.add_link(at, "Reading diary", 0, None);
        let mut teacher = Guest::open(lms, 0, "Teacher", "Reading diary").await;
        let page = teacher.page.clone();
        let same = [
            ("opens", "activity"),
            ("title", "Project report"),
            ("points", "100"),
        ];
        let chosen = teacher.send(&page, "/choose", &same).await;
        let place = chosen.url.path().split_once("/activities/").unwrap().1.to_owned();
        let place = format!("/activities/{place}");
        teacher.until("", "2 columns").await;
        let (first, second) = (
            "Project report (“Project report” in the course)",
            "Project report (“Reading diary” in the course)",
        );

        // The filter of the Evidence page, a line of it, and the work itself.
        let mut ada = Guest::open(lms, 0, ADA, "Reading diary").await;
        hand_in(&mut ada, &place, "What I read").await;
        let queue = teacher.get("/evidence").await;
        let offers = |name: &str| {
            let mut forms = queue.forms().into_iter();
            forms.any(|form| form.option("activity", name).is_some())
        };
        assert!(offers(first) && offers(second), "{}", queue.words());
        let href = queue.links("/evidence/").remove(0);
        let review = teacher.browser.get(&href).await.unwrap();
        assert!(review.words().contains(second), "{}", review.words());

        // The rule builder.
        let badge = teacher.make_badge("Reader", "knowledge").await;
        let rule = teacher.get(&format!("/badges/{badge}/rule")).await;
        let rule = teacher.build(&rule, &[("action", "add::evidence")]).await;
        let rule = teacher.build(&rule, &[("action", "add::grade")]).await;
        let form = rule.form("/rule/save").unwrap();
        let one = form.option("n.0.activity", first).map(str::to_owned);
        let other = form.option("n.0.activity", second).map(str::to_owned);
        assert!(
            one.is_some() && other.is_some() && one != other,
            "{}",
            rule.words()
        );
        let one = form.option("n.1.item", "(of 100 points, “Project report” in the course)");
        let other = form.option("n.1.item", "(of 100 points, “Reading diary” in the course)");
        assert!(
            one.is_some() && other.is_some() && one != other,
            "{}",
            rule.words()
        );

        // The page on which columns are released, and the picker of the course site.
        let columns = teacher.get("/columns").await;
        assert!(columns.words().contains(second), "{}", columns.words());
        let (_, picker) = choose(lms, CourseRole::Teacher, "").await;
        assert!(
            picker.words().contains(first) && picker.words().contains(second),
            "{}",
            picker.words()
        );
        scene.end().await;
    });
}
