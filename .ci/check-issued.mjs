// Has the kit check every credential that was issued and holds its word against what the index expects.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';

const [tour, kit, base] = process.argv.slice(2);
const entries = JSON.parse(readFileSync(join(tour, 'index.json'), 'utf8'));
let passed = 0;
let failed = 0;
const forms = new Set();

for (const entry of entries) {
  forms.add(`${entry.flavour} ${entry.form} ${entry.expected}`);
  const file = join(tour, entry.file);
  const run = spawnSync('node', ['check.mjs', file, '--data', 'data', '--issuer-base', base], { cwd: kit, encoding: 'utf8' });
  const lines = run.stdout.split('\n').filter((line) => /\b(PASS|FAIL|WARN|SKIP)\b/.test(line));
  const bad = lines.filter((line) => !/\bPASS\b/.test(line));
  const good = entry.expected === 'revoked'
    // Revoked: exactly the status may fail, and it must say so.
    ? run.status === 1 && bad.length === 1 && /^FAIL\s+status/.test(bad[0])
    : run.status === 0 && bad.length === 0 && lines.length > 5;
  if (good) passed += 1; else { failed += 1; console.error(`${entry.file} (expected ${entry.expected}):\n${run.stdout}${run.stderr}`); }
}
const flavours = new Set(entries.map((entry) => entry.flavour));
if (flavours.size === 0) { failed += 1; console.error('nothing was issued'); }
for (const flavour of flavours) {
  for (const form of ['json', 'png', 'svg']) {
    for (const expected of ['valid', 'revoked']) {
      if (!forms.has(`${flavour} ${form} ${expected}`)) { failed += 1; console.error(`${flavour} left no ${form} that is ${expected}`); }
    }
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
