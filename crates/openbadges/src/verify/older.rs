//! Badges of Open Badges 1.0 to 2.1, judged as far as can be done from outside: a hosted one by what its issuer hosts, a
//! signed one by the key that its issuer hosts. Whoever cannot be asked leaves it open; nothing is then called wrong.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use url::Url;

use super::glance::{self, Glance};
use super::received::Received;
use super::verdict::{CheckKind, Failure, Remark, Verdict};
use super::{Resolver, holder, list, text};
use crate::foreign_key::ForeignKey;
use crate::jwt::{Algorithm, Token};

const CONTEXTS: [&str; 3] = [
    "://w3id.org/openbadges/v1",
    "://w3id.org/openbadges/v2",
    "://purl.imsglobal.org/spec/ob/v2p",
];
/// What makes it that award; the rest is description.
const DECISIVE: [&str; 3] = ["recipient", "badge", "issuedOn"];

/// Whether a document is one of an older kind.
pub(super) fn is_older(document: &Value) -> bool {
    let has = |name: &str| document.get(name).is_some();
    if has("credentialSubject") {
        return false;
    }
    let named = list(document, "@context")
        .iter()
        .filter_map(Value::as_str)
        .any(|context| {
            let rest = context
                .strip_prefix("https")
                .or_else(|| context.strip_prefix("http"));
            rest.is_some_and(|rest| CONTEXTS.iter().any(|known| rest.starts_with(known)))
        });
    let kind = list(document, "type")
        .iter()
        .any(|kind| kind == "Assertion" || kind == "BadgeClass");
    named || kind || document.pointer("/verify/url").is_some() || (has("badge") && has("recipient"))
}

/// What was found on the way.
#[derive(Default)]
struct Seen {
    badge: Option<Value>,
    issuer: Option<Value>,
}

/// The checks of an older badge, in the order of the page's.
pub(super) fn verify(
    received: &Received,
    resolver: &dyn Resolver,
    now: DateTime<Utc>,
    asked: Option<&str>,
    verdict: &mut Verdict,
) {
    let document = &received.document;
    let mut seen = Seen::default();
    let members = members(document);
    // The definition of a badge or of an issuer is no award, and there is no more to say of it.
    let is_other = members == Err(Failure::OtherKind);
    verdict.note(CheckKind::Members, members);
    if is_other {
        return;
    }
    // A token whose signature is none is changed, whoever vouches for the badge in it.
    let judged = |token: &&Token| is_signed(document) || !token.has_signature();
    let assertion = match received.token.as_ref().filter(judged) {
        Some(token) => {
            signed(document, token, resolver, verdict, &mut seen);
            None
        }
        None => hosted(document, resolver, verdict, &mut seen),
    };
    let assertion = assertion.as_ref().unwrap_or(document);
    verdict.note(CheckKind::Period, period(assertion, now));
    let status = status(assertion, resolver, verdict, &seen);
    verdict.note(CheckKind::Status, status);
    if let Some(asked) = asked {
        verdict.note(CheckKind::Recipient, holder::check_older(assertion, asked));
    }
}

/// What an older badge says of itself: what is hosted, where it is hosted, since that counts.
pub(super) fn glance(document: &Value, resolver: &dyn Resolver) -> Option<Glance> {
    let address = hosted_at(document).filter(|_| !is_signed(document));
    let hosted = address.and_then(|address| fetched(address, resolver).ok());
    let assertion = hosted.as_ref().unwrap_or(document);
    let mut seen = Seen::default();
    let issuer = issuer_of(assertion, resolver, &mut seen).ok()?;
    let class = seen.badge?;
    let profile = match seen.issuer {
        Some(profile) if text(&profile, "name").is_some() => Some(profile),
        _ => fetched(&issuer, resolver).ok(),
    };
    Some(Glance {
        id: text(assertion, "id").or(address).map(str::to_owned),
        name: text(&class, "name")?.to_owned(),
        description: text(&class, "description").unwrap_or_default().to_owned(),
        achievement: text(&class, "id").map(str::to_owned),
        issuer_name: profile.and_then(|profile| text(&profile, "name").map(str::to_owned)),
        issuer,
        awarded: assertion.get("issuedOn").and_then(moment),
        until: assertion.get("expires").and_then(moment),
        picture: glance::picture(assertion).or_else(|| glance::picture(&class)),
    })
}

