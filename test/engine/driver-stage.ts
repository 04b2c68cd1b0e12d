// SPDX-License-Identifier: MIT
import { create } from '@bufbuild/protobuf';
import { CommandSchema } from '../../src/contract/engine_pb.js';
import type { Command } from '../../src/contract/engine_pb.js';
import type { LinkLike } from '../../src/engine/dialer.js';
import type { AccountMachine } from '../../src/engine/driver.js';
import { Driver } from '../../src/engine/driver.js';
import type { AccountEffect, AccountInput } from '../../src/engine/effects.js';
import { Redactor } from '../../src/engine/redact.js';
import type { EventBody } from '../../src/features/feature.js';
import type { LinkHandlers } from '../../src/transport/link.js';
import type { DialRequest } from '../../src/transport/types.js';
import { Observed } from '../support/observed.js';
import { FaultyFileSystem } from '../disk/faulty-file-system.js';

export const facts = {
  ...{ protocol: 'TLSv1.3', names: { dns: [], srv: [], xmppAddr: [] }, sha256: '' },
  ...{ notBefore: 0, notAfter: 0, chain: [] },
};
/** Where the scripted link says it went. */
export const place = { host: '127.0.0.1', port: 5222, direct: false };
export const dial: AccountEffect = {
  type: 'dial',
  dial: { domain: 'example.org', tls: 'either', certificate: false },
};

/** A driver around a scripted account, a scripted link and a disk in memory. */
export class Stage {
  readonly fs = new FaultyFileSystem();
  readonly inputs = new Observed<AccountInput>();
  readonly told: EventBody[] = [];
  readonly calls = new Observed<string>();
  readonly redactor = new Redactor();
  handlers: LinkHandlers[] = [];
  readonly requests: DialRequest[] = [];
  deadline: number | undefined;
  /** What the account wants at an input. */
  answer: (input: AccountInput) => readonly AccountEffect[] = () => [];
  made: { journal: string; caches: ReadonlyMap<string, string> } | undefined;
  out: (effect: AccountEffect) => void = () => undefined;

  start(): Driver {
    return new Driver({
      folder: '/f',
      redactor: this.redactor,
      fs: this.fs,
      tell: (body) => {
        this.told.push(body);
        this.calls.add(`told with “${this.fs.text('/f/journal')}” on disk`);
      },
      ended: () => this.calls.add('ended'),
      makeLink: (request, _context, handlers) => {
        this.requests.push(request);
        return this.#link(handlers);
      },
      make: (journal, caches, out) => {
        this.made = { journal: Buffer.from(journal).toString(), caches };
        this.out = out;
        return this.#account(out);
      },
    });
  }

  #account(out: (effect: AccountEffect) => void): AccountMachine {
    let inside = false;
    return {
      input: (input) => {
        if (inside) throw new Error('the account was entered while at work');
        inside = true;
        for (const effect of this.answer(input)) out(effect);
        inside = false;
        this.inputs.add(input);
      },
      deadline: () => this.deadline,
    };
  }

  #link(handlers: LinkHandlers): LinkLike {
    const n = this.handlers.push(handlers);
    this.calls.add(`link ${String(n)}`);
    return {
      write: (text) => this.calls.add(`write ${text}`),
      startTls: () => this.calls.add('start-tls'),
      close: (how) => this.calls.add(`${how} ${String(n)}`),
    };
  }
}

export function command(text = 'hello'): Command {
  return create(CommandSchema, { body: { case: 'sendMessage', value: { body: text } } });
}
