// SPDX-License-Identifier: MIT
//
// The program is started again while the server still keeps its session: the old session is resumed to
// settle what is open both ways, closed, and a fresh one follows. The server's log of the wire tells.

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PurpleHost } from '../native/host.js';
import type { Direction, LinkNews } from '../support/cutting-proxy.js';
import { eventually } from '../support/observed.js';
import type { Sight } from '../support/prosody.js';
import { ALICE, BOB, Home } from './home.js';
import { ended, engineOf } from './kills-processes.js';
import { wire, withoutAcks, words } from './wire-log.js';

/** Fills texts, so that so many bytes on the wire can only be them. */
const FILLING = '.'.repeat(2_000);
const LOST = [`This is lost${FILLING}`, `This, too${FILLING}`];
const LAST = 'A word for the new life.';

let home: Home;
let account: number;
beforeEach(async () => {
  home = await Home.open({ modules: ['steadfast_wire'] });
});
afterEach(() => home.close());

async function signIn(): Promise<PurpleHost> {
  const host = await PurpleHost.start(home.workspace);
  account = await host.account(`${ALICE}/desk`, home.byCertificate);
  await host.run('account-enable', { account, enabled: true });
  await host.next('connected');
  return host;
}

async function say(host: PurpleHost, html: string): Promise<void> {
  await host.run('send', { account, name: BOB, html });
}

/** The host shows something of bob's. */
async function shows(host: PurpleHost, text: string): Promise<void> {
  await host.next('write', ({ html, flags }) => html === text && flags.includes('recv'));
}

/** The name of the session that the server made last, from its own answer. */
function session(): string {
  const enabled = wire(home.server, 'sent').filter(({ name }) => name === 'enabled');
  return / id='([^']+)'/.exec(enabled.at(-1)?.xml ?? '')?.[1] ?? '';
}

/** What the server has passed through its own hands. */
function passes(direction: 'received' | 'sent', body: string): Promise<unknown> {
  return home.server.sights.next(
    `${body} ${direction}`,
    (sight) => sight.event === direction && sight.user === 'alice' && sight.body === body,
  );
}

/** Host and engine die in the same moment. */
async function killBoth(host: PurpleHost): Promise<void> {
  const engine = await engineOf(host.pid);
  process.kill(host.pid, 'SIGSTOP');
  process.kill(engine, 'SIGKILL');
  await Promise.all([host.kill(), ended(engine)]);
}

/** The host dies without a word, and the engine by itself when nobody is there any more. */
async function killHost(host: PurpleHost): Promise<void> {
  const engine = await engineOf(host.pid);
  await Promise.all([host.kill(), ended(engine)]);
}

interface Case {
  /** The direction that carries nothing. */
  silent: Direction;
  /** What had arrived although nobody was told so: from alice, from bob. */
  arrived: { up: string[]; down: string[] };
  /** What was under way and got lost. */
  lost: { up: string[]; down: string[] };
}

/** The server has a text of alice's and could not say so; what bob answered got lost. */
const DEAF: Case = {
  silent: 'down',
  arrived: { up: ['The server has this.'], down: [] },
  lost: { up: LOST, down: ['Bob, into the dark.'] },
};
/** Alice has a text of bob's and could not say so; what she wrote got lost. */
const DUMB: Case = {
  silent: 'up',
  arrived: { up: [], down: ['Alice has seen this.'] },
  lost: { up: LOST, down: ['Bob, into the dark.'] },
};

