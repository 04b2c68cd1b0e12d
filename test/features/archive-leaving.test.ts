// SPDX-License-Identifier: MIT
import { expect, test } from 'vitest';
import { stanza, RecordingHost } from './host.js';

const text = () => stanza("<message from='juliet@capulet.example/b'><body>hi</body></message>");

/** Signed in, its archive read to the end or refused; and whether an answer was given by now. */
function reader(archive: boolean, answer: 'fin' | 'error') {
  const host = new RecordingHost();
  host.settings = { ...host.settings, archive };
  host.moment('started');
  const query = () =>
    host.requests.findIndex(({ payload }) => payload.attrs.xmlns === 'urn:xmpp:mam:2');
  const reply = (how: 'fin' | 'error') => {
    const [open] = host.requests.splice(query(), 1);
    const fin = "<iq type='result'><fin xmlns='urn:xmpp:mam:2' complete='true'/></iq>";
    const fault = { ...NO, by: 'peer', retry: 'never' } as const;
    open?.done(how === 'fin' ? { type: 'result', stanza: stanza(fin) } : { type: 'error', fault });
  };
  if (query() >= 0) reply(answer);
  return { host, reply, asks: () => query() >= 0 };
}
const NO = { kind: 'stanza', condition: 'service-unavailable', text: 'No.' } as const;

test.each([
  ['a text came', true, 'fin', 1, true],
  ['texts came', true, 'fin', 2, true],
  ['no text came', true, 'fin', 0, false],
  ['the user wants no archive', false, 'fin', 1, false],
  ['the server has no archive', true, 'error', 1, false],
] as const)(
  'where %s, whether the archive is asked at the sign-off',
  (_, on, how, texts, expected) => {
    const { host, asks, reply } = reader(on, how);
    for (let n = 0; n < texts; n++) host.receive(text());
    let answered = 0;
    expect(host.leaving(() => answered++)).toBe(expected);
    expect(asks()).toBe(expected);
    expect(answered).toBe(0);
    if (!expected) return;
    reply('fin');
    expect(answered).toBe(1);
    expect(asks()).toBe(false);
  },
);

test.each(['error', 'session'] as const)('an %s is an end of it, too', (end) => {
  const { host, reply } = reader(true, 'fin');
  host.receive(text());
  let answered = 0;
  host.leaving(() => answered++);
  if (end === 'error') reply('error');
  else host.newSession();
  expect(answered).toBe(1);
});

test('an archive that is not there is asked again in the next session', () => {
  const { host, asks, reply } = reader(true, 'error');
  host.newSession();
  reply('fin');
  host.receive(text());
  expect(host.leaving(() => undefined)).toBe(true);
  expect(asks()).toBe(true);
});

test('a page that is under way is waited for, and another one behind it', () => {
  const { host, reply } = reader(true, 'fin');
  host.receive(text());
  host.moment('resumed', 3_600_000);
  host.receive(text());
  let answered = 0;
  expect(host.leaving(() => answered++)).toBe(true);
  reply('fin');
  expect(answered).toBe(0);
  reply('fin');
  expect(answered).toBe(1);
});
