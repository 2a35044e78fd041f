use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use futures_util::future::join_all;

use super::*;
use crate::service::base::error::ErrorKind;

/// Long enough for anything that comes to its end at all.
const END: Duration = Duration::from_mins(1);

fn stranger(number: u8) -> Asker {
    Asker::Address(Ipv4Addr::new(203, 0, 113, number).into(), Sort::Pixels)
}

/// A drawing that waits until the sender is gone.
#[derive(Clone)]
struct Held(Arc<Mutex<Receiver<()>>>);

impl Held {
    fn new() -> (Sender<()>, Self) {
        let (release, held) = channel();
        (release, Self(Arc::new(Mutex::new(held))))
    }

    fn draw(&self) -> Result<Vec<u8>, Infallible> {
        let _ = self.0.lock().unwrap().recv();
        Ok(vec![1])
    }
}

/// Waits until `asker` has so many drawings in the line.
async fn until_waiting(drawings: &Drawings, asker: &Asker, many: usize) {
    let waiting = async {
        while drawings.lines.lock().get(asker).map_or(0, |line| line.here) < many {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(END, waiting).await.unwrap();
}

#[test]
fn a_key_is_of_everything_that_a_picture_depends_on() {
    let all = [
        Key::of("png", &"ab"),
        Key::of("svg", &"ab"),
        Key::of("pn", &"gab"),
        Key::of("png", &("a", "b")),
        Key::of("png", &("ab", "")),
    ];
    for (at, one) in all.iter().enumerate() {
        assert!(all[at + 1..].iter().all(|other| other != one), "{at}");
    }
    assert_eq!(Key::of("png", &"ab"), all[0]);
}

#[tokio::test]
async fn whatever_is_asked_for_no_more_bytes_are_kept_than_there_may_be() {
    let drawings = Drawings::of(20_000, 2);
    for n in 0..300_usize {
        let draw = move || Ok::<_, Infallible>(vec![0; 500 + n]);
        let drawn = drawings.get(Key::of("storm", &n), &stranger(1), draw).await;
        assert_eq!(drawn.unwrap().len(), 500 + n, "what is not kept is answered too");
        let kept = drawings.kept_bytes();
        assert!(kept <= 20_000, "{kept} bytes after {n}");
    }
    // One that is larger than all that may be kept is answered and not kept.
    let large = || Ok::<_, Infallible>(vec![0; 50_000]);
    let drawn = drawings.get(Key::of("large", &0), &stranger(1), large).await;
    assert_eq!(drawn.unwrap().len(), 50_000);
    assert!(drawings.kept_bytes() <= 20_000);
    assert!(drawings.lines.lock().is_empty() && drawings.gates.lock().is_empty());
}

#[tokio::test]
async fn a_storm_of_pictures_does_not_push_out_what_is_asked_for_again() {
    let drawings = Drawings::of(20_000, 2);
    let times = AtomicUsize::new(0);
    let shown = async || {
        let first = drawings.kept.get(&Key::of("shown", &0)).await.is_none();
        times.fetch_add(usize::from(first), Ordering::SeqCst);
        let draw = || Ok::<_, Infallible>(vec![0; 500]);
        drawings
            .get(Key::of("shown", &0), &stranger(2), draw)
            .await
            .unwrap();
    };
    for _ in 0..10 {
        shown().await;
    }
    for n in 0..300 {
        let draw = || Ok::<_, Infallible>(vec![0; 500]);
        let drawn = drawings.get(Key::of("storm", &n), &stranger(1), draw).await;
        drawn.unwrap();
        if n % 10 == 0 {
            shown().await;
        }
    }
    assert_eq!(times.load(Ordering::SeqCst), 1, "drawn again");
}

#[tokio::test]
async fn the_same_picture_is_drawn_once_however_many_ask_for_it_at_once() {
    let drawings = Drawings::of(1 << 20, 2);
    let drawn = Arc::new(AtomicUsize::new(0));
    let ask = |from: u8| {
        let (drawings, drawn) = (&drawings, Arc::clone(&drawn));
        async move {
            let draw = move || {
                drawn.fetch_add(1, Ordering::SeqCst);
                Ok::<_, Infallible>(vec![7; 100])
            };
            drawings.get(Key::of("one", &1), &stranger(from), draw).await
        }
    };
    // A class behind one address, larger than a line is long, and as many from all over the world.
    let class = (0..2 * WAITING).map(|_| ask(0));
    let world = (1..=200).map(&ask);
    for answer in join_all(class.chain(world)).await {
        assert_eq!(answer.unwrap(), vec![7; 100]);
    }
    assert_eq!(drawn.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn whoever_leaves_while_they_wait_keeps_nobody_from_the_picture() {
    let drawings = Drawings::of(1 << 20, 2);
    let (release, held) = Held::new();
    {
        let draw = {
            let held = held.clone();
            move || held.draw()
        };
        let asker = stranger(1);
        let left = drawings.get(Key::of("one", &1), &asker, draw);
        let given_up = tokio::time::timeout(Duration::from_millis(50), left).await;
        assert!(given_up.is_err());
    }
    drop(release);
    let answer = drawings
        .get(Key::of("one", &1), &stranger(1), move || held.draw())
        .await;
    assert_eq!(answer.unwrap(), vec![1]);
    assert!(drawings.gates.lock().is_empty());
}

#[tokio::test]
async fn one_who_asks_for_pictures_without_end_keeps_nobody_else_waiting() {
    let drawings = Arc::new(Drawings::of(1 << 20, 2));
    let (release, held) = Held::new();
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let storm: Vec<_> = (0..WAITING)
        .map(|n| {
            let (drawings, held) = (Arc::clone(&drawings), held.clone());
            let (now, most) = (Arc::clone(&now), Arc::clone(&most));
            let draw = move || {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                let done = held.draw();
                now.fetch_sub(1, Ordering::SeqCst);
                done
            };
            tokio::spawn(async move { drawings.get(Key::of("storm", &n), &stranger(1), draw).await })
        })
        .collect();
    until_waiting(&drawings, &stranger(1), WAITING).await;

    // One more of the same is told to wait; what is on the page of a course is drawn although none of the storm ends.
    let more = || Ok::<_, Infallible>(vec![1]);
    let refused = drawings
        .get(Key::of("storm", &WAITING), &stranger(1), more)
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::TooManyRequests);
    for other in [
        stranger(2),
        Asker::Address(Ipv4Addr::new(203, 0, 113, 1).into(), Sort::Uploaded),
        Asker::Person("student".into()),
    ] {
        let draw = || Ok::<_, Infallible>(vec![2]);
        let page = drawings.get(Key::of("page", &other), &other, draw);
        let drawn = tokio::time::timeout(END, page).await;
        assert_eq!(drawn.unwrap().unwrap(), vec![2], "{other:?}");
        let work = drawings.work(&other, || Ok::<_, Infallible>(3));
        assert_eq!(tokio::time::timeout(END, work).await.unwrap().unwrap(), 3);
    }
    drop(release);
    for drawn in storm {
        assert_eq!(drawn.await.unwrap().unwrap(), vec![1]);
    }
    assert_eq!(
        most.load(Ordering::SeqCst),
        1,
        "of two turns at once the storm has one"
    );
    assert!(drawings.lines.lock().is_empty());
}

#[tokio::test]
async fn what_cannot_be_drawn_is_said_and_tried_again() {
    let drawings = Drawings::of(1 << 20, 2);
    let broken = drawings
        .get(Key::of("one", &1), &stranger(1), || Err::<Vec<u8>, _>("broken"))
        .await;
    assert_eq!(broken.unwrap_err().kind(), ErrorKind::Internal);
    let draw = || Ok::<_, Infallible>(vec![1]);
    let drawn = drawings.get(Key::of("one", &1), &stranger(1), draw).await;
    assert_eq!(drawn.unwrap(), vec![1]);
    drawings.forget().await;
    assert!(drawings.kept.get(&Key::of("one", &1)).await.is_none());
    assert_eq!(drawings.kept_bytes(), 0);
}
