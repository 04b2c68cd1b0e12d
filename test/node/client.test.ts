// SPDX-License-Identifier: MIT
//
// libsteadfast as a program sees it, with the engine played by the test.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bench } from './bench.js';

let bench: Bench;

beforeEach(async () => {
  bench = await Bench.open();
});

afterEach(() => bench.close());

describe('starting the engine', () => {
  it('does not start it before the first account is attached', async () => {
    const seen = bench.watch();
    bench.attach();
    await seen.next('the start', ({ type }) => type === 'engine');
    expect(bench.engine.starts).toBe(1);
  });

  it('says Hello, then attaches with the options, the presence and a private folder', async () => {
    bench.watch();
    bench.client.attach(
      1,
      {
        jid: 'Alice@Home.example/desk',
        password: 'pass word',
        port: 5223,
        queueHours: 3,
        csi: false,
        archiveDays: 9,
        bookmarks: false,
        certTls12: true,
      },
      { show: 'away', status: 'out', priority: -5, idleSinceTimeMs: 1234 },
    );
    const hello = await bench.engine.next('hello');
    expect(hello.body.value).toMatchObject({
      version: 1,
      program: 'Test 1.0',
      stateFolder: bench.state,
    });
    const attach = await bench.engine.next('attach');
    expect(attach.account).toBe(1);
    expect(attach.body.value).toMatchObject({
      jid: 'Alice@Home.example/desk',
      password: 'pass word',
      port: 5223,
      queueHours: 3,
      noCarbons: false,
      noArchive: false,
      noReceipts: false,
      noCsi: true,
      archiveDays: 9,
      noBookmarks: true,
      certTls12: true,
      inboxTaken: 0,
      online: false,
      folder: `${bench.state}/alice@home.example`,
      presence: { show: 2, status: 'out', priority: -5, idleSinceTimeMs: 1234n },
    });
    expect(bench.mode('')).toBe('700');
    expect(bench.mode('lock')).toBe('600');
    expect(bench.mode('alice@home.example')).toBe('700');
  });

  it('gives it a clean process: fds 0 to 4 only, no NODE_ settings of ours, no secret', async () => {
    process.env.NODE_OPTIONS = '--max-old-space-size=512';
    try {
      bench.watch();
      bench.attach();
      await bench.engine.next('attach');
      const engine = bench.engineProcess();
      expect(
        engine.env.filter((line) => line.startsWith('NODE_') && !line.startsWith('NODE_EXTRA_CA')),
      ).toEqual([]);
      expect(engine.links['3']).toMatch(/^socket:/);
      expect(engine.links['4']).toBe(`${bench.state}/lock`);
      expect(Object.values(engine.links).filter((to) => to === `${bench.state}/lock`)).toHaveLength(
        1,
      );
    } finally {
      delete process.env.NODE_OPTIONS;
    }
  });

  it('passes its stderr on as log lines', async () => {
    const seen = bench.watch();
    bench.run(`console.error('first');
console.error('second\\u001b[31m');
new (require('node:net').Socket)({ fd: 3 }).resume().on('close', () => process.exit());`);
    bench.attach();
    await seen.next('the line', (event) => event.type === 'log' && event.text === 'first');
    await seen.next('the other', (event) => event.type === 'log' && event.text === 'second[31m');
  });
});

