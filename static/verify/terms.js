// From the JSON of a badge to its RDF statements, by a table of terms that is made from the published contexts (JSON-LD
// 1.1 API, sections 4 to 8, as far as those contexts use them). Nothing is left out in silence: a member, type or address
// that the contexts do not define is a failure, and what this reader cannot read is said to be unchecked.

import { Failure } from "./failure.js";
import { isObject, list } from "./json.js";

const MAX_QUADS = 4000;
const MAX_BLANK_NODES = 400;
/** How many times as much a record may have, in which many badges are. */
const RECORD = 4;
const MAX_DEPTH = 32;
const KEYWORDS = ["@id", "@type", "@value", "@language", "@context"];
const RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const XSD = "http://www.w3.org/2001/XMLSchema#";
// An absolute IRI (RFC 3987) as far as its letters tell: a scheme, and nothing that would end it in N-Quads.
const IRI = /^[A-Za-z][A-Za-z0-9+.-]*:(?:[^\u0000-\u0020\u007f-\u009f<>"{}|\\^`%\u{e000}-\u{f8ff}\u{f0000}-\u{10ffff}]|%[0-9A-Fa-f]{2})*$/u;

/**
 * The statements of `document` under the contexts of `table`.
 * Terms of a statement: {iri}, {blank} or {text, type, language}; `graph` is null in the default graph.
 */
export function quadsOf(document, table) {
  return readDocument(document, table, undefined);
}

/** The members and types that the contexts of `document` do not define; a Failure where more is wrong with it. */
export function undefinedIn(document, table) {
  const names = new Set();
  readDocument(document, table, names);
  return [...names];
}

function readDocument(document, table, unknown) {
  inspect(document, MAX_DEPTH, table);
  const times = list(document, "type").includes("ClrCredential") ? RECORD : 1;
  const reader = new Reader(table, unknown, MAX_QUADS * times);
  reader.element(document, { terms: new Map(), previous: null }, null, null, () => {});
  if (reader.blanks.size > MAX_BLANK_NODES * times) throw new Failure("TooComplex");
  return reader.quads;
}

/** Walks the JSON: contexts by name only, no keyword but the harmless ones, no member under a full address. */
function inspect(value, depth, table) {
  if (depth === 0) throw new Failure("TooComplex");
  if (Array.isArray(value)) {
    for (const item of value) inspect(item, depth - 1, table);
  } else if (isObject(value)) {
    for (const [name, member] of Object.entries(value)) {
      if (name === "@context") knownContexts(member, table);
      else if (name.startsWith("@") && !KEYWORDS.includes(name)) throw new Failure("Keyword", name);
      else if (name.includes(":")) throw new Failure("IriAsName", JSON.stringify(name));
      else inspect(member, depth - 1, table);
    }
  }
}

function knownContexts(value, table) {
  const urls = Array.isArray(value) ? value : [value];
  if (urls.length > 8) throw new Failure("TooComplex");
  for (const url of urls) {
    if (typeof url !== "string") throw new Failure("UnknownContext", "definitions of its own");
    if (!Object.hasOwn(table, url)) throw new Failure("UnknownContext", url);
  }
}

/** One term as the table writes it: an IRI alone, or {i: IRI, t: type, c: container, x: scoped context}. */
function definition(entry, isProtected) {
  const full = typeof entry === "string" ? { i: entry } : entry;
  return { iri: full.i, type: full.t, container: full.c, scoped: full.x, isProtected, isSimple: typeof entry === "string", key: JSON.stringify(entry) };
}

/**
 * `active` with the terms of a context of the table on top (section 4.1). A protected term may be repeated, but not
 * changed, unless a property's own context does it.
 */
function withContext(active, context, { mayOverride = false, propagates = true } = {}) {
  const previous = propagates ? active.previous : (active.previous ?? active);
  if (context === null) {
    const isProtected = [...active.terms.values()].some((term) => term.isProtected);
    if (isProtected && !mayOverride) throw new Failure("Invalid", "protected terms are withdrawn");
    return { terms: new Map(), previous };
  }
  const terms = new Map(active.terms);
  for (const [name, entry] of Object.entries(context.t)) {
    const known = terms.get(name);
    const next = definition(entry, context.p === true);
    if (known?.isProtected && !mayOverride) {
      if (known.key !== next.key) throw new Failure("Invalid", `the protected term ${JSON.stringify(name)} is changed`);
    } else {
      terms.set(name, next);
    }
  }
  return { terms, previous };
}

class Reader {
  /** `unknown` takes in what is not defined; without it, that is a failure. */
  constructor(table, unknown, mostQuads) {
    this.mostQuads = mostQuads;
    this.table = table;
    this.unknown = unknown;
    this.quads = [];
    this.blanks = new Set();
  }

  fresh() {
    // A name that no document can write: labels hold no space.
    const blank = `b ${this.blanks.size}`;
    this.blanks.add(blank);
    return { blank };
  }

  say(subject, predicate, object, graph) {
    if (this.quads.length >= this.mostQuads) throw new Failure("TooComplex");
    this.quads.push({ subject, predicate, object, graph });
  }

  /** A name or an address without a meaning. */
  undefinedName(name) {
    if (this.unknown === undefined) throw new Failure("Undefined", JSON.stringify(name));
    this.unknown.add(name);
  }

  /** An address that has to be absolute; relative ones mean nothing in a file. */
  node(active, written) {
    const address = spelledOut(active, written);
    if (typeof address !== "string") throw new Failure("Invalid", "an id is not a text");
    if (address.startsWith("_:")) {
      if (!/^_:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?$/.test(address)) throw new Failure("Invalid", "an id is malformed");
      this.blanks.add(address);
      return { blank: address };
    }
    if (!IRI.test(address)) this.undefinedName(address);
    return { iri: address };
  }

  /** A type or another word of the vocabulary: a term, or an absolute address. */
  word(active, name) {
    if (typeof name !== "string") throw new Failure("Invalid", "a type is not a text");
    const term = active.terms.get(name);
    if (term?.iri.startsWith("@")) throw new Failure("Undefined", JSON.stringify(name));
    return term === undefined ? this.node(active, name) : { iri: term.iri };
  }

  /** What stands under a property: each value of it is handed to `give` as an object of a statement. */
  element(value, active, property, graph, give, isWithin = false) {
    if (value === null) return;
    if (Array.isArray(value)) {
      if (isWithin && property?.container === "@list") throw new Failure("Unsupported", "a list of lists");
      for (const item of value) this.element(item, active, property, graph, give, true);
    } else if (isObject(value)) {
      if (property?.container === "@graph") give(this.graphOf(value, active, property));
      else if ("@value" in value) give(this.valueObject(value, active));
      else give(this.nodeObject(value, active, property, graph));
    } else if (property === null) {
      throw new Failure("Invalid", "it is not an object");
    } else {
      give(this.scalar(value, active, property));
    }
  }

  graphOf(value, active, property) {
    if ("@value" in value) throw new Failure("Unsupported", "a value in the place of a graph");
    const graph = this.fresh();
    this.nodeObject(value, active, property, graph);
    return graph;
  }

  scalar(value, active, property) {
    const { type } = property;
    if (property.container === "@graph") throw new Failure("Unsupported", "a graph that is named by its address");
    if (type === "@json") throw new Failure("Unsupported", "JSON within JSON");
    if (typeof value === "string") {
      if (type === "@id") return this.node(active, value);
      if (type === "@vocab") {
        const scoped = property.scoped === undefined ? active : withContext(active, property.scoped);
        return this.word(scoped, value);
      }
      return literal(value, type);
    }
    return native(value, type === "@id" || type === "@vocab" ? undefined : type);
  }

  valueObject(value, active) {
    const { "@value": inner, "@type": type, "@language": language } = value;
    const others = Object.keys(value).filter((name) => !["@value", "@type", "@language"].includes(name));
    if (others.length > 0 || (type !== undefined && language !== undefined)) throw new Failure("Invalid", "a value has more than a type or a language");
    if (inner === null || typeof inner === "object") throw new Failure("Unsupported", "a value that is no text, number or boolean");
    if (language !== undefined) {
      if (typeof inner !== "string" || typeof language !== "string") throw new Failure("Invalid", "a language is not that of a text");
      if (!/^[a-z]{1,8}(?:-[a-z0-9]{1,8})*$/.test(language)) throw new Failure("Unsupported", `the language ${JSON.stringify(language)}`);
      return { text: inner, type: `${RDF}langString`, language };
    }
    if (type === "@json") throw new Failure("Unsupported", "JSON within JSON");
    const datatype = type === undefined ? undefined : this.word(active, type);
    if (datatype?.blank) throw new Failure("Invalid", "a type is not an address");
    return typeof inner === "string" ? literal(inner, datatype?.iri) : native(inner, datatype?.iri);
  }

  nodeObject(value, active, property, graph) {
    const names = Object.keys(value);
    const isIdAlone = names.length === 1 && keyword(active, names[0]) === "@id";
    let scope = active.previous !== null && !isIdAlone ? active.previous : active;
    if (property?.scoped !== undefined) scope = withContext(scope, property.scoped, { mayOverride: true });
    if ("@context" in value) {
      const urls = Array.isArray(value["@context"]) ? value["@context"] : [value["@context"]];
      for (const url of urls) scope = withContext(scope, this.table[url]);
    }
    // What each type brings along, in the order of their names; none of it reaches the nodes below.
    const outer = scope;
    const types = names
      .filter((name) => keyword(outer, name) === "@type")
      .sort()
      .flatMap((name) => value[name]);
    if (types.some((type) => typeof type !== "string")) throw new Failure("Invalid", "a type is not a text");
    for (const type of [...types].sort()) {
      const scoped = outer.terms.get(type)?.scoped;
      if (scoped !== undefined) scope = withContext(scope, scoped, { propagates: false });
    }
    const ids = names.filter((name) => keyword(outer, name) === "@id");
    if (ids.length > 1) throw new Failure("Invalid", "an object has two ids");
    const subject = ids.length === 0 ? this.fresh() : this.node(outer, value[ids[0]]);
    for (const type of types) this.say(subject, `${RDF}type`, this.word(outer, type), graph);
    for (const name of names) {
      if (name !== "@context" && !["@id", "@type"].includes(keyword(outer, name))) {
        this.member(subject, name, value[name], scope, graph);
      }
    }
    return subject;
  }

  member(subject, name, value, active, graph) {
    if (name === "@language") throw new Failure("Invalid", "a language stands without a value");
    const term = active.terms.get(name);
    if (term === undefined) {
      this.undefinedName(name);
      return;
    }
    if (term.iri.startsWith("@")) throw new Failure("Unsupported", `the member ${JSON.stringify(name)}`);
    if (term.type === "@json") throw new Failure("Unsupported", "JSON within JSON");
    if (term.container === "@list") {
      if (value !== null) this.say(subject, term.iri, this.listOf(value, active, term, graph), graph);
      return;
    }
    this.element(value, active, term, graph, (object) => this.say(subject, term.iri, object, graph));
  }

  listOf(value, active, term, graph) {
    const items = [];
    this.element(value, active, term, graph, (object) => items.push(object));
    let rest = { iri: `${RDF}nil` };
    for (const item of items.reverse()) {
      const cell = this.fresh();
      this.say(cell, `${RDF}first`, item, graph);
      this.say(cell, `${RDF}rest`, rest, graph);
      rest = cell;
    }
    return rest;
  }
}

/** An address with its prefix written out, where a context around defines one (section 5.2.2). */
function spelledOut(active, address) {
  const at = typeof address === "string" ? address.indexOf(":") : -1;
  if (at < 1 || address.startsWith("//", at + 1)) return address;
  const prefix = active.terms.get(address.slice(0, at));
  return prefix?.isSimple && /[:/?#[\]@]$/.test(prefix.iri) ? prefix.iri + address.slice(at + 1) : address;
}

function keyword(active, name) {
  if (name.startsWith("@")) return name;
  const iri = active.terms.get(name)?.iri;
  return iri?.startsWith("@") ? iri : undefined;
}

function literal(text, type) {
  return { text, type: type === undefined || type === "@none" ? `${XSD}string` : type };
}

/** Numbers and booleans in their canonical writing (section 8.2.2). */
function native(value, type) {
  const given = type === "@none" ? undefined : type;
  if (typeof value === "boolean") return { text: String(value), type: given ?? `${XSD}boolean` };
  if (Number.isInteger(value) && given !== `${XSD}double`) {
    if (!Number.isSafeInteger(value)) throw new Failure("Unsupported", "a number of more than 15 digits");
    return { text: value.toFixed(0), type: given ?? `${XSD}integer` };
  }
  const text = value.toExponential(15).replace(/(\d)0*e\+?/, "$1E");
  return { text, type: given ?? `${XSD}double` };
}