/// What it says about how to verify it: 2.0 and 1.0 name the member differently.
fn stated(document: &Value) -> Option<&Value> {
    let there = |name: &str| document.get(name).filter(|value| !value.is_null());
    there("verification").or_else(|| there("verify"))
}

fn is_signed(document: &Value) -> bool {
    let kind = stated(document).and_then(|stated| text(stated, "type"));
    matches!(kind, Some("SignedBadge" | "signed"))
}

fn members(document: &Value) -> Result<(), Failure> {
    let types = list(document, "type");
    if !types.is_empty() && !types.iter().any(|kind| kind == "Assertion") {
        return Err(Failure::OtherKind);
    }
    if is_address_alone(document) {
        return Ok(());
    }
    for name in ["recipient", "badge"] {
        document
            .get(name)
            .filter(|value| !value.is_null())
            .ok_or(Failure::Missing(name))?;
    }
    Ok(())
}

/// Whether there is nothing but the address at which it is hosted.
fn is_address_alone(document: &Value) -> bool {
    let members = document.as_object();
    members.is_some_and(|members| members.len() == 1 && members.contains_key("verify"))
}

/// Where it is hosted, by its own words.
fn hosted_at(document: &Value) -> Option<&str> {
    let named = stated(document).and_then(|stated| text(stated, "url"));
    named
        .or_else(|| text(document, "id"))
        .filter(|named| named.starts_with("https://") || named.starts_with("http://"))
}

fn hosted(
    document: &Value,
    resolver: &dyn Resolver,
    verdict: &mut Verdict,
    seen: &mut Seen,
) -> Option<Value> {
    let address = hosted_at(document);
    let found = address
        .ok_or(Failure::HostedNowhere)
        .and_then(|address| compared(document, address, resolver));
    let found = verdict.note(CheckKind::Hosted, found);
    if let Some(found) = &found
        && !is_address_alone(document)
    {
        let other = differing(document, found);
        if !other.is_empty() {
            verdict.remarks.push(Remark::HostedDiffers(other.join(", ")));
        }
    }
    let place = match (&found, address) {
        (Some(found), Some(address)) => in_its_place(found, address, resolver, seen),
        _ => Err(Failure::NotChecked),
    };
    verdict.note(CheckKind::Key, place);
    found
}

/// What is hosted at `address`, if it is the same award.
fn compared(document: &Value, address: &str, resolver: &dyn Resolver) -> Result<Value, Failure> {
    let found = fetched(address, resolver)?;
    if !is_address_alone(document) {
        for name in DECISIVE {
            if !is_same(name, document.get(name), found.get(name)) {
                return Err(Failure::OtherHosted(name));
            }
        }
    }
    Ok(found)
}

fn fetched(address: &str, resolver: &dyn Resolver) -> Result<Value, Failure> {
    resolver
        .document(address)
        .filter(Value::is_object)
        .ok_or_else(|| Failure::HostedUnavailable(address.to_owned()))
}

/// The members of `document` in which what is hosted says something else, and that do not decide.
fn differing(document: &Value, found: &Value) -> Vec<String> {
    let members = document.as_object().into_iter().flatten();
    members
        .filter(|(name, value)| {
            !DECISIVE.contains(&name.as_str()) && !is_alike(Some(value), found.get(name.as_str()))
        })
        .map(|(name, _)| name.clone())
        .collect()
}

