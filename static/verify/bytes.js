// Notations of bytes, and the order of texts.

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** The bytes of base58 (Bitcoin's alphabet), or nothing. Keys and signatures are short; anything longer is refused. */
export function fromBase58(text) {
  if (text.length > 127) return undefined;
  const bytes = [];
  for (const letter of text) {
    let carry = ALPHABET.indexOf(letter);
    if (carry < 0) return undefined;
    for (let at = 0; at < bytes.length; at += 1) {
      carry += bytes[at] * 58;
      bytes[at] = carry & 0xff;
      carry >>= 8;
    }
    while (carry > 0) {
      bytes.push(carry & 0xff);
      carry >>= 8;
    }
  }
  for (const letter of text) {
    if (letter !== "1") break;
    bytes.push(0);
  }
  return Uint8Array.from(bytes.reverse());
}

/** The bytes of unpadded base64url (RFC 4648, section 5) in its one canonical form, or nothing. */
export function fromBase64url(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return undefined;
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  const binary = atob(plain.padEnd(Math.ceil(plain.length / 4) * 4, "="));
  // The last letter may not carry bits that no byte takes: one signature would have many spellings.
  const again = btoa(binary).replaceAll("=", "");
  return again === plain ? Uint8Array.from(binary, (letter) => letter.charCodeAt(0)) : undefined;
}

/** Lower-case hexadecimal. */
export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** UTF-8 as text, or nothing where it is none. */
export function fromUtf8(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** SHA-256 of a text or of bytes. */
export async function sha256(data) {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

const isSurrogate = (unit) => unit >= 0xd800 && unit <= 0xdfff;

/** The order of code points, which is that of UTF-8. Comparing texts in JavaScript gives that of UTF-16, which differs. */
export function byCodePoint(one, other) {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at += 1) {
    const a = one.charCodeAt(at);
    const b = other.charCodeAt(at);
    if (a !== b) return isSurrogate(a) === isSurrogate(b) ? a - b : isSurrogate(a) ? 1 : -1;
  }
  return one.length - other.length;
}
