// The same badges through @digitalbazaar/vc: node peer.mjs DOCUMENTS SECONDS, in a copy of the kit with its packages.
// Prints one JSON object: badges a second, by the name of their kind. Everything comes from memory, status lists too.
import { readFileSync } from 'node:fs';
import * as vc from '@digitalbazaar/vc';
import { checkStatus } from '@digitalbazaar/vc-bitstring-status-list';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { cryptosuite } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import { staticContexts } from './src/loader.mjs';

const [file, seconds] = process.argv.slice(2);
const { dids, lists, kinds } = JSON.parse(readFileSync(file, 'utf8'));
const contexts = staticContexts();
const MULTIKEY = 'https://w3id.org/security/multikey/v1';

const documentLoader = async (url) => {
  const found = (document) => ({ contextUrl: null, documentUrl: url, document });
  if (contexts.has(url)) return found(contexts.get(url));
  // Read anew each time, as from a cache of answers: a document that is shared could be changed by a reader.
  if (lists[url]) return found(JSON.parse(lists[url]));
  const [did, fragment] = url.split('#');
  const document = dids[did];
  if (!document) throw new Error(`nothing at ${url}`);
  if (!fragment) return found(document);
  return found({ '@context': MULTIKEY, ...document.verificationMethod.find((method) => method.id === url) });
};

const listed = (value) => (value === undefined ? [] : [value].flat());

// Proof, dates, status list with its own proof; then the same of every endorsement within.
async function verify(credential) {
  const suite = new DataIntegrityProof({ cryptosuite });
  const status = async (options) => {
    const all = await checkStatus({ ...options, suite, documentLoader });
    return { ...all, verified: all.verified && all.results.every((one) => one.verified && !one.status) };
  };
  const result = await vc.verifyCredential({ credential, suite, documentLoader, checkStatus: status });
  if (!result.verified) return false;
  for (const holder of [credential, credential.issuer, credential.credentialSubject.achievement]) {
    for (const endorsement of listed(holder?.endorsement)) {
      if (!await verify(endorsement)) return false;
    }
  }
  return true;
}

const speeds = {};
for (const { name, valid, revoked, changed } of kinds) {
  for (const bad of [revoked, changed]) {
    if (await verify(JSON.parse(bad))) throw new Error(`a bad badge of kind ${name} verifies`);
  }
  // Every badge once, which warms up as well.
  for (const text of valid) {
    if (!await verify(JSON.parse(text))) throw new Error(`a badge of kind ${name} does not verify`);
  }
  const samples = [];
  const end = performance.now() + 1000 * seconds;
  for (let n = 0; performance.now() < end; n += 1) {
    const began = performance.now();
    await verify(JSON.parse(valid[n % valid.length]));
    samples.push(performance.now() - began);
  }
  samples.sort((one, other) => one - other);
  speeds[name] = 1000 / samples[Math.floor(samples.length / 2)];
}
console.log(JSON.stringify(speeds));
