//! A reader with everything that it needs.

use serde_json::Value;

use super::super::super::Flavour;
use super::super::super::testing::*;

/// Parameters of a call.
pub(super) type Pairs<'a> = &'a [(&'a str, &'a str)];

pub(super) const REPORT: &str = "gradereport_user_get_grade_items";

/// What the notes on Moodle's web services show.
pub(super) fn example(name: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("../../../fixtures/rest/moodle.json")).unwrap();
    all[name].clone()
}

pub(super) struct Reading {
    pub(super) bench: Bench,
    pub(super) account: u64,
    pub(super) token: String,
}

/// A service account with the least role, and its token.
pub(super) async fn reading() -> Reading {
    let bench = bench(Flavour::Moodle).await;
    let (account, token) = bench.world.add_service_account();
    bench
        .world
        .serve_function(&token, "core_grades_get_gradeitems", true);
    bench
        .world
        .serve_function(&token, "core_group_get_course_groups", true);
    Reading {
        bench,
        account,
        token,
    }
}

impl Reading {
    pub(super) async fn call(&self, function: &str, parameters: &[(&str, &str)]) -> Value {
        let answer = self.bench.ws(&self.token, function, parameters).await;
        assert_eq!(answer.status, 200, "{function}: {}", answer.text);
        answer.json()
    }

    pub(super) async fn error(&self, function: &str, parameters: &[(&str, &str)]) -> String {
        let answer = self.call(function, parameters).await;
        answer["errorcode"].as_str().unwrap_or("none").to_owned()
    }

    /// One person's columns, by their names; totals by their type.
    pub(super) async fn items(&self, person: u64) -> std::collections::BTreeMap<String, Value> {
        let person = person.to_string();
        let report = self.call(REPORT, &[("courseid", "2"), ("userid", &person)]).await;
        let items = report["usergrades"][0]["gradeitems"]
            .as_array()
            .unwrap_or_else(|| panic!("{report}"))
            .clone();
        let name = |item: &Value| {
            item["itemname"]
                .as_str()
                .or(item["itemtype"].as_str())
                .unwrap()
                .to_owned()
        };
        items.into_iter().map(|item| (name(&item), item)).collect()
    }

    pub(super) fn column(&self, label: &str) -> u64 {
        let items = self.bench.world.line_items(2);
        items.iter().find(|one| one.label == label).unwrap().id
    }

    pub(super) fn instance(&self, label: &str) -> String {
        (self.column(label) + 1_000_000).to_string()
    }
}
