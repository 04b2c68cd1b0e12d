// SPDX-License-Identifier: MIT
import { MESSAGE, type Shown } from '../test/support/bus-host.js';
import { eventually } from '../test/support/observed.js';
import { Finch } from '../test/support/finch.js';
import { ALICE, BOB, seen, type Stage } from './demo-stage.js';

const BEFORE = ['Hello Bob, are you there?', 'I signed in with a certificate.'];
const FLYING = ['This one is in flight,', 'and this one too,', 'when the link dies.'];
const OFFLINE = ['Typed while there is no link.'];
const ANSWERS = ['Here is one of mine,', 'also in flight,', 'also caught by the cut.'];

type Say = (text: string) => void;

/** Plays the demonstration and says what happens; throws when the promise is broken. */
export async function play(stage: Stage, say: Say): Promise<void> {
  const { host } = stage;
  say(`${host instanceof Finch ? 'Finch' : 'Pidgin'} ${String(await host.call('CoreGetVersion'))}`);
  await signIn(stage, say);
  stage.bob.answer = ({ body }) => `Bob heard: ${body}`;
  for (const text of BEFORE) await host.say(stage.account, BOB, text);
  await stage.bob.messages.until('bob to hear alice', () => heard(stage).length === BEFORE.length);
  await eventually('both answers', async () => (await answers(stage)).length === BEFORE.length);
  say('They have talked. Now messages are sent both ways into a link that does not carry them.');
  await cutInFlight(stage, say);
  await resume(stage, say);
  await verify(stage, say);
}

async function signIn({ host, account, server }: Stage, say: Say): Promise<void> {
  await host.setStatus('available');
  await host.signedOn(account);
  const login = seen(server, 'authenticated').at(-1);
  say(`The server let alice in by ${login?.mechanism} over ${login?.tls}.`);
  if (login?.mechanism !== 'EXTERNAL' || login.tls !== 'TLSv1.3')
    throw new Error('alice was to sign in by EXTERNAL over TLS 1.3');
}

async function cutInFlight(stage: Stage, say: Say): Promise<void> {
  const { host, account, proxy, bob, server } = stage;
  bob.answer = undefined;
  proxy.swallow();
  const before = proxy.links.at(-1)?.bytes.up ?? 0;
  for (const text of FLYING) await host.say(account, BOB, text);
  for (const text of ANSWERS) bob.say(ALICE, text);
  await proxy.news.until('bytes in flight', () => (proxy.links.at(-1)?.bytes.up ?? 0) > before);
  await server.sights.until(
    'the server to have taken what bob sent',
    () => server.sights.all.filter(({ body }) => ANSWERS.includes(body ?? '')).length === 3,
  );
  proxy.refuse();
  proxy.cut('rst');
  say('The link is cut, with messages in flight in both directions.');
  await server.sights.next('the server to notice', ({ event }) => event === 'hibernating');
  for (const text of OFFLINE) await host.say(account, BOB, text);
  if (!(await host.connected(account))) throw new Error('the account went offline in the host');
  say('No link; the account is still online in the host, and one more message was typed.');
}

async function resume({ proxy, server }: Stage, say: Say): Promise<void> {
  const healed = performance.now();
  await proxy.heal();
  const back = await server.sights.next(
    'the session to be resumed',
    ({ event }) => event === 'resumed',
  );
  const lost = seen(server, 'hibernating').at(-1);
  const ms = Math.round(performance.now() - healed);
  say(`The link is healed. ${ms} ms later the session ${back.session} was resumed.`);
  if (back.session === undefined || back.session !== lost?.session)
    throw new Error(`the session that was lost is ${lost?.session}`);
}

async function verify(stage: Stage, say: Say): Promise<void> {
  const said = [...BEFORE, ...FLYING, ...OFFLINE];
  const told = [...BEFORE.map((text) => `Bob heard: ${text}`), ...ANSWERS];
  await stage.bob.messages.until('all of it at bob', () => heard(stage).length >= said.length);
  await eventually('all of it at alice', async () => (await answers(stage)).length >= told.length);
  say('\nWhat the conversation with bob shows:');
  for (const line of await shown(stage)) say(`  ${speaker(line)} ${plain(line.html)}`);
  same('bob received', heard(stage), said);
  same('alice sees from bob', await answers(stage), told);
  const own = (await shown(stage)).filter(({ flags }) => flags & MESSAGE.send);
  same(
    'alice sees of her own',
    own.map(({ html }) => plain(html)),
    said,
  );
  say(`\nEvery message once and in order: ${said.length} from alice, ${told.length} from bob.`);
}

function speaker({ flags, sender }: Shown): string {
  return flags & MESSAGE.system ? '*' : `${sender}:`;
}

function shown({ host, account }: Stage): Promise<Shown[]> {
  return host.shown(account, BOB);
}

async function answers(stage: Stage): Promise<string[]> {
  const lines = (await shown(stage)).filter(({ flags }) => flags & MESSAGE.receive);
  return lines.map(({ html }) => plain(html));
}

function heard({ bob }: Stage): string[] {
  return bob.messages.all.map(({ body }) => body);
}

function plain(html: string): string {
  return html
    .replace(/<[^>]*>/g, '')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}

function same(what: string, found: string[], expected: string[]): void {
  if (JSON.stringify(found) === JSON.stringify(expected)) return;
  throw new Error(`${what}\n  ${found.join('\n  ')}\ninstead of\n  ${expected.join('\n  ')}`);
}
