//! A reader with everything that it needs.

use reqwest::Method;
use serde_json::Value;

use super::super::super::testing::*;
use super::super::super::{CourseRole, Flavour};
use super::SCOPES;

pub(super) const BACK: &str = "https://tool.example/oauth/back";

/// What the notes on Canvas's interfaces show.
pub(super) fn example(name: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("../../../fixtures/rest/canvas.json")).unwrap();
    all[name].clone()
}

pub(super) struct Reading {
    pub(super) bench: Bench,
    pub(super) client_id: String,
    pub(super) secret: String,
    pub(super) token: String,
    pub(super) refresh: String,
}

/// A key with all scopes, includes allowed, and the token of the teacher.
pub(super) async fn reading() -> Reading {
    let bench = bench(Flavour::Canvas).await;
    let key = bench.world.add_api_key(&[BACK], &SCOPES);
    bench
        .world
        .change_api_key(&key.client_id, |key| key.allows_includes = true);
    let teacher = bench.person(CourseRole::Teacher).id;
    let (token, refresh) = bench.world.api_token(&key.client_id, teacher).unwrap();
    Reading {
        bench,
        client_id: key.client_id,
        secret: key.secret,
        token,
        refresh,
    }
}

impl Reading {
    pub(super) async fn get(&self, path: &str) -> Read {
        self.bench.api(path, &self.token).await
    }

    pub(super) fn column(&self, label: &str) -> u64 {
        let items = self.bench.world.line_items(2);
        items.iter().find(|one| one.label == label).unwrap().id
    }

    pub(super) async fn cell(&self, column: u64, person: u64) -> Value {
        self.get(&format!("~/assignments/{column}/submissions/{person}"))
            .await
            .json()
    }

    /// All rows of a list, page by page.
    pub(super) async fn all(&self, path: &str) -> Vec<Value> {
        let mut page = self.get(path).await;
        let mut rows = page.json().as_array().unwrap().clone();
        while let Some(next) = page.to("next") {
            page = self.get(&next).await;
            rows.extend(page.json().as_array().unwrap().clone());
            assert!(rows.len() < 100_000, "it goes in circles");
        }
        rows
    }

    pub(super) async fn ask_token(&self, fields: &[(&str, &str)]) -> Read {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("client_id", self.client_id.as_str()),
                ("client_secret", self.secret.as_str()),
            ])
            .extend_pairs(fields)
            .finish();
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("user-agent", "Cairn/1.0"),
        ];
        self.bench
            .call(Method::POST, "/login/oauth2/token", "", &headers, body)
            .await
    }

    pub(super) async fn refreshed(&self) -> Read {
        self.ask_token(&[("grant_type", "refresh_token"), ("refresh_token", &self.refresh)])
            .await
    }

    pub(super) fn consent_address(&self, changes: &[(&str, &str)]) -> String {
        let mut fields = vec![
            ("client_id", self.client_id.as_str()),
            ("response_type", "code"),
            ("redirect_uri", BACK),
            ("state", "s-1"),
            ("scope", SCOPES[0]),
        ];
        for (name, value) in changes {
            fields.retain(|(known, _)| known != name);
            fields.push((name, value));
        }
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.bench.world.url(&format!("/login/oauth2/auth?{query}"))
    }
}

pub(super) fn parameters(address: &str) -> std::collections::HashMap<String, String> {
    url::Url::parse(address)
        .unwrap()
        .query_pairs()
        .into_owned()
        .collect()
}
