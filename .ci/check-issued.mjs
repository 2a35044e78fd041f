// Has the kit check every credential that was issued and holds its word against what the index expects:
//   node check-issued.mjs FOLDER KIT BASE FLAVOUR...
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { judge, missing } from './judge.mjs';

const [folder, kit, base, ...flavours] = process.argv.slice(2);
if (flavours.length === 0) { console.error('name the flavours that must be there'); process.exit(2); }
const entries = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'));
let passed = 0;
let failed = 0;

for (const entry of entries) {
  const options = ['--data', 'data', '--issuer-base', base, '--recipient', entry.recipient ?? 'nobody'];
  const run = spawnSync('node', ['check.mjs', join(folder, entry.file), ...options], { cwd: kit, encoding: 'utf8' });
  const wrong = judge(entry, run);
  if (wrong.length === 0) passed += 1;
  else { failed += 1; console.error(`${entry.file} (expected ${entry.expected}): ${wrong.join('; ')}\n${run.stdout}${run.stderr}`); }
}
for (const one of missing(entries, flavours)) { failed += 1; console.error(`there is no ${one}`); }
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
