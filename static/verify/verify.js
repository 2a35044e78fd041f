// The checks, in the order of the server's verifier (`src/openbadges/verify/mod.rs`) and with its verdicts: everything
// fails closed, and what cannot be told is never said to hold.

import { fromBase58, sha256, toHex } from "./bytes.js";
import { keyOf, keyOfToken, originOf } from "./did.js";
import { Failure, failureFrom, sentenceOf, stateOf } from "./failure.js";
import { isObject, list, text } from "./json.js";
import { ALGORITHMS, keyFromJwk, keyFromMultibase, verifies } from "./keys.js";
import { isOlder, judgeOlder, olderRecipient } from "./older.js";
import { canonicalize } from "./rdfc10.js";
import { hasSignature, read } from "./read.js";
import { checkStatus } from "./status.js";
import { quadsOf, undefinedIn } from "./terms.js";

const VC_CONTEXT = "https://www.w3.org/ns/credentials/v2";
/** Data model 1.1, which Open Badges 3.0 allows beside 2.0. */
const VC_CONTEXT_1 = "https://www.w3.org/2018/credentials/v1";
const SUITE = "eddsa-rdfc-2022";
/** The kind of proof that this suite took the place of, and that signs in the same way. */
const OLDER_SUITE = "Ed25519Signature2020";
const MAX_ENDORSEMENTS = 16;
/** The type of a Comprehensive Learner Record, and how many badges of one are checked. */
const RECORD_TYPE = "ClrCredential";
const MAX_PARTS = 100;
const BADGE = ["OpenBadgeCredential", "AchievementCredential", "EndorsementCredential", RECORD_TYPE];
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
  Parts: ["Badges in it", "Every badge in it is good, each by the signature of its own issuer."],
  Associations: ["How they belong together", "What it says about how its badges belong together is about badges in it."],
  Hosted: ["Hosted", "It is what its issuer hosts."],
  Recipient: ["Recipient", "It is held by whoever has the address or identifier that you gave."],
};

