//! Both platforms by script: answers as the two documents of observed facts show them.

mod any;
mod canvas;
mod canvas_refusals;
mod large;
mod moodle;
mod moodle_check;
mod moodle_refusals;
mod oauth;
mod sections;
mod work;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use rust_decimal::Decimal;

use crate::transport::{NetError, Request, Response, Transport};
use crate::{Batch, CourseGrades, Grade, Row};

type Rule = Box<dyn Fn(&Asked) -> Result<Response, NetError> + Send + Sync>;

/// A request as a test looks at it.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) form: Vec<(String, String)>,
    pub(crate) request: Request,
}

impl Asked {
    /// The function of Moodle that is called.
    pub(crate) fn function(&self) -> &str {
        self.field("wsfunction").unwrap_or_default()
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.form
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.request
            .headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Answers by a rule, after what was put before it.
pub(crate) struct Lms {
    rule: Rule,
    first: Mutex<VecDeque<Result<Response, NetError>>>,
    asked: Mutex<Vec<Asked>>,
}

impl std::fmt::Debug for Lms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lms")
    }
}

impl Lms {
    pub(crate) fn new(
        rule: impl Fn(&Asked) -> Result<Response, NetError> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            rule: Box::new(rule),
            first: Mutex::default(),
            asked: Mutex::default(),
        })
    }

    /// What comes before the rule.
    pub(crate) fn first(&self, answer: Result<Response, NetError>) {
        self.first.lock().unwrap().push_back(answer);
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

#[async_trait]
impl Transport for Lms {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        let asked = Asked {
            path: request.url.path().to_owned(),
            query: request
                .url
                .query_pairs()
                .map(|(name, value)| format!("{name}={value}"))
                .collect::<Vec<_>>()
                .join("&"),
            form: url::form_urlencoded::parse(&request.body).into_owned().collect(),
            request,
        };
        self.asked.lock().unwrap().push(asked.clone());
        if let Some(answer) = self.first.lock().unwrap().pop_front() {
            return answer;
        }
        (self.rule)(&asked)
    }
}

pub(crate) fn ok(body: impl Into<String>) -> Result<Response, NetError> {
    status(200, body)
}

pub(crate) fn status(status: u16, body: impl Into<String>) -> Result<Response, NetError> {
    Ok(Response {
        status,
        headers: Vec::new(),
        body: body.into().into(),
    })
}

pub(crate) fn with(
    answer: Result<Response, NetError>,
    name: &str,
    value: impl Into<String>,
) -> Result<Response, NetError> {
    answer.map(|mut response| {
        response.headers.push((name.to_owned(), value.into()));
        response
    })
}

pub(crate) fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(crate) fn points(text: &str) -> Grade {
    Grade::Points(dec(text))
}

pub(crate) async fn all(grades: &mut CourseGrades) -> Vec<Row> {
    let mut rows = Vec::new();
    while let Some(Batch { rows: more, .. }) = grades.next().await.unwrap() {
        rows.extend(more);
    }
    rows
}

pub(crate) fn cell<'r>(rows: &'r [Row], person: &str, item: &str) -> &'r Row {
    rows.iter()
        .find(|row| row.person.as_str() == person && row.item.as_str() == item)
        .unwrap_or_else(|| panic!("no cell of {person} in {item}"))
}