/** The link goes silent in one direction, then in both, and breaks; then a last text is typed. */
async function breakOff(host: PurpleHost, { silent, arrived, lost }: Case): Promise<void> {
  const { proxy, bob } = home;
  proxy.swallow(silent);
  for (const text of arrived.up) {
    await say(host, text);
    await passes('received', text);
  }
  for (const text of arrived.down) {
    bob.say(ALICE, text);
    await shows(host, text);
  }
  proxy.swallow();
  const [link] = proxy.openLinks;
  const written = (link?.bytes.up ?? 0) + lost.up.join('').length;
  for (const text of lost.up) await say(host, text);
  await proxy.news.until('them to be written', () => (link?.bytes.up ?? 0) > written);
  for (const text of lost.down) {
    bob.say(ALICE, text);
    await passes('sent', text);
  }
  const after = proxy.news.all.length;
  proxy.cut();
  const dials = ({ news }: LinkNews): boolean => news === 'opened';
  await proxy.news.next('the engine to have noticed it', dials, { after });
  await say(host, LAST);
  await eventually('it on disk, behind all the others', () => journal().includes(LAST));
}

/** The engine's notes, as they are on disk. */
function journal(): string {
  const folder = home.workspace.path('purple', 'steadfast');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => basename(name) === 'journal');
  return files.map((name) => readFileSync(join(folder, name), 'latin1')).join('');
}

/** A question of the server's was open as well: nobody is there who could answer it. */
function isRefusal({ name, xml = '' }: Sight): boolean {
  return name === 'iq' && xml.includes(" type='error'");
}

/** How often each was passed on the wire, in all sessions. */
function times(direction: 'received' | 'sent', bodies: readonly string[]): number[] {
  const passed = words(wire(home.server, direction));
  return bodies.map((body) => passed.filter((word) => word === body).length);
}

describe.each([
  ['the host and its engine, both killed,', killBoth],
  ['a killed host, with an engine that ends by itself,', killHost],
] as const)('%s', (_name, kill) => {
  test.each([
    ['the server could not say what it had', DEAF],
    ['the server was not told what had come', DUMB],
  ])('settle the old session when they come again, if %s', async (_title, scene) => {
    const { server, bob, proxy } = home;
    const first = await signIn();
    await say(first, 'Before all this.');
    await bob.messages.next('the first text', ({ body }) => body === 'Before all this.');
    const old = session();
    await breakOff(first, scene);
    await kill(first);
    const mark = server.sights.all.length;
    await proxy.heal();
    const second = await signIn();
    await bob.messages.next('the last text', ({ body }) => body === LAST);
    for (const text of scene.lost.down) await shows(second, text);

    // The old session came first, was there, and was closed; only then a new one.
    const { lost, arrived } = scene;
    const sent = withoutAcks(wire(server, 'received', mark));
    const bind = sent.findIndex(({ xml = '' }) => xml.includes('urn:ietf:params:xml:ns:xmpp-bind'));
    const settling = sent.slice(0, bind).filter((element) => !isRefusal(element));
    expect(words(settling)).toEqual(['resume', ...lost.up]);
    expect(sent[0]?.xml).toContain(` previd='${old}'`);
    const [answer] = wire(server, 'sent', mark).filter(({ name }) =>
      /^(resum|fail)ed$/.test(name ?? ''),
    );
    expect(answer?.xml).toMatch(new RegExp(`^<resumed .*previd='${old}'`));
    expect(session()).not.toBe(old);

    // Each went over the wire as often as it had to, and arrived once.
    const ups = ['Before all this.', ...arrived.up, ...lost.up, LAST];
    expect(times('received', ups)).toEqual(ups.map(() => 1));
    expect(times('sent', arrived.down)).toEqual(arrived.down.map(() => 1));
    expect(times('sent', lost.down)).toEqual(lost.down.map(() => 2));
    expect(bob.messages.all.map(({ body }) => body)).toEqual(ups);
    const shown = [first, second].flatMap((host) => host.all('write'));
    const heard = shown.filter(({ flags }) => flags.includes('recv')).map(({ html }) => html);
    expect(heard).toEqual([...arrived.down, ...lost.down]);
    expect(
      shown.filter(({ html }) => /twice|before|without proof/.test(html) && !ups.includes(html)),
    ).toEqual([]);
  });
});
