// Public keys in the notations of this field, and signatures by WebCrypto.

import { fromBase58, fromBase64url, toHex } from "./bytes.js";
import { Failure } from "./failure.js";
import { isObject, text } from "./json.js";

/** The kinds of signature that are checked, by the `alg` of a token. */
export const ALGORITHMS = {
  EdDSA: { kind: "Ed25519", name: "Ed25519" },
  Ed25519: { kind: "Ed25519", name: "Ed25519" },
  ES256: { kind: "P-256", name: "ECDSA", hash: "SHA-256", namedCurve: "P-256" },
  ES384: { kind: "P-384", name: "ECDSA", hash: "SHA-384", namedCurve: "P-384" },
  RS256: { kind: "RSA", name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
};

/** The curves of ECDSA (FIPS 186-4, appendix D.1.2), with the multicodec that stands before a key of each. */
const CURVES = {
  "P-256": {
    multicodec: [0x80, 0x24],
    size: 32,
    prime: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  },
  "P-384": {
    multicodec: [0x81, 0x24],
    size: 48,
    prime: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  },
};
/** The bits that an RSA key may have: fewer are weak, more cost time. */
const RSA_BITS = [2048, 8192];

/**
 * A key from its Multikey notation (Controlled Identifiers 1.0, section 2.2.2): {kind, jwk}, kind "Ed25519", "P-256" or
 * "P-384". Throws KeyForm for anything else.
 */
export function keyFromMultibase(notation) {
  const bytes = notation?.startsWith("z") ? fromBase58(notation.slice(1)) : undefined;
  if (bytes?.length === 34 && bytes[0] === 0xed && bytes[1] === 0x01) {
    return { kind: "Ed25519", jwk: { kty: "OKP", crv: "Ed25519", x: toBase64url(bytes.slice(2)) } };
  }
  for (const [kind, curve] of Object.entries(CURVES)) {
    if (bytes?.length === curve.size + 3 && curve.multicodec.every((byte, at) => bytes[at] === byte)) {
      return { kind, jwk: uncompressed(bytes.slice(2), kind) };
    }
  }
  throw new Failure("KeyForm");
}

/** A key from a JSON Web Key (RFC 7517). Private members are refused, not dropped: they are known to everybody. */
export function keyFromJwk(jwk) {
  if (!isObject(jwk)) throw new Failure("KeyForm");
  if ("d" in jwk) throw new Failure("PrivateKey");
  const [kty, crv] = [text(jwk, "kty"), text(jwk, "crv")];
  const pick = (size, ...names) => {
    const picked = { kty, crv };
    for (const name of names) {
      picked[name] = text(jwk, name);
      if (fromBase64url(picked[name] ?? "")?.length !== size) throw new Failure("KeyForm");
    }
    return picked;
  };
  if (kty === "OKP" && crv === "Ed25519") return { kind: "Ed25519", jwk: pick(32, "x") };
  if (kty === "EC" && Object.hasOwn(CURVES, crv ?? "")) return { kind: crv, jwk: onCurve(pick(CURVES[crv].size, "x", "y")) };
  if (kty === "RSA") return rsaKey(fromBase64url(text(jwk, "n") ?? "!"), fromBase64url(text(jwk, "e") ?? "!"));
  throw new Failure("KeyForm");
}

/** An RSA key by its modulus and exponent, if it is of a size that is used. */
function rsaKey(modulus, exponent) {
  const bare = (bytes) => bytes?.slice(bytes.findIndex((byte) => byte !== 0)) ?? new Uint8Array();
  const [n, e] = [bare(modulus), bare(exponent)];
  const bits = n.length * 8 - Math.clz32(n[0] ?? 0) + 24;
  const isExponent = e.length > 0 && e.length <= 4 && (e.at(-1) & 1) === 1 && !(e.length === 1 && e[0] < 3);
  if (bits < RSA_BITS[0] || bits > RSA_BITS[1] || !isExponent) throw new Failure("KeyForm");
  return { kind: "RSA", jwk: { kty: "RSA", n: toBase64url(n), e: toBase64url(e) } };
}

/** An RSA key in PEM (RFC 7468), as SubjectPublicKeyInfo or RSAPublicKey: how keys of Open Badges 2.0 are written. */
export function keyFromPem(pem) {
  const found = /-----BEGIN (?:RSA )?PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END (?:RSA )?PUBLIC KEY-----/.exec(pem ?? "");
  const letters = found?.[1].replace(/\s/g, "") ?? "";
  const bytes = fromBase64url(letters.replace(/=+$/, "").replaceAll("+", "-").replaceAll("/", "_"));
  const outer = bytes === undefined ? undefined : derItems(bytes, 0x30)?.[0];
  const items = outer === undefined ? undefined : derAll(outer);
  if (items === undefined) throw new Failure("KeyForm");
  if (items[0]?.tag === 0x02) return rsaKey(items[0].value, items[1]?.value);
  const inner = items[1]?.tag === 0x03 && items[1].value[0] === 0 ? derItems(items[1].value.slice(1), 0x30)?.[0] : undefined;
  const numbers = inner === undefined ? undefined : derAll(inner);
  if (numbers?.[0]?.tag !== 0x02 || numbers[1]?.tag !== 0x02) throw new Failure("KeyForm");
  return rsaKey(numbers[0].value, numbers[1].value);
}

/** What stands in `bytes` (DER, X.690), one after another: {tag, value}; nothing where it is malformed. */
function derAll(bytes) {
  const items = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes[at];
    let length = bytes[at + 1] ?? NaN;
    at += 2;
    if (length > 0x80 && length <= 0x83) {
      const count = length - 0x80;
      length = bytes.slice(at, at + count).reduce((sum, byte) => sum * 256 + byte, 0);
      at += count;
    }
    if (!(length <= bytes.length - at)) return undefined;
    items.push({ tag, value: bytes.slice(at, at + length) });
    at += length;
  }
  return items;
}

