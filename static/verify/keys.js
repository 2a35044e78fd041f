// Public keys in the notations of this field, and signatures by WebCrypto.

import { fromBase58, fromBase64url, toHex } from "./bytes.js";
import { Failure } from "./failure.js";
import { isObject, text } from "./json.js";

/** The kinds of signature that are checked, by the `alg` of a token. */
export const ALGORITHMS = {
  EdDSA: { kind: "Ed25519", name: "Ed25519" },
  Ed25519: { kind: "Ed25519", name: "Ed25519" },
  ES256: { kind: "P-256", name: "ECDSA", hash: "SHA-256", namedCurve: "P-256" },
};

/**
 * A key from its Multikey notation (Controlled Identifiers 1.0, section 2.2.2): {kind, jwk}, kind "Ed25519" or "P-256".
 * Throws KeyForm for anything else.
 */
export function keyFromMultibase(notation) {
  const bytes = notation?.startsWith("z") ? fromBase58(notation.slice(1)) : undefined;
  if (bytes?.length === 34 && bytes[0] === 0xed && bytes[1] === 0x01) {
    return { kind: "Ed25519", jwk: { kty: "OKP", crv: "Ed25519", x: toBase64url(bytes.slice(2)) } };
  }
  if (bytes?.length === 35 && bytes[0] === 0x80 && bytes[1] === 0x24) {
    return { kind: "P-256", jwk: uncompressed(bytes.slice(2)) };
  }
  throw new Failure("KeyForm");
}

/** A key from a JSON Web Key (RFC 7517). Private members are refused, not dropped: they are known to everybody. */
export function keyFromJwk(jwk) {
  if (!isObject(jwk)) throw new Failure("KeyForm");
  if ("d" in jwk) throw new Failure("PrivateKey");
  const [kty, crv] = [text(jwk, "kty"), text(jwk, "crv")];
  const pick = (...names) => {
    const picked = { kty };
    for (const name of names) {
      picked[name] = text(jwk, name);
      if (name !== "crv" && fromBase64url(picked[name] ?? "")?.length !== 32) throw new Failure("KeyForm");
    }
    return picked;
  };
  if (kty === "OKP" && crv === "Ed25519") return { kind: "Ed25519", jwk: pick("crv", "x") };
  if (kty === "EC" && crv === "P-256") return { kind: "P-256", jwk: onCurve(pick("crv", "x", "y")) };
  throw new Failure("KeyForm");
}

/** Whether two keys are one. */
export function isSameKey(one, other) {
  return ["kty", "crv", "x", "y"].every((name) => one.jwk[name] === other.jwk[name]);
}

/** Whether `signature` over `data` is by `key`. Throws where the browser cannot tell. */
export async function verifies(key, algorithm, signature, data) {
  if (globalThis.crypto?.subtle === undefined) throw new Failure("NoCrypto");
  let imported;
  try {
    imported = await crypto.subtle.importKey("jwk", { ...key.jwk, ext: true }, algorithm, false, ["verify"]);
  } catch (error) {
    if (error.name === "NotSupportedError" && algorithm.name === "Ed25519") throw new Failure("NoEd25519");
    throw new Failure("KeyForm");
  }
  return crypto.subtle.verify(algorithm, imported, signature, data);
}

function toBase64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** The key, if its coordinates are a point of P-256. */
function onCurve(jwk) {
  const [x, y] = [jwk.x, jwk.y].map((coordinate) => toNumber(fromBase64url(coordinate)));
  if (x >= P || y >= P || (y * y) % P !== squareAt(x)) throw new Failure("KeyForm");
  return jwk;
}

function toNumber(bytes) {
  return BigInt(`0x${toHex(bytes)}`);
}

/** The square of the points' second coordinate at `x`. */
function squareAt(x) {
  return (((x * x * x - 3n * x + B) % P) + P) % P;
}

/** A point of P-256 from its compressed form (SEC 1, section 2.3.4): browsers take only both coordinates. */
function uncompressed(bytes) {
  const x = toNumber(bytes.slice(1));
  const square = squareAt(x);
  let y = power(square, (P + 1n) / 4n);
  if (x >= P || (y * y) % P !== square || ![2, 3].includes(bytes[0])) throw new Failure("KeyForm");
  if (y % 2n !== BigInt(bytes[0] & 1)) y = P - y;
  const coordinate = (value) =>
    toBase64url(Uint8Array.from(value.toString(16).padStart(64, "0").match(/../g), (pair) => parseInt(pair, 16)));
  return { kty: "EC", crv: "P-256", x: coordinate(x), y: coordinate(y) };
}

function power(base, exponent) {
  let [result, factor, left] = [1n, base % P, exponent];
  while (left > 0n) {
    if (left & 1n) result = (result * factor) % P;
    factor = (factor * factor) % P;
    left >>= 1n;
  }
  return result;
}
