// Whose key it is: the verification method has to be the issuer's own, published for assertions.

import { fromBase64url, fromUtf8 } from "./bytes.js";
import { Failure } from "./failure.js";
import { list, parseJson, text } from "./json.js";
import { isSameKey, keyFromJwk, keyFromMultibase } from "./keys.js";

/** The issuers whose keys can be had: three methods of DIDs, and addresses. */
const FOLLOWED = /^(?:did:(?:web|key|jwk):|https:\/\/)/;
const KEY_SET = "/.well-known/jwks.json";

/** Where the document of a did:web is (did:web Method Specification, section 3.2); nothing for any other text. */
export function documentUrl(did) {
  if (!did.startsWith("did:web:")) return undefined;
  const [encoded, ...path] = did.slice("did:web:".length).split(":");
  const host = encoded.replace(/%3a/i, ":");
  const isSafe = (part) => /^[A-Za-z0-9._-]+$/.test(part) && part !== "." && part !== "..";
  const found = /^([A-Za-z0-9._-]+)(?::([0-9]{1,5}))?$/.exec(host);
  if (found === null || !isSafe(found[1]) || !path.every(isSafe)) return undefined;
  // On one's own machine there is no certificate.
  const scheme = ["localhost", "127.0.0.1"].includes(found[1]) ? "http" : "https";
  return `${scheme}://${host}/${path.length === 0 ? ".well-known" : path.join("/")}/did.json`;
}

/** The keys that `issuer` publishes for signing: a did:key is its own document. */
async function published(issuer, world) {
  if (issuer.startsWith("did:key:")) {
    const notation = issuer.slice("did:key:".length);
    const id = `${issuer}#${notation}`;
    return { id: issuer, assertionMethod: [id], verificationMethod: [{ id, type: "Multikey", controller: issuer, publicKeyMultibase: notation }] };
  }
  if (issuer.startsWith("did:jwk:")) {
    const id = `${issuer}#0`;
    return { id: issuer, assertionMethod: [id], verificationMethod: [{ id, type: "JsonWebKey", controller: issuer, publicKeyJwk: spelledJwk(issuer) }] };
  }
  const document = await world.didDocument(issuer);
  if (text(document, "id") !== issuer) throw new Failure("OtherIdentity");
  return document;
}

/** The key that a did:jwk is: JSON in base64url (did:jwk Method, section 2). */
function spelledJwk(issuer) {
  const bytes = fromBase64url(issuer.slice("did:jwk:".length));
  const written = bytes === undefined ? undefined : fromUtf8(bytes);
  try {
    return parseJson(written ?? "");
  } catch {
    throw new Failure("KeyForm");
  }
}

/** Scheme, host and port of an address over https, or nothing. */
export function originOf(address) {
  const url = URL.canParse(address ?? "") ? new URL(address) : undefined;
  return url?.protocol === "https:" ? url.origin : undefined;
}

/**
 * The key at the address `method`, which has to be on the issuer's own site: a key by itself, a set of keys, or the
 * issuer's document (Open Badges 3.0, section 8.2.5).
 */
async function keyAtAddress(issuer, method, world) {
  if (originOf(method) === undefined || originOf(method) !== originOf(issuer)) throw new Failure("IssuerNotADid");
  const [address, fragment] = method.split("#");
  const document = await world.document(address);
  if (text(document, "kty") !== undefined) return keyFromJwk(document);
  const named = list(document, "keys").find((one) => text(one, "kid") !== undefined && [method, fragment].includes(text(one, "kid")));
  if (named !== undefined) return keyFromJwk(named);
  if (text(document, "id") === method && text(document, "controller") === issuer) return keyOfEntry(document);
  const found = list(document, "verificationMethod").find((entry) => text(entry, "id") === method);
  if (text(document, "id") !== issuer || found === undefined) throw new Failure("UnknownKey");
  return ownKey(found, document, issuer);
}

