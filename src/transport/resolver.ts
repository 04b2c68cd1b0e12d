// SPDX-License-Identifier: MIT

import { Resolver } from 'node:dns/promises';
import type { SrvAnswer, SrvRecord } from './srv.js';
import { errorCode } from './faults.js';

/** Asks DNS; `cancel` makes the questions under way end at once. */
export interface SrvResolver {
  resolve(name: string, direct: boolean): Promise<SrvAnswer>;
  cancel(): void;
}

/** The answers that mean "there is no such record", not "I do not know". */
const none = new Set(['ENOTFOUND', 'ENODATA']);
const hostName = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;

export function newResolver(): SrvResolver {
  const resolver = new Resolver({ timeout: 1500, tries: 2 });
  return {
    async resolve(name, direct) {
      try {
        const found = await resolver.resolveSrv(name);
        return { records: found.map((r) => record(r, direct)).filter((r) => r !== undefined) };
      } catch (error) {
        const code = errorCode(error);
        return none.has(code) ? { records: [] } : { failed: code };
      }
    },
    cancel: () => resolver.cancel(),
  };
}

interface NodeSrvRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** An empty host stands for the target "." of RFC 2782; a name no host can have is dropped. */
function record(r: NodeSrvRecord, direct: boolean): SrvRecord | undefined {
  const host = r.name.replace(/\.$/, '');
  if (host !== '' && !hostName.test(host)) return undefined;
  return { host, port: r.port, priority: r.priority, weight: r.weight, direct };
}
