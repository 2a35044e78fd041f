//! The queue: nothing is lost, nothing is done by two.

use std::collections::BTreeMap;
use std::sync::Barrier;

use super::*;
use crate::store::jobs::{Job, NewJob};
use crate::store::testing::shortcuts::claim_unshared;

fn sync(school: &School, key: &str, seconds: i64) -> NewJob {
    NewJob {
        tenant: school.tenant.clone(),
        kind: "sync-course".into(),
        key: key.into(),
        payload: serde_json::json!({ "course": key }),
        run_at: at(seconds),
        platform: None,
        person: None,
    }
}

fn enqueue(database: &TestDatabase, job: &NewJob) -> bool {
    write(database, |db| jobs::enqueue(db, job, at(0), &SystemRandom))
}

fn claim(database: &TestDatabase, seconds: i64, worker: &str, limit: i64) -> Vec<Job> {
    write(database, |db| {
        claim_unshared(db, at(seconds), worker, TimeDelta::seconds(60), limit)
    })
}

#[test]
fn waiting_work_of_one_key_is_one_job_at_the_earlier_time() {
    on_both_databases(|database| {
        let (school, other) = (School::new(database, "north"), School::new(database, "south"));
        assert!(enqueue(database, &sync(&school, "c", 100)));
        assert!(!enqueue(database, &sync(&school, "c", 50)));
        assert!(!enqueue(database, &sync(&school, "c", 70)));
        assert!(
            enqueue(database, &sync(&other, "c", 60)),
            "another institution's course is another"
        );
        assert_eq!(claim(database, 49, "w", 9).len(), 0);
        let due = claim(database, 60, "w", 9);
        let tenants: Vec<_> = due
            .iter()
            .map(|job| (&job.tenant, job.run_at, job.attempts))
            .collect();
        assert_eq!(tenants, [(&school.tenant, at(50), 1), (&other.tenant, at(60), 1)]);
        assert_eq!(due[0].payload, serde_json::json!({ "course": "c" }));
    });
}

#[test]
fn a_platform_and_an_institution_have_their_share_and_what_calls_nobody_is_not_counted() {
    use crate::ids::RegistrationId;
    use crate::store::jobs::Share;
    on_both_databases(|database| {
        let (school, other) = (School::new(database, "north"), School::new(database, "south"));
        let (moodle, canvas, third) = ("moodle", "canvas", "third");
        let calls = |school: &School, key: &str, platform: &str, seconds: i64| {
            let job = NewJob {
                platform: Some(RegistrationId::from(platform)),
                ..sync(school, key, seconds)
            };
            assert!(enqueue(database, &job));
        };
        for n in 0..5 {
            calls(&school, &format!("m{n}"), moodle, n);
        }
        enqueue(database, &sync(&school, "alone", 5));
        for n in 0..2 {
            calls(&school, &format!("c{n}"), canvas, 6 + 3 * n);
            calls(&school, &format!("t{n}"), third, 7 + 3 * n);
            calls(&other, &format!("o{n}"), "other", 8 + 3 * n);
        }
        let share = |running: &[(&School, &str)]| Share {
            most_of_platform: 2,
            most_of_institution: 3,
            running: running
                .iter()
                .map(|(school, platform)| (school.tenant.clone(), RegistrationId::from(*platform)))
                .collect(),
            apart: None,
            held: Vec::new(),
        };
        let claim = |share: Share| -> Vec<String> {
            let claimed = write(database, |db| {
                jobs::claim(db, at(20), "w", TimeDelta::seconds(60), 99, share)
            });
            let mut keys: Vec<String> = claimed.into_iter().map(|job| job.key).collect();
            keys.sort();
            keys
        };
        assert_eq!(claim(share(&[])), ["alone", "c0", "m0", "m1", "o0", "o1"]);
        let running = [(&school, moodle), (&school, moodle), (&school, canvas)];
        assert_eq!(claim(share(&running)), [""; 0], "the school has its share");
        let running = [(&school, moodle), (&school, moodle)];
        assert_eq!(claim(share(&running)), ["t0"], "and after that it is full again");
        assert_eq!(claim(share(&[])), ["c1", "m2", "m3"]);
    });
}

