use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::super::fake::{World, answer, ruled, scripted, url, with};
use super::super::grades::below;
use super::*;
use crate::registration::Flavour;

fn rels(value: &str) -> Vec<(String, Vec<String>)> {
    parse_links(value)
        .into_iter()
        .map(|link| (link.target, link.rels))
        .collect()
}

fn one(target: &str, rel: &str) -> Vec<(String, Vec<String>)> {
    vec![(target.to_owned(), vec![rel.to_owned()])]
}

#[test]
fn every_spelling_seen_in_the_wild_is_read() {
    for value in [
        r#"<https://a/?b=1&c=2>; rel="next""#,
        "<https://a/?b=1&c=2>; rel=next",
        "<https://a/?b=1&c=2>;rel='next'",
        "<https://a/?b=1&c=2>; REL = \"NEXT\" ",
        "<https://a/?b=1&amp;c=2>; rel=“next”",
        r#"<https://a/?b=1&c=2>; title="a <b>, c; rel=last"; rel="next""#,
        "< https://a/?b=1&c=2 >; rel=next,",
    ] {
        assert_eq!(rels(value), one("https://a/?b=1&c=2", "next"), "{value}");
    }
    assert_eq!(
        rels(r#"<https://a/?ids=1,2,3>; rel="next""#),
        one("https://a/?ids=1,2,3", "next")
    );
    assert_eq!(rels(r#"<a>; rel="prev last""#)[0].1, ["prev", "last"]);
    assert!(!parse_links("<a>; rel=“next”")[0].well_formed);
    assert!(!parse_links("<a?b&amp;c>; rel=next")[0].well_formed);
    assert!(parse_links("<a>; rel=next")[0].well_formed);
}

#[test]
fn nonsense_gives_no_link() {
    for value in ["", "next", "<", "<a", ">a<", "a; rel=next"] {
        assert_eq!(rels(value), [], "{value}");
    }
}

proptest! {
    #[test]
    fn no_header_makes_it_panic(value in ".*") {
        let _ = parse_links(&value);
    }

    #[test]
    fn no_likely_header_makes_it_panic(value in "[<>;, =\"“”a-z&]{0,40}") {
        let _ = parse_links(&value);
    }

    #[test]
    fn next_is_found_wherever_it_stands(
        order in Just(vec!["current", "next", "prev", "first", "last"]).prop_shuffle(),
        quote in 0_usize..4, apart: bool, name in prop::sample::select(vec!["link", "Link", "LINK"]),
        url in "https://lms\\.example/[a-z,;]{0,8}\\?[a-z]=[a-z0-9,]{0,8}",
    ) {
        let (open, close) = [("\"", "\""), ("", ""), ("“", "”"), ("'", "'")][quote];
        let links: Vec<String> =
            order.iter().map(|rel| format!("<{url}&rel={rel}>; rel={open}{rel}{close}")).collect();
        let values = if apart { links } else { vec![links.join(", ")] };
        let response = Response {
            status: 200,
            headers: values.into_iter().map(|value| (name.to_owned(), value)).collect(),
            body: bytes::Bytes::new(),
        };
        let base = Url::parse("https://lms.example/").unwrap();
        let found = related(&response, &base, "next", PageLinks::All).unwrap();
        prop_assert_eq!(found, Url::parse(&format!("{url}&rel=next")).unwrap());
    }
}

#[test]
fn one_parameter_is_set_and_the_others_stay_as_written() {
    let changed = with_parameter(&url("https://a/?x=%7e+b&limit=3&limit=4&flag"), "limit", "100");
    assert_eq!(changed.as_str(), "https://a/?x=%7e+b&flag&limit=100");
    assert_eq!(
        with_parameter(&url("https://a/b"), "user_id", "a b&c").as_str(),
        "https://a/b?user_id=a+b%26c"
    );
}

const ITEM: &str = "https://lms.example/7";

async fn read(world: &World) -> Result<Vec<String>, Reason> {
    let rows = world
        .platform
        .results(&url(ITEM))
        .await
        .map_err(|error| error.reason)?;
    Ok(rows.into_iter().map(|row| row.user_id).collect())
}

fn row(id: usize) -> String {
    format!(r#"{{"userId":"{id}","resultScore":{id}}}"#)
}

fn rows(ids: impl IntoIterator<Item = usize>) -> Response {
    answer(
        200,
        &format!("[{}]", ids.into_iter().map(row).collect::<Vec<_>>().join(",")),
    )
}

#[tokio::test]
async fn moodle_is_never_asked_for_a_limit_and_its_malformed_links_are_left_alone() {
    let world = scripted(
        Flavour::Moodle,
        vec![Ok(with(
            rows([1, 2]),
            "link",
            "<https://lms.example/7/results?a=1&amp;limit=2&amp;from=2>; rel=“next”",
        ))],
    );
    assert_eq!(read(&world).await.unwrap(), ["1", "2"]);
    assert_eq!(world.urls(), ["https://lms.example/7/results"]);
}

#[tokio::test]
async fn canvas_is_asked_for_a_hundred_and_opaque_links_are_followed_as_they_are() {
    let world = scripted(
        Flavour::Canvas,
        vec![
            Ok(with(
                rows([1]),
                "link",
                r#"<https://lms.example/7/results?page=bookmark:Wz,x&per_page=1>; rel="next""#,
            )),
            Ok(with(
                rows([2]),
                "link",
                r#"</7/results?page=bookmark:Y>; rel="next""#,
            )),
            Ok(rows([3])),
        ],
    );
    assert_eq!(read(&world).await.unwrap(), ["1", "2", "3"]);
    assert_eq!(
        world.urls(),
        [
            "https://lms.example/7/results?limit=100",
            "https://lms.example/7/results?page=bookmark:Wz,x&per_page=1",
            "https://lms.example/7/results?page=bookmark:Y",
        ]
    );
}

#[tokio::test]
async fn other_platforms_get_no_limit() {
    let world = scripted(Flavour::Other, vec![Ok(rows([1]))]);
    read(&world).await.unwrap();
    assert_eq!(world.urls(), ["https://lms.example/7/results"]);
}

#[tokio::test]
async fn a_next_page_on_another_server_gets_no_token() {
    for foreign in [
        "https://evil.example/7",
        "http://lms.example/7",
        "https://lms.example:444/7",
    ] {
        for more in ["", r#", <https://evil.example/7?page=3>; rel="last""#] {
            let link = format!(r#"<{foreign}?page=2>; rel="next"{more}"#);
            let world = scripted(Flavour::Canvas, vec![Ok(with(rows([1]), "link", &link))]);
            let error = read(&world).await.unwrap_err();
            assert!(matches!(error, Reason::ForeignHost(_)), "{error:?}");
            assert_eq!(world.urls().len(), 1);
        }
    }
}

#[tokio::test]
async fn a_loop_and_a_list_without_end_are_noticed() {
    let world = scripted(
        Flavour::Canvas,
        vec![
            Ok(with(
                rows([1]),
                "link",
                r#"<https://lms.example/7/results?page=b>; rel="next""#,
            )),
            Ok(with(
                rows([2]),
                "link",
                r#"<https://lms.example/7/results?limit=100>; rel="next""#,
            )),
        ],
    );
    assert!(matches!(read(&world).await, Err(Reason::Endless)));
    let world = ruled(Flavour::Canvas, Duration::ZERO, |request| {
        let number = page_number(&request.url).unwrap_or(1) + 1;
        Ok(with(
            rows([number]),
            "link",
            &format!(r#"<https://lms.example/7/results?page={number}>; rel="next""#),
        ))
    });
    assert!(matches!(read(&world).await, Err(Reason::Endless)));
    assert_eq!(world.urls().len(), MAX_PAGES);
}

/// A list in numbered pages as Canvas sends it: first, prev, next, last.
fn numbered_pages(request: &Request, total: usize, per_page: usize) -> Response {
    let base = with_parameter(&request.url, "per_page", &per_page.to_string());
    let last = total.div_ceil(per_page);
    let number = page_number(&base).unwrap_or(1);
    let link = |rel: &str, page: usize| format!(r#"<{}>; rel="{rel}""#, with_page(&base, page));
    let mut links = vec![link("current", number), link("first", 1), link("last", last)];
    if number < last {
        links.push(link("next", number + 1));
    }
    if number > 1 {
        links.push(link("prev", number - 1));
    }
    with(
        rows(((number - 1) * per_page + 1)..=(number * per_page).min(total)),
        "link",
        &links.join(","),
    )
}

#[tokio::test]
async fn numbered_pages_are_fetched_side_by_side_and_arrive_whole_and_in_order() {
    let world = ruled(Flavour::Canvas, Duration::from_millis(5), |request| {
        Ok(numbered_pages(request, 1_234, 50))
    });
    let expected: Vec<String> = (1..=1_234).map(|id| id.to_string()).collect();
    assert_eq!(read(&world).await.unwrap(), expected);
    assert_eq!(world.urls().len(), 25);
    assert_eq!(
        world.lms.most_under_way.load(std::sync::atomic::Ordering::SeqCst),
        10
    );
}

#[tokio::test]
async fn pages_that_lead_elsewhere_than_guessed_are_followed_where_they_lead() {
    // The list grew by a page while it was read, and page 3 turned out to be called something else.
    let world = ruled(Flavour::Canvas, Duration::ZERO, |request| {
        let page = |id, next: Option<&str>| {
            let next =
                next.map(|next| format!(r#", <https://lms.example/7/results?page={next}>; rel="next""#));
            let links = format!(
                r#"<https://lms.example/7/results?page=4>; rel="last"{}"#,
                next.unwrap_or_default()
            );
            with(rows([id]), "link", &links)
        };
        let name = request
            .url
            .query_pairs()
            .find(|(name, _)| name == "page")
            .map(|(_, value)| value.into_owned());
        Ok(match name.as_deref() {
            None => page(1, Some("2")),
            Some("2") => page(2, Some("token")),
            Some("token") => page(3, Some("4")),
            Some("3") => page(99, Some("4")),
            Some("4") => page(4, Some("5")),
            _ => page(5, None),
        })
    });
    assert_eq!(read(&world).await.unwrap(), ["1", "2", "3", "4", "5"]);
}

#[tokio::test]
async fn throttling_in_the_middle_loses_nothing_and_slows_down() {
    let count = std::sync::atomic::AtomicUsize::new(0);
    let world = ruled(Flavour::Canvas, Duration::from_millis(1), move |request| {
        if count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) % 17 == 9 {
            return Ok(answer(403, "403 Forbidden (Rate Limit Exceeded)"));
        }
        Ok(numbered_pages(request, 1_000, 50))
    });
    assert_eq!(read(&world).await.unwrap().len(), 1_000);
    assert!(world.platform.in_flight() < 10);
    assert!(!world.waits().is_empty());
}

#[tokio::test]
async fn a_course_of_5000_and_ten_columns_is_read_within_the_limit() {
    let world = ruled(Flavour::Canvas, Duration::from_millis(20), |request| {
        let mut page = numbered_pages(request, 5_000, 50);
        if request.url.path() == "/members" {
            let body = String::from_utf8(page.body.to_vec())
                .unwrap()
                .replace("userId", "user_id");
            page.body = format!(r#"{{"id":"x","members":{body}}}"#).into();
        }
        Ok(page)
    });
    let items: Vec<Url> = (0..10)
        .map(|item| url(&format!("https://lms.example/item/{item}")))
        .collect();
    let start = Instant::now();
    let reading = world
        .platform
        .read_course(&url("https://lms.example/members"), &items)
        .await;
    let took = start.elapsed();
    assert_eq!(reading.members.unwrap().members.len(), 5_000);
    for result in reading.results {
        assert_eq!(result.unwrap().len(), 5_000);
    }
    assert_eq!(world.urls().len(), 1_100);
    assert_eq!(
        world.lms.most_under_way.load(std::sync::atomic::Ordering::SeqCst),
        10
    );
    // 1,100 answers of 20 ms, ten at a time, are 2.2 s; a walk page by page would be 22 s. Room for slow machines.
    assert!(took < Duration::from_secs(10), "{took:?}");
    println!("5,000 members and ten columns: {took:?}");
}

#[tokio::test]
async fn one_column_that_is_gone_does_not_spoil_the_others() {
    let world = ruled(Flavour::Moodle, Duration::ZERO, |request| {
        Ok(if request.url.path().starts_with("/gone") {
            answer(404, "")
        } else {
            rows([1])
        })
    });
    let items = [
        url("https://lms.example/1"),
        url("https://lms.example/gone"),
        url("https://lms.example/3"),
    ];
    let outcomes = world.platform.results_of_many(&items).await;
    assert!(outcomes[0].is_ok() && outcomes[2].is_ok());
    assert!(matches!(
        outcomes[1].as_ref().unwrap_err().reason,
        Reason::NotFound
    ));
    assert_eq!(below(&items[1], "results").path(), "/gone/results");
}
