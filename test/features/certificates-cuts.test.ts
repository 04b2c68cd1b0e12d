// SPDX-License-Identifier: MIT
//
// A renewal that is cut at each of its steps: whatever is lost there, the account can sign in then, and
// in the end the new certificate is the only one.

import { describe, expect, it } from 'vitest';
import { MakeCertificateSchema, RevokeCertificateSchema } from '../../src/contract/engine_pb.js';
import { fault } from '../../src/core/errors.js';
import { NS } from '../../src/core/namespaces.js';
import { childText, localName } from '../../src/core/xml.js';
import { factsOf, NOT_TAKEN } from './certificates-desk.js';
import { failure, RecordingHost, result } from './host.js';
import type { Request } from './host.js';

const OLD = 'certificate of old';
const OLD_NAME = `Old, ${factsOf(OLD).sha256.slice(0, 8)}`;
const LOST = fault('link', 'reset', 'The connection was cut.');

type Cut = 'link' | 'engine' | 'host';
/** Where in a step: before it is done, or when it is done and nobody has heard of it. */
type Moment = 'before' | 'unheard';

/** A server, a folder and a host's settings, which outlive what is cut. */
class Life {
  /** What the server keeps, by name. It minds names that are taken, as XEP-0257 §2.1 wants. */
  readonly kept = new Map([[OLD_NAME, OLD]]);
  readonly files = new Map([['certificate-0.pem', OLD]]);
  /** With what the host's settings on disk sign in. */
  setting = OLD;
  refusesNew = false;
  readonly steps: string[] = [];
  host = this.start();
  #commands = 0;
  #pending: { id: string; give: (host: RecordingHost, id: string) => void }[] = [];
  #heard = 0;

  give(give: (host: RecordingHost, id: string) => void): void {
    const id = `c${String(++this.#commands)}`;
    this.#pending.push({ id, give });
    give(this.host, id);
  }

  make(): void {
    this.give((host, id) => {
      host.command('makeCertificate', MakeCertificateSchema, { name: 'Desk' }, id);
    });
  }

  /** Does the next thing there is to do. @returns whether there was one */
  step(cut?: { readonly what: Cut; readonly when: Moment }): boolean {
    const { making, trials } = this.host.certificates;
    const [request] = this.host.requests;
    if (making.length > 0) this.#do('make', cut, () => making.shift());
    else if (request !== undefined) this.#ask(request, cut);
    else if (trials.length > 0) {
      this.#do('try', cut, () => {
        return () => trials.shift()?.done(this.refusesNew ? NOT_TAKEN : undefined);
      });
    } else return false;
    this.#hear();
    return true;
  }

  /** The one thing that must hold at any time. */
  get canSignIn(): boolean {
    const there = (list: Map<string, string>) => [...list.values()].includes(this.setting);
    return there(this.kept) && there(this.files);
  }

  private start(): RecordingHost {
    const host = new RecordingHost().signedIn();
    host.certificates.files = this.files;
    host.certificates.current = factsOf(this.setting).sha256;
    return host;
  }

  #ask(request: Request, cut: Parameters<Life['step']>[0]): void {
    this.#do(localName(request.payload), cut, () => {
      const answer = this.#answer(request);
      return () => {
        this.host.requests.shift();
        request.done(answer);
      };
    });
  }

  /** @param act does it, and returns what tells of it */
  #do(name: string, cut: Parameters<Life['step']>[0], act: () => (() => void) | undefined): void {
    this.steps.push(name);
    if (cut?.when === 'before') return this.#cut(cut.what);
    const tell = act();
    if (cut === undefined) tell?.();
    else {
      this.#cut(cut.what);
      // No link is needed for it.
      if (cut.what === 'link' && name === 'make') tell?.();
    }
  }

  #cut(what: Cut): void {
    if (what === 'link') {
      // That of a trial is another one, and fails as well.
      for (const { done } of this.host.certificates.trials.splice(0)) done(LOST);
      this.host.newSession();
      this.host.pass(3_000);
      return;
    }
    this.host = this.start();
    this.#heard = 0;
    if (what === 'host') this.#pending = [];
    for (const { id, give } of this.#pending) give(this.host, id);
  }

  #answer({ payload }: Request): ReturnType<typeof result> {
    const name = childText(payload, 'name', NS.saslCert) ?? '';
    const text = childText(payload, 'x509cert', NS.saslCert) ?? '';
    switch (localName(payload)) {
      case 'append':
        if (this.kept.has(name)) return failure('stanza', 'conflict');
        this.kept.set(name, Buffer.from(text, 'base64').toString());
        return result();
      case 'items': {
        const list = [...this.kept].map(
          ([key, value]) =>
            `<item><name>${key}</name><x509cert>${Buffer.from(value).toString('base64')}</x509cert></item>`,
        );
        return result(`<items xmlns='${NS.saslCert}'>${list.join('')}</items>`);
      }
      default:
        return this.kept.delete(name) ? result() : failure('stanza', 'item-not-found');
    }
  }

  /** The host: it changes its settings, and then disables the old one. */
  #hear(): void {
    const made = this.host.toldOf('certificateMade').slice(this.#heard);
    this.#heard += made.length;
    const answered = [...this.host.accepted, ...this.host.refused.map(({ id }) => id)];
    this.#pending = this.#pending.filter(({ id }) => !answered.includes(id));
    for (const { path, replaces } of made) {
      this.setting = this.files.get(path.slice('/folder/'.length)) ?? 'nothing';
      this.host.certificates.current = factsOf(this.setting).sha256;
      this.give((host, id) => {
        const value = { name: replaces, disable: true };
        host.command('revokeCertificate', RevokeCertificateSchema, value, id);
      });
    }
  }
}

