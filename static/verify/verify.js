// The checks, in the order of the server's verifier (`src/openbadges/verify/mod.rs`) and with its verdicts: everything
// fails closed, and what cannot be told is never said to hold.

import { fromBase58, sha256, toHex } from "./bytes.js";
import { keyOf, keyOfToken } from "./did.js";
import { Failure, failureFrom, sentenceOf, stateOf } from "./failure.js";
import { isObject, list, text } from "./json.js";
import { ALGORITHMS, keyFromJwk, keyFromMultibase, verifies } from "./keys.js";
import { canonicalize } from "./rdfc10.js";
import { read } from "./read.js";
import { checkStatus } from "./status.js";
import { quadsOf } from "./terms.js";

const VC_CONTEXT = "https://www.w3.org/ns/credentials/v2";
const SUITE = "eddsa-rdfc-2022";
const MAX_ENDORSEMENTS = 16;
/** Claims that repeat in a token what its badge says (Open Badges 3.0, section 8.2.3). */
const CLAIMS = ["iss", "sub", "jti", "nbf", "exp", "iat", "aud", "cnf"];
const BADGE = ["OpenBadgeCredential", "AchievementCredential", "EndorsementCredential"];
const ENDORSEMENT = ["EndorsementCredential"];
const STATUS_LIST = ["BitstringStatusListCredential"];

/** What each check is called, and what it says when it holds. */
const HELD = {
  Readable: ["Document", "The document can be read."],
  Members: ["Required parts", "Everything that Open Badges 3.0 requires is there."],
  Proof: ["Proof", "It carries a proof of a kind that this page checks."],
  Claims: ["Token", "The token says the same as the badge in it."],
  Key: ["Issuer’s key", "The key is one that the issuer publishes."],
  Terms: ["Meaning", "Every part of the document has a defined meaning."],
  Signature: ["Signature", "Nothing was changed since the issuer signed it."],
  Period: ["Validity period", "It is valid at present."],
  Status: ["Revocation", "The issuer has not revoked it."],
  Endorsements: ["Endorsements", "The endorsements in it are good."],
  Recipient: ["Recipient", "It was awarded to the identifier that you gave."],
};

/** A list of checks that grows. */
class Checks {
  constructor() {
    this.all = [];
  }

  /** Runs one check: its value where it holds, nothing where it does not. It may return a sentence of its own. */
  async note(kind, run) {
    const [name, sentence] = HELD[kind];
    try {
      const value = await run();
      this.all.push({ kind, name, state: "held", code: "", sentence: value?.sentence ?? sentence });
      return value;
    } catch (error) {
      const failure = failureFrom(error);
      this.all.push({ kind, name, state: stateOf(failure), code: failure.code, sentence: sentenceOf(failure), failure });
      return undefined;
    }
  }

  /** The failure that decides: what is wrong before what is unknown. */
  worst() {
    const found = this.all.find(({ state }) => state === "failed") ?? this.all.find(({ state }) => state === "unchecked");
    return found?.failure;
  }
}

/**
 * Verifies what was given.
 *
 * `world` is what lies outside: {table, now, didDocument(did), statusList(url)}; `now` in milliseconds. What
 * cannot be fetched is thrown as a Failure. `recipient` is whom it should belong to, where that was asked. The answer is {verdict, headline, checks, remarks, carrier, document}, with
 * verdict "valid" (as far as checked), "invalid" or "unknown".
 */
