// SPDX-License-Identifier: MIT
//
// Reading the archive (XEP-0313) page by page (XEP-0059), and who may answer for it.
import { describe, expect, test } from 'vitest';
import { serialise } from '../../src/core/xml.js';
import type { OutboxEntry } from '../../src/delivery/ledger.js';
import { Replay } from '../../src/delivery/replay.js';
import { ME, Reader } from './archive-reader.js';
import { failure, result } from './host.js';

const MAM = 'urn:xmpp:mam:2';

const text = (body: string, from = 'juliet@capulet.example/balcony', to = ME) =>
  `<message xmlns='jabber:client' from='${from}' to='${to}' type='chat' id='${body}'><body>${body}</body></message>`;
const bodies = (host: Reader) => host.archive.texts.map(({ body }) => body.value.body);

describe('an archive that was never read', () => {
  test('is read from some days back on, and what is live waits meanwhile', () => {
    const host = new Reader().begin();
    expect(host.asked()).toContain('var="start"><value>2027-01-12T08:00:00.000Z');
    expect(host.archive.holding).toBe(true);
    host.gives('a1', text('one'));
    host.gives('a2', text('two'));
    host.ends('a2', true, 'a1');
    expect(bodies(host)).toEqual(['one', 'two']);
    expect(host.archive.holding).toBe(false);
    expect(host.archive.cursors.get(ME)).toEqual({ id: 'a2', at: 1_789_081_705_000 });
  });

  test('is not asked at all when the user does not want it', () => {
    const host = new Reader();
    host.signedIn();
    expect(host.asked()).toBe('');
  });
});

