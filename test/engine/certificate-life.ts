// SPDX-License-Identifier: MIT
//
// A host that does with certificates what the plugin does, and its settings on disk; with the real engine
// on the model server. All of it can be lost at any moment.

import { create } from '@bufbuild/protobuf';
import {
  Link_State as State,
  MakeCertificateSchema,
  RevokeCertificateSchema,
} from '../../src/contract/engine_pb.js';
import type { CertificateExpiry, Link } from '../../src/contract/engine_pb.js';
import { certificateFacts } from '../../src/engine/certificate-facts.js';
import { certificateName } from '../../src/features/certificates-name.js';
import type { EventBody } from '../../src/features/feature.js';
import { selfSigned } from '../../src/transport/self-signed.js';
import { World } from '../support/model/world.js';
import { CertificateHost, USER } from './certificate-host.js';
import type { Settings } from './certificate-host.js';

const DAY_MS = 86_400_000;
/** libpurple writes its settings some seconds after they were changed. */
const SAVED_MS = 5_000;
const LOOK_MS = 2_000;
const AGAIN_MS = 60_000;

/**
 * @param days for which they are good
 * @returns certificates of the account: making one takes longer than playing a life
 */
export async function supply(count: number, days = 365): Promise<Uint8Array[]> {
  const { wall } = new World(1).clock();
  const made = Array.from({ length: count }, () =>
    selfSigned(USER, wall - DAY_MS, wall + days * DAY_MS),
  );
  return (await Promise.all(made)).map(({ der }) => der);
}

export class CertificateLife extends CertificateHost {
  saved: Settings = this.settings;
  /** The mechanism; empty while it is not. */
  online = '';
  /** Why the account failed for good. */
  readonly failures: string[] = [];
  readonly warnings: CertificateExpiry[] = [];
  private old: Buffer | undefined;
  /** Certificates with which a session of the account was there, not a trial's: DER in Base64. */
  private readonly used = new Set<string>();
  private awaited = '';
  private before: Settings | undefined;
  private begun = false;
  private looking = false;
  private name = '';

  /** The account has a certificate from an earlier day. */
  hasOld(): this {
    const cert = this.folder.put('/account/certificate-00000000.pem');
    const der = Buffer.from(this.folder.files.get(cert) ?? []);
    const name = certificateName('Desk', certificateFacts(der)?.sha256 ?? '');
    this.server.certificates.of(USER).set(name, { der, noManagement: false });
    this.saved = { cert, retired: [] };
    this.old = der;
    return this;
  }

  startHost(): void {
    this.host++;
    this.settings = this.saved;
    this.pending = [];
    [this.awaited, this.before, this.looking] = ['', undefined, false];
    this.startEngine(false);
  }

  /** *Sign in without a password from now on* or *Renew*. */
  make(): void {
    this.awaited = this.give({
      case: 'makeCertificate',
      value: create(MakeCertificateSchema, { name: 'Desk' }),
    });
  }

  /** libsteadfast starts another one, and gives it what was not answered. */
  killEngine(): void {
    this.engine?.kill();
    this.online = '';
    this.inThisHost(50, () => {
      this.begun = true;
      this.startEngine(true);
      for (const command of this.pending) this.write(command);
    });
  }

  /** With it goes what it had not written; it is started again. */
  killHost(): void {
    this.engine?.end();
    this.host++;
    this.online = '';
    this.inThisHost(1_000, () => {
      this.startHost();
    });
  }

  cutLinks(): void {
    this.engine?.trial?.link?.cut(true, true);
    this.engine?.link?.cut(true, true);
  }

  /** Runs until there is nothing left to do. */
  settle(): void {
    const end = this.world.now + 300_000;
    const isOver = () =>
      this.pending.length === 0 && this.before === undefined && this.settings.retired.length === 0;
    for (let quiet = 0; quiet < 12 && this.world.now < end;) {
      this.run(this.world.now + 1_000);
      quiet = isOver() && this.online !== '' && this.saved === this.settings ? quiet + 1 : 0;
    }
  }

  /** @param before each thing that happens; true stops it there */
  run(until: number, before: () => boolean = () => false): void {
    this.world.run(until, () => {
      this.check();
      return before();
    });
  }