function live(refusesNew: boolean, cutAt = -1, cut?: Parameters<Life['step']>[0]): Life {
  const life = new Life();
  life.refusesNew = refusesNew;
  life.make();
  for (let step = 0; life.step(step === cutAt ? cut : undefined); step++) {
    if (!life.canSignIn) throw new Error(`cannot sign in after ${life.steps.join(', ')}`);
    if (step > 50) throw new Error(`no end: ${life.steps.join(', ')}`);
  }
  return life;
}

const MADE = ['make', 'append', 'try', 'items', 'items', 'disable'];
const REFUSED = ['make', 'append', 'try', 'items', 'revoke'];

it('a renewal without a cut, and one that the server refuses, take these steps', () => {
  expect(live(false).steps).toEqual(MADE);
  expect(live(true).steps).toEqual(REFUSED);
});

describe.each(['before', 'unheard'] as const)('%s', (when) => {
  describe.each(['link', 'engine'] as const)('with the %s lost', (what) => {
    it.each(MADE.map((name, step) => [step, name] as const))(
      'at step %i (%s) the new certificate is used in the end, and the old one is gone',
      (step) => {
        const life = live(false, step, { what, when });
        expect(life.setting).not.toBe(OLD);
        expect([...life.kept.values()]).toEqual([life.setting]);
        expect([...life.files.values()]).toEqual([life.setting]);
        expect(
          life.host.refused.filter(({ fault }) => fault.condition !== 'item-not-found'),
        ).toEqual([]);
      },
    );

    it.each(REFUSED.map((name, step) => [step, name] as const))(
      'at step %i (%s) of a refusal the old one is all there is in the end',
      (step) => {
        const life = live(true, step, { what, when });
        expect([life.setting, [...life.kept], [...life.files.values()]]).toEqual([
          OLD,
          [[OLD_NAME, OLD]],
          [OLD],
        ]);
      },
    );
  });

  it.each(MADE.map((name, step) => [step, name] as const))(
    'with the host lost at step %i (%s) it can sign in, and a second renewal goes well',
    (step) => {
      const life = live(false, step, { what: 'host', when });
      const before = life.setting;
      life.make();
      while (life.step()) expect(life.canSignIn).toBe(true);
      expect(life.setting).not.toBe(before);
    },
  );
});
