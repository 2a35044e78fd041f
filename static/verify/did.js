// Whose key it is: the verification method has to be the issuer's own, published for assertions.

import { Failure } from "./failure.js";
import { list, text } from "./json.js";
import { isSameKey, keyFromJwk, keyFromMultibase } from "./keys.js";

/** The issuers whose keys can be had: the two methods of DIDs that this page follows. */
const FOLLOWED = /^did:(?:web|key):/;

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
  const document = await world.didDocument(issuer);
  if (text(document, "id") !== issuer) throw new Failure("OtherIdentity");
  return document;
}

/** The key behind `method` (a DID URL), if `issuer` publishes it for signing. */
export async function keyOf(issuer, method, world) {
  if (!FOLLOWED.test(issuer)) throw new Failure("IssuerNotADid");
  const at = method.indexOf("#");
  if (at < 0 || method.slice(0, at) !== issuer) throw new Failure("OtherController");
  // A key that cannot be read is told before one that is not there.
  if (issuer.startsWith("did:key:")) keyFromMultibase(issuer.slice("did:key:".length));
  const document = await published(issuer, world);
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
  if (text(entry, "type") === "Multikey") return keyFromMultibase(text(entry, "publicKeyMultibase"));
  if (["JsonWebKey", "JsonWebKey2020"].includes(text(entry, "type"))) return keyFromJwk(entry.publicKeyJwk);
  throw new Failure("KeyForm");
}

/** The key that a token's header names by id, or carries, if it is the issuer's. */
export async function keyOfToken(issuer, header, world) {
  if (!FOLLOWED.test(issuer)) throw new Failure("IssuerNotADid");
  const kid = text(header, "kid");
  const carried = header.jwk === undefined ? undefined : keyFromJwk(header.jwk);
  if (kid === undefined) return keyThatIs(carried, issuer, world);
  const key = await keyOf(issuer, absolute(issuer, kid), world);
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
  if (issuer.startsWith("did:key:")) keyFromMultibase(issuer.slice("did:key:".length));
  const document = await published(issuer, world);
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