export async function verify(bytes, world, recipient = "") {
  const checks = new Checks();
  const given = await checks.note("Readable", () => read(bytes));
  if (given === undefined) return conclude(checks, undefined, []);
  const { document, token } = given;
  await core(checks, document, token, BADGE, world);
  const issuer = issuerOf(document);
  await checks.note("Status", () => statusOf(document, issuer, world));
  await checks.note("Endorsements", () => endorsements(document, world));
  if (recipient !== "") await checks.note("Recipient", () => belongsTo(document, recipient));
  const found = conclude(checks, document, remarks(document, token));
  if (world.fromFiles?.size > 0) {
    if (found.verdict === "valid") {
      found.headline = "Valid, as far as the files that you chose tell";
      // Nobody but the files says that the key is the issuer's, so it must not look like a badge that its issuer vouches for.
      found.sentence = "The issuer itself could not be asked, so this does not prove that it issued the badge: whoever made those files could have made the badge too.";
      found.unconfirmed = true;
    }
    found.remarks.unshift("The issuer could not be asked: what you chose stood in for what it publishes. Whoever made those files could have made the badge too. Check again when its site answers.");
  }
  return { ...found, carrier: given.carrier, document };
}

/** The checks that badges, endorsements and status lists share. */
async function core(checks, document, token, types, world) {
  await checks.note("Members", () => members(document, types));
  const proof = await checks.note("Proof", () => (token === undefined ? findProof(document, world.now) : tokenProof(token)));
  if (token !== undefined) await checks.note("Claims", () => claims(document));
  let named = proof?.named;
  const key = await checks.note("Key", async () => {
    const issuer = issuerOf(document);
    if (issuer === undefined) throw new Failure("IssuerNotADid");
    if (proof === undefined) throw new Failure("NotChecked");
    const found = token === undefined ? await keyOf(issuer, proof.method, world) : await keyOfToken(issuer, token.header, world);
    if (found.kind !== proof.algorithm.kind) throw new Failure("KeyForm");
    return world.fromFiles?.has(issuer) ? { ...found, sentence: "The key is in the issuer’s document that you chose; the issuer itself could not be asked." } : found;
  });
  // Only where the issuer could not be asked does the key that the proof names itself tell anything.
  if (key !== undefined || checks.all.at(-1).code !== "IssuerUnavailable") named = undefined;
  const statements = await checks.note("Terms", () => terms(document, proof, token, world.table));
  await checks.note("Signature", () => signature(proof, key ?? named, statements, key === undefined));
  await checks.note("Period", () => period(document, world.now));
}

function members(document, types) {
  if (list(document, "@context")[0] !== VC_CONTEXT) throw new Failure(isObject(document?.vc) ? "OldForm" : "Context");
  const has = (name) => list(document, "type").includes(name);
  if (!has("VerifiableCredential")) throw new Failure("WrongType");
  if (!types.some(has)) {
    // A credential of another kind may be as good as any; what it has to hold is not known here.
    throw new Failure(types === BADGE ? "OtherKind" : "WrongType", otherKinds(document));
  }
  if (text(document, "id") === undefined) throw new Failure("Missing", "id");
  if (issuerOf(document) === undefined) throw new Failure("Missing", "issuer");
  const subject = document.credentialSubject;
  if (!isObject(subject)) throw new Failure("Missing", "credentialSubject");
  if (types === BADGE && !has("EndorsementCredential")) {
    const { achievement } = subject;
    if (achievement === undefined) throw new Failure("Missing", "achievement");
    for (const name of ["id", "name", "description"]) {
      if (text(achievement, name) === undefined) throw new Failure("Missing", name);
    }
    if (achievement.criteria === undefined) throw new Failure("Missing", "criteria");
    if (text(subject, "id") === undefined && list(subject, "identifier").length === 0) throw new Failure("NoRecipient");
    results(subject, achievement);
  } else if (text(subject, "id") === undefined && types !== STATUS_LIST) {
    throw new Failure("Missing", "credentialSubject.id");
  }
}

function otherKinds(document) {
  return list(document, "type").filter((kind) => typeof kind === "string" && kind !== "VerifiableCredential").join(", ");
}

/** Each result is one that the badge describes (Open Badges 3.0, Result: `resultDescription`, `achievedLevel`). */
function results(subject, achievement) {
  for (const result of list(subject, "result")) {
    const named = text(result, "resultDescription");
    const described = list(achievement, "resultDescription").find((entry) => named !== undefined && text(entry, "id") === named);
    if (named !== undefined && described === undefined) throw new Failure("ResultLinks");
    const level = text(result, "achievedLevel");
    const levels = list(described, "rubricCriterionLevel").map((entry) => text(entry, "id"));
    if (level !== undefined && !levels.includes(level)) throw new Failure("ResultLinks");
  }
}

