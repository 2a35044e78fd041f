// What lies outside this page: identity documents, keys and status lists. Nothing is fetched but through here, and
// nothing is sent along: no cookie, no referrer, no identifier.

import { fromUtf8 } from "./bytes.js";
import { documentUrl } from "./did.js";
import { Failure } from "./failure.js";
import { isObject, parseJson } from "./json.js";
import { MAX_DOCUMENT, MAX_PICTURE } from "./read.js";

const PATIENCE = 10_000;
const LOOPBACK = ["localhost", "127.0.0.1"];
const SIGNED = "application/vc+ld+json, application/vc+jwt, application/vc, application/json;q=0.9, */*;q=0.1";

/** What one check may ask; each address is asked once. */
export class World {
  constructor(table, now) {
    this.table = table;
    this.now = now;
    this.asked = new Map();
    // What the reader chose along with the badge: it counts only where the issuer itself cannot be asked.
    this.held = { identities: new Map(), lists: new Map() };
    this.fromFiles = new Set();
  }

  /** What `ask` answers; where nobody does, what was chosen along with the badge under that id. */
  async askOr(kept, id, ask) {
    try {
      return await ask();
    } catch (error) {
      if (!kept.has(id)) throw error;
      this.fromFiles.add(id);
      return kept.get(id);
    }
  }

  /** The document of a did:web. */
  async didDocument(did) {
    const url = documentUrl(did);
    if (url === undefined) throw new Failure("IssuerUnavailable", "its address is malformed");
    return this.askOr(this.held.identities, did, () => this.json(url, "application/did+json, application/json;q=0.9"));
  }

  /** Any other document that a badge refers to, such as a key at an address. */
  async document(url) {
    return this.json(url, "application/json, application/ld+json;q=0.9, */*;q=0.1");
  }

  /** The bytes of a status list. */
  async statusList(url) {
    return this.askOr(this.held.lists, url, async () => {
      try {
        return await this.get(url, MAX_DOCUMENT, SIGNED);
      } catch (error) {
        throw new Failure("StatusUnavailable", `${url}: ${error.message}`);
      }
    });
  }

  /** The bytes of a badge, a picture or a page at an address that somebody typed. */
  async badge(url) {
    try {
      return await this.get(url, MAX_PICTURE, SIGNED);
    } catch (error) {
      throw new Failure("Unreachable", `The address could not be read: ${error.message}.`);
    }
  }

  async json(url, accept) {
    try {
      const text = fromUtf8(await this.get(url, MAX_DOCUMENT, accept));
      const value = text === undefined ? undefined : parseJson(text);
      if (!isObject(value)) throw new Error("the answer is not JSON");
      return value;
    } catch (error) {
      throw new Failure("IssuerUnavailable", `${url}: ${error instanceof Failure ? "the answer is not sound JSON" : error.message}`);
    }
  }

  get(url, most, accept) {
    const key = `${accept} ${url}`;
    if (!this.asked.has(key)) this.asked.set(key, fetchBytes(url, most, accept));
    return this.asked.get(key);
  }
}

async function fetchBytes(address, most, accept) {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isPlain = url?.protocol === "http:" && LOOPBACK.includes(url.hostname);
  if (url?.protocol !== "https:" && !isPlain) throw new Error("only addresses that begin with https:// are asked");
  let answer;
  try {
    answer = await fetch(url, {
      headers: { accept },
      credentials: "omit",
      referrerPolicy: "no-referrer",
      cache: "no-cache",
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch (error) {
    const slow = error.name === "TimeoutError";
    throw new Error(slow ? "no answer within 10 seconds" : "no answer, or the site does not let other pages read it");
  }
  if (!answer.ok) throw new Error(`the answer was ${answer.status}`);
  return bounded(answer, most);
}

async function bounded(answer, most) {
  const reader = answer.body?.getReader();
  const parts = [];
  let length = 0;
  for (;;) {
    let step;
    try {
      step = (await reader?.read()) ?? { done: true };
    } catch {
      throw new Error("the answer broke off");
    }
    if (step.done) break;
    parts.push(step.value);
    length += step.value.length;
    if (length > most) {
      await reader.cancel().catch(() => {});
      throw new Error(`the answer is larger than ${most >> 20} MB`);
    }
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
