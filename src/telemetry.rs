//! Logs and metrics: structured lines with a request id, and what `/metrics` tells.

use std::time::Duration;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::settings::LogFormat;

pub(crate) mod metric;

/// Libraries that repeat the texts they read, which are people's, at the lowest levels. They stay silent at every level.
const SILENT: [&str; 3] = ["html5ever=off", "markup5ever=off", "selectors=off"];

/// A filter of log lines without those that would name people.
pub(crate) fn filter(directives: &str) -> EnvFilter {
    let filter = EnvFilter::try_new(directives).unwrap_or_else(|_| EnvFilter::new("info"));
    let silent = SILENT.iter().filter_map(|directive| directive.parse().ok());
    silent.fold(filter, EnvFilter::add_directive)
}

/// Starts logging to standard error by a filter that the settings have checked. A second call changes nothing, so tests may
/// call it freely.
pub(crate) fn start_logging(directives: &str, format: LogFormat) {
    let filter = filter(directives);
    let registry = tracing_subscriber::registry().with(filter);
    // An earlier subscriber stays: in a test binary the first caller wins.
    let _ = match format {
        LogFormat::Text => registry
            .with(fmt::layer().with_writer(std::io::stderr))
            .try_init(),
        LogFormat::Json => registry
            .with(fmt::layer().json().with_writer(std::io::stderr))
            .try_init(),
    };
}

/// The recorder behind `/metrics`, one for each process.
#[must_use]
pub(crate) fn metrics_handle() -> PrometheusHandle {
    static HANDLE: std::sync::OnceLock<PrometheusHandle> = std::sync::OnceLock::new();
    HANDLE
        .get_or_init(|| {
            // Only a histogram without steps is an error, and then all are told as quantiles.
            let recorder = with_steps().unwrap_or_default().build_recorder();
            let handle = recorder.handle();
            // Only fails when a recorder is there already, which the lock excludes.
            let _ = metrics::set_global_recorder(recorder);
            metric::describe();
            handle
        })
        .clone()
}

/// Puts what was measured since the last time into its histograms; until then each measurement takes memory of its own,
/// also where nobody ever reads `/metrics`.
pub(crate) fn settle() {
    metrics_handle().run_upkeep();
}

/// A time as log lines tell it: in milliseconds, with one place after the point.
#[must_use]
pub(crate) fn milliseconds(took: Duration) -> f64 {
    (took.as_secs_f64() * 10_000.0).round() / 10.0
}

fn with_steps() -> Result<PrometheusBuilder, BuildError> {
    let times = metric::ALL.iter().filter_map(|one| match one.kind {
        metric::Kind::Seconds(steps) => Some((one.name, steps)),
        metric::Kind::Counter | metric::Kind::Gauge => None,
    });
    let mut builder = PrometheusBuilder::new();
    for (name, steps) in times {
        builder = builder.set_buckets_for_metric(Matcher::Full(name.to_owned()), steps)?;
    }
    Ok(builder)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::metric::{ALL, Kind, Metric};
    use super::*;

    #[test]
    fn each_metric_is_described_and_times_come_in_steps() {
        let recorder = with_steps().unwrap().build_recorder();
        let page = metrics::with_local_recorder(&recorder, || {
            metric::describe();
            for one in ALL {
                match one.kind {
                    Kind::Counter => metrics::counter!(one.name).increment(1),
                    Kind::Gauge => metrics::gauge!(one.name).set(1),
                    Kind::Seconds(_) => metrics::histogram!(one.name).record(0.2),
                }
            }
            recorder.handle().render()
        });
        for Metric { name, kind, says } in ALL {
            assert!(
                page.contains(&format!("# HELP {name} {says}\n")),
                "{name}: {page}"
            );
            let kind = match kind {
                Kind::Counter => "counter",
                Kind::Gauge => "gauge",
                Kind::Seconds(_) => "histogram",
            };
            assert!(
                page.contains(&format!("# TYPE {name} {kind}\n")),
                "{name}: {page}"
            );
        }
    }

    #[test]
    fn the_operators_text_names_each_metric() {
        let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/watching.md")).unwrap();
        for one in ALL {
            assert!(text.contains(&format!("`{}`", one.name)), "{}", one.name);
        }
    }
}