function findProof(document, now) {
  const proofs = list(document, "proof");
  if (proofs.length === 0) throw new Failure("NoProof");
  const known = proofs.filter((proof) => text(proof, "type") === "DataIntegrityProof" && text(proof, "cryptosuite") === SUITE);
  if (known.length === 0) throw new Failure("UnknownProof", text(proofs[0], "cryptosuite") ?? text(proofs[0], "type") ?? "none");
  const proof = known.find((candidate) => text(candidate, "proofPurpose") === "assertionMethod");
  if (proof === undefined) throw new Failure("Purpose");
  if (proof.previousProof !== undefined) throw new Failure("ProofChain");
  if (proof.expires !== undefined && !(moment(proof, "expires") > now)) throw new Failure("ProofExpired");
  const value = text(proof, "proofValue");
  const bytes = value?.startsWith("z") ? fromBase58(value.slice(1)) : undefined;
  if (bytes?.length !== 64) throw new Failure("ProofValue");
  const config = Object.assign(Object.create(null), proof, { "@context": document["@context"] ?? null });
  delete config.proofValue;
  const method = text(proof, "verificationMethod") ?? "";
  return { config, method, bytes, algorithm: ALGORITHMS.Ed25519, named: namedKey(method), sentence: `It carries a proof of the kind ${SUITE}.` };
}

/** The key that a verification method spells out in its own name, if it does. */
function namedKey(method) {
  try {
    return keyFromMultibase(method.slice(method.indexOf("#") + 1));
  } catch {
    return undefined;
  }
}

function tokenProof({ header, signature: bytes, signed }) {
  const alg = text(header, "alg");
  if (alg === undefined || /^none$/i.test(alg)) throw new Failure("AlgNone");
  if (alg.startsWith("HS")) throw new Failure("AlgSecret", alg);
  const strange = Object.keys(header).find((name) => !["alg", "kid", "jwk", "typ"].includes(name));
  if (strange !== undefined) throw new Failure("TokenHeader", `the member “${strange}” has no place in it`);
  // Types of media are compared without case (RFC 7515, section 4.1.9).
  const isKnown = header.typ === undefined || ["jwt", "vc+jwt"].includes(text(header, "typ")?.toLowerCase());
  if (!isKnown) throw new Failure("TokenHeader", "it is a token of another type");
  if (isObject(header.jwk) && "d" in header.jwk) throw new Failure("PrivateKey");
  if (text(header, "kid") === undefined && header.jwk === undefined) throw new Failure("TokenHeader", "it names no key");
  if (!Object.hasOwn(ALGORITHMS, alg)) throw new Failure("UnknownProof", alg);
  if (header.jwk !== undefined) usable(header.jwk);
  return { algorithm: ALGORITHMS[alg], bytes, signed, sentence: `It is signed as a token (VC-JWT, ${alg}).` };
}

function usable(jwk) {
  try {
    keyFromJwk(jwk);
  } catch {
    throw new Failure("HeaderKey");
  }
}

function claims(document) {
  if (document.vc !== undefined) throw new Failure("OldForm");
  const seconds = (name) => Math.floor(moment(document, name) / 1000);
  const wanted = { iss: issuerOf(document), jti: text(document, "id"), nbf: seconds("validFrom") };
  const subject = text(document.credentialSubject, "id");
  if (subject !== undefined || document.sub !== undefined) wanted.sub = subject;
  if (document.validUntil !== undefined || document.exp !== undefined) wanted.exp = seconds("validUntil");
  const other = Object.keys(wanted).filter((name) => wanted[name] === undefined || document[name] !== wanted[name]);
  if (other.length > 0) throw new Failure("Claims", other.join(", "));
}