/** A list of checks that grows. */
class Checks {
  constructor() {
    this.all = [];
    // What is true and worth knowing, but decides nothing.
    this.remarks = [];
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
 * cannot be fetched is thrown as a Failure. `recipient` is whom it should belong to, where that was asked. The answer is {verdict, headline, checks, remarks, parts, carrier, document}, with
 * verdict "valid" (as far as checked), "invalid" or "unknown".
 */
export async function verify(bytes, world, recipient = "") {
  const checks = new Checks();
  const given = await checks.note("Readable", () => recognised(read(bytes)));
  if (given === undefined) return conclude(checks, undefined, []);
  const { document, token } = given;
  if (given.several !== undefined) return presented(checks, given, world, recipient);
  if (given.wrapping !== undefined) checks.remarks.push("The badge came in a presentation, as wallets hand badges on. The badge in it was checked; who presented it was not.");
  if (isOlder(document)) return older(checks, given, world, recipient);
  await core(checks, document, token, BADGE, world);
  const issuer = issuerOf(document);
  await checks.note("Status", () => statusOf(document, issuer, world));
  await checks.note("Endorsements", () => endorsements(document, world, checks.remarks));
  const parts = isRecord(document) ? await partsOf(document, checks, world) : [];
  if (recipient !== "") await checks.note("Recipient", () => belongsTo(document.credentialSubject, recipient));
  const found = partly(conclude(checks, document, [...checks.remarks, ...remarks(document, token)]), parts);
  fromFilesAlone(found, world);
  return { ...found, parts, carrier: given.carrier, source: given.source, document };
}

/** Several badges in one presentation, each judged by itself: nothing was signed about all of them. */
async function presented(checks, given, world, recipient) {
  checks.remarks.push("These badges came in a presentation. Each of them was checked; who presented them, and that they belong together, was not.");
  const found = await eachOf(given.several, checks, world);
  if (recipient !== "" && found.length > 0) {
    await checks.note("Recipient", async () => {
      const failures = [];
      for (const { document } of found) {
        try {
          await belongsTo(document?.credentialSubject, recipient);
        } catch (error) {
          failures.push(failureFrom(error));
        }
      }
      const worst = failures.find((failure) => stateOf(failure) === "failed") ?? failures[0];
      if (worst !== undefined) throw worst;
    });
  }
  const parts = found.map(told);
  // Nobody signed what stands round them: told beside the verdict on them, a name or an issuer there would pass for checked.
  const document = { verifiableCredential: given.several };
  const outcome = partly(conclude(checks, document, checks.remarks), parts);
  fromFilesAlone(outcome, world);
  return { ...outcome, parts, carrier: given.carrier, source: given.source, document, isPresentation: true };
}

/** Says how many badges are good where not all are, and nothing else is wrong. */
function partly(found, parts) {
  const good = parts.filter(({ state }) => state === "held");
  if (good.length > 0 && found.verdict !== "valid" && found.checks.every(({ kind, state }) => kind === "Parts" || state === "held")) {
    found.headline = `Partly verified: ${good.length} of the ${parts.length} badges in it`;
  }
  return found;
}

/** Says so where what was chosen stood in for what an issuer publishes. */
function fromFilesAlone(found, world) {
  if (world.fromFiles?.size > 0) {
    if (found.verdict === "valid") {
      found.headline = "Valid, as far as the files that you chose tell";
      // Nobody but the files says that the key is the issuer's, so it must not look like a badge that its issuer vouches for.
      found.sentence = "The issuer itself could not be asked, so this does not prove that it issued the badge: whoever made those files could have made the badge too.";
      found.unconfirmed = true;
    }
    found.remarks.unshift("The issuer could not be asked: what you chose stood in for what it publishes. Whoever made those files could have made the badge too. Check again when its site answers.");
  }
}

/** Lets through what says of itself, in one way or another, that it is a credential: of whatever standard, and however wrong. */
function recognised(found) {
  const { document, token } = found;
  const isCredential =
    document.credentialSubject !== undefined ||
    document.proof !== undefined ||
    found.several !== undefined ||
    list(document, "@context").some((one) => one === VC_CONTEXT || one === VC_CONTEXT_1) ||
    list(document, "type").includes("VerifiableCredential") ||
    isOlder(document);
  if (isCredential) return found;
  if (token !== undefined) throw new Failure("UnknownFile", "it is a signed token that holds no badge");
  if (document.verificationMethod !== undefined) throw new Failure("UnknownFile", "it is the list of an issuer’s keys (did.json). Choose it together with a badge");
  throw new Failure("UnknownFile", "nothing in it says that it is a credential");
}

/** What can be told of a badge of an older standard. */
async function older(checks, given, world, recipient) {
  const seen = {};
  await judgeOlder(checks, given, world, seen);
  const assertion = seen.assertion;
  if (recipient !== "") await checks.note("Recipient", () => belongsTo({ identifier: olderRecipient(assertion) }, recipient));
  const found = conclude(checks, assertion, checks.remarks);
  if (found.verdict === "valid" && checks.all.some(({ kind }) => kind === "Hosted")) found.headline = "Valid, as hosted by its issuer";
  return { ...found, carrier: given.carrier, source: given.source, document: assertion, older: seen };
}

/** The checks that badges, endorsements and status lists share. */
async function core(checks, document, token, types, world) {
  await checks.note("Members", () => members(document, types, checks.remarks));
  const proof = await checks.note("Proof", () => (token === undefined ? findProof(document, world.now) : tokenProof(token)));
  if (token !== undefined) await checks.note("Claims", () => claims(document, token));
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
  const statements = await checks.note("Terms", () => (token === undefined ? terms(document, proof, world.table) : tokenTerms(document, world.table, checks.remarks)));
  await checks.note("Signature", () => {
    // That it is of no key can be told without the issuer's.
    if (token !== undefined && !hasSignature(token)) throw new Failure("Signature");
    return signature(proof, key ?? named, statements, key === undefined);
  });
  await checks.note("Period", () => period(document, world.now));
}

function members(document, types, remarkable) {
  const [context] = list(document, "@context");
  if (context !== VC_CONTEXT && context !== VC_CONTEXT_1) throw new Failure("Context");
  if (context === VC_CONTEXT_1) remarkable.push("It is written in data model 1.1, the one before today’s. That says nothing against it.");
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
  if (types === BADGE && has(RECORD_TYPE)) {
    if (list(subject, "verifiableCredential").length === 0) throw new Failure("Missing", "verifiableCredential");
    if (text(subject, "id") === undefined && list(subject, "identifier").length === 0) remarkable.push("It names no recipient: it says nothing about who earned it.");
  } else if (types === BADGE && !has("EndorsementCredential")) {
    const { achievement } = subject;
    if (achievement === undefined) throw new Failure("Missing", "achievement");
    for (const name of ["id", "name", "description"]) {
      if (text(achievement, name) === undefined) throw new Failure("Missing", name);
    }
    if (achievement.criteria === undefined) throw new Failure("Missing", "criteria");
    if (text(subject, "id") === undefined && list(subject, "identifier").length === 0) remarkable.push("It names no recipient: it says nothing about who earned it.");
    if (!hasOwnResults(subject, achievement)) remarkable.push("A result in it refers to a description or a level that the badge does not have under that name.");
  } else if (text(subject, "id") === undefined && types !== STATUS_LIST) {
    throw new Failure("Missing", "credentialSubject.id");
  }
}

function otherKinds(document) {
  return list(document, "type").filter((kind) => typeof kind === "string" && kind !== "VerifiableCredential").join(", ");
}

/** Whether each result is one that the badge describes (Open Badges 3.0, Result: `resultDescription`, `achievedLevel`). */
function hasOwnResults(subject, achievement) {
  for (const result of list(subject, "result")) {
    const named = text(result, "resultDescription");
    const described = list(achievement, "resultDescription").find((entry) => named !== undefined && text(entry, "id") === named);
    if (named !== undefined && described === undefined) return false;
    const level = text(result, "achievedLevel");
    const levels = list(described, "rubricCriterionLevel").map((entry) => text(entry, "id"));
    if (level !== undefined && !levels.includes(level)) return false;
  }
  return true;
}

function findProof(document, now) {
  const proofs = list(document, "proof");
  if (proofs.length === 0) throw new Failure("NoProof");
  const isKnown = (proof) =>
    (text(proof, "type") === "DataIntegrityProof" && text(proof, "cryptosuite") === SUITE) ||
    (text(proof, "type") === OLDER_SUITE && proof.cryptosuite === undefined);
  const known = proofs.filter(isKnown);
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
  return { config, method, bytes, algorithm: ALGORITHMS.Ed25519, named: namedKey(method), sentence: `It carries a proof of the kind ${text(proof, "cryptosuite") ?? OLDER_SUITE}.` };
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
  // "cty" says that a credential is inside, which is known (W3C VC-JOSE-COSE, section 3.1.1).
  const isPlain = (name) => ["alg", "kid", "jwk", "typ"].includes(name) || (name === "cty" && typeof header.cty === "string");
  const strange = Object.keys(header).find((name) => !isPlain(name));
  if (strange !== undefined) throw new Failure("TokenHeader", `the member “${strange}” has no place in it`);
  // Types of media are compared without case (RFC 7515, section 4.1.9).
  const isKnown = header.typ === undefined || ["jwt", "vc+jwt", "vc+ld+jwt", "vc+ld+json+jwt"].includes(text(header, "typ")?.toLowerCase());
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

function claims(document, { claims: said, isLegacy }) {
  if (said.vc !== undefined && !isLegacy) throw new Failure("OldForm");
  const at = (...names) => Math.floor(moment(document, names.find((name) => document[name] !== undefined) ?? names[0]) / 1000);
  const wanted = { iss: issuerOf(document), jti: text(document, "id"), nbf: at("issuanceDate", "validFrom") };
  const subject = text(document.credentialSubject, "id");
  if (subject !== undefined || said.sub !== undefined) wanted.sub = subject;
  const ends = document.validUntil !== undefined || document.expirationDate !== undefined;
  if (ends || said.exp !== undefined) wanted.exp = at("expirationDate", "validUntil");
  // In data model 1.1 the claims stand in for the members, or are left out.
  const isOwed = (name) => !isLegacy || said[name] !== undefined;
  const other = Object.keys(wanted).filter((name) => isOwed(name) && (wanted[name] === undefined || said[name] !== wanted[name]));
  if (other.length > 0) throw new Failure("Claims", other.join(", "));
}

/** The statements of the document without its proofs, and of the proof's configuration. */
function terms(document, proof, table) {
  const bare = Object.assign(Object.create(null), document);
  delete bare.proof;
  const quads = quadsOf(bare, table);
  nothingHidden(document, quads);
  return { quads, config: proof?.config === undefined ? undefined : quadsOf(proof.config, table) };
}

/** A token's signature covers its payload to the letter, so that what no context defines cannot be changed either. */
function tokenTerms(document, table, remarkable) {
  let unknown;
  try {
    unknown = undefinedIn(document, table);
  } catch (error) {
    unknown = [failureFrom(error).what].filter((what) => what !== "");
  }
  if (unknown.length === 0) return undefined;
  remarkable.push(`Its contexts do not define ${unknown.join(", ")}; the token’s signature covers that all the same.`);
  return { sentence: "The signature of a token covers every part of it, also what its contexts do not define." };
}

/** What decides about validity has to stand in the badge itself, not be said about its id in some other place. */
function nothingHidden(document, quads) {
  const id = text(document, "id");
  if (id === undefined) throw new Failure("Missing", "id");
  for (const name of ["credentialStatus", "validFrom", "validUntil", "issuanceDate", "expirationDate", "issuer", "credentialSubject"]) {
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
  const isOld = list(document, "@context")[0] === VC_CONTEXT_1;
  const starts = (isOld ? ["issuanceDate", "validFrom"] : ["validFrom"]).filter((name) => document[name] !== undefined);
  if (starts.length === 0) throw new Failure("Missing", isOld ? "issuanceDate" : "validFrom");
  for (const name of starts) {
    const from = moment(document, name);
    if (Number.isNaN(from)) throw new Failure("Missing", name);
    if (now < from) throw new Failure("NotYetValid", clock(from));
  }
  for (const name of isOld ? ["expirationDate", "validUntil"] : ["validUntil"]) {
    if (document[name] !== undefined) {
      const until = moment(document, name);
      if (Number.isNaN(until)) throw new Failure("Missing", name);
      if (until <= now) throw new Failure("Expired", clock(until));
    }
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
  return count === 0 ? { sentence: "It names no list of revoked badges, so there is none to look at." } : undefined;
}

async function verifyList(bytes, world) {
  const checks = new Checks();
  const given = await checks.note("Readable", () => recognised(read(bytes)));
  if (given !== undefined) await core(checks, given.document, given.token, STATUS_LIST, world);
  return { document: given?.document, failure: checks.worst() };
}

/** What ends an endorsement, and is no fault of the badge that it is in. */
const OVER = ["Expired", "Revoked", "Suspended"];

/**
 * Endorsements of the award, of the badge and of the issuer. One whose endorser took it back, or whose time is over, is told and
 * decides nothing: the badge is its issuer’s, and nobody else can take it from its holder.
 */
async function endorsements(document, world, remarkable) {
  const holders = [document, document?.issuer, document?.credentialSubject?.achievement];
  const all = holders.flatMap((holder) => list(holder, "endorsement"));
  if (all.length > MAX_ENDORSEMENTS) throw new Failure("TooManyEndorsements", MAX_ENDORSEMENTS);
  const bad = (failure) => new Failure(stateOf(failure) === "failed" ? "Endorsement" : "EndorsementUnchecked", sentenceOf(failure));
  for (const endorsement of all) {
    if (!isObject(endorsement)) throw bad(new Failure("WrongType"));
    const checks = new Checks();
    await core(checks, endorsement, undefined, ENDORSEMENT, world);
    await checks.note("Status", () => statusOf(endorsement, issuerOf(endorsement), world));
    const over = checks.all.find(({ code }) => OVER.includes(code));
    checks.all = checks.all.filter(({ code }) => !OVER.includes(code));
    const failure = checks.worst();
    if (failure !== undefined) throw bad(failure);
    const about = text(endorsement.credentialSubject, "id");
    if (!holders.some((holder) => text(holder, "id") === about)) throw new Failure("OtherEndorsed");
    const by = text(endorsement.issuer, "name") ?? issuerOf(endorsement) ?? "";
    remarkable.push(
      over === undefined
        ? `An endorsement in it is good. Whoever signed it calls itself “${by}”: judge by its web address.`
        : `An endorsement in it, of whoever calls itself “${by}”, holds no more: ${over.sentence} The badge itself is not touched by that.`,
    );
  }
  return all.length === 0 ? { sentence: "There are none in it." } : undefined;
}

function isRecord(document) {
  return list(document, "type").includes(RECORD_TYPE);
}

/** Checks each badge of a record by its own proof, and what is said about how they belong together. */
async function partsOf(record, checks, world) {
  const subject = record.credentialSubject;
  const all = list(subject, "verifiableCredential");
  const found = await eachOf(all, checks, world);
  if (all.length > MAX_PARTS) return found;
  const inside = found.map(({ document }) => text(document?.credentialSubject?.achievement, "id"));
  const known = [...list(subject, "achievement").map((one) => text(one, "id")), ...inside];
  await checks.note("Associations", () => associated(subject, known));
  return found.map(told);
}

/** Checks each of several badges by its own proof. */
async function eachOf(all, checks, world) {
  const found = [];
  if (all.length > MAX_PARTS) {
    await checks.note("Parts", () => Promise.reject(new Failure("TooManyParts", MAX_PARTS)));
    return found;
  }
  for (const part of all) found.push(await partOf(part, world));
  await checks.note("Parts", () => {
    const bad = ["failed", "unchecked"].map((state) => found.find(({ failure }) => failure !== undefined && stateOf(failure) === state)).find(Boolean);
    if (bad !== undefined) throw new Failure(stateOf(bad.failure) === "failed" ? "Part" : "PartUnchecked", `${bad.name}: ${sentenceOf(bad.failure)}`);
  });
  return found;
}

/** What was found of one of them, for the page. */
function told({ name, failure, document }) {
  return {
    name,
    issuer: text(document?.issuer, "name") ?? issuerOf(document),
    awarded: text(document, "awardedDate") ?? text(document, "validFrom"),
    criteria: text(document?.credentialSubject?.achievement?.criteria, "narrative"),
    state: failure === undefined ? "held" : stateOf(failure),
    code: failure?.code ?? "",
    sentence: failure === undefined ? "Valid, as far as this page checks." : sentenceOf(failure),
  };
}

async function partOf(part, world) {
  const checks = new Checks();
  const given = await checks.note("Readable", () => readPart(part));
  if (given === undefined) return { name: "A badge that cannot be read", failure: checks.worst() };
  const { document, token } = given;
  // A record within a record is not looked into, and a badge before 3.0 is no credential.
  if (isRecord(document) || isOlder(document)) await checks.note("Members", () => Promise.reject(new Failure("OtherKind", otherKinds(document))));
  else await core(checks, document, token, BADGE, world);
  await checks.note("Status", () => statusOf(document, issuerOf(document), world));
  await checks.note("Endorsements", () => endorsements(document, world));
  const name = text(document.credentialSubject?.achievement, "name") ?? text(document, "name") ?? "A badge without a name";
  return { name, document, failure: checks.worst() };
}

/** A badge as it stands in a record: with its proof inside, or as a token. */
function readPart(part) {
  if (typeof part === "string") return read(new TextEncoder().encode(part));
  if (!isObject(part)) throw new Failure("UnknownFile", "it holds no JSON object");
  const envelope = /^data:application\/(?:vc\+)?jwt[^,]*,(.*)$/s.exec(text(part, "id") ?? "");
  return envelope === null ? { document: part } : read(new TextEncoder().encode(envelope[1].trim()));
}

const ASSOCIATIONS = ["exactMatchOf", "isChildOf", "isParentOf", "isPartOf", "isPeerOf", "isRelatedTo", "precedes", "replacedBy"];

/** Whether the associations are of what is in the record, in words of the standard, and nothing is a part of itself. */
function associated(subject, known) {
  let left = [];
  for (const association of list(subject, "association")) {
    const [kind, source, target] = ["associationType", "sourceId", "targetId"].map((name) => text(association, name));
    if (!ASSOCIATIONS.includes(kind)) throw new Failure("Missing", "associationType");
    if (source === undefined) throw new Failure("Missing", "sourceId");
    if (target === undefined) throw new Failure("Missing", "targetId");
    const unknown = [source, target].find((id) => !known.includes(id));
    if (unknown !== undefined) throw new Failure("OtherAssociated", unknown);
    if (["isChildOf", "isPartOf"].includes(kind)) left.push([source, target]);
    if (kind === "isParentOf") left.push([target, source]);
  }
  // What has no whole or no part any more is taken away until nothing goes: what is left goes round.
  for (let before = -1; before !== left.length; ) {
    before = left.length;
    const [parts, wholes] = [new Set(left.map(([part]) => part)), new Set(left.map(([, whole]) => whole))];
    left = left.filter(([part, whole]) => parts.has(whole) && wholes.has(part));
  }
  if (left.length > 0) throw new Failure("Circle", left[0][0]);
}

/** What kinds of identifiers are called (Open Badges 3.0, IdentifierTypeEnum). */
const IDENTIFIERS = { emailAddress: "e-mail address", ltiUserId: "the user id of a learning platform", userName: "user name", sourcedId: "the id of a school system", name: "name", did: "a DID" };

/** Whether the badge names `recipient`, in clear or as a salted hash (Open Badges 3.0, IdentityObject). */
async function belongsTo(subject, recipient) {
  if (text(subject, "id") === recipient) return;
  const isEmail = recipient.includes("@");
  const small = recipient.toLowerCase();
  const [kinds, comparable] = [new Set(), []];
  for (const identity of list(subject, "identifier").filter(isObject)) {
    const stated = text(identity, "identityHash") ?? "";
    const kind = text(identity, "identityType") ?? "";
    const keepsEmail = ["emailAddress", "email", ""].includes(kind) || (identity.hashed === false && stated.includes("@"));
    // An address is the same in capitals; as it was given first, since some hash it with them.
    for (const spelling of isEmail && keepsEmail ? [recipient, small] : [recipient]) {
      if (identity.hashed === false && stated === spelling) return;
      if (identity.hashed === true) {
        const hash = `sha256$${toHex(await sha256(spelling + (text(identity, "salt") ?? "")))}`;
        if (stated.toLowerCase() === hash) return;
      }
    }
    if (isEmail && identity.hashed === false && stated.toLowerCase() === small) return;
    kinds.add(Object.hasOwn(IDENTIFIERS, kind) ? IDENTIFIERS[kind] : kind || "an identifier of a kind that is not named");
    // An address can only be missed where addresses are kept, and nothing else where they are.
    if (keepsEmail === isEmail || kind === "") comparable.push(identity);
  }
  if (comparable.length === 0 && text(subject, "id") !== undefined) kinds.add("the id in it");
  if (comparable.length === 0) throw new Failure("OtherIdentifier", [...kinds].join(" or ") || "nothing at all");
  const isReadable = comparable.every((identity) => identity.hashed !== true || (text(identity, "identityHash") ?? "").startsWith("sha256$"));
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
  } else if (originOf(issuer) !== undefined) {
    found.push(`The issuer is whoever holds the web address ${new URL(issuer).host}. This page keeps no list of issuers to trust: judge by the address.`);
  } else if (issuer.startsWith("did:key:") || issuer.startsWith("did:jwk:")) {
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

/** What is said of that which could not be read as a badge; nothing of it is proven wrong. */
const UNREAD = {
  UnknownFile: "This is no badge",
  NotBaked: "This is no badge",
  NotJson: "This is no badge, or not a whole one",
};

function conclude(checks, document, remarkable) {
  const failed = checks.all.filter(({ state }) => state === "failed");
  const unchecked = checks.all.filter(({ state }) => state === "unchecked");
  const plain = checks.all.map(({ kind, name, state, code, sentence }) => ({ kind, name, state, code, sentence }));
  let [verdict, headline] = ["valid", "Valid, as far as this page checks"];
  if (document === undefined) {
    const unread = UNREAD[unchecked[0]?.code] ?? "Cannot say: this cannot be read as a badge";
    [verdict, headline] = failed.length === 0 ? ["unknown", unread] : ["invalid", "This cannot be read as a badge"];
  } else if (failed.length > 0) {
    [verdict, headline] = ["invalid", (failed.length === 1 && HEADLINES[failed[0].code]) || "Not valid"];
  } else if (unchecked.length > 0) {
    [verdict, headline] = ["unknown", "Cannot say: something could not be checked"];
  }
  return { verdict, headline, checks: plain, remarks: remarkable };
}
