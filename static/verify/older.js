// Badges of Open Badges 1.0 to 2.1, judged as far as can be done from outside: a hosted one by what its issuer hosts, a
// signed one by the key that its issuer hosts. Whoever cannot be asked leaves it open; nothing is then called wrong.

import { Failure } from "./failure.js";
import { isObject, list, text } from "./json.js";
import { ALGORITHMS, keyFromJwk, keyFromPem, verifies } from "./keys.js";
import { hasSignature } from "./read.js";

const OLDER_CONTEXT = /^https?:\/\/(?:w3id\.org\/openbadges\/v[12]|purl\.imsglobal\.org\/spec\/ob\/v2p)/;
/** What makes it that award; the rest is description. */
const DECISIVE = ["recipient", "badge", "issuedOn"];

/** Whether a document is one of an older kind. */
export function isOlder(document) {
  if (document.credentialSubject !== undefined) return false;
  const isNamed = list(document, "@context").some((context) => typeof context === "string" && OLDER_CONTEXT.test(context));
  const isKind = list(document, "type").some((kind) => ["Assertion", "BadgeClass"].includes(kind));
  return isNamed || isKind || document.verify?.url !== undefined || (document.badge !== undefined && document.recipient !== undefined);
}

/** "hosted", "signed", or nothing where it does not say. */
function vouchedBy(document) {
  const type = text(document.verification ?? document.verify, "type");
  if (["SignedBadge", "signed"].includes(type)) return "signed";
  return type === undefined || ["HostedBadge", "hosted"].includes(type) ? "hosted" : undefined;
}

/** Where it is hosted, by its own words. */
export function hostedAt(document) {
  const stated = document.verification ?? document.verify;
  const named = text(stated, "url") ?? text(document, "id");
  return /^https?:\/\//.test(named ?? "") ? named : undefined;
}

/**
 * The checks of an older badge, noted in `checks`. What came of it is told in `seen`: {assertion, badge, issuer}, as they
 * are hosted where that could be read.
 */
export async function judgeOlder(checks, { document, token }, world, seen) {
  seen.assertion = document;
  await checks.note("Members", () => olderMembers(document));
  // The definition of a badge or of an issuer is no award, and there is no more to say of it.
  if (checks.all.at(-1).code === "OtherKind") return;
  // A token whose signature is none is changed, whoever vouches for the badge in it.
  const isJudged = token !== undefined && (vouchedBy(document) === "signed" || !hasSignature(token));
  if (isJudged) await signedOlder(checks, document, token, world, seen);
  else await hostedOlder(checks, document, world, seen);
  await checks.note("Period", () => olderPeriod(seen.assertion, world.now));
  await checks.note("Status", () => olderStatus(checks, seen, world));
}

function olderMembers(document) {
  const types = list(document, "type");
  if (types.length > 0 && !types.includes("Assertion")) throw new Failure("OtherKind", types.join(", "));
  const isAddressAlone = Object.keys(document).length === 1 && document.verify !== undefined;
  for (const name of isAddressAlone ? [] : ["recipient", "badge"]) {
    if (document[name] === undefined || document[name] === null) throw new Failure("Missing", name);
  }
  return { sentence: "It is a badge of Open Badges 1.0 or 2.0, the standard before 3.0, and has what that requires." };
}