/// Whether it is hosted where its issuer lets its badges be hosted.
fn in_its_place(
    assertion: &Value,
    address: &str,
    resolver: &dyn Resolver,
    seen: &mut Seen,
) -> Result<(), Failure> {
    let issuer = issuer_of(assertion, resolver, seen)?;
    let site = site(address);
    if self::site(&issuer) == site {
        return Ok(());
    }
    let profile = fetched(&issuer, resolver)?;
    let nothing = Value::Null;
    let allowed = profile.get("verification").unwrap_or(&nothing);
    let below = list(allowed, "startsWith")
        .iter()
        .filter_map(Value::as_str)
        .any(|start| !start.is_empty() && address.starts_with(start));
    let named = list(allowed, "allowedOrigins")
        .iter()
        .any(|origin| origin.as_str() == site.as_deref());
    seen.issuer = Some(profile);
    if below || named {
        Ok(())
    } else {
        Err(Failure::OtherHost(site.unwrap_or_default()))
    }
}

/// The id of the issuer that the badge's class names.
fn issuer_of(assertion: &Value, resolver: &dyn Resolver, seen: &mut Seen) -> Result<String, Failure> {
    let badge = match assertion.get("badge") {
        Some(Value::String(address)) => fetched(address, resolver)?,
        Some(badge) => badge.clone(),
        None => Value::Null,
    };
    let named = badge.get("issuer");
    if let Some(profile) = named.filter(|named| named.is_object()) {
        seen.issuer = Some(profile.clone());
    }
    let id = named
        .and_then(|named| named.as_str().or_else(|| text(named, "id")))
        .or_else(|| text(&badge, "id"))
        .map(str::to_owned);
    seen.badge = Some(badge).filter(Value::is_object);
    id.filter(|id| site(id).is_some())
        .ok_or(Failure::Missing("issuer"))
}

/// Host and port of a web address.
fn site(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    if !matches!(url.scheme(), "https" | "http") {
        return None;
    }
    let host = url.host_str()?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

fn signed(document: &Value, token: &Token, resolver: &dyn Resolver, verdict: &mut Verdict, seen: &mut Seen) {
    let proof = token.named_algorithm().map_err(Failure::from);
    let proof = verdict.note(CheckKind::Proof, proof);
    let key = match proof {
        Some(algorithm) => key_of(document, resolver, seen).and_then(|key| fitting(algorithm, key)),
        None => Err(Failure::NotChecked),
    };
    let key = verdict.note(CheckKind::Key, key);
    let signature = match (proof, key) {
        _ if !token.has_signature() => Err(Failure::Signature),
        (Some(algorithm), Some(key)) if token.verifies(algorithm, &key) => Ok(()),
        (Some(_), Some(_)) => Err(Failure::Signature),
        _ => Err(Failure::NotChecked),
    };
    verdict.note(CheckKind::Signature, signature);
}

fn fitting(algorithm: Algorithm, key: ForeignKey) -> Result<ForeignKey, Failure> {
    if super::key::fits(algorithm, &key) {
        Ok(key)
    } else {
        Err(Failure::KeyKind)
    }
}

/// The key that the badge names, if its issuer names it too, or owns it on its own site.
fn key_of(document: &Value, resolver: &dyn Resolver, seen: &mut Seen) -> Result<ForeignKey, Failure> {
    let stated = stated(document).ok_or(Failure::UnknownKey)?;
    let address = text(stated, "creator")
        .or_else(|| text(stated, "url"))
        .ok_or(Failure::UnknownKey)?;
    let issuer = issuer_of(document, resolver, seen)?;
    let answered = |address: &str| {
        resolver
            .document(address)
            .filter(Value::is_object)
            .ok_or(Failure::IssuerUnavailable)
    };
    let published = answered(address)?;
    let is_owned = text(&published, "owner") == Some(issuer.as_str()) && site(address) == site(&issuer);
    if !is_owned {
        let profile = answered(&issuer)?;
        let names = |key: &Value| key.as_str().or_else(|| text(key, "id")) == Some(address);
        let is_named = list(&profile, "publicKey").iter().any(names);
        seen.issuer = Some(profile);
        if !is_named {
            return Err(Failure::OtherController);
        }
    }
    let key = match published.get("publicKeyJwk") {
        Some(jwk) => ForeignKey::from_jwk(jwk),
        None => ForeignKey::from_pem(text(&published, "publicKeyPem").unwrap_or_default()),
    };
    key.map_err(|error| super::key::unusable(&error))
}

fn period(assertion: &Value, now: DateTime<Utc>) -> Result<(), Failure> {
    match assertion.get("expires") {
        None | Some(Value::Null) => Ok(()),
        Some(written) => {
            let until = moment(written).ok_or(Failure::Missing("expires"))?;
            if until <= now {
                Err(Failure::Expired(until.to_rfc3339()))
            } else {
                Ok(())
            }
        }
    }
}

/// A moment as older badges write it: ISO 8601, a day alone, or seconds since 1970.
fn moment(written: &Value) -> Option<DateTime<Utc>> {
    if let Some(seconds) = written.as_i64() {
        return DateTime::from_timestamp(seconds, 0);
    }
    let text = written.as_str()?;
    let day = || Some(text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0)?.and_utc());
    DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|moment| moment.to_utc())
        .or_else(day)
}

