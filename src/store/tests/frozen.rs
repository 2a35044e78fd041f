//! A PostgreSQL that does not answer: whoever asks is told in time, and nothing is written behind their back.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use futures_util::future::join_all;

use super::*;
use crate::store::testing::proxy::Proxy;

#[tokio::test]
async fn what_is_asked_of_a_frozen_database_fails_in_time_and_is_not_done_later() {
    let Some(server) = testing::postgres() else { return };
    let database = TestDatabase::postgres(&server);
    let (proxy, url) = Proxy::before(&database.url);
    let store = Store::open_patiently(&url, 2, Duration::from_millis(400)).unwrap();
    store
        .write(|db| tenants::insert(db, &tenant("before")))
        .await
        .unwrap();
    proxy.freeze();
    let begun = Instant::now();
    let ready = store.ping().await;
    assert!(ready.is_err());
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    let late = (0..20).map(|n| store.write(move |db| tenants::insert(db, &tenant(&format!("late-{n}")))));
    for failed in join_all(late).await {
        assert!(
            matches!(
                failed,
                Err(StoreError::TimedOut(_) | StoreError::PoolExhausted(_))
            ),
            "{failed:?}"
        );
    }
    // Three times its patience, each.
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    proxy.thaw();
    let thawed = Instant::now();
    while store.ping().await.is_err() {
        assert!(thawed.elapsed() < Duration::from_secs(30), "it does not recover");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // What was on its way comes to its end.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(store.read(tenants::list).await.unwrap(), [tenant("before")]);
}

#[test]
fn a_server_that_accepts_and_says_nothing_is_given_up_in_seconds() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let begun = Instant::now();
    let url = format!("postgres://cairn:s3cret@127.0.0.1:{port}/cairn?connect_timeout=2");
    let error = Store::open(&url, 1).unwrap_err();
    assert!(matches!(error, StoreError::Unreachable(_)), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_probe_tells_whether_there_is_room_and_leaves_nothing() {
    for database in TestDatabase::all() {
        let probe = async || database.store.write(|db| room::probe(db, "here")).await;
        probe().await.unwrap();
        probe().await.unwrap();
        assert_eq!(database.rows()["probes"], 0);
        testing::read_only(&database.store, true);
        let refused = probe().await;
        assert!(matches!(refused, Err(StoreError::ReadOnly)), "{refused:?}");
        testing::read_only(&database.store, false);
        probe().await.unwrap();
        if database.store.engine() == Engine::Sqlite {
            testing::full(&database.store, true);
            let refused = probe().await;
            assert!(matches!(refused, Err(StoreError::Full)), "{refused:?}");
            testing::full(&database.store, false);
            probe().await.unwrap();
        }
    }
}