#[test]
fn what_takes_long_has_a_share_of_its_own_and_nothing_waits_behind_it() {
    use crate::ids::RegistrationId;
    use crate::store::jobs::{Apart, Share};
    const LONG: &str = "read-grades";
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let calls = |kind: &str, key: &str, platform: &str, seconds: i64| {
            let job = NewJob {
                kind: kind.into(),
                platform: Some(RegistrationId::from(platform)),
                ..sync(&school, key, seconds)
            };
            assert!(enqueue(database, &job));
        };
        for n in 0..3 {
            calls(LONG, &format!("long{n}"), "moodle", n);
        }
        calls(LONG, "other", "canvas", 3);
        calls(LONG, "third", "third", 4);
        for n in 0..3 {
            calls("sync-course", &format!("short{n}"), "moodle", 5 + n);
        }
        let claim = |running: &[&str], limit: i64| -> Vec<String> {
            let share = Share {
                most_of_platform: 2,
                most_of_institution: 9,
                running: Vec::new(),
                apart: Some(Apart {
                    kind: LONG,
                    most_of_platform: 1,
                    most: 2,
                    running: running.iter().map(|one| RegistrationId::from(*one)).collect(),
                }),
                held: Vec::new(),
            };
            let claimed = write(database, |db| {
                jobs::claim(db, at(20), "w", TimeDelta::seconds(60), limit, share)
            });
            let mut keys: Vec<String> = claimed.into_iter().map(|job| job.key).collect();
            keys.sort();
            keys
        };
        assert_eq!(claim(&[], 99), ["long0", "other", "short0", "short1"]);
        // However many wait that take long, and had been due before.
        assert_eq!(claim(&["moodle", "canvas"], 1), ["short2"]);
        assert_eq!(claim(&["moodle"], 99), ["third"]);
        assert_eq!(claim(&[], 99), ["long1"]);
    });
}

const DAYS: i64 = 2 * 24 * 3_600;

#[test]
fn what_a_clock_that_was_ahead_put_off_is_done_and_what_was_put_off_on_purpose_waits() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let ahead = |key: &str, seconds: i64| {
            write(database, |db| {
                jobs::enqueue(db, &sync(&school, key, seconds), at(DAYS), &SystemRandom)
            });
        };
        enqueue(database, &sync(&school, "planned", DAYS));
        ahead("planned meanwhile", DAYS + 9 * 3_600);
        enqueue(database, &sync(&school, "failed", 0));
        let failed = claim(database, 0, "w", 9).remove(0);
        let again = Some(at(DAYS + 600));
        write(database, |db| jobs::fail(db, &failed, "no answer", again));
        ahead("asked for", DAYS + 30);
        let keys = |seconds| {
            let claimed = claim(database, seconds, "w", 9);
            let keys = claimed.into_iter().map(|job| job.key);
            keys.collect::<Vec<_>>()
        };
        assert_eq!(keys(1), ["asked for", "failed"]);
        assert_eq!(keys(1), [""; 0]);
        assert_eq!(
            keys(DAYS),
            ["planned", "asked for", "failed"],
            "as after any lease"
        );
    });
}

#[test]
fn a_lease_of_a_clock_that_was_ahead_ends_and_what_a_worker_has_in_hand_stays_its() {
    use crate::store::jobs::Share;
    on_both_databases(|database| {
        let school = School::new(database, "north");
        enqueue(database, &sync(&school, "c", 0));
        let held = claim(database, DAYS, "w", 9).remove(0);
        let claim_holding = |seconds: i64, ids: &[&Job]| {
            let share = Share {
                most_of_platform: 9,
                most_of_institution: 9,
                running: Vec::new(),
                apart: None,
                held: ids.iter().map(|job| job.id.clone()).collect(),
            };
            let claimed = write(database, |db| {
                jobs::claim(db, at(seconds), "w", TimeDelta::seconds(60), 9, share)
            });
            claimed.len()
        };
        // The clock is set right, then put forward, while the worker has it in hand.
        assert_eq!(claim_holding(1, &[&held]), 0);
        assert_eq!(claim_holding(DAYS + 3_600, &[&held]), 0);
        // That worker was killed.
        assert_eq!(claim_holding(1, &[]), 1);
        assert_eq!(claim_holding(2, &[]), 0, "and this is a lease as any other");
    });
}

#[test]
fn work_that_arrives_while_the_same_runs_is_not_lost() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        enqueue(database, &sync(&school, "c", 0));
        let running = claim(database, 1, "w", 9).remove(0);
        assert!(enqueue(database, &sync(&school, "c", 2)), "a second one waits");
        assert_eq!(
            claim(database, 5, "other", 9),
            [],
            "until the first came to its end"
        );
        // The running one fails: the one that waits takes its place.
        assert!(write(database, |db| jobs::fail(
            db,
            &running,
            "no answer",
            Some(at(30))
        )));
        let next = claim(database, 5, "w", 9);
        assert_eq!(next.len(), 1);
        assert_ne!(next[0].id, running.id);
        assert!(write(database, |db| jobs::done(db, &next[0])));
        assert_eq!(read(database, jobs::counts), []);
    });
}

