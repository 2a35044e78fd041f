//! Where a platform sends its notices (LTI Platform Notification Service 1.0, Canvas): the handlers of one deployment,
//! one for each type.

use serde::Deserialize;
use url::Url;

use super::error::{Reason, ServiceError, read_json};
use super::media::scope;
use super::{Call, Platform, Repeat};
use crate::transport::{Method, Request};

/// A type of notice and where it goes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Handler {
    /// The type, such as [`CONTEXT_COPY`](crate::notices::CONTEXT_COPY).
    pub notice_type: String,
    /// Empty where none is set.
    #[serde(default)]
    pub handler: String,
}

impl Platform {
    /// The handlers of the deployment whose service is at `service`.
    pub async fn notice_handlers(&self, service: &Url) -> Result<Vec<Handler>, ServiceError> {
        let call = Call {
            doing: "Reading where notices go",
            scope: scope::NOTICE_HANDLERS,
            repeat: Repeat::Always,
        };
        let request = Request::get(service.clone()).header("accept", "application/json");
        self.call(call, request, |response| read_handlers(&response.body))
            .await
    }

    /// Has notices of that type sent to `handler`, in place of where they went before. On Canvas the handler must be on
    /// the tool's own domain (400 otherwise).
    pub async fn set_notice_handler(
        &self,
        service: &Url,
        notice_type: &str,
        handler: &str,
    ) -> Result<(), ServiceError> {
        let call = Call {
            doing: "Asking for notices",
            scope: scope::NOTICE_HANDLERS,
            repeat: Repeat::Always,
        };
        let body = serde_json::json!({ "notice_type": notice_type, "handler": handler });
        let mut request = Request::post(service.clone(), body.to_string())
            .header("content-type", "application/json")
            .header("accept", "application/json");
        request.method = Method::Put;
        self.call(call, request, |_| Ok(())).await
    }
}

/// The list; client and deployment beside it are ours and are not looked at (Canvas writes the client id as a number).
fn read_handlers(body: &[u8]) -> Result<Vec<Handler>, Reason> {
    #[derive(Deserialize)]
    struct Wire {
        notice_handlers: Vec<Handler>,
    }
    read_json::<Wire>(body).map(|wire| wire.notice_handlers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_canvas_is_read_with_its_client_id_as_a_number() {
        let body = br#"{"client_id": 10000000000267, "deployment_id": "123:8865",
            "notice_handlers": [{"handler": "https://tool.example/n", "notice_type": "LtiContextCopyNotice", "max_batch_size": 100},
            {"handler": "", "notice_type": "LtiHelloWorldNotice"}, {"notice_type": "Other"}]}"#;
        let handlers = read_handlers(body).unwrap();
        let read: Vec<_> = handlers
            .iter()
            .map(|one| (one.notice_type.as_str(), one.handler.as_str()))
            .collect();
        assert_eq!(
            read,
            [
                ("LtiContextCopyNotice", "https://tool.example/n"),
                ("LtiHelloWorldNotice", ""),
                ("Other", "")
            ]
        );
        assert!(read_handlers(b"[]").is_err());
        assert!(matches!(read_handlers(b"<html>"), Err(Reason::Html)));
    }
}
