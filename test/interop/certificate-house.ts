// SPDX-License-Identifier: MIT
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { withClientCerts } from '../support/client-certs.js';
import { eventually } from '../support/observed.js';
import type { AccountSettings } from '../support/profile.js';
import type { ProsodyOptions, Sight } from '../support/prosody.js';
import { ALICE, Home } from './home.js';

/** alice, whose password is stored, at a server that keeps certificates. */
export class CertificateHouse {
  private constructor(readonly home: Home) {}

  static async open(more: Partial<ProsodyOptions> = {}): Promise<CertificateHouse> {
    const home = await Home.open((workspace) => ({ ...withClientCerts(workspace), ...more }));
    return new CertificateHouse(home);
  }

  get settings(): AccountSettings {
    const options = this.home.byPassword;
    return {
      name: `${ALICE}/desk`,
      protocol: 'prpl-steadfast',
      password: this.home.password,
      options,
    };
  }

  /** Sign-ins of alice that went well, oldest first. */
  get signIns(): Sight[] {
    const { all } = this.home.server.sights;
    return all.filter(({ event, user }) => event === 'authenticated' && user === 'alice');
  }

  /** Resolves with the next sign-in by certificate on alice's own session, not the trial's. */
  async signedInByCertificate(after: number): Promise<void> {
    // The module names no mechanism, and password sign-ins name theirs.
    const fits = () =>
      this.signIns
        .slice(after)
        .some(({ mechanism, certificate }) => mechanism === undefined && certificate !== undefined);
    await eventually('a sign-in by certificate', fits, 60_000);
  }

  /** How many were uploaded so far, by the server's log. */
  get uploads(): number {
    return this.home.server.log().match(/ added certificate named /g)?.length ?? 0;
  }

  /** How many the server keeps for her. */
  get certificates(): number {
    return this.kept.match(/\["pem"\]/g)?.length ?? 0;
  }

  /** What the server keeps for her, as the text of its file. */
  get kept(): string {
    return this.home.server.stored('client_certs', 'alice');
  }

  close(): Promise<void> {
    return this.home.close();
  }
}

/** What libpurple has written of the accounts. */
export function accountsFile(profile: string): string {
  return readFileSync(join(profile, 'accounts.xml'), 'utf8');
}

/** The setting `client_cert` on disk; nothing for none. */
export function certificateFile(profile: string): string | undefined {
  return /<setting name='client_cert' type='string'>([^<]+)</.exec(accountsFile(profile))?.[1];
}

/** Resolves when libpurple has written that the password is gone and the certificate is there. */
export async function passwordGone(profile: string): Promise<string> {
  await eventually(
    'the password gone from accounts.xml',
    () => !accountsFile(profile).includes('<password>') && certificateFile(profile) !== undefined,
    30_000,
  );
  const file = certificateFile(profile) ?? '';
  if ((statSync(file).mode & 0o777) !== 0o600) throw new Error(`${file} is not private`);
  return file;
}
