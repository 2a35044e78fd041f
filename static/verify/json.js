// JSON read strictly (RFC 8259), because a signature is worth what all readers agree on: no name twice in an object,
// no lone surrogate, bounded depth. Objects have no prototype, so that "__proto__" is a name like any other.

import { Failure } from "./failure.js";

/** How deep a document may be nested; the server's reader has the same bound. */
const MAX_NESTING = 127;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPES = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** The value that `text` writes. Throws a Failure with the place where it does not. */
export function parseJson(text) {
  let at = 0;
  const refuse = (why) => {
    const before = text.slice(0, at).split("\n");
    throw new Failure("NotJson", `${why}, at line ${before.length}, column ${before.at(-1).length + 1}`);
  };
  const space = () => {
    while (at < text.length && " \t\n\r".includes(text[at])) at += 1;
  };
  const word = (name, value) => {
    if (!text.startsWith(name, at)) refuse("it is not JSON");
    at += name.length;
    return value;
  };
  const number = () => {
    NUMBER.lastIndex = at;
    const found = NUMBER.exec(text);
    if (found === null) refuse("it is not JSON");
    at = NUMBER.lastIndex;
    const value = Number(found[0]);
    if (!Number.isFinite(value)) refuse("a number is out of range");
    return value;
  };
  const escape = () => {
    const kind = text[at];
    at += 1;
    if (kind !== "u") return Object.hasOwn(ESCAPES, kind ?? "") ? ESCAPES[kind] : refuse("an escape is unknown");
    const digits = text.slice(at, at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) refuse("an escape is unknown");
    at += 4;
    return String.fromCharCode(parseInt(digits, 16));
  };
  const string = () => {
    const from = at;
    at += 1;
    let value = "";
    for (;;) {
      PLAIN.lastIndex = at;
      value += PLAIN.exec(text)[0];
      at = PLAIN.lastIndex;
      const next = text[at];
      at += 1;
      if (next === '"') break;
      if (next !== "\\") refuse(next === undefined ? "it ends within a text" : "a text holds a control character");
      value += escape();
    }
    if (!value.isWellFormed()) {
      at = from;
      refuse("a text holds half a character");
    }
    return value;
  };
  const members = (depth) => {
    const object = Object.create(null);
    at += 1;
    space();
    if (text[at] === "}") {
      at += 1;
      return object;
    }
    for (;;) {
      space();
      if (text[at] !== '"') refuse("a name is missing");
      const name = string();
      if (name in object) throw new Failure("DuplicateName", JSON.stringify(name));
      space();
      if (text[at] !== ":") refuse("a colon is missing");
      at += 1;
      object[name] = value(depth);
      space();
      at += 1;
      if (text[at - 1] === "}") return object;
      if (text[at - 1] !== ",") refuse("a comma is missing");
    }
  };
  const items = (depth) => {
    const array = [];
    at += 1;
    space();
    if (text[at] === "]") {
      at += 1;
      return array;
    }
    for (;;) {
      array.push(value(depth));
      space();
      at += 1;
      if (text[at - 1] === "]") return array;
      if (text[at - 1] !== ",") refuse("a comma is missing");
    }
  };
  const value = (depth) => {
    space();
    const first = text[at];
    if (first === "{" || first === "[") {
      if (depth === 0) refuse("it is nested too deeply");
      return first === "{" ? members(depth - 1) : items(depth - 1);
    }
    if (first === '"') return string();
    if (first === "t") return word("true", true);
    if (first === "f") return word("false", false);
    if (first === "n") return word("null", null);
    return number();
  };
  const document = value(MAX_NESTING);
  space();
  if (at < text.length) refuse("something follows it");
  return document;
}

/** Whether `value` is a JSON object. */
export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The text under `name`, or nothing. */
export function text(value, name) {
  const found = isObject(value) ? value[name] : undefined;
  return typeof found === "string" ? found : undefined;
}

/** What stands under `name`, one value or several, as a list. */
export function list(value, name) {
  const found = isObject(value) ? value[name] : undefined;
  if (found === undefined || found === null) return [];
  return Array.isArray(found) ? found : [found];
}