async function hostedOlder(checks, document, world, seen) {
  const address = hostedAt(document);
  const hosted = await checks.note("Hosted", async () => {
    if (address === undefined) throw new Failure("HostedNowhere");
    const found = await hostedDocument(address, world);
    for (const name of Object.keys(document).length === 1 ? [] : DECISIVE) {
      if (!isSame(name, document[name], found[name])) throw new Failure("OtherHosted", name);
    }
    seen.assertion = found;
    const others = Object.keys(document).filter((name) => !DECISIVE.includes(name) && !isAlike(document[name], found[name]));
    const isAddressAlone = Object.keys(document).length === 1;
    if (!isAddressAlone && others.length > 0) {
      checks.remarks.push(`What its issuer hosts says something else in ${others.join(", ")}; what is hosted counts.`);
    }
    return { sentence: `It is what its issuer hosts at ${address}, where its issuer may change it or take it away.` };
  });
  await checks.note("Key", async () => {
    if (hosted === undefined) throw new Failure("NotChecked");
    const issuer = await issuerOfOlder(seen.assertion, world, seen);
    const site = siteOf(address);
    if (siteOf(issuer) !== site && !(await isAllowed(issuer, address, world, seen))) throw new Failure("OtherHost", site);
    return { sentence: `It is hosted where its issuer lets its badges be hosted (${site}).` };
  });
}

async function hostedDocument(address, world) {
  try {
    return await world.document(address);
  } catch (error) {
    throw new Failure("HostedUnavailable", error.what);
  }
}

/** The id of the issuer that the badge's class names. */
async function issuerOfOlder(assertion, world, seen) {
  const stated = assertion.badge;
  seen.badge = typeof stated === "string" ? await hostedDocument(stated, world) : isObject(stated) ? stated : undefined;
  const named = seen.badge?.issuer;
  if (isObject(named)) seen.issuer = named;
  const id = typeof named === "string" ? named : (text(named, "id") ?? text(seen.badge, "id"));
  if (siteOf(id) === undefined) throw new Failure("Missing", "issuer");
  return id;
}

function siteOf(address) {
  return URL.canParse(address ?? "") && /^https?:/.test(address) ? new URL(address).host : undefined;
}

/** Whether the issuer's own profile lets its badges be hosted there (Open Badges 2.0, VerificationObject). */
async function isAllowed(issuer, address, world, seen) {
  seen.issuer = await hostedDocument(issuer, world);
  const { verification } = seen.issuer;
  const isBelow = list(verification, "startsWith").some((start) => typeof start === "string" && start !== "" && address.startsWith(start));
  return isBelow || list(verification, "allowedOrigins").includes(siteOf(address));
}

async function signedOlder(checks, document, token, world, seen) {
  const proof = await checks.note("Proof", () => {
    const alg = text(token.header, "alg");
    if (alg === undefined || /^none$/i.test(alg)) throw new Failure("AlgNone");
    if (alg.startsWith("HS")) throw new Failure("AlgSecret", alg);
    if (!Object.hasOwn(ALGORITHMS, alg)) throw new Failure("UnknownProof", alg);
    return { algorithm: ALGORITHMS[alg], sentence: `It is signed as a token (${alg}).` };
  });
  const key = await checks.note("Key", async () => {
    if (proof === undefined) throw new Failure("NotChecked");
    const found = await olderKey(document, world, seen);
    if (found.kind !== proof.algorithm.kind) throw new Failure("KeyForm");
    return found;
  });
  await checks.note("Signature", async () => {
    if (!hasSignature(token)) throw new Failure("Signature");
    if (proof === undefined || key === undefined) throw new Failure("NotChecked");
    if (!(await verifies(key, proof.algorithm, token.signature, token.signed))) throw new Failure("Signature");
  });
}

/** The key that the badge names, if its issuer names it too, or owns it on its own site. */
async function olderKey(document, world, seen) {
  const stated = document.verification ?? document.verify;
  const address = text(stated, "creator") ?? text(stated, "url");
  if (address === undefined) throw new Failure("UnknownKey");
  const issuer = await issuerOfOlder(document, world, seen);
  const published = await world.document(address);
  const isOwned = text(published, "owner") === issuer && siteOf(address) === siteOf(issuer);
  if (!isOwned) {
    seen.issuer = await world.document(issuer);
    const isNamed = list(seen.issuer, "publicKey").some((one) => [one, text(one, "id")].includes(address));
    if (!isNamed) throw new Failure("OtherController");
  }
  const jwk = published.publicKeyJwk;
  return jwk === undefined ? keyFromPem(text(published, "publicKeyPem")) : keyFromJwk(jwk);
}

