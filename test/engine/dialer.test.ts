// SPDX-License-Identifier: MIT
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LinkInput } from '../../src/core/effects.js';
import { Dialer, linkOptions } from '../../src/engine/dialer.js';
import { Link } from '../../src/transport/link.js';
import type { SrvResolver } from '../../src/transport/resolver.js';
import { Authority } from '../support/certificates.js';
import { Observed } from '../support/observed.js';
import { TestServer } from '../transport/tls-server.js';

const folder = mkdtempSync(join(tmpdir(), 'steadfast-dialer-'));
const domain = 'home.example';
let ca: Authority;
let stranger: TestServer;
let good: TestServer;
/** Of the stranger's certificate. */
let sha256: string;

beforeAll(async () => {
  ca = await Authority.create(folder);
  const theirs = await ca.server({ dns: ['other.example'] });
  const { raw } = new X509Certificate(readFileSync(theirs.certFile));
  sha256 = createHash('sha256').update(raw).digest('hex');
  stranger = await TestServer.start({ certificate: theirs, direct: true });
  const ours = await ca.server({ dns: [domain] });
  good = await TestServer.start({ certificate: ours, direct: true });
});
afterAll(async () => {
  await stranger.close();
  await good.close();
  rmSync(folder, { recursive: true });
});

it.each([false, true])('a dial goes by the rules of the session (pinned: %s)', async (pinned) => {
  const ports = pinned ? [good.port, stranger.port] : [stranger.port, good.port];
  const records = ports.map((port, priority) => ({
    ...{ host: '127.0.0.1', port, direct: true, priority, weight: 0 },
  }));
  const resolver: SrvResolver = {
    resolve: (_name, direct) => Promise.resolve({ records: direct ? records : [] }),
    cancel: () => undefined,
  };
  const inputs = new Observed<LinkInput>();
  const dialer = new Dialer(
    (input) => inputs.add(input),
    (dial, context, handlers) => new Link({ ...linkOptions(dial, context), resolver }, handlers),
  );
  dialer.settings.caFile = ca.certFile;
  dialer.dial({ domain, tls: 'either', certificate: false, ...(pinned ? { pin: sha256 } : {}) });
  const ready = await inputs.next('TLS', ({ type }) => type === 'tls-ready');
  dialer.close('reset');
  const names = ready.type === 'tls-ready' ? ready.facts.names.dns : [];
  expect(names).toEqual([pinned ? 'other.example' : domain]);
  const passed = inputs.all.flatMap((i) => (i.type === 'link-distrusted' ? [i.where] : []));
  expect(passed).toEqual([`127.0.0.1:${String(ports[0])}`]);
});
