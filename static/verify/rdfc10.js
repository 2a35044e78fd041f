// RDF Dataset Canonicalization 1.0 (RDFC-1.0) with SHA-256, and a budget: graphs exist that take longer than anybody
// waits, and no badge looks like them.

import { byCodePoint, sha256, toHex } from "./bytes.js";
import { Failure } from "./failure.js";

/** How many nodes and paths may be looked at while telling apart blank nodes that look alike. */
const BUDGET = 4000;
const XSD_STRING = "http://www.w3.org/2001/XMLSchema#string";

/** The canonical N-Quads of `quads`: sorted lines, blank nodes named c14n0, c14n1, and so on. */
export async function canonicalize(quads) {
  const names = await new Naming(quads).canonical();
  const lines = new Set(quads.map((quad) => line(quad, (blank) => names.get(blank))));
  return [...lines].sort(byCodePoint).join("");
}

function escaped(text) {
  return text.replace(/[\u0000-\u001f"\\\u007f\ufffe\uffff]/g, (letter) => {
    const short = { "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\" };
    return short[letter] ?? `\\u${letter.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  });
}

function written(term, name) {
  if (term.blank !== undefined) return `_:${name(term.blank)}`;
  if (term.iri !== undefined) return `<${term.iri}>`;
  if (term.language !== undefined) return `"${escaped(term.text)}"@${term.language}`;
  return `"${escaped(term.text)}"${term.type === XSD_STRING ? "" : `^^<${term.type}>`}`;
}

function line({ subject, predicate, object, graph }, name) {
  const place = graph === null ? "" : ` ${written(graph, name)}`;
  return `${written(subject, name)} <${predicate}> ${written(object, name)}${place} .\n`;
}

/** Names in the order in which they are asked for (section 4.5). */
class Issuer {
  constructor(prefix, issued = new Map()) {
    this.prefix = prefix;
    this.issued = issued;
  }

  issue(blank) {
    if (!this.issued.has(blank)) this.issued.set(blank, `${this.prefix}${this.issued.size}`);
    return this.issued.get(blank);
  }

  copy() {
    return new Issuer(this.prefix, new Map(this.issued));
  }
}

const blanksOf = ({ subject, object, graph }) =>
  [["s", subject], ["o", object], ["g", graph]].filter(([, term]) => term?.blank !== undefined);

class Naming {
  constructor(quads) {
    this.mentions = new Map();
    const seen = new Set();
    for (const quad of quads) {
      const key = line(quad, (blank) => blank);
      if (seen.has(key)) continue;
      seen.add(key);
      for (const blank of new Set(blanksOf(quad).map(([, term]) => term.blank))) {
        if (!this.mentions.has(blank)) this.mentions.set(blank, []);
        this.mentions.get(blank).push(quad);
      }
    }
    this.names = new Issuer("c14n");
    this.firstHashes = new Map();
    this.left = BUDGET;
  }

  spend() {
    this.left -= 1;
    if (this.left < 0) throw new Failure("TooComplex");
  }

  /** Section 4.4.3. */
  async canonical() {
    const byHash = new Map();
    for (const blank of this.mentions.keys()) {
      const hash = await this.firstDegree(blank);
      byHash.set(hash, [...(byHash.get(hash) ?? []), blank]);
    }
    const sorted = [...byHash.entries()].sort(([one], [other]) => byCodePoint(one, other));
    for (const [, alike] of sorted) if (alike.length === 1) this.names.issue(alike[0]);
    for (const [, alike] of sorted) {
      if (alike.length === 1) continue;
      const paths = [];
      for (const blank of alike) {
        if (this.names.issued.has(blank)) continue;
        const issuer = new Issuer("b");
        issuer.issue(blank);
        paths.push(await this.nDegree(blank, issuer));
      }
      paths.sort((one, other) => byCodePoint(one.hash, other.hash));
      for (const path of paths) for (const blank of path.issuer.issued.keys()) this.names.issue(blank);
    }
    return this.names.issued;
  }

  /** Section 4.6: what is said about a blank node, with every other one anonymous. */
  async firstDegree(blank) {
    const known = this.firstHashes.get(blank);
    if (known !== undefined) return known;
    const lines = this.mentions.get(blank).map((quad) => line(quad, (other) => (other === blank ? "a" : "z")));
    const hash = toHex(await sha256(lines.sort(byCodePoint).join("")));
    this.firstHashes.set(blank, hash);
    return hash;
  }

  /** Section 4.7: one neighbour as seen from a node. */
  async related(blank, quad, issuer, position) {
    const property = position === "g" ? "" : `<${quad.predicate}>`;
    const name = this.names.issued.get(blank) ?? issuer.issued.get(blank);
    const who = name === undefined ? await this.firstDegree(blank) : `_:${name}`;
    return toHex(await sha256(`${position}${property}${who}`));
  }

  /** Section 4.8: the neighbours of a node and theirs, along the least of all paths. */
  async nDegree(blank, given) {
    this.spend();
    let issuer = given;
    const byHash = new Map();
    for (const quad of this.mentions.get(blank)) {
      for (const [position, term] of blanksOf(quad)) {
        if (term.blank === blank) continue;
        const hash = await this.related(term.blank, quad, issuer, position);
        byHash.set(hash, [...(byHash.get(hash) ?? []), term.blank]);
      }
    }
    let data = "";
    for (const [hash, neighbours] of [...byHash.entries()].sort(([one], [other]) => byCodePoint(one, other))) {
      data += hash;
      const best = await this.leastPath(neighbours, issuer);
      data += best.path;
      issuer = best.issuer;
    }
    return { hash: toHex(await sha256(data)), issuer };
  }

  async leastPath(neighbours, issuer) {
    let best = null;
    for (const order of orders(neighbours)) {
      this.spend();
      const tried = await this.path(order, issuer.copy(), best);
      if (tried !== null) best = tried;
    }
    return best;
  }

  /** The path along `order`, or null where it is no better than the best one so far. */
  async path(order, copy, best) {
    let issuer = copy;
    let path = "";
    const isWorse = () => best !== null && path.length >= best.path.length && byCodePoint(path, best.path) > 0;
    const recursion = [];
    for (const neighbour of order) {
      const name = this.names.issued.get(neighbour);
      if (name !== undefined) {
        path += `_:${name}`;
      } else {
        if (!issuer.issued.has(neighbour)) recursion.push(neighbour);
        path += `_:${issuer.issue(neighbour)}`;
      }
      if (isWorse()) return null;
    }
    for (const neighbour of recursion) {
      const result = await this.nDegree(neighbour, issuer);
      path += `_:${issuer.issue(neighbour)}<${result.hash}>`;
      issuer = result.issuer;
      if (isWorse()) return null;
    }
    return best === null || byCodePoint(path, best.path) < 0 ? { path, issuer } : null;
  }
}

/** Every order of `items`. */
function* orders(items) {
  if (items.length < 2) {
    yield items;
    return;
  }
  for (let at = 0; at < items.length; at += 1) {
    for (const rest of orders([...items.slice(0, at), ...items.slice(at + 1)])) yield [items[at], ...rest];
  }
}
