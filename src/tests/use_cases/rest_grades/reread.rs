//! What the first reading of a course could not see is read as soon as it can be.

use super::*;

#[tokio::test]
async fn a_course_without_students_at_its_first_reading_is_read_once_they_come() {
    for bench in benches_of(Flavour::Moodle, |_| {}).await {
        let reading = Reading::on(&bench).await;
        let students = bench.world.students(bench.at);
        let members = bench.world.members(bench.at);
        let others = || members.iter().filter(|one| one.role != CourseRole::Teacher);
        others().for_each(|one| bench.world.set_role(bench.at, one.id, None));
        reading.read().await;
        let coverage = reading.readings().await.coverage.unwrap();
        assert_eq!((coverage.columns, coverage.students), (0, 0));
        others().for_each(|one| bench.world.set_role(bench.at, one.id, Some(one.role)));
        reading.grade(&students[0], Some("9"));
        // No rule needs it, and nobody reads all of it.
        reading.read_after(2).await;
        assert_eq!(reading.points(&students[0]).await, Some(Decimal::from(9)));
        bench.world.forget_asked();
        reading.read_after(2).await;
        assert!(bench.world.asked("gradereport").is_empty(), "once");
    }
}