#[test]
fn work_that_fails_while_the_same_is_asked_for_leaves_one_that_runs_at_once() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        enqueue(database, &sync(&school, "c", 0));
        let running = claim(database, 1, "w", 9).remove(0);
        let asked = Barrier::new(2);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let added = database.store.write_blocking(|db| -> Result<_, StoreError> {
                    let added = jobs::enqueue(db, &sync(&school, "c", 2), at(2), &SystemRandom)?;
                    asked.wait();
                    std::thread::sleep(std::time::Duration::from_millis(200));
                    Ok(added)
                });
                assert!(added.unwrap());
            });
            asked.wait();
            let told = database
                .store
                .write_retrying_blocking(|db| jobs::fail(db, &running, "no answer", Some(at(30))));
            assert!(told.unwrap());
        });
        let next = claim(database, 5, "w", 9);
        assert_eq!(next.len(), 1, "it waits for no lease to run out");
        assert_ne!(next[0].id, running.id);
    });
}

#[test]
fn a_lease_that_ran_out_is_claimed_again_and_the_late_worker_changes_nothing() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        enqueue(database, &sync(&school, "c", 0));
        let slow = claim(database, 0, "slow", 1).remove(0);
        assert_eq!(claim(database, 59, "quick", 1), []);
        let quick = claim(database, 60, "quick", 1).remove(0);
        assert_eq!((quick.id.clone(), quick.attempts), (slow.id.clone(), 2));
        assert!(!write(database, |db| jobs::done(db, &slow)));
        assert!(!write(database, |db| jobs::fail(db, &slow, "late", Some(at(99)))));
        assert!(write(database, |db| jobs::done(db, &quick)));
    });
}

#[test]
fn a_worker_that_lives_keeps_its_job_and_what_waits_behind_it_follows_when_it_died() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        enqueue(database, &sync(&school, "c", 0));
        let long = claim(database, 0, "long", 1).remove(0);
        assert!(write(database, |db| jobs::renew(db, &long, at(100))));
        enqueue(database, &sync(&school, "c", 2));
        assert_eq!(claim(database, 99, "other", 9), []);
        let taken = claim(database, 100, "other", 9);
        assert_eq!(taken.len(), 1, "one of the two, never both: {taken:?}");
        assert_eq!(taken[0].id, long.id);
        assert!(!write(database, |db| jobs::renew(db, &long, at(999))));
        assert!(write(database, |db| jobs::done(db, &taken[0])));
        assert_eq!(claim(database, 101, "other", 9).len(), 1);
    });
}

#[test]
fn failed_work_waits_and_hopeless_work_stays_for_a_person_to_see() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        enqueue(database, &sync(&school, "c", 0));
        let job = claim(database, 0, "w", 1).remove(0);
        assert!(write(database, |db| jobs::fail(db, &job, "503", Some(at(30)))));
        assert_eq!(claim(database, 29, "w", 1), []);
        let job = claim(database, 30, "w", 1).remove(0);
        assert_eq!(job.attempts, 2);
        assert!(write(database, |db| jobs::fail(db, &job, "401", None)));
        assert_eq!(claim(database, 9_999, "w", 1), []);
        let counts = read(database, jobs::counts);
        assert_eq!(
            (counts.len(), counts[0].state.as_str(), counts[0].jobs),
            (1, "given_up", 1)
        );
        assert!(
            enqueue(database, &sync(&school, "c", 40)),
            "it does not stand in the way of a new one"
        );
    });
}

#[test]
fn workers_share_the_work_and_never_a_job() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        write(database, |db| {
            (0..60).try_for_each(|n| {
                jobs::enqueue(db, &sync(&school, &format!("c{n}"), n), at(0), &SystemRandom).map(drop)
            })
        });
        let start = Barrier::new(4);
        let claimed: Vec<Job> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..4)
                .map(|n| {
                    let start = &start;
                    scope.spawn(move || {
                        start.wait();
                        let mut mine = Vec::new();
                        loop {
                            let some = claim(database, 100, &format!("w{n}"), 3);
                            if some.is_empty() {
                                break mine;
                            }
                            mine.extend(some);
                        }
                    })
                })
                .collect();
            workers
                .into_iter()
                .flat_map(|worker| worker.join().unwrap())
                .collect()
        });
        let times: BTreeMap<String, usize> = claimed.iter().fold(BTreeMap::new(), |mut times, job| {
            *times.entry(job.key.clone()).or_default() += 1;
            times
        });
        assert_eq!(times.len(), 60);
        assert!(times.values().all(|&times| times == 1), "{times:?}");
    });
}