  /** Nothing is under way: the person may choose. */
  get isFree(): boolean {
    return this.before === undefined && this.awaited === '';
  }

  get kept(): Uint8Array[] {
    return [...this.server.certificates.of(USER).values()].map(({ der }) => der);
  }

  /** What must hold at any moment. */
  private check(): void {
    for (const { cert } of [this.settings, this.saved]) {
      const der = this.folder.files.get(cert);
      const isGood = der !== undefined && this.kept.some((each) => Buffer.from(der).equals(each));
      if (cert !== '' && !isGood) this.broken.add('the settings name what cannot sign in');
    }
    if (!this.kept.every((der) => this.folder.has(der))) {
      this.broken.add('the server has a certificate whose key is lost');
    }
    this.checkOld();
  }

  /** The old one is good until the new one has signed in. */
  private checkOld(): void {
    for (const { jid, connection } of this.server.sessions.values()) {
      const by = jid.includes('/trial-') ? undefined : connection?.certificate;
      if (by !== undefined) this.used.add(Buffer.from(by).toString('base64'));
    }
    const { old } = this;
    if (old === undefined || this.kept.some((der) => old.equals(der))) return;
    const current = Buffer.from(this.folder.files.get(this.settings.cert) ?? []);
    if (!this.used.has(current.toString('base64'))) {
      this.broken.add('the old certificate went before the new one had signed in');
    }
  }

  // --- the plugin --------------------------------------------------------------------------------

  protected hear(body: EventBody): void {
    switch (body.case) {
      case 'link':
        this.link(body.value);
        return;
      case 'certificateMade':
        if (body.value.id !== this.awaited) return;
        this.awaited = '';
        this.before = this.settings;
        [this.begun, this.name] = [false, body.value.name];
        this.set({ cert: body.value.path, retired: this.alsoRetired(body.value.replaces) });
        this.attach(true);
        return;
      case 'accepted':
      case 'refused': {
        const { id } = body.value;
        this.pending = this.pending.filter((command) => command.id !== id);
        const error = body.case === 'refused' ? body.value.error : undefined;
        if (id === this.awaited) this.answered(error?.condition);
        return;
      }
      case 'certificateExpiry':
        this.warnings.push(body.value);
        return;
      default:
      // Of no matter here.
    }
  }

  private link({ state, mechanism, error }: Link): void {
    this.begun ||= state === State.CONNECTING || error?.condition === 'other-certificate';
    this.online = state === State.ONLINE ? mechanism : '';
    if (state === State.ONLINE) {
      const external = mechanism === 'EXTERNAL';
      if (external && this.begun) this.before = undefined;
      if (external && this.before === undefined) this.retire(LOOK_MS);
    } else if (state === State.FAILED && this.before !== undefined) {
      this.set(this.before);
      this.before = undefined;
      this.attach(true);
      this.revoke(this.name, false);
    } else if (state === State.FAILED) {
      this.failures.push(error?.condition ?? '');
    }
  }

  /** @param condition of a refusal */
  private answered(condition: string | undefined): void {
    this.awaited = '';
    const [, ...others] = this.settings.retired;
    if (this.settings.retired.length === 0 || this.before !== undefined) return;
    if (condition === undefined || condition === 'item-not-found') {
      this.set({ ...this.settings, retired: others });
      this.retire(LOOK_MS);
    } else this.retire(AGAIN_MS);
  }

  private alsoRetired(name: string): string[] {
    return [...this.settings.retired, ...(name === '' ? [] : [name])];
  }

  /** Not before the settings on disk name the new one. */
  private retire(ms: number): void {
    if (this.settings.retired.length === 0 || this.looking) return;
    this.looking = true;
    this.inThisHost(ms, () => {
      this.looking = false;
      if (this.saved !== this.settings || this.awaited !== '') this.retire(LOOK_MS);
      else this.awaited = this.revoke(this.settings.retired[0] ?? '', true);
    });
  }

  private revoke(name: string, disable: boolean): string {
    const value = create(RevokeCertificateSchema, { name, disable });
    return this.give({ case: 'revokeCertificate', value });
  }

  private set(settings: Settings): void {
    this.settings = settings;
    this.inThisHost(SAVED_MS, () => {
      this.saved = this.settings;
    });
  }
}
