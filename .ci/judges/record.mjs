// Stands in for the kit's src/verify.mjs (which lies beside it as verifying.mjs) while the kit tests itself: writes down
// each document that its tests judge, and what was served to it, so that others can be asked about the same.
//
// CAIRN_RECORD names the file: {net: {address: text}, cases: [{title, base64, now?, recipient?, ok}]}.
import { readFileSync, writeFileSync } from 'node:fs';
import { verify as judge } from './verifying.mjs';

const lines = readFileSync('test/kit.test.mjs', 'utf8').split('\n');
const [net, cases] = [{}, []];
const fetched = globalThis.fetch;
globalThis.fetch = async (target, options) => {
  const answer = await fetched(target, options);
  // The fixtures' origin stands in for two hosts; the path tells which.
  const { pathname } = new URL(target);
  const host = pathname.startsWith('/org/') ? 'employer.example' : 'issuer.example';
  if (answer.ok) net[`https://${host}${pathname}`] = await answer.clone().text();
  return answer;
};

/** The title of the test that asks: the one that begins last above the outermost line of the test file. */
function title() {
  const found = [...new Error().stack.matchAll(/kit\.test\.mjs:(\d+):/g)].map((match) => Number(match[1]));
  for (let line = Math.max(...found) - 1; line >= 0; line -= 1) {
    const begins = /^test\('((?:[^'\\]|\\.)*)'/.exec(lines[line]);
    if (begins !== null) return begins[1].replaceAll('\\', '');
  }
  throw new Error('no test asks');
}

export async function verify(bytes, options) {
  const asked = title();
  const found = await judge(bytes, options);
  const { now, recipient } = options;
  const count = cases.filter((one) => one.title.replace(/ \d+$/, '') === asked).length;
  cases.push({ title: `${asked} ${count + 1}`, base64: Buffer.from(bytes).toString('base64'), now, recipient, ok: found.ok });
  writeFileSync(process.env.CAIRN_RECORD, JSON.stringify({ net, cases }));
  return found;
}
