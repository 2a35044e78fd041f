//! Which addresses are out on the public internet, by the IANA special-purpose address registries.
//! (The standard library's `is_global` is not stable, and `ipnet` knows networks but not which of them are special.)

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether `address` can only be a public host: not ours, not the local network's, not a cloud's metadata service.
#[must_use]
pub(crate) fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_global_v4(v4),
        IpAddr::V6(v6) => is_global_v6(v6),
    }
}

/// Whether `address` is this machine: `127.0.0.0/8`, `::1`, or the former written as IPv6.
#[must_use]
pub(crate) fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

fn is_global_v4(address: Ipv4Addr) -> bool {
    let special = match address.octets() {
        [100, b, ..] => (64..=127).contains(&b),
        [172, b, ..] => (16..=31).contains(&b),
        // "this network", private, loopback, link-local with 169.254.169.254
        [0 | 10 | 127, ..]
        | [169, 254, ..]
        | [192, 168, ..]
        // protocol assignments, documentation, the old 6to4 relay, benchmarking
        | [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        // Azure's host agent answers on this otherwise public address
        | [168, 63, 129, 16] => true,
        [a, ..] => a >= 224,
    };
    !special
}

fn is_global_v6(address: Ipv6Addr) -> bool {
    if let Some(v4) = address.to_ipv4_mapped() {
        return is_global_v4(v4);
    }
    match address.segments() {
        // NAT64 (RFC 6052): a public IPv4 host seen from a network that has IPv6 only
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            is_global_v4(Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(low)))
        }
        // Teredo, benchmarking, ORCHID; documentation; 6to4, which hides an IPv4 address
        [0x2001, b, ..] if b < 0x200 || b == 0xdb8 => false,
        [0x2002, ..] => false,
        [0x3fff, b, ..] if b < 0x1000 => false,
        [a, ..] => (0x2000..0x4000).contains(&a),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn global(text: &str) -> bool {
        is_global(text.parse().unwrap())
    }

    #[test]
    fn public_hosts_are_global() {
        for text in [
            "1.1.1.1",
            "8.8.8.8",
            "99.255.255.255",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450:4001::1",
            "2001:4860:4860::8888",
            "64:ff9b::8.8.8.8",
            "::ffff:8.8.8.8",
        ] {
            assert!(global(text), "{text} is public");
        }
    }

    #[test]
    fn inner_hosts_are_not() {
        for text in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "127.0.0.1",
            "127.255.0.9",
            "100.64.0.1",
            "100.127.255.255",
            "100.100.100.200",
            "169.254.169.254",
            "168.63.129.16",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "5f00::1",
        ] {
            assert!(!global(text), "{text} is not public");
        }
    }

    #[test]
    fn loopback_is_seen_through_its_ipv6_spelling() {
        assert!(is_loopback("::ffff:127.0.0.1".parse().unwrap()));
        assert!(is_loopback("::1".parse().unwrap()));
        assert!(!is_loopback("10.0.0.1".parse().unwrap()));
    }

    proptest! {
        #[test]
        fn a_mapped_address_is_judged_as_what_it_maps(bits: u32) {
            let v4 = Ipv4Addr::from_bits(bits);
            prop_assert_eq!(is_global(IpAddr::V4(v4)), is_global(IpAddr::V6(v4.to_ipv6_mapped())));
        }

        #[test]
        fn nothing_private_or_loopback_is_global(bits: u32) {
            let v4 = Ipv4Addr::from_bits(bits);
            let inner = v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast();
            prop_assert!(!(inner && is_global(IpAddr::V4(v4))));
        }
    }
}
