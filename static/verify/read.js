// What was given: JSON, a compact token, or a picture with either inside. Sizes are looked at before anything is read.

import { fromBase64url, fromUtf8 } from "./bytes.js";
import { Failure } from "./failure.js";
import { isObject, list, parseJson, text } from "./json.js";
import { fromPng, fromSvg, isPng } from "./picture.js";

/** The largest picture and the largest document that are read, in bytes; the server has the same bounds. */
export const MAX_PICTURE = 8 << 20;
export const MAX_DOCUMENT = 1 << 20;

/** How files begin that people take for badges, and what each is. */
const OTHERS = [
  ["%PDF", "it is a PDF. A certificate in it is for people; the badge is the PNG, SVG or JSON file beside it, or its link"],
  ["PK", "it is a ZIP archive. Unpack it and choose one badge in it, with its did.json and status list; an archive of Cairn has a page for that in it, verify.html"],
  ["\u00ff\u00d8\u00ff", "it is a photograph or a screenshot (JPEG), which holds no badge. Ask for the badge’s own file or its link"],
  ["GIF8", "it is a GIF picture, which holds no badge. Ask for the badge’s own file or its link"],
  ["RIFF", "it is a WebP picture, which holds no badge. Ask for the badge’s own file or its link"],
];
const NOT_A_BADGE = "the file is neither text nor a PNG picture";

/**
 * {carrier, document, token, wrapping, source}: token is {header, claims, signed, signature, isLegacy} for a compact JWS, or
 * nothing, and its signature nothing where that is not in base64url; wrapping says that the badge came in a presentation, and several what is in one with more than one; source is the text that was read.
 */
export function read(bytes) {
  if (bytes.length > MAX_PICTURE) throw new Failure("TooLarge", "8 MB");
  if (isPng(bytes)) return { carrier: "png", ...fromBaked(fromPng(bytes)) };
  const beginning = String.fromCharCode(...bytes.subarray(0, 12));
  const other = OTHERS.find(([magic]) => beginning.startsWith(magic));
  if (other !== undefined) throw new Failure("UnknownFile", other[1]);
  if (/^....ftyp/s.test(beginning)) throw new Failure("UnknownFile", "it is a photograph (HEIC or AVIF), which holds no badge. Ask for the badge’s own file or its link");
  const written = fromUtf8(bytes);
  if (written === undefined) throw new Failure("UnknownFile", NOT_A_BADGE);
  const plain = written.replace(/^\uFEFF/, "");
  if (/^\s*<(?:!doctype html|html|head|body)/i.test(plain)) throw new Failure("UnknownFile", "it is a web page");
  if (/^\s*</.test(plain)) return { carrier: "svg", ...fromBaked(fromSvg(plain)) };
  return { carrier: "text", ...fromText(plain) };
}

/** What a picture holds; those of 1.0 hold the address alone. */
function fromBaked(inside) {
  const address = inside.trim();
  if (!/^https?:\/\/\S+$/.test(address)) return fromText(inside);
  const verify = Object.assign(Object.create(null), { type: "hosted", url: address });
  return { document: Object.assign(Object.create(null), { verify }), token: undefined, source: address };
}

function fromText(written) {
  if (new Blob([written]).size > MAX_DOCUMENT) throw new Failure("TooLarge", "1 MB");
  const compact = written.trim();
  // Whatever stands where the signature belongs: what is before it may be a whole badge.
  if (/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[^. \t\n\f\r]*$/.test(compact)) return { ...unwrapped(fromToken(compact)), source: compact };
  const document = parseJson(written);
  if (!isObject(document)) throw new Failure("UnknownFile", "it holds no JSON object");
  return { ...unwrapped({ document, token: undefined }), source: written };
}

