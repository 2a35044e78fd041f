//! Every metric of `/metrics`: its name, what it is and what it says. Labels hold routes, kinds, codes and ids of
//! registered platforms, so that there are few of each; never a person, a course or a token.

/// What a metric is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// A number that only grows while the process lives.
    Counter,
    /// A number as it is at the moment.
    Gauge,
    /// How many took at most so many seconds, for each of these steps.
    Seconds(&'static [f64]),
}

/// A metric as it is described to whoever reads it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Metric {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) says: &'static str,
}

/// A constant for the name of each metric, and the table of all.
macro_rules! table {
    ($($constant:ident = $name:literal, $kind:expr, $says:literal;)*) => {
        $(#[doc = $says] pub(crate) const $constant: &str = $name;)*

        /// All of them.
        pub(crate) const ALL: &[Metric] = &[$(Metric { name: $constant, kind: $kind, says: $says }),*];
    };
}

/// Pages are answered in milliseconds.
const PAGE: &[f64] = &[0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];
/// Platforms in tenths of a second; after twenty seconds they are not waited for any longer.
const CALL: &[f64] = &[0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0];
/// A decision takes milliseconds, a large course or an archive minutes.
const WORK: &[f64] = &[0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0];

table! {
    REQUESTS = "cairn_requests_total", Kind::Counter,
        "Requests answered, by status.";
    REQUEST_SECONDS = "cairn_request_seconds", Kind::Seconds(PAGE),
        "Seconds until the answer to a request begins, by method and route.";
    LAUNCHES = "cairn_launches_total", Kind::Counter,
        "Launches that were verified and opened a visit.";
    REFUSALS = "cairn_refusals_total", Kind::Counter,
        "Requests and notices refused or failed, by the code that also stands in the page and in the log.";
    ADMIN_SIGN_INS = "cairn_admin_sign_ins_total", Kind::Counter,
        "Attempts to sign in to the console by password, by outcome (password: let in; refused).";
    CHECKS = "cairn_checks_total", Kind::Counter,
        "Checks of courses, by outcome (complete; incomplete: the platform did not answer everything; failed).";
    CHECK_SECONDS = "cairn_check_seconds", Kind::Seconds(WORK),
        "Seconds that a check of a course took.";
    AWARDS = "cairn_awards_total", Kind::Counter,
        "Badges awarded and signed.";
    JOBS = "cairn_jobs_total", Kind::Counter,
        "Attempts at background work that ended, by kind and outcome.";
    JOB_SECONDS = "cairn_job_seconds", Kind::Seconds(WORK),
        "Seconds that an attempt at background work took, by kind.";
    QUEUE_DEPTH = "cairn_queue_depth", Kind::Gauge,
        "Background work in the queue of all servers of this database, by kind and state (waiting, running, given_up).";
    QUEUE_OLDEST_SECONDS = "cairn_queue_oldest_seconds", Kind::Gauge,
        "Seconds for which the work that is longest due has been waiting for a worker, by kind.";
    OUTBOUND = "cairn_outbound_total", Kind::Counter,
        "Calls to other servers, by platform (its id; shared: a host that several name; other: not a registered platform) and status (or why there is none).";
    OUTBOUND_SECONDS = "cairn_outbound_seconds", Kind::Seconds(CALL),
        "Seconds that a call to another server took, by platform.";
}

/// Tells the recorder what each metric says.
pub(super) fn describe() {
    for one in ALL {
        match one.kind {
            Kind::Counter => metrics::describe_counter!(one.name, one.says),
            Kind::Gauge => metrics::describe_gauge!(one.name, one.says),
            Kind::Seconds(_) => metrics::describe_histogram!(one.name, metrics::Unit::Seconds, one.says),
        }
    }
}
