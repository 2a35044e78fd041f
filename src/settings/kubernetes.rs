//! Variables that Kubernetes sets in every container of a namespace for each of its services (`enableServiceLinks`). For a
//! service named `cairn`, or `cairn-…`, they begin as ours do and are nobody's mistake.
//!
//! <https://kubernetes.io/docs/tutorials/services/connect-applications-service/#environment-variables>

/// Whether Kubernetes set `CAIRN_name` to `value`: `SERVICE_HOST`, `SERVICE_PORT` with or without the name of a port, and the
/// older `PORT`, `PORT_8080_TCP`, `PORT_8080_TCP_ADDR`, `…_PORT` and `…_PROTO`; before each the rest of the service's name.
/// A port that somebody typed is no address.
pub(super) fn has_set(name: &str, value: &str) -> bool {
    let ends = |end: &str| name == end || name.ends_with(&format!("_{end}"));
    let address = ["tcp://", "udp://", "sctp://"]
        .iter()
        .any(|scheme| value.starts_with(scheme));
    let named_port = name.starts_with("SERVICE_PORT_") || name.contains("_SERVICE_PORT_");
    ends("SERVICE_HOST") || ends("SERVICE_PORT") || named_port || (ends("PORT") && address) || of_a_port(name)
}

/// `PORT_8080_TCP` and what is made of it.
fn of_a_port(name: &str) -> bool {
    let parts: Vec<&str> = name.split('_').collect();
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is = |parts: &[&str]| match parts {
        ["PORT", port, "TCP" | "UDP" | "SCTP"] => number(port),
        ["PORT", port, "TCP" | "UDP" | "SCTP", "ADDR" | "PORT" | "PROTO"] => number(port),
        _ => false,
    };
    [3, 4]
        .into_iter()
        .filter_map(|length| parts.len().checked_sub(length).and_then(|from| parts.get(from..)))
        .any(is)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kubernetes_sets_is_told_from_what_somebody_typed() {
        for (name, value) in [
            ("PORT", "tcp://10.96.14.7:8080"),
            ("SERVICE_HOST", "10.96.14.7"),
            ("SERVICE_PORT", "8080"),
            ("SERVICE_PORT_HTTP", "8080"),
            ("PORT_8080_TCP", "tcp://10.96.14.7:8080"),
            ("PORT_8080_TCP_ADDR", "10.96.14.7"),
            ("PORT_8080_TCP_PORT", "8080"),
            ("PORT_8080_TCP_PROTO", "tcp"),
            ("PORT_53_UDP", "udp://10.96.14.7:53"),
            ("POSTGRES_SERVICE_HOST", "10.96.14.8"),
            ("POSTGRES_SERVICE_PORT_SQL", "5432"),
            ("POSTGRES_PORT", "tcp://10.96.14.8:5432"),
            ("POSTGRES_PORT_5432_TCP_ADDR", "10.96.14.8"),
        ] {
            assert!(has_set(name, value), "{name}={value}");
        }
        for (name, value) in [
            ("PORT", "8080"),
            ("LISTEN_PORT", "8080"),
            ("PORT_HTTP", "8080"),
            ("PORT__TCP", "8080"),
            ("PORT_8080_TCP_NAME", "x"),
            ("SERVICE", "10.96.14.7"),
            ("DATABASE", "tcp://10.96.14.8:5432"),
            ("MASTERKEY", "tcp://x"),
        ] {
            assert!(!has_set(name, value), "{name}={value}");
        }
    }
}
