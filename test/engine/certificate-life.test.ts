// SPDX-License-Identifier: MIT
//
// *Sign in without a password from now on* and *Renew*, with the real engine on the model server: before each
// single thing that happens in them, the links are cut, or the engine or the host dies. At every moment
// the account can sign in with what its settings say, in memory and on disk; its password is not used once
// it has a certificate; the server has no certificate whose key is lost; and an old certificate stays until
// the new one has signed in (CertificateLife).

import { describe, expect, it } from 'vitest';
import { RawClient } from '../support/model/raw-client.js';
import { USER } from './certificate-host.js';
import { CertificateLife, supply } from './certificate-life.js';

/** Two for each life, and two for those that begin anew. */
const ders = await supply(4);

interface Story {
  readonly title: string;
  /** The certificate that the account has at first. */
  readonly old: boolean;
  /** The server takes the new one, and lets nobody in with it. */
  readonly refused: boolean;
}

const STORIES: readonly Story[] = [
  { title: 'from a password to a certificate', old: false, refused: false },
  { title: 'a renewal', old: true, refused: false },
  { title: 'from a password to a certificate that the server refuses', old: false, refused: true },
  { title: 'a renewal that the server refuses', old: true, refused: true },
];

const LOSSES: readonly [string, (life: CertificateLife) => void][] = [
  [
    'the links cut',
    (life) => {
      life.cutLinks();
    },
  ],
  [
    'the engine killed',
    (life) => {
      life.killEngine();
    },
  ],
  [
    'the host killed',
    (life) => {
      life.killHost();
    },
  ],
];

/** Up to the moment at which the person has chosen. */
function begin({ old, refused }: Story): CertificateLife {
  const life = new CertificateLife(ders);
  if (old) life.hasOld();
  if (refused) life.server.certificates.useless.push(...ders.slice(old ? 1 : 0));
  life.startHost();
  life.run(3_000);
  if (life.online === '') throw new Error('the account is not online');
  life.make();
  return life;
}

/** @param at how many things happen before it is stopped; @returns whether that many happened */
function playTo(life: CertificateLife, at: number): boolean {
  let count = 0;
  life.run(life.world.now + 20_000, () => count++ === at);
  return count > at;
}

/** How it stands in the end, in words; nothing where it is as it should be. */
function wrong(life: CertificateLife, { old, refused }: Story, sure: boolean): string[] {
  const says: string[] = [...life.broken, ...life.failures];
  const by = life.settings.cert === '' ? 'PLAIN' : 'EXTERNAL';
  if (life.online !== by) says.push(`online by ${life.online} where ${by} was expected`);
  const isNew = life.settings.cert !== '' && !life.settings.cert.endsWith('-00000000.pem');
  if (sure && isNew === refused) says.push(`in the end it signs in with “${life.settings.cert}”`);
  const left = old || !refused ? 1 : 0;
  if (sure && life.kept.length !== left) says.push(`${String(life.kept.length)} at the server`);
  if (sure && life.folder.files.size !== left) says.push('keys are left over');
  return says;
}

describe.each(STORIES)('$title', { timeout: 600_000 }, (story) => {
  it('goes well, or back, where nothing is lost', () => {
    const life = begin(story);
    life.settle();
    expect(wrong(life, story, true)).toEqual([]);
  });

  it.each(LOSSES)('can sign in at any time, and comes to its end, with %s', (what, lose) => {
    const says: string[] = [];
    let at = 0;
    for (let life = begin(story); playTo(life, at); at++, life = begin(story)) {
      lose(life);
      life.settle();
      // A host that was killed has forgotten what it wanted: the person chooses again.
      const sure = what !== 'the host killed';
      says.push(...wrong(life, story, sure).map((each) => `at ${String(at)}: ${each}`));
    }
    expect(says).toEqual([]);
    expect(at).toBeGreaterThan(100);
  });
});

it.each(LOSSES)(
  'a renewal before the last one has come to its end leaves one certificate and one key, with %s',
  (what, lose) => {
    const story = { title: 'a renewal', old: true, refused: false };
    const life = begin(story);
    const until = (reached: () => boolean): void => {
      life.run(life.world.now + 20_000, reached);
      if (!reached()) throw new Error('it does not come that far');
    };
    const { cert: first } = life.settings;
    until(() => life.settings.cert !== first && life.online === 'EXTERNAL' && life.isFree);
    const { cert: second } = life.settings;
    life.make();
    until(() => life.settings.cert !== second);
    // What is not on disk yet is forgotten with the host.
    if (what === 'the host killed') until(() => life.saved === life.settings);
    expect(life.settings.retired).toHaveLength(2);
    lose(life);
    life.settle();
    expect(wrong(life, story, true)).toEqual([]);
    expect([first, second]).not.toContain(life.settings.cert);
  },
);

it('a certificate that is revoked elsewhere ends the account in words, and no password is sent', () => {
  const life = new CertificateLife(ders).hasOld();
  life.startHost();
  life.run(3_000);
  const [name = ''] = life.server.certificates.of(USER).keys();
  const phone = RawClient.online(life.server, 'alice', 'phone');
  const before = life.server.received.length;
  phone.send(
    `<iq type='set' id='r'><revoke xmlns='urn:xmpp:saslcert:1'><name>${name}</name></revoke></iq>`,
  );
  life.run(60_000);
  expect([life.online, life.failures]).toEqual(['', ['not-authorized']]);
  expect(life.broken).not.toContain('the password was sent');
  const tries = life.server.received.slice(before).filter((text) => text.startsWith('<auth '));
  expect(tries.map((text) => / mechanism="([^"]+)"/.exec(text)?.[1])).toEqual(['EXTERNAL']);
});