describe('commands', () => {
  it('keeps their order and answers each id once', async () => {
    const seen = bench.watch();
    bench.attach();
    const ids = ['one', 'two', 'three'].map((text) =>
      bench.client.sendMessage(1, 'bob@home.example', text),
    );
    for (const id of ids)
      await seen.next('accepted', (event) => event.type === 'accepted' && event.id === id);
    const sent = bench.engine.all('sendMessage');
    expect(sent.map(({ id }) => id)).toEqual(ids);
    expect(sent.map(({ body }) => body.value.body)).toEqual(['one', 'two', 'three']);
    expect(new Set(ids).size).toBe(3);
    expect(ids.every((id) => id.length <= 64)).toBe(true);
  });

  it('reach the engine with all they carry', async () => {
    bench.watch();
    bench.attach();
    await bench.engine.next('attach');
    bench.client.sendMessage(1, 'bob@home.example', 'héllo', '<b>héllo</b>');
    bench.client.sendChatState(1, 'bob@home.example', 'paused');
    bench.client.setPresence(1, { show: 'dnd', status: 'busy', priority: 7 });
    bench.client.setContact(1, 'bob@home.example', 'Bob', ['Friends', 'Wörk']);
    bench.client.removeContact(1, 'eve@home.example');
    bench.client.subscribe(1, 'bob@home.example', 'request', 'hi');
    bench.client.queryContact(1, 'bob@home.example');
    bench.client.queryMessage(1, 'aa-1');
    bench.client.networkHint(true);
    bench.client.setProxy(1, { type: 'tor', host: '127.0.0.1', port: 9050 });
    bench.client.answerTrust(1, 'ab12', true);
    bench.client.answerSecret(1, 'passphrase', null);
    await bench.engine.next('secretAnswer');
    const bodies = bench.engine.commands.all
      .slice(2)
      .map(({ body }) => body)
      .filter((body) => body.case !== 'handled');
    expect(bodies).toMatchObject([
      {
        case: 'sendMessage',
        value: { to: 'bob@home.example', body: 'héllo', xhtml: '<b>héllo</b>' },
      },
      { case: 'sendChatState', value: { to: 'bob@home.example', state: 2 } },
      { case: 'setPresence', value: { show: 4, status: 'busy', priority: 7 } },
      {
        case: 'setContact',
        value: { jid: 'bob@home.example', name: 'Bob', groups: ['Friends', 'Wörk'] },
      },
      { case: 'removeContact', value: { jid: 'eve@home.example' } },
      { case: 'subscribe', value: { jid: 'bob@home.example', action: 0, text: 'hi' } },
      { case: 'queryContact', value: { jid: 'bob@home.example' } },
      { case: 'queryMessage', value: { id: 'aa-1' } },
      { case: 'networkHint', value: { available: true } },
      { case: 'setProxy', value: { proxy: { type: 4, host: '127.0.0.1', port: 9050 } } },
      { case: 'trustAnswer', value: { sha256: 'ab12', accept: true } },
      { case: 'secretAnswer', value: { what: 1, secret: '', cancelled: true } },
    ]);
  });

  it('keep a proxy that was set for the engine that comes next', async () => {
    bench.watch();
    const options = { proxy: { type: 'socks5', host: 'old.example', port: 1 } } as const;
    bench.client.attach(1, { jid: 'alice@home.example', ...options });
    const first = await bench.engine.next('attach');
    expect(first.body.value.proxy).toMatchObject({ type: 3, host: 'old.example', port: 1 });
    const proxy = {
      type: 'http',
      host: 'new.example',
      port: 2,
      user: 'al',
      password: 'pw',
    } as const;
    bench.client.setProxy(1, proxy);
    await bench.engine.next('setProxy');
    const after = bench.engine.now;
    bench.engine.die();
    const again = await bench.engine.next('attach', () => true, after);
    expect(again.body.value.proxy).toMatchObject({ ...proxy, type: 1 });
  });

  it('fail at once where the library cannot take them', () => {
    expect(() => bench.client.sendMessage(1, 'bob@home.example', 'x')).toThrow(/not attached/);
    bench.attach();
    expect(() => bench.client.sendMessage(1, 'bob@home.example', '')).toThrow(/empty/);
    expect(() => bench.client.sendMessage(1, '', 'x')).toThrow(/address/);
    expect(() => bench.client.attach(1, { jid: 'bob@home.example' })).toThrow(/alice@home.example/);
    expect(() => bench.client.attach(0, { jid: 'bob@home.example' })).toThrow(/begin at 1/);
    expect(() => bench.client.attach(2, { jid: '/x' })).toThrow(/JID/);
    expect(() => bench.client.attach(2, { jid: 'b@x.example', port: 65_536 })).toThrow(/range/);
    const proxy = { type: 'http', host: 'p', port: 65_536 } as const;
    expect(() => bench.client.setProxy(1, proxy)).toThrow(/range/);
    expect(() => bench.client.attach(2, { jid: 'b@x.example', proxy })).toThrow(/range/);
    expect(() => bench.client.setProxy(2, { type: 'none' })).toThrow(/not attached/);
    expect(() => bench.client.sendMessage(1, 'a@b', 'x'.repeat(17 << 20))).toThrow(/too long/);
  });
});