/** The key of the set that a site publishes for all its issuers, by its name or because it is that very key. */
async function keyOfSite(issuer, kid, carried, world) {
  if (originOf(issuer) === undefined) throw new Failure("IssuerNotADid");
  const keys = list(await world.document(originOf(issuer) + KEY_SET), "keys");
  const isIt = (one) => {
    if (kid !== undefined) return text(one, "kid") === kid;
    try {
      return isSameKey(carried, keyFromJwk(one));
    } catch {
      return false;
    }
  };
  const found = keys.find(isIt);
  if (found === undefined) throw new Failure("UnknownKey");
  return keyFromJwk(found);
}

/** The key behind `method` (a DID URL or an address), if `issuer` publishes it for signing. */
export async function keyOf(issuer, method, world) {
  if (!FOLLOWED.test(issuer)) throw new Failure("IssuerNotADid");
  if (issuer.startsWith("https:")) return keyAtAddress(issuer, method, world);
  const at = method.indexOf("#");
  if (at < 0 || method.slice(0, at) !== issuer) throw new Failure("OtherController");
  const document = await readable(issuer, world);
  const found = list(document, "verificationMethod").find((entry) => text(entry, "id") === method);
  if (found === undefined) throw new Failure("UnknownKey");
  return ownKey(found, document, issuer);
}

/** The key of an entry of the issuer's document, which has to be the issuer's own and meant for signing. */
function ownKey(entry, document, issuer) {
  const id = text(entry, "id");
  if (id === undefined) throw new Failure("UnknownKey");
  const isForSigning = list(document, "assertionMethod").some((named) => (typeof named === "string" ? named : text(named, "id")) === id);
  if (!isForSigning) throw new Failure("KeyNotForAssertion");
  if (text(entry, "controller") !== issuer) throw new Failure("OtherController");
  return keyOfEntry(entry);
}

function keyOfEntry(entry) {
  const type = text(entry, "type");
  if (["Multikey", "Ed25519VerificationKey2020"].includes(type)) return keyFromMultibase(text(entry, "publicKeyMultibase"));
  if (["JsonWebKey", "JsonWebKey2020"].includes(type)) return keyFromJwk(entry.publicKeyJwk);
  throw new Failure("KeyForm");
}

/** What the issuer publishes. A key that cannot be read is told before one that is not there. */
async function readable(issuer, world) {
  if (issuer.startsWith("did:key:")) keyFromMultibase(issuer.slice("did:key:".length));
  if (issuer.startsWith("did:jwk:")) keyFromJwk(spelledJwk(issuer));
  return published(issuer, world);
}

/** The key that a token's header names by id, or carries, if it is the issuer's. */
export async function keyOfToken(issuer, header, world) {
  if (!FOLLOWED.test(issuer)) throw new Failure("IssuerNotADid");
  const kid = text(header, "kid");
  const carried = header.jwk === undefined ? undefined : keyFromJwk(header.jwk);
  const isSite = issuer.startsWith("https:");
  if (kid === undefined) return isSite ? keyOfSite(issuer, undefined, carried, world) : keyThatIs(carried, issuer, world);
  const isName = isSite && !/^[a-z]+:/i.test(kid);
  const key = isName ? await keyOfSite(issuer, kid, undefined, world) : await keyOf(issuer, absolute(issuer, kid), world);
  if (carried !== undefined && !isSameKey(carried, key)) throw new Failure("OtherKey");
  return key;
}

/** The DID URL that `kid` means: a bare name or a fragment is one of the issuer's own document. */
function absolute(issuer, kid) {
  if (kid.startsWith("#")) return issuer + kid;
  return kid === "" || /[:/?#]/.test(kid) ? kid : `${issuer}#${kid}`;
}

/** `carried`, if `issuer` publishes that very key for signing. */
async function keyThatIs(carried, issuer, world) {
  const document = await readable(issuer, world);
  const isIt = (entry) => {
    try {
      return isSameKey(carried, ownKey(entry, document, issuer));
    } catch {
      return false;
    }
  };
  if (!list(document, "verificationMethod").some(isIt)) throw new Failure("UnknownKey");
  return carried;
}
