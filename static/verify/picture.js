// The badge inside a picture (Open Badges 3.0, section 5.3): one uncompressed iTXt chunk of a PNG, or one
// openbadges:credential element of an SVG; and as it was before 3.0.

import { fromUtf8 } from "./bytes.js";
import { Failure } from "./failure.js";

const MAGIC = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const KEYWORD = "openbadgecredential";
const NAMESPACE = "https://purl.imsglobal.org/ob/v3p0";
/** How badges of 1.0 and 2.0 are baked (Open Badges Baking Specification): JSON, a token, or an address. */
const OLDER_KEYWORD = "openbadges";
const OLDER_NAMESPACE = "http://openbadges.org";

/** Whether the bytes begin like a PNG. */
export function isPng(bytes) {
  return MAGIC.every((byte, at) => bytes[at] === byte);
}

let sums;

/** CRC-32 as PNG has it (PNG specification, annex D). */
function checksum(bytes) {
  sums ??= Uint32Array.from({ length: 256 }, (_, number) => {
    let sum = number;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? 0xedb88320 ^ (sum >>> 1) : sum >>> 1;
    return sum >>> 0;
  });
  let sum = 0xffffffff;
  for (const byte of bytes) sum = sums[(sum ^ byte) & 0xff] ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

const ascii = (bytes) => String.fromCharCode(...bytes);

/** The text of the badge inside a PNG. */
export function fromPng(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [found, older] = [[], []];
  let kind = "";
  for (let at = MAGIC.length; kind !== "IEND"; ) {
    const length = at + 12 <= bytes.length ? view.getUint32(at) : Infinity;
    if (at + 12 + length > bytes.length) throw new Failure("Png", "it ends too early");
    const typed = bytes.subarray(at + 4, at + 8 + length);
    if (checksum(typed) !== view.getUint32(at + 8 + length)) throw new Failure("Png", "a part of it has a wrong checksum");
    if (kind === "" && ascii(typed.subarray(0, 4)) !== "IHDR") throw new Failure("Png", "it does not begin with its header");
    kind = ascii(typed.subarray(0, 4));
    const data = typed.subarray(4);
    if (["iTXt", "tEXt", "zTXt"].includes(kind) && ascii(data.subarray(0, KEYWORD.length + 1)) === `${KEYWORD}\0`) {
      if (kind !== "iTXt") throw new Failure("Png", "its badge is in a part of the wrong kind");
      found.push(data.subarray(KEYWORD.length + 1));
    }
    if (["iTXt", "tEXt"].includes(kind) && ascii(data.subarray(0, OLDER_KEYWORD.length + 1)) === `${OLDER_KEYWORD}\0`) {
      older.push([kind, data.subarray(OLDER_KEYWORD.length + 1)]);
    }
    at += 12 + length;
  }
  if (found.length > 1 || (found.length === 0 && older.length > 1)) throw new Failure("BakedTwice");
  if (found.length === 1) return textOf(found[0]);
  if (older.length === 0) throw new Failure("NotBaked");
  const [wrapping, body] = older[0];
  return wrapping === "iTXt" ? textOf(body) : (fromUtf8(body) ?? "");
}

/** The text of a chunk: after flag and method come the language and the translated keyword, each ended by a zero. */
function textOf(chunk) {
  if (chunk.length > 0 && chunk[0] !== 0) throw new Failure("Png", "its badge is compressed, which the standard forbids");
  const language = chunk.indexOf(0, 2);
  const translated = language < 0 ? -1 : chunk.indexOf(0, language + 1);
  if (translated < 0) throw new Failure("Png", "its badge has no text");
  const text = fromUtf8(chunk.subarray(translated + 1));
  if (text === undefined) throw new Failure("Png", "its badge is not UTF-8");
  return text;
}

/** The text of the badge inside an SVG. Parsing runs no script and loads nothing. */
export function fromSvg(text) {
  if (/<!ENTITY/i.test(text)) throw new Failure("Svg", "it defines words of its own");
  const document = new DOMParser().parseFromString(text, "image/svg+xml");
  if (document.getElementsByTagName("parsererror").length > 0) throw new Failure("Svg", "it is not well-formed");
  const current = document.getElementsByTagNameNS(NAMESPACE, "credential");
  const found = current.length > 0 ? current : document.getElementsByTagNameNS(OLDER_NAMESPACE, "assertion");
  if (found.length > 1) throw new Failure("BakedTwice");
  const written = found[0]?.textContent.trim() ?? "";
  // Those of 2.0 name their address beside the JSON.
  const isBoth = current.length === 0 && written !== "";
  const inside = isBoth ? written : (found[0]?.getAttribute("verify") ?? written);
  if (inside === "") throw new Failure("NotBaked");
  return inside;
}
