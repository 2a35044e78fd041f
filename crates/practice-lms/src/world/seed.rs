//! The people and courses that a new practice LMS has.

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;

use super::data::Data;
use super::model::{Cell, Column, Course, CourseRole, Person, Placement, Source, uuid};
use super::names;
use crate::options::{Flavour, Options};
use ambient::random::{self, Random};

/// Label, title and how many of the students take the course.
const COURSES: [(&str, &str, usize); 4] = [
    ("DL101", "Data Literacy 101", usize::MAX),
    ("OB101", "Open Badges 101", 20),
    ("LAB1", "Laboratory Safety", 12),
    ("PW2", "Project Work 2", 8),
];

/// A new world.
pub(crate) fn data(options: &Options) -> Data {
    let now = options.clock.now();
    let mut data = Data {
        next_id: 100,
        ..Data::default()
    };
    let staff = staff(&mut data, options);
    // Moodle numbers accounts from small on; 5 is the first student, as in the observed answers.
    let students: Vec<u64> = (0..options.students)
        .map(|n| add_student(&mut data, options.flavour, options.random.as_ref(), n))
        .collect();
    for (course, (label, title, size)) in (2..).zip(COURSES) {
        let mut members = staff.clone();
        members.extend(students.iter().take(size).map(|id| (*id, CourseRole::Student)));
        let context_id = match options.flavour {
            Flavour::Moodle => course.to_string(),
            Flavour::Canvas => hex::encode(random::bytes::<20>(options.random.as_ref())),
        };
        let (label, title, sis_id) = (label.to_owned(), title.to_owned(), format!("SIS-{label}"));
        let columns = native_columns(&mut data, &members, now);
        let course = Course {
            id: course,
            context_id,
            label,
            title,
            sis_id,
            history: Vec::new(),
            members,
            limited_to_sections: std::collections::BTreeSet::new(),
            links: Vec::new(),
            columns,
            deleted: Vec::new(),
            page: Vec::new(),
            is_concluded: false,
            facts: super::native::CourseFacts::default(),
        };
        data.courses.insert(course.id, course);
    }
    let course_ids: Vec<u64> = data.courses.keys().copied().collect();
    for course in &course_ids {
        let placement = match options.flavour {
            Flavour::Moodle => Placement::Activity,
            Flavour::Canvas => Placement::CourseNavigation,
        };
        data.add_link(options.random.as_ref(), *course, "My badges", placement, 0);
    }
    if let Some(first) = course_ids.first() {
        let placement = match options.flavour {
            Flavour::Moodle => Placement::Activity,
            Flavour::Canvas => Placement::Assignment,
        };
        let link = data.add_link(options.random.as_ref(), *first, "Project report", placement, 0);
        data.couple(*first, link, "Project report", Decimal::ONE_HUNDRED, 0);
    }
    data
}

fn staff(data: &mut Data, options: &Options) -> Vec<(u64, CourseRole)> {
    let mut staff = vec![
        ("Tess", "Teacher", "teacher1", "EMP-001", CourseRole::Teacher),
        ("Nora", "Newbold", "assistant1", "EMP-002", CourseRole::Assistant),
        ("Otto", "Oyelaran", "observer1", "P-001", CourseRole::Observer),
    ];
    if options.flavour == Flavour::Canvas {
        staff.push(("Desta", "Designer", "designer1", "EMP-003", CourseRole::Designer));
        staff.push(("Test", "Student", "teststudent", "", CourseRole::TestStudent));
    }
    let numbers = [3, 4].into_iter().chain(90..);
    let mut roles = Vec::new();
    for (id, (given, family, username, sis_id, role)) in numbers.zip(staff) {
        insert_person(
            data,
            options.flavour,
            options.random.as_ref(),
            id,
            (given, family),
            username,
            sis_id,
        );
        roles.push((id, role));
    }
    insert_person(
        data,
        options.flavour,
        options.random.as_ref(),
        2,
        ("Alex", "Admin"),
        "admin",
        "EMP-000",
    );
    if let Some(admin) = data.people.get_mut(&2) {
        admin.is_admin = true;
    }
    roles
}

/// Adds an account for the `n`th student, counted from 0.
pub(crate) fn add_student(data: &mut Data, flavour: Flavour, random: &dyn Random, n: usize) -> u64 {
    let (given, family) = names::student(n);
    let low = u64::try_from(n).unwrap_or(u64::MAX).saturating_add(5);
    let id = if low < 90 && !data.people.contains_key(&low) {
        low
    } else {
        data.new_id()
    };
    let (username, sis_id) = (format!("student{}", n + 1), format!("S-{:03}", n + 1));
    insert_person(data, flavour, random, id, (&given, &family), &username, &sis_id);
    id
}

fn insert_person(
    data: &mut Data,
    flavour: Flavour,
    random: &dyn Random,
    id: u64,
    (given, family): (&str, &str),
    username: &str,
    sis_id: &str,
) {
    let sub = match flavour {
        Flavour::Moodle => id.to_string(),
        Flavour::Canvas => uuid(random),
    };
    let person = Person {
        id,
        sub,
        given: given.into(),
        family: family.into(),
        email: format!("{}.{username}@example.edu", names::plain(given)),
        username: username.into(),
        sis_id: sis_id.into(),
        is_admin: false,
        time_zone: match flavour {
            Flavour::Moodle => "99".into(),
            Flavour::Canvas => "Europe/London".into(),
        },
        shard: None,
    };
    data.people.insert(id, person);
}

/// An assignment and a quiz of the LMS's own, graded.
fn native_columns(data: &mut Data, members: &[(u64, CourseRole)], now: DateTime<Utc>) -> Vec<Column> {
    let graded = now - TimeDelta::days(3);
    [
        ("Reflection essay", "assignment", 100_u64),
        ("Weekly quiz", "quiz", 20),
    ]
    .into_iter()
    .map(|(label, kind, maximum)| {
        let cells = members
            .iter()
            .filter(|(_, role)| *role == CourseRole::Student)
            .map(|(id, _)| {
                let points = Decimal::from(maximum * (55 + (id * 37) % 46) / 100);
                (
                    *id,
                    Cell {
                        points: Some(points),
                        ..Cell::new(graded)
                    },
                )
            })
            .collect();
        let maximum = Decimal::from(maximum);
        Column {
            is_coupled: true,
            cells,
            ..Column::new(data.new_id(), label.into(), maximum, Source::Native(kind))
        }
    })
    .collect()
}
