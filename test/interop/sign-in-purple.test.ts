// SPDX-License-Identifier: MIT
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PurpleHost } from '../native/host.js';
import { Authority, type Certificate } from '../support/certificates.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { Ejabberd } from '../support/ejabberd.js';
import { eventually } from '../support/observed.js';
import { Workspace } from '../support/workspace.js';
import { XmppPeer } from '../support/xmpp-peer.js';

const HOME = 'home.example';
const ALICE = `alice@${HOME}`;
const BOB = `bob@${HOME}`;
const PASSWORDS = { alice: 'open sesame', bob: 'correct horse' };

let workspace: Workspace;
let authority: Authority;
let server: Ejabberd;
let bob: XmppPeer;
let certificate: Certificate;

beforeAll(async () => {
  workspace = new Workspace();
  authority = await Authority.create(workspace.path('ca'));
  certificate = await authority.client([BOB, ALICE]);
  server = await Ejabberd.start(workspace, {
    authority,
    domains: { [HOME]: { users: PASSWORDS } },
  });
  const { starttls: port } = server.ports['TLSv1.3'];
  const caFile = authority.certFile;
  bob = await XmppPeer.connect({
    domain: HOME,
    user: 'bob',
    password: PASSWORDS.bob,
    port,
    caFile,
  });
  workspace.atEnd(() => bob.close());
});
afterAll(() => workspace.close());

const byCertificate = (): Record<string, string> => ({
  ...{ auth_method: 'external', client_cert: certificate.certFile },
  ...{ client_key: certificate.keyFile, connection_security: 'old_ssl' },
});

test.each([
  ['EXTERNAL over direct TLS', 'EXTERNAL', 'direct', byCertificate],
  ['SCRAM-SHA-512 over STARTTLS', 'SCRAM-SHA-512', 'starttls', () => ({ auth_method: 'scram' })],
] as const)(
  'a libpurple host signs in at ejabberd by %s, and a cut costs no text either way',
  async (title, mechanism, port, options) => {
    const proxy = await CuttingProxy.start(server.ports['TLSv1.3'][port]);
    workspace.atEnd(() => proxy.close());
    const host = await PurpleHost.start(workspace, { profile: port });
    const link = { connect_server: '127.0.0.1', port: proxy.port, ca_file: authority.certFile };
    const account = await host.account(`${ALICE}/desk`, { ...link, ...options() }, PASSWORDS.alice);
    await host.run('account-enable', { account, enabled: true });
    await host.next('connected');
    await eventually('the login in the log', () =>
      server.logins().some((login) => login.jid === ALICE && login.mechanism === mechanism),
    );
    const after = bob.messages.all.length;
    const say = async (text: string): Promise<void> => {
      await host.run('send', { account, name: BOB, html: text });
      await bob.messages.next(text, ({ body }) => body === text, { after });
      bob.say(ALICE, `back: ${text}`);
      await host.next('write', ({ flags, html }) => {
        return flags.includes('recv') && html === `back: ${text}`;
      });
    };
    await say(`one by ${title}`);
    proxy.cut();
    await say(`two by ${title}`);
    expect(bob.messages.all.slice(after).map(({ body }) => body)).toEqual([
      `one by ${title}`,
      `two by ${title}`,
    ]);
    // What an earlier case said comes from the archive: this profile has not seen it.
    const received = host.all('write').filter(({ flags }) => flags.includes('recv'));
    expect(received.map(({ html }) => html).filter((html) => html.endsWith(title))).toEqual([
      `back: one by ${title}`,
      `back: two by ${title}`,
    ]);
    expect(host.all('connection-error')).toEqual([]);
    await host.quit();
  },
);