#[test]
fn work_is_under_way_when_it_runs_is_due_or_is_tried_again_but_not_before_its_time() {
    on_both_databases(|database| {
        let (school, other) = (School::new(database, "north"), School::new(database, "south"));
        let below = |folder: &str, seconds| {
            read(database, |db| {
                jobs::under_way_below(db, &school.tenant, "sync-course", folder, at(seconds))
            })
        };
        let key = |seconds| {
            read(database, |db| {
                jobs::is_under_way(db, &school.tenant, "sync-course", "c/1", at(seconds))
            })
        };
        enqueue(database, &sync(&school, "c/1", 10));
        enqueue(database, &sync(&school, "c/2", 20));
        enqueue(database, &sync(&school, "cc/3", 0));
        enqueue(database, &sync(&other, "c/4", 0));
        assert_eq!((below("c", 9), key(9)), (0, false), "it waits for its time");
        assert_eq!((below("c", 10), key(10)), (1, true));
        assert_eq!(below("c", 20), 2);
        let running = claim(database, 10, "w", 9);
        assert_eq!(below("c", 10), 1, "it runs");
        enqueue(database, &sync(&school, "c/1", 10));
        assert_eq!(below("c", 10), 1, "a key counts once");
        let job = running.into_iter().find(|job| job.key == "cc/3").unwrap();
        assert!(write(database, |db| jobs::fail(db, &job, "no", Some(at(99)))));
        assert_eq!(below("cc", 11), 1, "it is tried again");
        let due = |folder: &str, seconds| {
            read(database, |db| {
                jobs::due_below(db, &school.tenant, "sync-course", folder, at(seconds))
            })
        };
        assert_eq!(due("c", 10), 1, "it runs");
        let keys = read(database, |db| {
            jobs::due_keys_below(db, &school.tenant, "sync-course", "c", at(20), 9)
        });
        assert_eq!(keys.iter().filter(|key| *key == "c/2").count(), 1, "{keys:?}");
        assert_eq!((due("c", 19), due("c", 20)), (1, 2));
        assert_eq!(due("cc", 98), 0, "it waits for its next try");
        write(database, |db| {
            jobs::hurry_below(db, &school.tenant, "sync-course", "cc", at(50))?;
            jobs::hurry_below(db, &school.tenant, "sync-course", "c", at(12))
        });
        assert_eq!(due("cc", 50), 1, "it is tried at once");
        assert_eq!(due("c", 19), 1, "what was never tried waits for its time");
    });
}

#[test]
fn one_that_waits_is_woken_at_a_time_and_the_first_of_its_folder() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        for (key, second) in [("g/1", 1), ("g/2", 2), ("gg/3", 0)] {
            let job = sync(&school, key, 90);
            write(database, |db| jobs::enqueue(db, &job, at(second), &SystemRandom));
        }
        let mut woken = Vec::new();
        for second in [10, 20, 30] {
            write(database, |db| {
                jobs::wake_first_below(db, &school.tenant, "sync-course", "g", at(second))
            });
            let due = claim(database, second, "w", 9);
            woken.push(due.into_iter().map(|job| job.key).collect::<Vec<_>>());
        }
        assert_eq!(woken, [vec!["g/1".to_owned()], vec!["g/2".to_owned()], vec![]]);
    });
}

#[test]
fn work_that_was_left_alone_waits_and_keeps_what_went_wrong_before() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let work = sync(&school, "c/1", 0);
        enqueue(database, &work);
        let job = claim(database, 1, "w", 9).remove(0);
        assert!(write(database, |db| jobs::fail(db, &job, "away", Some(at(2)))));
        let job = claim(database, 2, "w", 9).remove(0);
        assert!(write(database, |db| jobs::rest(db, &job, at(50))));
        assert!(
            !write(database, |db| jobs::rest(db, &job, at(60))),
            "it is done once"
        );
        assert!(claim(database, 49, "w", 9).is_empty());
        let late = read(database, |db| {
            jobs::late_below(db, &school.tenant, &work.kind, "c")
        });
        assert_eq!(late.unwrap().error, "away");
        write(database, |db| {
            jobs::hurry_below(db, &school.tenant, &work.kind, "c", at(3))
        });
        assert_eq!(
            claim(database, 3, "w", 9).len(),
            1,
            "a look that is answered hurries it"
        );
    });
}