describe('pages (XEP-0059)', () => {
  test('follow each other by the last id until the archive says that it is complete', () => {
    const host = new Reader();
    host.archive.cursors.set(ME, { id: 'a0', at: 5 });
    host.begin();
    expect(host.asked()).toContain('<after>a0</after>');
    host.gives('a1', text('one'));
    host.ends('a1', false);
    expect(host.asked()).toContain('<after>a1</after>');
    host.gives('a2', text('two'));
    host.ends('a2', true);
    expect(bodies(host)).toEqual(['one', 'two']);
    expect(host.archive.cursors.get(ME)?.id).toBe('a2');
  });

  /** Almost a million characters, of eight that are held at most. */
  const large = (id: string) => text(id).replace('</body>', ` ${'x'.repeat(1_000_000)}</body>`);

  test('that hold more than may be in memory are cut, and the next one begins there', () => {
    const host = new Reader().begin();
    host.asked();
    const ids = ['a0', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7', 'a8', 'a9'];
    for (const id of ids) host.gives(id, large(id));
    host.ends('a9', true, 'a0');
    expect(bodies(host).map((body) => body.slice(0, 2))).toEqual(ids.slice(0, 8));
    expect(host.archive.holding).toBe(true);
    expect(host.asked()).toContain('<after>a7</after>');
    for (const id of ['a8', 'a9']) host.gives(id, large(id));
    host.ends('a9', true, 'a8');
    expect(bodies(host).map((body) => body.slice(0, 2))).toEqual(ids);
    expect(host.archive.holding).toBe(false);
  });

  test('that are empty and say each time that there is more are not asked for without end', () => {
    const host = new Reader().begin();
    let pages = 0;
    while (host.asked() !== '' && pages < 1_000) {
      pages++;
      host.ends(`nothing ${String(pages)}`, false);
    }
    expect(pages).toBe(20);
    expect(host.archive.holding).toBe(false);
    expect(host.logged.at(-1)).toContain('says that there is more, and gives nothing');
  });

  test('are asked for while the last ones go to the disk, but four of them at most', () => {
    const host = new Reader();
    const disk: (() => void)[] = (host.archive.flushing = []);
    host.begin();
    for (const id of ['a1', 'a2', 'a3', 'a4']) {
      expect(host.asked()).not.toBe('');
      host.gives(id, text(id));
      host.ends(id, false);
    }
    expect(host.asked()).toBe('');
    disk.shift()?.();
    expect(host.asked()).toContain('<after>a4</after>');
    host.gives('a5', text('a5'));
    host.ends('a5', true);
    expect(host.archive.holding).toBe(true);
    for (const kept of disk.splice(0)) kept();
    expect(host.archive.holding).toBe(false);
    expect(host.asked()).toBe('');
  });

  test('of a session that has ended are not gone on with beside those of the next one', () => {
    const host = new Reader();
    const disk: (() => void)[] = (host.archive.flushing = []);
    host.begin().asked();
    host.gives('a1', text('one'));
    host.ends('a1', false);
    host.moment('ended');
    host.requests.length = 0;
    host.begin();
    expect(host.requests).toHaveLength(1);
    for (const kept of disk.splice(0)) kept();
    expect(host.requests).toHaveLength(1);
  });

  test('of a message that is not a text move the cursor all the same', () => {
    const host = new Reader().begin();
    host.asked();
    host.gives('a1', "<message xmlns='jabber:client' from='a@b/c'/>");
    host.ends('a1', true);
    expect(bodies(host)).toEqual([]);
    expect(host.archive.cursors.get(ME)?.id).toBe('a1');
  });

  test('that lead nowhere end the reading', () => {
    const host = new Reader();
    host.archive.cursors.set(ME, { id: 'a0', at: 5 });
    host.begin();
    host.ends('a0', false);
    expect(host.asked()).toBe('');
    expect(host.archive.holding).toBe(false);
  });

  test('that lead round in a circle end the reading', () => {
    const host = new Reader();
    host.archive.cursors.set(ME, { id: 'a0', at: 5 });
    host.begin();
    for (const last of ['a1', 'a2', 'a1']) host.ends(last, false);
    expect(host.asked()).toBe('');
    expect(host.archive.holding).toBe(false);
  });

  test('go on by time where the archive has forgotten our last message', () => {
    const host = new Reader();
    host.archive.cursors.set(ME, { id: 'gone', at: 1_789_081_705_000 });
    host.begin();
    host.take('query', MAM).done(failure('stanza', 'item-not-found'));
    expect(host.asked()).toContain('var="start"><value>2026-09-10T23:07:25.000Z');
  });

  test('of a server without an archive let everything through at once', () => {
    const host = new Reader().begin();
    expect(host.archive.holding).toBe(true);
    host.take('query', MAM).done(failure('stanza', 'service-unavailable'));
    expect(host.archive.holding).toBe(false);
    expect(host.asked()).toBe('');
  });

  test('without end are given up', () => {
    const host = new Reader().begin();
    host.asked();
    for (let n = 0; n < 1_200; n += 1) host.gives(`a${String(n)}`, text(`flood ${String(n)}`));
    host.ends('a1199', false);
    expect(bodies(host)).toEqual([]);
    expect(host.asked()).toBe('');
  });
});

describe('an archive that gave no page', () => {
  test('as it is busy is asked again a little later, and nothing waits for it', () => {
    const host = new Reader().begin();
    host.take('query', MAM).done(failure('stanza', 'resource-constraint'));
    expect(host.archive.holding).toBe(false);
    host.pass(30_000);
    expect(host.asked()).not.toBe('');
  });

  test('but an answer without an end is not asked again', () => {
    const host = new Reader().begin();
    host.asked();
    host.ends('', true);
    // The second reading, which follows each sign-in.
    host.pass(5_000);
    host.take('query', MAM).done(result(''));
    host.pass(120_000);
    expect(host.asked()).toBe('');
  });
});

describe('a result of the archive is dropped', () => {
  const spoofs: [string, Parameters<Reader['gives']>[2]][] = [
    ['from a contact', { from: 'juliet@capulet.example' }],
    ['from the server', { from: 'montague.example' }],
    ['from our own full address', { from: `${ME}/orchard` }],
    ['from a look-alike', { from: 'romeo@montague.example.evil' }],
    ['to a question that nobody asked', { queryid: 'other' }],
  ];
  test.each(spoofs)('%s', (_title, how) => {
    const host = new Reader().begin();
    host.asked();
    host.gives('a1', text('forged'), how);
    host.ends('', true);
    expect(bodies(host)).toEqual([]);
    expect(host.kept).toEqual([]);
  });

  test('when the question was answered already', () => {
    const host = new Reader().begin();
    host.asked();
    host.ends('', true);
    host.gives('a1', text('too late'));
    expect(bodies(host)).toEqual([]);
    expect(host.kept).toEqual([]);
  });
});

describe('our own messages in the archive', () => {
  test('of another device are shown as sent', () => {
    const host = new Reader().begin();
    host.asked();
    host.gives('a1', text('hello', `${ME}/phone`, 'juliet@capulet.example'));
    host.ends('a1', true);
    expect(host.archive.texts[0]?.body.value).toMatchObject({
      outgoing: true,
      from: `${ME}/phone`,
      to: 'juliet@capulet.example',
    });
  });

  test.each([
    ['of this client, long forgotten here', `${ME}/orchard`, 'other'],
    ['of this client under an earlier name, by their id', `${ME}/earlier`, 'mine'],
  ])('%s are not shown again', (_title, from, known) => {
    const host = new Reader();
    host.archive.ours.add(known);
    host.begin();
    host.asked();
    host.gives('a1', text('mine', from, 'juliet@capulet.example'));
    host.ends('a1', true);
    expect(bodies(host)).toEqual([]);
  });
});

describe('the archive is read again', () => {
  const reader = () => {
    const host = new Reader().begin();
    host.asked();
    host.ends('', true);
    host.pass(5_000);
    host.asked();
    host.ends('', true);
    return host;
  };

  test('a little after a sign-in, since archives lag', () => {
    const host = new Reader().begin();
    host.ends('', true);
    expect(host.asked()).toBe('');
    host.pass(5_000);
    expect(host.asked()).not.toBe('');
    expect(host.archive.holding).toBe(false);
  });

  test('a little after the answer, where that had waited for a link', () => {
    const host = new Reader().begin();
    host.asked();
    host.pass(12_000);
    host.ends('', true);
    expect(host.asked()).toBe('');
    host.pass(5_000);
    expect(host.asked()).not.toBe('');
  });

  test('that is due while the first reading goes on is done behind it', () => {
    const host = new Reader().begin();
    host.asked();
    host.moment('resumed', 60_001);
    host.ends('', true);
    expect(host.asked()).not.toBe('');
    host.ends('', true);
    expect(host.asked()).toBe('');
  });

  test('that falls into an outage is done on the next link', () => {
    const host = new Reader().begin();
    host.ends('', true);
    host.online = false;
    host.pass(5_000);
    host.online = true;
    host.moment('resumed', 1_000);
    expect(host.asked()).not.toBe('');
  });

  test.each([
    [60_000, false],
    [60_001, true],
  ])('after an outage of %d ms: %s', (outage, expected) => {
    const host = reader();
    host.moment('resumed', outage);
    expect(host.asked() !== '').toBe(expected);
  });

  test.each([
    [499, false],
    [500, true],
  ])('behind %d texts: %s', (count, expected) => {
    const host = reader();
    for (let n = 0; n < count; n += 1) host.receive(text(String(n)));
    expect(host.asked() !== '').toBe(expected);
  });

  test('a quarter of an hour after a text, and not without one', () => {
    const host = reader();
    host.pass(3_600_000);
    expect(host.asked()).toBe('');
    host.receive(text('one'));
    host.pass(15 * 60_000 - 1);
    expect(host.asked()).toBe('');
    host.pass(1);
    expect(host.asked()).not.toBe('');
  });
});

describe('a text in doubt', () => {
  const entry = (handle: string, state: OutboxEntry['state']): OutboxEntry => ({
    handle,
    to: 'juliet@capulet.example',
    xml: '',
    body: handle,
    at: 0,
    state,
    twice: false,
  });
  const mine = (id: string) => text(id, `${ME}/orchard`, 'juliet@capulet.example');

  function doubting(): Reader {
    const host = new Reader();
    const entries = [entry('control', 'at-server'), entry('x', 'in-doubt')];
    const known = (id: string) => entries.find(({ handle }) => handle === id);
    host.archive.doubts = new Replay(entries.slice(1), known, (jid) => jid, ['control']);
    return host.begin();
  }

  test('is looked for from the newest message backwards', () => {
    const host = doubting();
    expect(host.asked()).toContain('<before></before>');
    host.gives('a9', mine('x'));
    host.ends('a9', false, 'a8');
    expect(host.archive.verdicts).toEqual([]);
    // The catch-up asks as well; the next page of this one is before the first of the last.
    expect(host.requests.map(({ payload }) => serialise(payload)).join()).toContain(
      '<before>a8</before>',
    );
  });

  test('goes again at once where there is no archive', () => {
    const host = doubting();
    host.take('query', MAM).done(failure('stanza', 'feature-not-implemented'));
    expect(host.archive.verdicts).toEqual(['none']);
  });

  test('is asked for again on the next link when the answer was given up without one', () => {
    const host = doubting();
    host.online = false;
    host.take('query', MAM).done(failure('timeout', 'no-answer'));
    expect(host.archive.verdicts).toEqual([]);
    host.online = true;
    host.requests.length = 0;
    host.moment('resumed', 1_000);
    expect(host.asked()).toContain('<before></before>');
  });
});
