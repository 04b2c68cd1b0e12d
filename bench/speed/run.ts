// SPDX-License-Identifier: MIT
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Authority } from '../../test/support/certificates.js';
import { builtPath } from '../../test/support/project.js';
import { Prosody } from '../../test/support/prosody.js';
import { Workspace } from '../../test/support/workspace.js';
import { XmppPeer } from '../../test/support/xmpp-peer.js';
import { Sitting, type Login } from './sitting.js';
import { allThreads, memory } from './usage.js';

/** Messages of each kind. */
export const BURST = 2_000;
export const TALK = 200;
export const TYPED = 300;

const DOMAIN = 'home.example';
const BOB = `bob@${DOMAIN}`;
const PASSWORDS = { alice: 'sesame', carol: 'open', bob: 'correct-horse' };

/** The numbers of one run, by name. */
export type Numbers = Record<string, number>;

/** From the start of the engine's process to its first word: by the clock, and on a processor. */
async function firstWord(workspace: Workspace): Promise<Numbers> {
  const began = performance.now();
  const engine = builtPath('plugins', 'steadfast', 'engine.cjs');
  const stdio = ['ignore', 'ignore', 'inherit', 'pipe'] as const;
  const child = spawn(process.execPath, [engine], { env: workspace.env(), stdio: [...stdio] });
  const socket = child.stdio[3];
  if (socket === null || socket === undefined || !('on' in socket)) throw new Error('no socket');
  await once(socket, 'data');
  const took = performance.now() - began;
  const worked = allThreads(child.pid ?? 0) / 1e6;
  const { now } = memory(child.pid ?? 0);
  socket.destroy();
  await once(child, 'exit');
  return { 'first word': took, 'first word: worked': worked, 'memory: empty': now };
}

/** Ours reads a gap of the archive: how fast, at what cost, and how the window fares. */
async function readsGap(
  workspace: Workspace,
  login: Login,
  bob: XmppPeer,
  size: number,
): Promise<Numbers> {
  const fill = `<gap xmlns='urn:steadfast:gap' user='alice' with='${BOB}' from='1' to='${size}' age='80000'/>`;
  bob.send(`<iq type='set' id='fill' to='${DOMAIN}'>${fill}</iq>`);
  await bob.stanzas.next('a full archive', ({ attrs }) => attrs.id === 'fill');
  const sitting = await Sitting.begin(workspace, login, bob);
  await sitting.redraw(true);
  const own = Math.floor((size + 1) / 10);
  const { shown } = await sitting.silent(size - own, 'gap', size);
  await sitting.signIn();
  const [before, began] = [await sitting.used(), performance.now()];
  await shown;
  const [after, took] = [await sitting.used(), performance.now() - began];
  const { longestMs = NaN, latestMs = NaN } = await sitting.redraw(false);
  const peak = (await sitting.memory()).peak;
  await sitting.quit();
  return {
    'gap: messages a second': (size * 1000) / took,
    'gap: loop': (after.loop - before.loop) / size,
    'gap: all': (after.all - before.all) / size,
    ...{ 'gap: still': longestMs, 'gap: late': latestMs, 'memory: peak': peak },
  };
}

/** Both protocols through the same, in turns, on a server of their own. */
export async function oneRun(gap: number): Promise<Numbers> {
  const workspace = new Workspace();
  try {
    const authority = await Authority.create(workspace.path('ca'));
    const { port } = await Prosody.start(workspace, {
      ...{ domain: DOMAIN, authority, users: PASSWORDS, modules: ['steadfast_gap'] },
      friends: [
        ['alice', 'bob'],
        ['carol', 'bob'],
      ],
      global: {
        ...{ log: {}, network_settings: { nagle: false }, storage: { archive: 'steadfast_gap' } },
        ...{ archive_expires_after: 'never', mam_include_total: false },
      },
    });
    const caFile = authority.certFile;
    const user = { user: 'bob', password: PASSWORDS.bob };
    const bob = await XmppPeer.connect({ ...user, domain: DOMAIN, port, caFile });
    workspace.atEnd(() => bob.close());
    const link = { connect_server: '127.0.0.1', port };
    const ours: Login = {
      ...{ protocol: 'prpl-steadfast', jid: `alice@${DOMAIN}`, password: PASSWORDS.alice },
      options: { ...link, ca_file: caFile, auth_method: 'scram' },
    };
    const theirs: Login = {
      ...{ protocol: 'prpl-jabber', jid: `carol@${DOMAIN}`, password: PASSWORDS.carol },
      options: link,
    };
    const numbers = await firstWord(workspace);
    const sittings = [
      { name: 'jabber', sitting: await Sitting.begin(workspace, theirs, bob) },
      { name: 'steadfast', sitting: await Sitting.begin(workspace, ours, bob) },
    ];
    for (const { sitting } of sittings) {
      await sitting.signIn();
      await sitting.greeted();
      await sitting.hears(BURST / 4, 'warm');
    }
    for (const { name, sitting } of sittings) {
      const burst = await sitting.hears(BURST, 'burst');
      const talk = await sitting.converses(TALK, 'talk');
      const typed = await sitting.types(TYPED, 'typed', BOB);
      for (const [kind, { loop, all }] of Object.entries({ burst, talk, typed })) {
        numbers[`${name} ${kind}: loop`] = loop;
        numbers[`${name} ${kind}: all`] = all;
      }
      if (name === 'steadfast') numbers['memory: now'] = (await sitting.memory()).now;
      await sitting.quit();
    }
    return { ...numbers, ...(await readsGap(workspace, ours, bob, gap)) };
  } finally {
    await workspace.close();
  }
}
