//! One site with the same tool registered twice, both in use (moodle-observed 11.16): the columns of each are its own.

use serde_json::{Value, json};

use super::testing::*;
use super::world::model::Oddity;
use super::{CourseRole, Flavour};

const LIST: &str = "application/vnd.ims.lis.v2.lineitemcontainer+json";
const ITEM: &str = "application/vnd.ims.lis.v2.lineitem+json";

/// One of the two.
struct Side {
    client_id: String,
    token: String,
    /// Where its columns of the course are.
    list: String,
}

impl Side {
    async fn of(bench: &Bench, registration: &crate::Registration, type_id: u64) -> Self {
        let course = bench.course();
        let scopes = [LINE_ITEM, READ, RESULT, SCORE].join(" ");
        Self {
            client_id: registration.client_id.clone(),
            token: bench.token_for(&registration.client_id, &scopes).await,
            list: match bench.world.flavour() {
                Flavour::Moodle => format!("/mod/lti/services.php/{course}/lineitems?type_id={type_id}"),
                Flavour::Canvas => format!("/api/lti/courses/{course}/line_items"),
            },
        }
    }

    async fn make(&self, bench: &Bench, label: &str) {
        let new = json!({"label": label, "scoreMaximum": 10, "tag": "own", "resourceId": label});
        let made = bench.post(&self.list, &self.token, ITEM, &new).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }

    /// Label and address of each column that it is told of.
    async fn columns(&self, bench: &Bench) -> Vec<(String, String)> {
        let listed = bench.get(&self.list, &self.token, LIST).await;
        assert_eq!(listed.status, 200, "{}", listed.text);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let rows = listed.json();
        let rows = rows.as_array().unwrap();
        rows.iter()
            .map(|row| (text(&row["label"]), text(&row["id"])))
            .collect()
    }

    async fn address(&self, bench: &Bench, label: &str) -> String {
        let all = self.columns(bench).await;
        let found = all.into_iter().find(|(known, _)| known == label);
        found.unwrap_or_else(|| panic!("no {label}")).1
    }

    /// The status of reading a column, and of reading its results.
    async fn reads(&self, bench: &Bench, url: &str) -> (u16, u16) {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let item = bench.get(url, &self.token, ITEM).await;
        let results = bench
            .get(&format!("{path}/results?{query}"), &self.token, "*/*")
            .await;
        (item.status, results.status)
    }
}

async fn both(bench: &Bench) -> [Side; 2] {
    let first = bench.lms.registration();
    let second = bench.install("Cairn anew");
    assert_eq!(first.issuer, second.issuer);
    assert_ne!(first.client_id, second.client_id);
    assert_ne!(first.deployment_id, second.deployment_id);
    bench
        .world
        .add_link(bench.course(), "Opens the second", 1, Some(10.into()));
    [
        Side::of(bench, &first, 1).await,
        Side::of(bench, &second, 2).await,
    ]
}

#[actix_web::test]
async fn each_of_two_live_registrations_is_told_of_its_own_columns_alone() {
    for flavour in [Flavour::Moodle, Flavour::Canvas] {
        let bench = bench(flavour).await;
        let [first, second] = both(&bench).await;
        first.make(&bench, "Of the first").await;
        second.make(&bench, "Of the second").await;
        let labels = |all: Vec<(String, String)>| all.into_iter().map(|(label, _)| label).collect::<Vec<_>>();
        let (of_first, of_second) = (
            labels(first.columns(&bench).await),
            labels(second.columns(&bench).await),
        );
        assert!(
            of_first.contains(&"Of the first".to_owned()),
            "{flavour:?}: {of_first:?}"
        );
        assert!(
            of_second.contains(&"Of the second".to_owned()),
            "{flavour:?}: {of_second:?}"
        );
        assert!(
            of_second.contains(&"Opens the second".to_owned()),
            "{of_second:?}"
        );
        assert!(
            of_first.iter().all(|label| !of_second.contains(label)),
            "{flavour:?}: {of_first:?}, {of_second:?}"
        );

        // Nobody grades in what is the other's.
        let student = bench.person(CourseRole::Student).sub;
        let score = json!({"scoreGiven": 5, "scoreMaximum": 10});
        let theirs = second.address(&bench, "Of the second").await;
        let refused = bench.score(&theirs, &first.token, &student, &score).await;
        assert_eq!(refused.status, 404, "{flavour:?}: {}", refused.text);
        let taken = bench.score(&theirs, &second.token, &student, &score).await;
        assert!(taken.status < 300, "{flavour:?}: {}", taken.text);

        // And the launches of both go on.
        for (link, side) in [("My badges", &first), ("Opens the second", &second)] {
            let aud = &bench.launch(CourseRole::Teacher, link)["aud"];
            assert!(aud.to_string().contains(&side.client_id), "{flavour:?}: {aud}");
        }
    }
}

#[actix_web::test]
async fn the_others_column_is_not_there_by_its_address_but_where_moodle_does_not_look() {
    for flavour in [Flavour::Moodle, Flavour::Canvas] {
        let bench = bench(flavour).await;
        let [first, second] = both(&bench).await;
        second.make(&bench, "Of the second").await;
        let made = second.address(&bench, "Of the second").await;
        let of_a_link = second.address(&bench, "Opens the second").await;
        let looks_not = match flavour {
            Flavour::Moodle => (200, 200),
            Flavour::Canvas => (404, 404),
        };
        assert_eq!(first.reads(&bench, &made).await, looks_not, "{flavour:?}");
        assert_eq!(first.reads(&bench, &of_a_link).await, (404, 404), "{flavour:?}");
        bench.world.be_odd(Oddity::ColumnsOfOthersHidden, true);
        for url in [&made, &of_a_link] {
            assert_eq!(first.reads(&bench, url).await, (404, 404), "{flavour:?}");
            assert_eq!(second.reads(&bench, url).await, (200, 200), "{flavour:?}");
        }
    }
}
