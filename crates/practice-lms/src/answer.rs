//! Service answers, with their faults and delay.

use std::future::Future;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderValue;
use futures_util::{StreamExt as _, stream};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Map, Value};

use super::world::World;
use super::world::faults::{Endpoint, Fault};

/// An answer before it is put on the wire.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    /// The HTTP reason phrase, when the platform says something there.
    pub reason: Option<&'static str>,
    pub content_type: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// `body` as JSON under any media type.
    pub(crate) fn json(status: u16, content_type: &str, body: &impl Serialize) -> Self {
        Self::bytes(status, content_type, serde_json::to_vec(body).unwrap_or_default())
    }

    /// An HTML page.
    pub(crate) fn html(status: u16, body: impl Into<String>) -> Self {
        Self::bytes(status, "text/html; charset=utf-8", body.into().into_bytes())
    }

    /// Anything.
    pub(crate) fn bytes(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        Self {
            status,
            reason: None,
            content_type: content_type.to_owned(),
            headers: Vec::new(),
            body,
        }
    }

    /// The same with one more header.
    pub(crate) fn header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The same with a reason phrase.
    pub(crate) fn reason(mut self, reason: &'static str) -> Self {
        self.reason = Some(reason);
        self
    }

    /// On the wire.
    pub(crate) fn into_response(self) -> HttpResponse {
        let mut builder = self.builder();
        builder.body(self.body)
    }

    fn builder(&self) -> actix_web::HttpResponseBuilder {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut builder = HttpResponse::build(status);
        if let Some(reason) = self.reason {
            builder.reason(reason);
        }
        if !self.content_type.is_empty() {
            builder.content_type(self.content_type.as_str());
        }
        for (name, value) in &self.headers {
            // Bytes above ASCII are wanted: Moodle puts typographic quotes into Link headers.
            if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
                builder.append_header((*name, value));
            }
        }
        builder
    }

    /// Makes the answer as odd as the platform is.
    fn bend(&mut self, world: &World, endpoint: Endpoint) {
        let is_token = matches!(endpoint, Endpoint::Token | Endpoint::PersonToken);
        if self.status == 401 && !is_token && world.forbids_lost_tokens() {
            (self.status, self.reason) = (403, None);
        }
        if self.status < 300 {
            let is_first_page = !self
                .headers
                .iter()
                .any(|(_, value)| value.contains("rel=\"prev\""));
            if let Some(body) = world.bend(endpoint, &self.body, is_first_page) {
                self.body = body;
            }
        }
    }

    /// The first half of the body, then the connection breaks.
    fn into_broken_response(self) -> HttpResponse {
        let half = self
            .body
            .iter()
            .copied()
            .take(self.body.len() / 2)
            .collect::<Vec<u8>>();
        let first = stream::once(std::future::ready(Ok(bytes::Bytes::from(half))));
        // The first half must be on its way before the connection breaks.
        let broken = stream::once(async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Err(std::io::Error::other("cut on purpose"))
        });
        self.builder().streaming(Box::pin(first.chain(broken)))
    }

    /// The connection breaks before the head of the answer has left.
    fn into_no_response(self) -> HttpResponse {
        let broken = std::future::ready(Err::<bytes::Bytes, _>(std::io::Error::other("closed on purpose")));
        self.builder().streaming(Box::pin(stream::once(broken)))
    }
}

/// Answers one service request: counts it, waits, goes wrong where that is planned.
pub(super) async fn serve(
    world: &World,
    endpoint: Endpoint,
    answer: impl Future<Output = Answer>,
) -> HttpResponse {
    let (in_flight, fault) = world.faults().enter(endpoint);
    if !world.delay().is_zero() {
        tokio::time::sleep(world.delay()).await;
    }
    let answer = async {
        let mut answer = answer.await;
        answer.bend(world, endpoint);
        answer
    };
    let response = match fault {
        None => answer.await.into_response(),
        Some(Fault::HalfBody) => answer.await.into_broken_response(),
        Some(Fault::HalfJson) => {
            let mut answer = answer.await;
            answer.body.truncate(answer.body.len() / 2);
            answer.into_response()
        }
        Some(Fault::Empty) => {
            let mut answer = answer.await;
            answer.status = 200;
            answer.reason = None;
            answer.body.clear();
            answer.into_response()
        }
        Some(Fault::Closed) => answer.await.into_no_response(),
        Some(Fault::Delay(wait)) => {
            world.faults().delay(wait.min(Duration::from_hours(1))).await;
            answer.await.into_response()
        }
        Some(fault) => wrong(&fault).into_response(),
    };
    drop(in_flight);
    response
}