fn status(assertion: &Value, resolver: &dyn Resolver, verdict: &Verdict, seen: &Seen) -> Result<(), Failure> {
    if assertion.get("revoked") == Some(&Value::Bool(true)) {
        return Err(Failure::Revoked);
    }
    if let Some(check) = verdict
        .checks
        .iter()
        .find(|check| check.kind == CheckKind::Hosted)
    {
        return if check.passed() {
            Ok(())
        } else {
            Err(Failure::NotChecked)
        };
    }
    let badge = seen.badge.as_ref().ok_or(Failure::NotChecked)?;
    let answered = |url: &str| {
        resolver
            .document(url)
            .filter(Value::is_object)
            .ok_or(Failure::StatusUnavailable)
    };
    let profile = match (&seen.issuer, badge.get("issuer")) {
        (Some(profile), _) => profile.clone(),
        (None, Some(Value::String(address))) => answered(address)?,
        (None, _) => Value::Null,
    };
    let Some(url) = text(&profile, "revocationList") else {
        return Ok(());
    };
    let revoked = answered(url)?;
    let ids = ["id", "uid"].map(|name| text(assertion, name));
    let is_it = |one: &Value| {
        let named = [one.as_str(), text(one, "id"), text(one, "uid")];
        named.iter().flatten().any(|name| ids.contains(&Some(*name)))
    };
    if list(&revoked, "revokedAssertions").iter().any(is_it) {
        Err(Failure::Revoked)
    } else {
        Ok(())
    }
}

/// Whether two values of a decisive member mean the same.
fn is_same(name: &str, one: Option<&Value>, other: Option<&Value>) -> bool {
    if is_alike(one, other) {
        return true;
    }
    let (Some(one), Some(other)) = (one, other) else {
        return false;
    };
    let id = |value: &Value| text(value, "id").or_else(|| value.as_str()).map(str::to_owned);
    match name {
        "issuedOn" => moment(one).is_some() && moment(one) == moment(other),
        "badge" => id(one).is_some() && id(one) == id(other),
        _ => false,
    }
}

/// Whether two JSON values are the same; members that are null count as if they were not there.
fn is_alike(one: Option<&Value>, other: Option<&Value>) -> bool {
    match (
        one.filter(|value| !value.is_null()),
        other.filter(|value| !value.is_null()),
    ) {
        (None, None) => true,
        (Some(Value::Array(one)), Some(Value::Array(other))) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| is_alike(Some(one), Some(other)))
        }
        (Some(Value::Object(one)), Some(Value::Object(other))) => one
            .keys()
            .chain(other.keys())
            .all(|name| is_alike(one.get(name), other.get(name))),
        (Some(Value::Number(one)), Some(Value::Number(other))) => one.as_f64() == other.as_f64(),
        (one, other) => one == other,
    }
}