/** The badge in a presentation, which is how wallets hand badges on; anything else as it is. */
function unwrapped(found) {
  const presentation = presentationIn(found);
  if (presentation === undefined) return found;
  // Nothing checks who presented it, so that this is a token that cannot be read, and not a badge that is wrong.
  if (found.token !== undefined && found.token.signature === undefined) throw new Failure("NotJson", "the token is not base64url");
  const held = list(presentation, "verifiableCredential");
  if (held.length === 0) throw new Failure("UnknownFile", "it is a presentation with nothing in it");
  // Each is judged by itself, as in a record: nothing vouches for all of them.
  if (held.length > 1) return { document: presentation, token: undefined, wrapping: "presentation", several: held };
  const [only] = held;
  const enveloped = /^data:application\/(?:vc\+)?jwt[^,]*,(.*)$/s.exec(text(only, "id") ?? "")?.[1];
  const compact = typeof only === "string" ? only : enveloped;
  if (compact !== undefined) return { ...fromToken(compact.trim()), wrapping: "presentation" };
  if (!isObject(only)) throw new Failure("UnknownFile", "it holds no JSON object");
  return { document: only, token: undefined, wrapping: "presentation" };
}

function presentationIn({ document, token }) {
  const inside = token === undefined ? document : (token.claims.vp ?? document);
  return list(inside, "type").includes("VerifiablePresentation") ? inside : undefined;
}

/** Whether a token's third part can be a signature at all: one that is empty, or cannot be decoded, is of no key. */
export function hasSignature({ signature: bytes }) {
  return bytes !== undefined && bytes.length > 0;
}

function fromToken(compact) {
  const parts = compact.split(".");
  const [header, payload, signature] = parts.map(fromBase64url);
  // Disclosures behind it make it a token of another kind (SD-JWT), which may be good.
  if (parts.length !== 3 || parts[2].includes("~")) throw new Failure("NotJson", "it is not a token of three parts alone");
  if ([header, payload].includes(undefined)) throw new Failure("NotJson", "the token is not base64url");
  const json = (bytes) => {
    const written = fromUtf8(bytes);
    const value = written === undefined ? undefined : parseJson(written);
    if (!isObject(value)) throw new Failure("NotJson", "the token holds no JSON object");
    return value;
  };
  const claims = json(payload);
  const isLegacy = isObject(claims.vc) && claims.credentialSubject === undefined;
  return {
    document: isLegacy ? fromLegacy(claims) : withoutClaims(claims),
    token: { header: json(header), claims, signature, signed: new TextEncoder().encode(`${parts[0]}.${parts[1]}`), isLegacy },
  };
}

/** Claims that stand beside the badge and are no part of it (RFC 7519, section 4.1; RFC 7800). */
const CLAIMS = ["iss", "sub", "jti", "nbf", "exp", "iat", "aud", "cnf"];

function withoutClaims(claims) {
  const document = Object.assign(Object.create(null), claims);
  for (const claim of CLAIMS) delete document[claim];
  return document;
}

/** The badge of a `vc` claim, with what the claims around it say in its stead (data model 1.1, section 6.3.1). */
function fromLegacy(claims) {
  const document = Object.assign(Object.create(null), claims.vc);
  const fill = (name, value) => {
    if (value !== undefined && document[name] === undefined) document[name] = value;
  };
  fill("id", text(claims, "jti"));
  fill("issuer", text(claims, "iss"));
  fill("issuanceDate", document.validFrom === undefined ? secondsAsDate(claims.nbf) : undefined);
  fill("expirationDate", document.validUntil === undefined ? secondsAsDate(claims.exp) : undefined);
  const subject = document.credentialSubject;
  const sub = text(claims, "sub");
  if (isObject(subject) && subject.id === undefined && sub !== undefined) {
    document.credentialSubject = Object.assign(Object.create(null), subject, { id: sub });
  }
  return document;
}

/** Seconds since 1970 as a date in JSON, up to the year 9999. */
function secondsAsDate(seconds) {
  const isMoment = Number.isInteger(seconds) && seconds >= 0 && seconds < 253_402_300_800;
  return isMoment ? new Date(seconds * 1000).toISOString().replace(".000Z", "Z") : undefined;
}
