//! Compresses pages on the thread that made them. The server's own encoder makes a compressor for each answer, and hands
//! everything above a kilobyte to another thread and back: for a page that costs more than compressing it.

use std::cell::RefCell;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ResponseHead, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{AcceptEncoding, CONTENT_ENCODING, CONTENT_TYPE, Encoding, HeaderValue, VARY};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _};
use bytes::Bytes;
use flate2::{Compress, Compression, Crc, FlushCompress, Status};

/// Bytes of a page that is worth it.
const LEAST: usize = 500;
/// Bytes of a page that is compressed at once; a larger one goes to the server's own encoder.
const MOST: usize = 128 << 10;
/// What a gzip member begins with: deflate, no name, no time, the fastest level, no operating system (RFC 1952, 2.3).
const BEGIN: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255];
const AROUND: usize = BEGIN.len() + 8;
/// What the server's own encoder offers, in its order.
const OFFERED: [Encoding; 3] = [Encoding::identity(), Encoding::gzip(), Encoding::deflate()];

thread_local! {
    static COMPRESSOR: RefCell<Compress> = RefCell::new(Compress::new(Compression::fast(), false));
}

/// Compresses a page for whoever prefers gzip; anything else passes as it is.
///
/// # Errors
/// Whatever the handler answered with.
pub(crate) async fn compress(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let prefers_gzip = request
        .get_header::<AcceptEncoding>()
        .is_some_and(|accepted| accepted.negotiate(OFFERED.iter()) == Some(Encoding::gzip()));
    let response = next.call(request).await?;
    Ok(response.map_body(|head, body| match body.try_into_bytes() {
        Ok(page) if prefers_gzip && is_page(head, &page) => match gzip(&page) {
            Some(packed) => {
                let headers = head.headers_mut();
                headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                headers.append(VARY, HeaderValue::from_static("accept-encoding"));
                BoxBody::new(packed)
            }
            None => BoxBody::new(page),
        },
        Ok(bytes) => BoxBody::new(bytes),
        Err(body) => body.boxed(),
    }))
}

fn is_page(head: &ResponseHead, body: &[u8]) -> bool {
    let kind = head.headers().get(CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
        && (LEAST..=MOST).contains(&body.len())
        && !head.headers().contains_key(CONTENT_ENCODING)
        && head.status != StatusCode::PARTIAL_CONTENT
}

/// `page` as one gzip member; none when it would not become smaller.
fn gzip(page: &[u8]) -> Option<Bytes> {
    let mut packed = Vec::with_capacity(page.len() + AROUND);
    packed.extend_from_slice(&BEGIN);
    let ended = COMPRESSOR.with_borrow_mut(|compressor| {
        compressor.reset();
        compressor.compress_vec(page, &mut packed, FlushCompress::Finish)
    });
    if !matches!(ended, Ok(Status::StreamEnd)) {
        return None;
    }
    let mut crc = Crc::new();
    crc.update(page);
    packed.extend_from_slice(&crc.sum().to_le_bytes());
    packed.extend_from_slice(&crc.amount().to_le_bytes());
    (packed.len() < page.len()).then(|| packed.into())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use actix_web::http::header::ACCEPT_ENCODING;
    use actix_web::middleware::{Compress as Own, from_fn};
    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use actix_web::{App, HttpResponse, web};

    use super::*;

    const LINE: &str = "<p>A page of some length.</p>\n";

    fn unpacked(packed: &[u8]) -> Vec<u8> {
        let mut page = Vec::new();
        flate2::read::GzDecoder::new(packed)
            .read_to_end(&mut page)
            .unwrap();
        page
    }

    /// Status of the encoding, the header `Vary`, and the body, of a page of `lines` lines.
    async fn answer(
        lines: usize,
        kind: &'static str,
        accepted: Option<&str>,
    ) -> (Option<String>, Option<String>, Bytes) {
        let page = move || async move {
            HttpResponse::Ok()
                .insert_header((CONTENT_TYPE, kind))
                .body(LINE.repeat(lines))
        };
        let app = App::new()
            .wrap(from_fn(compress))
            .wrap(Own::default())
            .route("/", web::get().to(page));
        let app = init_service(app).await;
        let mut request = TestRequest::get().uri("/");
        if let Some(accepted) = accepted {
            request = request.insert_header((ACCEPT_ENCODING, accepted));
        }
        let answer = call_service(&app, request.to_request()).await;
        let text = |name| {
            let value = answer.headers().get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        let (encoding, vary) = (text(CONTENT_ENCODING), text(VARY));
        (encoding, vary, read_body(answer).await)
    }

    #[actix_web::test]
    async fn a_page_comes_packed_once_and_whole() {
        for lines in [20, 100, 4_000, 20_000] {
            for accepted in ["gzip", "gzip, deflate, br", "br;q=1.0, gzip;q=0.8, *;q=0.1"] {
                let (encoding, vary, packed) =
                    answer(lines, "text/html; charset=utf-8", Some(accepted)).await;
                assert_eq!(encoding.as_deref(), Some("gzip"), "{lines} {accepted}");
                assert_eq!(vary.as_deref(), Some("accept-encoding"));
                assert!(packed.len() < lines * LINE.len() / 2);
                assert_eq!(unpacked(&packed), LINE.repeat(lines).into_bytes());
            }
        }
    }

    #[actix_web::test]
    async fn who_wants_it_plain_gets_it_plain() {
        for accepted in [None, Some("identity"), Some("gzip;q=0"), Some("br")] {
            let (encoding, _, page) = answer(100, "text/html", accepted).await;
            assert_eq!(encoding, None, "{accepted:?}");
            assert_eq!(page, LINE.repeat(100).into_bytes());
        }
    }

    #[test]
    fn each_page_is_packed_as_if_it_were_the_first() {
        let first = gzip(LINE.repeat(30).as_bytes()).unwrap();
        gzip(LINE.repeat(3_000).as_bytes()).unwrap();
        assert_eq!(gzip(LINE.repeat(30).as_bytes()).unwrap(), first);
        assert_eq!(gzip(b"short"), None, "it would grow");
    }
}
