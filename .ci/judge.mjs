// Whether what the kit says of a credential is what its index expects: to the line, so that a check that was left out, or
// a failure of another kind, never counts as the one that was meant.

// 1EdTech's schema of badges says nothing of records, and the kit has none of these.
const NO_SCHEMA = /^SKIP\s+official JSON schema - no schema file in the data directory$/;
const REVOKED = /^FAIL\s+status revocation - bit \d+ is set$/;

// What is wrong, a sentence each; empty when all is as expected.
export function judge(entry, run) {
  const lines = run.stdout.trimEnd().split('\n');
  const verdict = lines.pop();
  const isRecord = entry.form?.startsWith('clr.');
  const bad = lines.filter((line) => !/^PASS\b/.test(line) && !(isRecord && NO_SCHEMA.test(line)));
  const wrong = [];
  const say = (holds, sentence) => { if (!holds) wrong.push(sentence); };
  say(['valid', 'revoked'].includes(entry.expected), `the index expects ${entry.expected}, which means nothing here`);
  if (entry.expected === 'revoked') {
    // Revoked: the bit alone may fail. A list that cannot be read fails too, and proves nothing.
    say(run.status === 1 && verdict === 'NOT OK', `it ends with ${verdict} and status ${run.status}`);
    say(bad.length === 1 && REVOKED.test(bad[0]), `its bit is not the one thing that fails: ${bad.join(' | ') || 'nothing does'}`);
  } else {
    say(run.status === 0 && verdict === 'OK', `it ends with ${verdict} and status ${run.status}`);
    say(bad.length === 0, `not everything passes: ${bad.join(' | ')}`);
    say(lines.some((line) => /^PASS\s+status revocation - bit \d+ is clear$/.test(line)), 'its bit was not read');
  }
  say(lines.some((line) => /^PASS\s+status revocation list: proof /.test(line)), 'the proof of its status list was not checked');
  const form = /^(?:clr\.)?jwt\b/.test(entry.form) ? 'compact JWT' : 'JSON-LD';
  say(lines.some((line) => line.startsWith('PASS  extraction - ') && line.endsWith(`, ${form}`)), `it is no ${form}`);
  if (form === 'compact JWT') {
    for (const name of ['proof VC-JWT', 'JWT claims']) {
      say(lines.some((line) => line.startsWith(`PASS  ${name} - `)), `its ${name} was not checked`);
    }
  }
  if (isRecord) {
    say(lines.some((line) => /^PASS\s+associations - [1-9]\d* associations, acyclic$/.test(line)), 'how its badges belong together was not checked');
    for (const part of ['clr 0', 'clr 1']) {
      for (const name of ['proof ', 'official JSON schema - ', 'status revocation - bit ']) {
        say(lines.some((line) => line.startsWith(`PASS  ${part}: ${name}`)), `the ${name.trim()} of ${part} was not checked`);
      }
    }
  }
  say(lines.length > 5, `only ${lines.length} checks were made`);
  say(Boolean(entry.recipient), 'the index does not say whose it is');
  say(lines.includes(`PASS  recipient match - ${entry.recipient}`), 'it was not issued to whom the index names');
  return wrong;
}

// The flavours of the tour, in which a stack is earned.
const RECORDED = ['moodle', 'canvas'];

// What the index lacks: every form of every state in each of these flavours, and a record where there is a stack.
export function missing(entries, flavours) {
  const there = new Set(entries.map((entry) => `${entry.flavour} ${entry.form} ${entry.expected}`));
  const owed = flavours.flatMap((flavour) => ['json', 'png', 'svg', 'jwt', 'jwt.png', 'jwt.svg'].flatMap((form) =>
    ['valid', 'revoked'].map((expected) => `${flavour} ${form} ${expected}`)));
  const records = flavours.filter((flavour) => RECORDED.includes(flavour)).flatMap((flavour) =>
    ['clr.json', 'clr.jwt'].map((form) => `${flavour} ${form} valid`));
  owed.push(...records);
  return owed.filter((one) => !there.has(one));
}
