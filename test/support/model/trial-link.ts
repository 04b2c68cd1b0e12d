// SPDX-License-Identifier: MIT
//
// The link of a trial, beside the engine's own.

import { Buffer } from 'node:buffer';
import type { TlsFacts } from '../../../src/core/effects.js';
import { fault } from '../../../src/core/errors.js';
import type { TrialEffect, TrialInput } from '../../../src/engine/effects.js';
import type { CertificateFolder } from './certificate-folder.js';
import { missing } from './certificate-folder.js';
import type { Machine } from './machine.js';
import { ModelLink } from './network.js';
import type { ModelServer } from './server.js';

export interface TrialParts {
  readonly machine: Machine;
  readonly server: ModelServer;
  readonly latencyMs: number;
  /** Of the certificates that are tried. */
  readonly folder: CertificateFolder | undefined;
  /** Somebody answers a dial. */
  reachable(): boolean;
  facts(): TlsFacts;
  input(input: TrialInput): void;
  /** Hears what is written. */
  wrote(text: string): void;
}

export class ModelTrialLink {
  link: ModelLink | undefined;
  private shown: Uint8Array | undefined;
  /** News of an older dial is dropped. */
  private dials = 0;

  constructor(private readonly parts: TrialParts) {}

  run(effect: TrialEffect): void {
    switch (effect.type) {
      case 'read-identity':
        this.later(1, () => {
          this.read(effect.cert);
        });
        return;
      case 'dial':
        this.later(this.parts.latencyMs * 2, () => {
          this.connect();
        });
        return;
      case 'start-tls':
        this.later(this.parts.latencyMs * 2, () => {
          this.parts.input({ type: 'tls-ready', facts: this.parts.facts() });
        });
        return;
      case 'write':
        this.parts.wrote(effect.text);
        this.link?.toServer(Buffer.from(effect.text));
        return;
      case 'close':
        this.close(effect.how);
    }
  }

  /** No news of this link is told any more. */
  close(how: 'end' | 'reset'): void {
    this.dials++;
    this.link?.clientCloses(how);
    this.link = undefined;
  }

  private read(path: string): void {
    const identity = this.parts.folder?.identity(path);
    this.shown = identity?.der;
    if (identity !== undefined) this.parts.input({ type: 'identity', identity });
    else {
      this.parts.input({ type: 'identity-failed', fault: missing(path), passphrase: false });
    }
  }

  private connect(): void {
    const { server, latencyMs, machine } = this.parts;
    const input = (news: TrialInput): void => {
      this.parts.input(news);
    };
    if (!this.parts.reachable()) {
      input({ type: 'link-closed', fault: fault('link', 'refused', 'Nobody answers.') });
      return;
    }
    const link = new ModelLink(server.world, latencyMs, machine.chance);
    link.certificate = this.shown;
    this.link = link;
    const ofThis = (news: () => void): void => {
      if (this.link === link) news();
    };
    link.connect(
      {
        bytes: (bytes) => {
          ofThis(() => {
            input({ type: 'link-bytes', bytes });
          });
        },
        closed: () => {
          ofThis(() => {
            this.link = undefined;
            input({ type: 'link-closed' });
          });
        },
      },
      server.accept(link),
    );
    input({ type: 'link-open', direct: false });
  }

  private later(ms: number, run: () => void): void {
    const dial = this.dials;
    this.parts.machine.after(ms, () => {
      if (dial === this.dials) run();
    });
  }
}