/** The statements of the document without its proofs, and of the proof's configuration. */
function terms(document, proof, token, table) {
  const bare = Object.assign(Object.create(null), document);
  delete bare.proof;
  if (token !== undefined) for (const claim of CLAIMS) delete bare[claim];
  const quads = quadsOf(bare, table);
  nothingHidden(document, quads);
  return { quads, config: proof?.config === undefined ? undefined : quadsOf(proof.config, table) };
}

/** What decides about validity has to stand in the badge itself, not be said about its id in some other place. */
function nothingHidden(document, quads) {
  const id = text(document, "id");
  if (id === undefined) throw new Failure("Missing", "id");
  for (const name of ["credentialStatus", "validFrom", "validUntil", "issuer", "credentialSubject"]) {
    const predicate = `https://www.w3.org/2018/credentials#${name}`;
    const stated = quads.filter((quad) => quad.graph === null && quad.predicate === predicate && quad.subject.iri === id);
    if (stated.length !== list(document, name).length) throw new Failure("Hidden", name);
  }
}

async function signature(proof, key, statements, isNamedOnly) {
  if (proof === undefined || key === undefined) throw new Failure("NotChecked");
  if (globalThis.crypto?.subtle === undefined) throw new Failure("NoCrypto");
  // A token is signed as it stands; an embedded proof signs what the document says.
  const signed = proof.config === undefined ? proof.signed : await message(statements);
  const isGood = await verifies(key, proof.algorithm, proof.bytes, signed);
  if (!isGood) throw new Failure("Signature");
  return isNamedOnly ? { sentence: "It fits the key that the badge itself names; whether that is the issuer’s could not be checked." } : undefined;
}

async function message(statements) {
  if (statements?.config === undefined) throw new Failure("NotChecked");
  const hashes = [await sha256(await canonicalize(statements.config)), await sha256(await canonicalize(statements.quads))];
  return new Uint8Array(await new Blob(hashes).arrayBuffer());
}

function period(document, now) {
  const clock = (from) => `${day(from)}; the clock of this device says ${day(now)}.`;
  const from = moment(document, "validFrom");
  if (Number.isNaN(from)) throw new Failure("Missing", "validFrom");
  if (now < from) throw new Failure("NotYetValid", clock(from));
  if (document.validUntil !== undefined) {
    const until = moment(document, "validUntil");
    if (Number.isNaN(until)) throw new Failure("Missing", "validUntil");
    if (until <= now) throw new Failure("Expired", clock(until));
  }
}

async function statusOf(document, issuer, world) {
  let from;
  const count = await checkStatus(document, issuer, world, async (bytes) => {
    const verified = await verifyList(bytes, world);
    if (world.fromFiles?.has(text(verified.document, "id"))) from = moment(verified.document, "validFrom");
    return verified;
  });
  if (from !== undefined) return { sentence: `It was not revoked as of ${day(from)}, the date of the list that you chose; the issuer itself could not be asked.` };
  return count === 0 ? { sentence: "The badge names no list of revoked badges: its issuer cannot revoke it." } : undefined;
}

async function verifyList(bytes, world) {
  const checks = new Checks();
  const given = await checks.note("Readable", () => read(bytes));
  if (given !== undefined) await core(checks, given.document, given.token, STATUS_LIST, world);
  return { document: given?.document, failure: checks.worst() };
}

/** Endorsements of the award, of the badge and of the issuer. */
async function endorsements(document, world) {
  const holders = [document, document?.issuer, document?.credentialSubject?.achievement];
  const all = holders.flatMap((holder) => list(holder, "endorsement"));
  if (all.length > MAX_ENDORSEMENTS) throw new Failure("TooManyEndorsements", MAX_ENDORSEMENTS);
  const bad = (failure) => new Failure(stateOf(failure) === "failed" ? "Endorsement" : "EndorsementUnchecked", sentenceOf(failure));
  for (const endorsement of all) {
    if (!isObject(endorsement)) throw bad(new Failure("WrongType"));
    const checks = new Checks();
    await core(checks, endorsement, undefined, ENDORSEMENT, world);
    await checks.note("Status", () => statusOf(endorsement, issuerOf(endorsement), world));
    const failure = checks.worst();
    if (failure !== undefined) throw bad(failure);
    const about = text(endorsement.credentialSubject, "id");
    if (!holders.some((holder) => text(holder, "id") === about)) throw new Failure("OtherEndorsed");
  }
  return all.length === 0 ? { sentence: "There are none in it." } : undefined;
}