/** The values of the items with that tag. */
function derItems(bytes, tag) {
  return derAll(bytes)?.filter((item) => item.tag === tag).map(({ value }) => value);
}

/** Whether two keys are one. */
export function isSameKey(one, other) {
  return ["kty", "crv", "x", "y", "n", "e"].every((name) => one.jwk[name] === other.jwk[name]);
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

/** The key, if its coordinates are a point of its curve. */
function onCurve(jwk) {
  const { prime } = CURVES[jwk.crv];
  const [x, y] = [jwk.x, jwk.y].map((coordinate) => toNumber(fromBase64url(coordinate)));
  if (x >= prime || y >= prime || (y * y) % prime !== squareAt(x, jwk.crv)) throw new Failure("KeyForm");
  return jwk;
}

function toNumber(bytes) {
  return BigInt(`0x${toHex(bytes)}`);
}

/** The square of the points' second coordinate at `x`. */
function squareAt(x, crv) {
  const { prime, b } = CURVES[crv];
  return (((x * x * x - 3n * x + b) % prime) + prime) % prime;
}

/** A point of a curve from its compressed form (SEC 1, section 2.3.4): browsers take only both coordinates. */
function uncompressed(bytes, crv) {
  const { prime, size } = CURVES[crv];
  const x = toNumber(bytes.slice(1));
  const square = squareAt(x, crv);
  let y = power(square, (prime + 1n) / 4n, prime);
  if (x >= prime || (y * y) % prime !== square || ![2, 3].includes(bytes[0])) throw new Failure("KeyForm");
  if (y % 2n !== BigInt(bytes[0] & 1)) y = prime - y;
  const coordinate = (value) =>
    toBase64url(Uint8Array.from(value.toString(16).padStart(2 * size, "0").match(/../g), (pair) => parseInt(pair, 16)));
  return { kty: "EC", crv, x: coordinate(x), y: coordinate(y) };
}

function power(base, exponent, prime) {
  let [result, factor, left] = [1n, base % prime, exponent];
  while (left > 0n) {
    if (left & 1n) result = (result * factor) % prime;
    factor = (factor * factor) % prime;
    left >>= 1n;
  }
  return result;
}
