//! The Platform Notification Service of Canvas: one handler for each type and deployment, and no second try.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};

use super::super::answer::{Answer, serve};
use super::super::world::World;
use super::super::world::data::Letter;
use super::super::world::faults::Endpoint;
use super::super::world::model::{Installed, uuid};
use super::{not_found, object, refusal, tool};

/// The scope of the service.
pub(super) const SCOPE: &str = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers";
const LTI: &str = "https://purl.imsglobal.org/spec/lti/claim/";
const HELLO: &str = "LtiHelloWorldNotice";
const COPY: &str = "LtiContextCopyNotice";
const TYPES: [&str; 3] = [HELLO, "LtiAssetProcessorSubmissionNotice", COPY];

/// The claim in launches.
pub(super) fn claim(world: &World, installed: &Installed, no_errors: &Value) -> Value {
    json!({
        "service_versions": ["1.0"],
        "platform_notification_service_url": world.url(&format!("/api/lti/notice-handlers/{}", installed.type_id)),
        "scope": [SCOPE],
        "notice_types_supported": TYPES,
        "validation_context": null, "errors": no_errors,
    })
}

/// The tool of that address, if the token is its own.
fn own(world: &World, request: &HttpRequest, type_id: u64) -> Result<usize, Answer> {
    let asking = tool(world, request, &[SCOPE])?;
    let data = world.lock();
    let named = data.tools.iter().position(|known| known.type_id == type_id);
    match named {
        None => Err(not_found()),
        Some(named) if named == asking => Ok(named),
        Some(_) => Err(refusal(403, "tool does not belong to developer key")),
    }
}

/// `GET`: all types, with an empty handler where none is set.
pub(super) async fn list(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<u64>,
) -> HttpResponse {
    serve(&world, Endpoint::Notices, async {
        let tool = match own(&world, &request, *path) {
            Ok(tool) => tool,
            Err(refused) => return refused,
        };
        let data = world.lock();
        let Some(installed) = data.tools.get(tool) else {
            return not_found();
        };
        let handlers = TYPES.map(|kind| {
            let handler = installed.notice_handlers.get(kind).cloned().unwrap_or_default();
            json!({"notice_type": kind, "handler": handler})
        });
        let client_id = installed.registration.client_id.parse::<u64>().unwrap_or(0);
        Answer::json(
            200,
            "application/json; charset=utf-8",
            &json!({
                "client_id": client_id, "deployment_id": installed.registration.deployment_id,
                "notice_handlers": handlers,
            }),
        )
    })
    .await
}

/// `PUT`: sets the handler of one type; an empty one removes it. A handler for hello is greeted at once.
pub(super) async fn set(
    world: web::Data<World>,
    request: HttpRequest,
    path: web::Path<u64>,
    body: web::Bytes,
) -> HttpResponse {
    serve(&world, Endpoint::Notices, async {
        match put(&world, &request, *path, &body) {
            Ok(answer) => {
                let sender = World::clone(&world);
                actix_web::rt::spawn(async move { sender.deliver_notices().await });
                answer
            }
            Err(refused) => refused,
        }
    })
    .await
}

fn put(world: &World, request: &HttpRequest, type_id: u64, body: &[u8]) -> Result<Answer, Answer> {
    let tool = own(world, request, type_id)?;
    let sent = object(body)?;
    let text = |name: &str| sent.get(name).and_then(Value::as_str);
    let kind = text("notice_type").filter(|kind| TYPES.contains(kind));
    let kind = kind.ok_or_else(|| refusal(400, "unknown notice_type, must be one of the supported ones"))?;
    let handler =
        text("handler").ok_or_else(|| refusal(400, "handler must be a valid URL or an empty string"))?;
    let mut data = world.lock();
    let installed = data.tools.get_mut(tool);
    let Some(installed) = installed else {
        return Err(not_found());
    };
    if handler.is_empty() {
        installed.notice_handlers.remove(kind);
    } else {
        let host = |text: &str| url::Url::parse(text).ok()?.host_str().map(str::to_owned);
        let domain = installed
            .tool
            .as_ref()
            .and_then(|tool| host(&tool.target_link_uri));
        match host(handler) {
            None => return Err(refusal(400, "handler must be a valid URL or an empty string")),
            at if at != domain => {
                return Err(refusal(400, "handler url should match tool's domain"));
            }
            Some(_) => {}
        }
        installed
            .notice_handlers
            .insert(kind.to_owned(), handler.to_owned());
    }
    drop(data);
    if kind == HELLO && !handler.is_empty() {
        post(world, tool, HELLO, Map::new());
    }
    Ok(Answer::json(
        200,
        "application/json; charset=utf-8",
        &json!({"notice_type": kind, "handler": handler, "max_batch_size": null}),
    ))
}

/// A course was copied: tells every tool that asked.
pub(crate) fn course_copied(world: &World, course: u64, from: &str) {
    let data = world.lock();
    let Some(course) = data.courses.get(&course) else {
        return;
    };
    let mut about = Map::new();
    about.insert(
        format!("{LTI}context"),
        json!({
            "id": course.context_id, "label": course.label, "title": course.title,
            "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"],
        }),
    );
    about.insert(format!("{LTI}origin_contexts"), json!([from]));
    let tools: Vec<usize> = (0..data.tools.len()).collect();
    drop(data);
    for tool in tools {
        post(world, tool, COPY, about.clone());
    }
}

/// Signs a notice and puts it into the outbox, where the tool asked for it.
fn post(world: &World, tool: usize, kind: &str, about: Map<String, Value>) {
    let now = world.now();
    let (nonce, notice) = (uuid(world.random()), uuid(world.random()));
    let mut data = world.lock();
    let key = world.key(data.signing_key);
    let Some(installed) = data.tools.get(tool) else {
        return;
    };
    let Some(address) = installed.notice_handlers.get(kind).cloned() else {
        return;
    };
    let client_id = &installed.registration.client_id;
    let mut claims = about;
    claims.insert("iss".into(), json!(world.issuer()));
    claims.insert("aud".into(), json!(client_id));
    claims.insert("azp".into(), json!(client_id));
    claims.insert("iat".into(), json!(now.timestamp()));
    claims.insert("exp".into(), json!(now.timestamp() + 3_600));
    claims.insert("nonce".into(), json!(nonce));
    claims.insert(format!("{LTI}version"), json!("1.3.0"));
    claims.insert(
        format!("{LTI}deployment_id"),
        json!(installed.registration.deployment_id),
    );
    claims.insert(
        format!("{LTI}notice"),
        json!({"id": notice, "timestamp": now.to_rfc3339(), "type": kind}),
    );
    let mut header = Map::new();
    header.insert("typ".into(), json!("JWT"));
    header.insert("alg".into(), json!("RS256"));
    header.insert("kid".into(), json!(world.kid(&data)));
    let jwt = key.sign(&header, &claims);
    data.outbox.push(Letter {
        notice_type: kind.to_owned(),
        address,
        jwt,
    });
}
