// SPDX-License-Identifier: MIT
//
// A closed firewall: an office whose proxy lets through to the domain's web server and to its WebSocket
// (RFC 7395), which host-meta (XEP-0156) names, and nowhere else.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { Ejabberd } from '../support/ejabberd.js';
import { OfficeProxy } from '../support/office-proxy.js';
import { freePort } from '../support/ports.js';
import { Prosody } from '../support/prosody.js';
import { WebServer } from '../support/web-server.js';
import { ended, engineOf } from './kills-processes.js';
import { Guest, House } from './sign-in-house.js';
import * as story from './sign-in-story.js';

const HOME = 'home.example';
const ALICE = `alice@${HOME}`;
const BOB = { user: 'bob', password: 'correct horse' };
const XRD = 'http://docs.oasis-open.org/ns/xri/xrd-1.0';

let house: House;
beforeEach(async () => {
  house = await House.open();
});
afterEach(() => house.close());

/** A server that runs: where it listens, and the path of its WebSocket. */
interface Served {
  readonly port: number;
  readonly webPort: number;
  readonly path: string;
}

async function prosody(): Promise<Served> {
  const webPort = await freePort();
  const certificate = await house.authority.server({ dns: [HOME] });
  const server = await Prosody.start(house.workspace, {
    ...{ users: { alice: story.PASSWORD, [BOB.user]: BOB.password } },
    ...{ authority: house.authority, certificate, modules: ['websocket'] },
    global: {
      ...{ modules_disabled: ['s2s'], https_ports: [webPort], https_interfaces: ['127.0.0.1'] },
      https_ssl: { certificate: certificate.certFile, key: certificate.keyFile },
    },
  });
  return { port: server.port, webPort, path: '/xmpp-websocket' };
}

async function ejabberd(): Promise<Served> {
  const webPort = await freePort();
  const users = { alice: story.PASSWORD, [BOB.user]: BOB.password };
  const server = await Ejabberd.start(house.workspace, {
    ...{ domains: { [HOME]: { users } }, authority: house.authority, webPort },
  });
  return { port: server.ports['TLSv1.3'].starttls, webPort, path: '/ws' };
}

/** Alice in that office, and what its proxy saw. */
async function office({ webPort, path }: Served): Promise<[Guest, OfficeProxy, string]> {
  const uri = `wss://${HOME}:5281${path}`;
  const link = `<Link rel='urn:xmpp:alt-connections:websocket' href='${uri}'/>`;
  const web = await WebServer.start({
    certificate: await house.authority.server({ dns: [HOME] }),
    documents: { '/.well-known/host-meta': `<XRD xmlns='${XRD}'>${link}</XRD>` },
  });
  house.workspace.atEnd(() => web.close());
  const relay = await house.relay(webPort);
  const proxy = await OfficeProxy.start({
    [`${HOME}:443`]: web.port,
    [`${HOME}:5281`]: relay.port,
  });
  house.workspace.atEnd(() => proxy.close());
  const guest = new Guest(house, 1, ALICE, relay);
  house.client.attach(guest.account, {
    ...{ jid: `${ALICE}/desk`, password: story.PASSWORD, caFile: house.authority.certFile },
    proxy: { type: 'http', host: '127.0.0.1', port: proxy.port },
  });
  return [guest, proxy, uri];
}

// COMPAT(Prosody, 0.12): it says that a session from WebSocket is resumed by TCP, and then does not understand
// what comes there; see src/core/crossing.ts.
test.each([
  ['Prosody', prosody, false],
  ['ejabberd', ejabberd, true],
])(
  '%s is reached by its WebSocket, and its session goes on there',
  async (_name, start, crosses) => {
    const served = await start();
    await house.inviteBob({
      ...{ ...BOB, domain: HOME, port: served.port, caFile: house.authority.certFile },
    });
    const [guest, proxy, uri] = await office(served);
    const link = await guest.settled();
    expect(link).toMatchObject({
      ...{ state: 'online', resumed: false, webSocket: uri, tlsVersion: 'TLSv1.3' },
    });
    expect(proxy.asked.all.slice(0, 2).sort()).toEqual([`${HOME}:5222`, `${HOME}:5223`]);
    expect(proxy.asked.all.slice(2)).toEqual([`${HOME}:443`, `${HOME}:5281`]);
    await story.expectTalk(guest, 'hello');
    await story.expectResumed(guest, link.session);
    // The firewall opens: the same session by TCP, or another one, and no text is lost or doubled.
    proxy.routes[`${HOME}:5222`] = served.port;
    guest.mark();
    guest.proxy.cut();
    const after = await guest.next(
      'link',
      ({ state, session }) => state === 'online' && (session === link.session) === crosses,
    );
    expect(after).toMatchObject({ resumed: crosses, webSocket: '' });
    await story.expectTalk(guest, 'after the firewall');
    await guest.leave();
  },
);

test('a session of Prosody’s WebSocket whose engine dies is not resumed by TCP without end', async () => {
  const served = await prosody();
  const { port } = served;
  await house.inviteBob({ ...BOB, domain: HOME, port, caFile: house.authority.certFile });
  const [guest, proxy, uri] = await office(served);
  expect(await guest.settled()).toMatchObject({ state: 'online', webSocket: uri });
  await story.expectTalk(guest, 'hello');
  guest.mark();
  proxy.routes[`${HOME}:5222`] = port;
  const engine = await engineOf(process.pid);
  process.kill(engine, 'SIGKILL');
  await ended(engine);
  const after = await guest.next('link', ({ state }) => state === 'online');
  expect(after).toMatchObject({ resumed: false, webSocket: '' });
  await story.expectTalk(guest, 'after the firewall');
  await guest.leave();
});

test('a place that the person named is not gone around', async () => {
  const served = await prosody();
  const proxy = await OfficeProxy.start({});
  house.workspace.atEnd(() => proxy.close());
  house.client.attach(1, {
    ...{ jid: ALICE, password: story.PASSWORD, caFile: house.authority.certFile },
    ...{ connectServer: 'xmpp.home.example', port: served.port },
    proxy: { type: 'http', host: '127.0.0.1', port: proxy.port },
  });
  const failed = await house.events.next(
    'the failure',
    (event) => event.type === 'link' && event.state === 'failed',
  );
  expect(failed).toMatchObject({ error: { condition: 'proxy-refused' } });
  expect(proxy.asked.all).toEqual([`xmpp.home.example:${String(served.port)}`]);
});