describe('one address', () => {
  const home = 'alice@home.example/home';
  const work = 'Alice@Home.example/work';

  it('has one number until it is signed off', async () => {
    const seen = bench.watch();
    bench.client.attach(1, { jid: home });
    await bench.engine.next('attach');
    const refused = /alice@home.example is in use under another number/;
    expect(() => bench.client.attach(2, { jid: work })).toThrow(refused);
    bench.client.detach(1, 'park');
    expect(() => bench.client.attach(2, { jid: work })).toThrow(refused);
    bench.client.detach(1);
    const detached = (): number => seen.all.filter(({ type }) => type === 'link').length;
    await seen.until('the last links', () => detached() === 2);
    bench.client.attach(2, { jid: work });
    await bench.engine.next('attach', ({ account }) => account === 2);
    expect(() => bench.client.attach(1, { jid: home })).toThrow(refused);
  });

  it('keeps its number with another resource', async () => {
    bench.watch();
    bench.client.attach(1, { jid: home });
    bench.client.attach(1, { jid: work });
    await bench.engine.next('attach', ({ body }) => body.value.jid === work);
  });
});

describe('leaving', () => {
  it('tells the engine how, and hears one last link', async () => {
    const seen = bench.watch();
    bench.attach();
    await bench.engine.next('attach');
    bench.engine.lettingGo = false;
    bench.client.detach(1, 'park');
    const detach = await bench.engine.next('detach');
    expect(detach.body.value.how).toBe(1);
    bench.engine.send(1, { case: 'chatState', value: { from: 'bob@home.example', state: 1 } });
    bench.engine.send(1, { case: 'link', value: { state: 4 } });
    await seen.next('the link', (event) => event.type === 'link' && event.state === 'detached');
    expect(seen.all.filter(({ type }) => type === 'chat-state')).toEqual([]);
  });

  it('hears the last link from the library where no engine runs', async () => {
    bench.noEngine();
    const seen = bench.watch();
    bench.attach();
    bench.client.detach(1);
    await seen.next('the link', (event) => event.type === 'link' && event.state === 'detached');
  });

  it('says Goodbye when the client is closed, and leaves no process behind', async () => {
    bench.watch();
    bench.attach();
    await bench.engine.next('attach');
    const { pid } = bench.engineProcess();
    await bench.client.close();
    await bench.engine.next('goodbye');
    await bench.gone(pid);
  });
});

describe('the state folder', () => {
  it.each([
    ['a symbolic link', 'link', /symbolic link/],
    ['a file', 'file', /not a folder/],
    ['below a folder that is missing', 'none/folder', /cannot be made/],
  ])('is refused when it is %s', (_, name, words) => {
    bench.plant();
    expect(() => bench.another(bench.path(name))).toThrow(words);
  });

  it('is refused as a relative path', () => {
    expect(() => bench.another('state')).toThrow(/absolute/);
  });

  it('keeps accounts apart under names that no file system reads anything into', async () => {
    bench.watch();
    bench.client.attach(1, { jid: '.hiddené@home.example' });
    bench.client.attach(2, { jid: `${'x'.repeat(1000)}@home.example` });
    bench.client.attach(3, { jid: `${'x'.repeat(1001)}@home.example` });
    for (const n of [1, 2, 3]) await bench.engine.next('attach', ({ account }) => account === n);
    const folders = bench.engine.all('attach').map(({ body }) => body.value.folder);
    expect(folders[0]).toBe(`${bench.state}/%2ehidden%c3%a9@home.example`);
    expect(new Set(folders).size).toBe(3);
    for (const folder of folders)
      expect(folder.slice(bench.state.length + 1)).not.toMatch(/\/|^\./);
  });
});
