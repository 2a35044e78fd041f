// What was given: JSON, a compact token, or a picture with either inside. Sizes are looked at before anything is read.

import { fromBase64url, fromUtf8 } from "./bytes.js";
import { Failure } from "./failure.js";
import { isObject, parseJson } from "./json.js";
import { fromPng, fromSvg, isPng } from "./picture.js";

/** The largest picture and the largest document that are read, in bytes; the server has the same bounds. */
export const MAX_PICTURE = 8 << 20;
export const MAX_DOCUMENT = 1 << 20;

/** {carrier, document, token}: token is {header, signed, signature} for a compact JWS, or nothing. */
export function read(bytes) {
  if (bytes.length > MAX_PICTURE) throw new Failure("TooLarge", "8 MB");
  if (isPng(bytes)) return { carrier: "png", ...fromText(fromPng(bytes)) };
  const text = fromUtf8(bytes);
  if (text === undefined) throw new Failure("UnknownFile", "the file is neither text nor a PNG picture");
  const plain = text.replace(/^\uFEFF/, "");
  if (/^\s*<(?:!doctype html|html|head|body)/i.test(plain)) throw new Failure("UnknownFile", "it is a web page");
  if (/^\s*</.test(plain)) return { carrier: "svg", ...fromText(fromSvg(plain)) };
  return { carrier: "text", ...fromText(plain) };
}

function fromText(text) {
  if (new Blob([text]).size > MAX_DOCUMENT) throw new Failure("TooLarge", "1 MB");
  const compact = text.trim();
  if (/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*$/.test(compact)) return fromToken(compact);
  const document = parseJson(text);
  if (!isObject(document)) throw new Failure("UnknownFile", "it holds no JSON object");
  return { document, token: undefined };
}

function fromToken(compact) {
  const parts = compact.split(".");
  const [header, payload, signature] = parts.map(fromBase64url);
  if ([header, payload, signature].includes(undefined)) throw new Failure("NotJson", "the token is not base64url");
  const json = (bytes) => {
    const text = fromUtf8(bytes);
    const value = text === undefined ? undefined : parseJson(text);
    if (!isObject(value)) throw new Failure("NotJson", "the token holds no JSON object");
    return value;
  };
  return {
    document: json(payload),
    token: { header: json(header), signature, signed: new TextEncoder().encode(`${parts[0]}.${parts[1]}`) },
  };
}