fn wrong(fault: &Fault) -> Answer {
    const PAGE: &str = "<!DOCTYPE html><html><head><title>Sorry</title></head><body><h1>Sorry</h1>\
        <p>Something is being repaired.</p></body></html>";
    let json = |status, text: &str| {
        Answer::json(
            status,
            "application/json; charset=utf-8",
            &serde_json::json!({"errors": [{"message": text}]}),
        )
    };
    match fault {
        Fault::Unauthorized => json(401, "Unauthorized"),
        Fault::Throttled => Answer::bytes(
            403,
            "text/html; charset=utf-8",
            b"403 Forbidden (Rate Limit Exceeded)\n".to_vec(),
        )
        .header("X-Rate-Limit-Remaining", "0.0".into())
        .header("X-Request-Cost", "2.1".into()),
        Fault::Forbidden => json(403, "Forbidden"),
        Fault::BareForbidden => Answer::bytes(403, "text/html; charset=utf-8", Vec::new()),
        Fault::ThrottledPlainly => Answer::bytes(
            429,
            "text/plain; charset=utf-8",
            b"429 Too Many Requests (Rate Limit Exceeded)\n".to_vec(),
        )
        .header("X-Rate-Limit-Remaining", "0.0".into()),
        Fault::GatewayTimeout => Answer::html(504, "<html><body><h1>504 Gateway Time-out</h1></body></html>"),
        Fault::Exception(code) => Answer::json(
            200,
            "application/json",
            &serde_json::json!({"exception": "core\\exception\\moodle_exception", "errorcode": code, "message": format!("error/{code}")}),
        ),
        Fault::NotFound => json(404, "The specified resource does not exist."),
        Fault::Conflict => json(409, "Conflict"),
        Fault::Unprocessable => json(422, "Unprocessable"),
        Fault::TooManyRequests => json(429, "Too many requests").header("Retry-After", "1".into()),
        Fault::BadGateway => Answer::html(
            502,
            "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n\
             <hr><center>nginx/1.26.3</center>\r\n</body>\r\n</html>\r\n",
        ),
        Fault::Unavailable => Answer::html(503, PAGE).header("Retry-After", "1".into()),
        Fault::Redirect(to) => Answer::html(302, PAGE).header("Location", to.clone()),
        Fault::Html => Answer::html(200, PAGE),
        Fault::ServerError
        | Fault::HalfBody
        | Fault::HalfJson
        | Fault::Empty
        | Fault::Closed
        | Fault::Delay(_) => Answer::html(500, PAGE),
    }
}

/// The members of several objects in one.
pub(super) fn together<const N: usize>(parts: [Value; N]) -> Map<String, Value> {
    let mut all = Map::new();
    for part in parts {
        if let Value::Object(part) = part {
            all.extend(part);
        }
    }
    all
}

/// A decimal as a JSON number: 60 as `60`, 7.5 as `7.5`.
pub(super) fn number(value: Decimal) -> Value {
    serde_json::from_str(&value.normalize().to_string()).unwrap_or(Value::Null)
}

/// A decimal as Ruby prints a float: 60 as `60.0`.
pub(super) fn float(value: Decimal) -> Value {
    let text = value.normalize().to_string();
    let text = if text.contains('.') {
        text
    } else {
        format!("{text}.0")
    };
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

/// A JSON number, or a numeric string, as a decimal.
pub(super) fn decimal(value: &Value) -> Option<Decimal> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return None,
    };
    text.parse().ok().or_else(|| Decimal::from_scientific(&text).ok())
}

/// `text` safe inside HTML, in content and in quoted attributes.
pub(super) fn escape(text: &str) -> String {
    html_escape::encode_quoted_attribute(text).into_owned()
}
