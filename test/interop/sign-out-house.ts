// SPDX-License-Identifier: MIT
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModelOnTls } from '../support/model-on-tls.js';
import { PROFILES } from '../support/model/profiles.js';
import { ModelServer } from '../support/model/server.js';
import { World } from '../support/model/world.js';
import { eventually } from '../support/observed.js';
import type { AccountSettings } from '../support/profile.js';
import { Failing } from './failing.js';

const DOMAIN = 'home.example';
export const JID = `alice@${DOMAIN}`;
export const PASSWORD = 'open sesame';

/** alice, whose password is stored, at a server that gives tokens and manages clients (XEP-0494). */
export class SignOutHouse {
  private constructor(
    readonly failing: Failing,
    readonly model: ModelServer,
    readonly port: number,
  ) {}

  static async open(): Promise<SignOutHouse> {
    const failing = await Failing.open();
    const { workspace, authority } = failing;
    const model = new ModelServer(new World(1), DOMAIN, {
      ...{ ...PROFILES.strict, access: true },
      sasl2: { password: PASSWORD, bind: true, fast: true },
    });
    const certificate = await failing.certificate();
    const front = await ModelOnTls.start(model, certificate, 'TLSv1.3', authority.certFile);
    workspace.atEnd(() => front.close());
    model.access.add(JID, 'web', ['grant']);
    model.access.add(JID, 'phone', ['password']);
    return new SignOutHouse(failing, model, front.port);
  }

  get settings(): AccountSettings {
    const options = this.failing.to(this.port);
    return { name: JID, protocol: 'prpl-steadfast', password: PASSWORD, options };
  }

  /** Whether the server takes a token of the client that has signed in. */
  get takesToken(): boolean {
    const agent = /user-agent id="([^"]+)"/.exec(this.model.received.join(''))?.[1] ?? '';
    return this.model.tokens.has(JID, agent);
  }

  /** Resolves once the account has its token on disk. */
  async tokenThere(profile: string): Promise<void> {
    await eventually('a token', () => tokenIn(profile).includes('secret-token'));
  }

  close(): Promise<void> {
    return this.failing.close();
  }
}

/** What is in the file of the token, anywhere below a folder; empty for none. */
export function tokenIn(folder: string): string {
  const path = fileIn(folder, 'token');
  return path === undefined ? '' : readFileSync(path, 'utf8');
}

/** @returns the path of the file of that name, anywhere below a folder */
export function fileIn(folder: string, name: string): string | undefined {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const path = found.find((each) => each.endsWith(`/${name}`));
  return path === undefined ? undefined : join(folder, path);
}
