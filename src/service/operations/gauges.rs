//! How full the queue is, measured when somebody asks: each server tells the same of a database that several share.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::service::Cairn;
use crate::service::base::error::ServiceError;
use crate::service::base::queue;
use crate::store::jobs::{self, Count};
use crate::telemetry::metric;

/// Measures depth and age of the queue.
///
/// # Errors
/// When the database does not answer.
#[tracing::instrument(name = "gauges.measure", level = "debug", skip_all)]
pub(crate) async fn measure(cairn: &Cairn) -> Result<(), ServiceError> {
    let counts = cairn.store.read(jobs::counts).await?;
    tell(&counts, cairn.clock.now());
    Ok(())
}

fn tell(counts: &[Count], now: DateTime<Utc>) {
    // A kind of which nothing is left must not keep what was measured last.
    let mut depths: HashMap<(&str, &str), i64> = HashMap::new();
    let mut ages: HashMap<&str, f64> = HashMap::new();
    for kind in queue::NAMES {
        depths.extend(jobs::STATES.map(|state| ((kind, state), 0)));
        ages.insert(kind, 0.0);
    }
    for count in counts {
        depths.insert((&count.kind, &count.state), count.jobs);
        if let Some(waits) = count.waits_for(now) {
            ages.insert(&count.kind, waits.as_seconds_f64());
        }
    }
    for ((kind, state), jobs) in depths {
        let jobs = f64::from(u32::try_from(jobs).unwrap_or(u32::MAX));
        metrics::gauge!(metric::QUEUE_DEPTH, "kind" => kind.to_owned(), "state" => state.to_owned())
            .set(jobs);
    }
    for (kind, seconds) in ages {
        metrics::gauge!(metric::QUEUE_OLDEST_SECONDS, "kind" => kind.to_owned()).set(seconds);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use metrics_exporter_prometheus::PrometheusBuilder;

    #[test]
    fn depth_and_age_are_told_of_each_kind_and_go_back_to_nothing() {
        let now = DateTime::UNIX_EPOCH;
        let count = |state: &str, jobs: i64, seconds: i64| Count {
            kind: "check_course".into(),
            state: state.into(),
            jobs,
            first_at: now + TimeDelta::seconds(seconds),
        };
        let recorder = PrometheusBuilder::new().build_recorder();
        let page = |counts: &[Count]| {
            metrics::with_local_recorder(&recorder, || tell(counts, now));
            recorder.handle().render()
        };
        let line = |page: &str, start: &str| {
            let found = page.lines().find(|line| line.starts_with(start));
            found.unwrap_or_else(|| panic!("{start}: {page}")).to_owned()
        };
        let waiting = "cairn_queue_depth{kind=\"check_course\",state=\"waiting\"}";
        let oldest = "cairn_queue_oldest_seconds{kind=\"check_course\"}";
        let full = page(&[count("waiting", 7, -90), count("given_up", 2, -9_000)]);
        assert_eq!(line(&full, waiting), format!("{waiting} 7"));
        assert_eq!(
            line(&full, oldest),
            format!("{oldest} 90"),
            "what was given up waits no more"
        );
        line(&full, "cairn_queue_depth{kind=\"export\",state=\"running\"} 0");
        let later = page(&[count("waiting", 1, 60)]);
        assert_eq!(line(&later, waiting), format!("{waiting} 1"));
        assert_eq!(line(&later, oldest), format!("{oldest} 0"), "it is not due yet");
        assert_eq!(line(&page(&[]), waiting), format!("{waiting} 0"));
    }
}
