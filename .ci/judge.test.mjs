// What must count as wrong, in the kit's own words: node --test .ci/judge.test.mjs
import assert from 'node:assert/strict';
import test from 'node:test';
import { judge, missing } from './judge.mjs';

const HOLDER = 'http://lms.example#7';
const GOOD = [
  'PASS  extraction - file, JSON-LD',
  'PASS  proof eddsa-rdfc-2022 - did:web:badges.example:issuers:abc#z6Mk',
  'PASS  structure (achievement) - required members present',
  'PASS  official JSON schema - 1EdTech schema accepts it',
  'PASS  recipient identifier - ltiUserId, hashed true',
  `PASS  recipient match - ${HOLDER}`,
  'PASS  status revocation list: proof eddsa-rdfc-2022 - did:web:badges.example:issuers:abc#z6Mk',
];
const CLEAR = 'PASS  status revocation - bit 66062 is clear';
const SET = 'FAIL  status revocation - bit 110440 is set';
const GONE = 'FAIL  status revocation - GET https://badges.example/issuers/abc/status/1: HTTP 404';

const TOKEN = [
  'PASS  extraction - svg, compact JWT',
  'PASS  proof VC-JWT - ES256 did:web:badges.example:issuers:abc#zDn',
  'PASS  JWT claims - iss jti nbf sub',
  ...GOOD.slice(2),
];

const entry = (expected, recipient = HOLDER, form = 'json') => ({ expected, recipient, form });
const fine = (...lines) => ({ status: 0, stdout: [...lines, 'OK', ''].join('\n') });
const refused = (...lines) => ({ status: 1, stdout: [...lines, 'NOT OK', ''].join('\n') });
const replaced = (part, line) => GOOD.map((one) => (one.includes(part) ? line : one));

test('a valid badge passes, a revoked one fails by its bit alone', () => {
  assert.deepEqual(judge(entry('valid'), fine(...GOOD, CLEAR)), []);
  assert.deepEqual(judge(entry('revoked'), refused(...GOOD, SET)), []);
});

test('a status list that cannot be read proves no revocation', () => {
  const unread = GOOD.filter((line) => !line.includes('status revocation list'));
  for (const expected of ['valid', 'revoked']) {
    assert.notDeepEqual(judge(entry(expected), refused(...unread, GONE)), []);
    assert.notDeepEqual(judge(entry(expected), refused(...GOOD, GONE)), []);
  }
});

test('neither state passes for the other', () => {
  assert.notDeepEqual(judge(entry('revoked'), fine(...GOOD, CLEAR)), []);
  assert.notDeepEqual(judge(entry('valid'), refused(...GOOD, SET)), []);
  assert.notDeepEqual(judge(entry('suspended'), fine(...GOOD, CLEAR)), []);
});

test('whatever is no PASS counts, wherever the word PASS stands in it', () => {
  for (const line of ['WARN  recipient identifier - hashed without a salt: PASS', 'SKIP  official JSON schema - PASS', 'no PASS']) {
    assert.notDeepEqual(judge(entry('valid'), fine(...GOOD, line, CLEAR)), []);
    assert.notDeepEqual(judge(entry('revoked'), refused(...GOOD, line, SET)), []);
  }
  assert.notDeepEqual(judge(entry('revoked'), refused(...replaced('proof', 'FAIL  proof eddsa-rdfc-2022 - no'), SET)), []);
});

test('a check that was not made counts', () => {
  for (const [expected, run] of [['valid', fine(...GOOD)], ['revoked', refused(...GOOD)], ['valid', fine()], ['revoked', refused(SET)], ['valid', { status: null, stdout: '' }]]) {
    assert.notDeepEqual(judge(entry(expected), run), []);
  }
});

test('a token is checked as one, and a document as one', () => {
  for (const form of ['jwt', 'jwt.png', 'jwt.svg']) {
    assert.deepEqual(judge(entry('valid', HOLDER, form), fine(...TOKEN, CLEAR)), []);
    assert.notDeepEqual(judge(entry('valid', HOLDER, form), fine(...GOOD, CLEAR)), []);
    const unclaimed = TOKEN.filter((line) => !line.includes('JWT claims'));
    assert.notDeepEqual(judge(entry('valid', HOLDER, form), fine(...unclaimed, CLEAR)), []);
  }
  assert.notDeepEqual(judge(entry('valid'), fine(...TOKEN, CLEAR)), []);
});

test('a badge of somebody else counts', () => {
  assert.notDeepEqual(judge(entry('valid', 'http://lms.example#8'), fine(...GOOD, CLEAR)), []);
  assert.notDeepEqual(judge(entry('valid', ''), fine(...GOOD, CLEAR)), []);
  assert.notDeepEqual(judge({ expected: 'valid' }, fine(...GOOD, CLEAR)), []);
});

test('a record is checked with everything in it', () => {
  const parts = ['clr 0', 'clr 1'].flatMap((part) => ['proof eddsa-rdfc-2022 - did:web:x', 'official JSON schema - 1EdTech schema accepts it', 'status revocation - bit 7 is clear']
    .map((line) => `PASS  ${part}: ${line}`));
  const whole = ['PASS  associations - 1 associations, acyclic', 'SKIP  official JSON schema - no schema file in the data directory'];
  const bare = GOOD.filter((line) => !line.includes('official JSON schema'));
  const record = [...bare, ...parts, ...whole, CLEAR];
  const about = entry('valid', HOLDER, 'clr.json');
  assert.deepEqual(judge(about, fine(...record)), []);
  for (const line of [...parts, whole[0]]) assert.notDeepEqual(judge(about, fine(...record.filter((one) => one !== line))), [], line);
  assert.notDeepEqual(judge(entry('valid'), fine(...record)), [], 'a badge has a schema');
});

test('an index owes every form of every state in every flavour', () => {
  const all = ['moodle', 'canvas'].flatMap((flavour) => ['json', 'png', 'svg', 'jwt', 'jwt.png', 'jwt.svg'].flatMap((form) =>
    ['valid', 'revoked'].map((expected) => ({ flavour, form, expected }))));
  assert.equal(missing(all, ['moodle', 'canvas']).length, 4, 'the records');
  const records = ['moodle', 'canvas'].flatMap((flavour) => ['clr.json', 'clr.jwt'].map((form) => ({ flavour, form, expected: 'valid' })));
  all.push(...records);
  assert.deepEqual(missing(all, ['moodle', 'canvas']), []);
  assert.deepEqual(missing(all.slice(1), ['moodle', 'canvas']), ['moodle json valid']);
  assert.equal(missing(all.slice(0, 12), ['moodle', 'canvas']).length, 16);
  assert.equal(missing([], ['library']).length, 12);
});