function olderPeriod(assertion, now) {
  if (assertion.expires === undefined || assertion.expires === null) return { sentence: "It has no end." };
  const until = olderMoment(assertion.expires);
  if (Number.isNaN(until)) throw new Failure("Missing", "expires");
  if (until <= now) throw new Failure("Expired", `${new Date(until).toISOString().slice(0, 10)}.`);
  return undefined;
}

/** A moment as older badges write it: ISO 8601, a day alone, or seconds since 1970. */
export function olderMoment(written) {
  if (typeof written === "number") return written * 1000;
  if (typeof written !== "string") return NaN;
  if (/^\d{4}-\d\d-\d\d$/.test(written)) return Date.parse(`${written}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(written) ? Date.parse(written) : NaN;
}

async function olderStatus(checks, seen, world) {
  if (seen.assertion.revoked === true) throw new Failure("Revoked");
  const isHosted = checks.all.some(({ kind }) => kind === "Hosted");
  if (isHosted) {
    if (checks.all.some(({ kind, state }) => kind === "Hosted" && state !== "held")) throw new Failure("NotChecked");
    return { sentence: "Its issuer hosts it, and does not call it revoked." };
  }
  if (seen.badge === undefined) throw new Failure("NotChecked");
  const named = seen.badge.issuer;
  const profile = seen.issuer ?? (typeof named === "string" ? await orUnavailable(named, world) : named);
  seen.issuer = profile;
  const url = text(profile, "revocationList");
  if (url === undefined) return { sentence: "Its issuer names no list of revoked badges, so there is none to look at." };
  const revoked = list(await orUnavailable(url, world), "revokedAssertions");
  const ids = [text(seen.assertion, "id"), text(seen.assertion, "uid")].filter((id) => id !== undefined);
  if (revoked.some((one) => ids.some((id) => [one, text(one, "id"), text(one, "uid")].includes(id)))) throw new Failure("Revoked");
  return undefined;
}

async function orUnavailable(url, world) {
  try {
    return await world.document(url);
  } catch (error) {
    throw new Failure("StatusUnavailable", error.what);
  }
}

/** Whether two values of a decisive member mean the same. */
function isSame(name, one, other) {
  if (name === "issuedOn") {
    const [first, second] = [olderMoment(one), olderMoment(other)];
    return isAlike(one, other) || (!Number.isNaN(first) && first === second);
  }
  const id = (value) => (name === "badge" ? (text(value, "id") ?? (typeof value === "string" ? value : undefined)) : undefined);
  if (id(one) !== undefined && id(one) === id(other)) return true;
  return isAlike(one, other);
}

/** Whether two JSON values are the same; members that are null count as if they were not there. */
function isAlike(one, other) {
  if (one === undefined || one === null || other === undefined || other === null) return (one ?? null) === (other ?? null);
  if (Array.isArray(one) || Array.isArray(other)) {
    return Array.isArray(one) && Array.isArray(other) && one.length === other.length && one.every((item, at) => isAlike(item, other[at]));
  }
  if (!isObject(one) || !isObject(other)) return one === other;
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].every((name) => isAlike(one[name], other[name]));
}

/** The recipient in the form of 3.0, for the same comparison: an object, or at first a text beside its salt. */
export function olderRecipient(document) {
  const { recipient } = document;
  const identity = (members) => [Object.assign(Object.create(null), members)];
  if (typeof recipient === "string") {
    return identity({ hashed: /^(?:sha256|md5)\$/.test(recipient), identityHash: recipient, identityType: "emailAddress", salt: text(document, "salt") });
  }
  if (!isObject(recipient)) return [];
  const type = text(recipient, "type") ?? "email";
  return identity({
    hashed: recipient.hashed === true,
    identityHash: text(recipient, "identity"),
    identityType: type === "email" ? "emailAddress" : type,
    salt: text(recipient, "salt"),
  });
}