/** Whether the badge names `recipient`, in clear or as a salted hash (Open Badges 3.0, IdentityObject). */
async function belongsTo(document, recipient) {
  const subject = document.credentialSubject;
  if (text(subject, "id") === recipient) return;
  let isReadable = true;
  for (const identity of list(subject, "identifier")) {
    const stated = text(identity, "identityHash") ?? "";
    if (identity?.hashed === false && stated === recipient) return;
    if (identity?.hashed === true) {
      const hash = `sha256$${toHex(await sha256(recipient + (text(identity, "salt") ?? "")))}`;
      if (stated.toLowerCase() === hash) return;
      isReadable &&= stated.startsWith("sha256$");
    }
  }
  throw new Failure(isReadable ? "OtherRecipient" : "UnknownHash");
}

/** The issuer's id, whether it stands alone or in a profile. */
export function issuerOf(document) {
  return text(document, "issuer") ?? text(document?.issuer, "id");
}

const MOMENT = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** A moment (RFC 3339) in milliseconds, or NaN. */
function moment(value, name) {
  const written = text(value, name) ?? "";
  const parts = MOMENT.exec(written)?.slice(1).map(Number);
  if (parts === undefined) return NaN;
  const [year, month, date] = parts;
  if (date > new Date(Date.UTC(year, month, 0)).getUTCDate()) return NaN;
  return Date.parse(written.toUpperCase().replace(" ", "T").replace(/:60(?=[.Z+-])/, ":59"));
}

function day(milliseconds) {
  return new Date(milliseconds).toISOString().replace("T", " ").replace(/:\d\d\.\d+Z$/, " UTC");
}

/** What is true and worth knowing, but decides nothing. */
function remarks(document, token) {
  const found = [];
  const issuer = issuerOf(document) ?? "";
  if (issuer.startsWith("did:web:")) {
    const host = decodeURIComponent(issuer.slice("did:web:".length).split(":")[0].replace(/%(?!3a)/gi, "%25"));
    found.push(`The issuer is whoever holds the web address ${host}. This page keeps no list of issuers to trust: judge by the address.`);
  } else if (issuer.startsWith("did:key:")) {
    found.push("The issuer is known by a key alone, which does not say who holds it. Ask the issuer by another way whether the key is theirs.");
  }
  if (token !== undefined && ["EdDSA", "Ed25519"].includes(text(token.header, "alg"))) {
    found.push("Some verifiers do not take tokens of this kind, although the signature can be checked.");
  }
  return found;
}

const HEADLINES = {
  Revoked: "Not valid: the issuer has revoked it",
  Suspended: "Not valid at present: the issuer has suspended it",
  Expired: "Not valid any more: it has expired",
  NotYetValid: "Not valid yet",
  Signature: "Not valid: the signature does not fit",
};

function conclude(checks, document, remarkable) {
  const failed = checks.all.filter(({ state }) => state === "failed");
  const unchecked = checks.all.filter(({ state }) => state === "unchecked");
  const plain = checks.all.map(({ kind, name, state, code, sentence }) => ({ kind, name, state, code, sentence }));
  let [verdict, headline] = ["valid", "Valid, as far as this page checks"];
  if (document === undefined) {
    [verdict, headline] = ["invalid", "This cannot be read as a badge"];
  } else if (failed.length > 0) {
    [verdict, headline] = ["invalid", (failed.length === 1 && HEADLINES[failed[0].code]) || "Not valid"];
  } else if (unchecked.length > 0) {
    [verdict, headline] = ["unknown", "Cannot say: something could not be checked"];
  }
  return { verdict, headline, checks: plain, remarks: remarkable };
}
