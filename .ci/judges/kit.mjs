// Has the kit judge many documents in one process: node kit.mjs KIT CASES.json >VERDICTS.json
//
// CASES.json: {net: {address: text}, now: milliseconds, cases: [{base64, now?, recipient?}]}. What the net holds is served
// from a loopback origin that stands in for every host (the kit's --issuer-base), anything else is not found. The answer
// has for each case {ok, fails: ["check - detail", ...]}, in the kit's own words.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [kit, file] = process.argv.slice(2);
const { verify } = await import(pathToFileURL(join(resolve(kit), 'src/verify.mjs')));
const { net, now, cases } = JSON.parse(readFileSync(file, 'utf8'));
const byPath = new Map();
for (const [address, text] of Object.entries(net)) {
  const { pathname } = new URL(address);
  if (byPath.has(pathname)) throw new Error(`two hosts of the net share ${pathname}, which the kit cannot tell apart`);
  byPath.set(pathname, text);
}
const server = createServer((request, response) => {
  const text = byPath.get(new URL(request.url, 'http://x').pathname);
  response.writeHead(text === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(text ?? '');
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const options = { issuerBase: `http://127.0.0.1:${server.address().port}`, dataDir: join(resolve(kit), 'data') };

const verdicts = [];
for (const one of cases) {
  const mine = { ...options, now: one.now ?? now, ...(one.recipient && { recipient: one.recipient }) };
  const { ok, checks } = await verify(Buffer.from(one.base64, 'base64'), mine);
  const fails = checks.filter(({ level }) => level === 'FAIL').map(({ name, detail }) => `${name} - ${detail}`);
  verdicts.push({ ok, fails });
}
server.close();
server.closeAllConnections();
process.stdout.write(JSON.stringify(verdicts));