#[test]
fn what_rests_for_a_day_is_not_due_before_unless_a_clock_that_was_ahead_put_it_off() {
    const DAY: i64 = 24 * 3_600;
    on_both_databases(|database| {
        let school = School::new(database, "north");
        // One that had failed before, and one that was never tried.
        for (key, failed) in [("c/1", true), ("c/2", false)] {
            enqueue(database, &sync(&school, key, 0));
            let mut job = claim(database, 1, "w", 9).remove(0);
            if failed {
                assert!(write(database, |db| jobs::fail(db, &job, "away", Some(at(2)))));
                job = claim(database, 2, "w", 9).remove(0);
            }
            let attempts = job.attempts;
            let rests = |job: &Job, until| {
                assert!(write(database, |db| jobs::rest(db, job, at(until))), "{key}");
            };
            rests(&job, DAY);
            for second in [3, 601, 3_600, DAY - 1] {
                assert_eq!(claim(database, second, "w", 9), [], "{key} at {second}");
            }
            let job = claim(database, DAY, "w", 9).remove(0);
            assert_eq!(job.attempts, attempts, "{key}: to look is no attempt");
            // The clock was two days ahead, and is set right.
            rests(&job, DAY + DAYS);
            let job = claim(database, 4, "w", 9).remove(0);
            rests(&job, DAY + 4);
            assert_eq!(claim(database, 5, "w", 9), [], "{key}");
            write(database, |db| {
                jobs::hurry_below(db, &school.tenant, "sync-course", "c", at(6))
            });
            let job = claim(database, 6, "w", 9).remove(0);
            // From then on it is as any other that fails.
            let again = Some(at(DAYS));
            assert!(write(database, |db| jobs::fail(db, &job, "away", again)));
            let job = claim(database, 7, "w", 9).remove(0);
            assert!(write(database, |db| jobs::done(db, &job)));
        }
    });
}

#[test]
fn work_that_came_to_nothing_says_so_until_it_is_asked_for_again() {
    on_both_databases(|database| {
        let school = School::new(database, "north");
        let work = sync(&school, "c/1", 0);
        let told = || {
            let late = read(database, |db| {
                jobs::late_below(db, &school.tenant, &work.kind, "c")
            });
            late.map(|late| late.error)
        };
        enqueue(database, &work);
        let job = claim(database, 1, "w", 9).remove(0);
        assert!(write(database, |db| jobs::end_with(db, &job, "of no use")));
        assert_eq!(told().as_deref(), Some("of no use"));
        assert_eq!(claim(database, 999, "w", 9).len(), 0, "it is not tried again");
        let taken = write(database, |db| {
            jobs::take_given_up(db, &school.tenant, &work.kind, &work.key)
        });
        assert!(taken && told().is_none());
        // What is asked for while it runs is done, and nothing is told of before.
        enqueue(database, &work);
        let job = claim(database, 2, "w", 9).remove(0);
        assert!(enqueue(database, &work));
        assert!(write(database, |db| jobs::end_with(db, &job, "of no use")));
        assert_eq!(told(), None);
        assert_eq!(claim(database, 3, "w", 9).len(), 1);
    });
}

#[test]
fn work_that_was_given_up_is_taken_once_by_whoever_does_it_anew() {
    on_both_databases(|database| {
        let (school, other) = (School::new(database, "north"), School::new(database, "south"));
        enqueue(database, &sync(&school, "c/1", 0));
        enqueue(database, &sync(&other, "c/1", 0));
        for job in claim(database, 0, "w", 9) {
            assert!(write(database, |db| jobs::fail(db, &job, "no", None)));
        }
        enqueue(database, &sync(&school, "c/2", 0));
        let take = |folder: &str| {
            write(database, |db| {
                jobs::take_given_up_below(db, &school.tenant, "sync-course", folder)
            })
        };
        assert!(!take("d"));
        assert!(take("c"));
        assert!(!take("c"), "it is gone, and what waits is left alone");
        let left = read(database, jobs::counts);
        let states: Vec<_> = left
            .iter()
            .map(|count| (count.state.as_str(), count.jobs))
            .collect();
        assert_eq!(
            states,
            [("given_up", 1), ("waiting", 1)],
            "another institution's stays"
        );
    });
}
