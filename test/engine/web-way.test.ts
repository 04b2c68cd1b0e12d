// SPDX-License-Identifier: MIT
import { beforeEach, describe, expect, it } from 'vitest';
import type { Dial, LinkInput } from '../../src/core/effects.js';
import { Dialer } from '../../src/engine/dialer.js';
import type { LinkHandlers } from '../../src/transport/link.js';
import type { DialRequest, LinkFault, Target } from '../../src/transport/types.js';
import { Observed } from '../support/observed.js';
import { facts } from './driver-stage.js';

// When a domain's web server is asked for a WebSocket (XEP-0156): once nothing else has led to the server.

const usual: Dial = { domain: 'example.org', tls: 'either', certificate: false };
const tcp: Target = { host: 'a.example', port: 5222, direct: false };
const web: Target = { host: 'example.org', port: 443, direct: true, http: '/ws' };
const failure = (condition: string, more: Partial<LinkFault> = {}): LinkFault => ({
  ...{ kind: 'link', condition, text: `Told as ${condition}.`, by: 'peer', retry: 'later' },
  ...more,
});
const refused = failure('connection-refused');
const noDocument = failure('host-meta-refused');

interface Made {
  readonly request: DialRequest;
  readonly handlers: LinkHandlers;
}

let made: Observed<Made>;
let inputs: LinkInput[];
let now: number;
let dialer: Dialer;
beforeEach(() => {
  made = new Observed();
  inputs = [];
  now = 5000;
  dialer = new Dialer(
    (input) => inputs.push(input),
    (request, _context, handlers) => {
      made.add({ request, handlers });
      return { write: () => undefined, startTls: () => undefined, close: () => undefined };
    },
    () => now,
  );
});

/** The next link that is made, by whatever was done. */
async function link(act: () => void): Promise<Made> {
  const after = made.all.length;
  act();
  return made.next('a link', () => true, { after });
}

const dial = (given: Dial = usual): Promise<Made> => link(() => dialer.dial(given));
const byWeb = ({ request }: Made): boolean => request.hostMeta === true;
const last = (): LinkInput | undefined => inputs.at(-1);

/** A dial that fails, and everything that is tried for it. @returns whether the web server was asked */
async function fails(fault: LinkFault, given: Dial = usual): Promise<boolean> {
  const first = await dial(given);
  first.handlers.closed(fault);
  const second = made.all.at(-1);
  if (second === undefined || second === first) return false;
  expect(byWeb(second)).toBe(true);
  second.handlers.closed(noDocument);
  return true;
}

/** Up to TLS, and lost again. */
async function reached(place: Target): Promise<void> {
  let { handlers } = await dial();
  if (place.http !== undefined) {
    handlers.closed(refused);
    ({ handlers } = made.all.at(-1) ?? { handlers });
  }
  handlers.open(place.direct, [], place);
  handlers.ready(facts);
  handlers.closed(failure('connection-lost'));
}

describe('a dial that fails', () => {
  it('goes on with host-meta, as part of the same dial', async () => {
    (await dial()).handlers.closed(refused);
    expect(inputs).toEqual([]);
    expect(made.all.map(byWeb)).toEqual([false, true]);
    made.all[1]?.handlers.open(true, [], web);
    expect(inputs).toEqual([
      { type: 'link-open', direct: true, webSocket: 'wss://example.org/ws' },
    ]);
  });

  it('is told by its own reason where host-meta is of no help, which is told for the log', async () => {
    expect(await fails(refused)).toBe(true);
    expect(inputs).toEqual([{ type: 'link-closed', fault: refused, aside: noDocument.text }]);
  });

  it.each([
    ['a place that the person named', { host: 'c.example' }],
    ['what another dial left over', { rest: true }],
    ['the place of the last dial', { again: true }],
  ])('to %s does not', async (_what, more) => {
    expect(await fails(refused, { ...usual, ...more })).toBe(false);
    expect(inputs).toEqual([{ type: 'link-closed', fault: refused }]);
  });

  it.each([
    failure('connect-timeout', { kind: 'timeout' }),
    failure('proxy-refused'),
    failure('service-not-offered'),
    failure('not-tls', { kind: 'tls' }),
    failure('handshake-failed', { kind: 'tls' }),
  ])('as $condition does', async (fault) => {
    expect(await fails(fault)).toBe(true);
  });

  it.each([
    failure('dns-failure'),
    failure('network-unreachable'),
    failure('proxy-unreachable'),
    failure('proxy-auth', { retry: 'never' }),
    failure('bad-proxy', { kind: 'usage', retry: 'never' }),
    failure('onion-without-tor', { kind: 'usage' }),
    failure('certificate-refused', { kind: 'tls', retry: 'never' }),
  ])('as $condition does not', async (fault) => {
    expect(await fails(fault)).toBe(false);
  });

  it('asks the web server once a minute, and not more often', async () => {
    const asked: boolean[] = [];
    for (const at of [0, 1000, 59_999, 60_000, 90_000, 120_000]) {
      now = 5000 + at;
      asked.push(await fails(refused));
    }
    expect(asked).toEqual([true, false, false, true, false, true]);
  });

  it('behind a server that was reached is most likely its restart: a minute is waited', async () => {
    await reached(tcp);
    const asked: boolean[] = [];
    for (const at of [0, 1000, 59_999, 60_000]) {
      now = 10_000 + at;
      asked.push(await fails(refused));
    }
    expect(asked).toEqual([false, false, false, true]);
  });

  it('behind a WebSocket goes on to the next at once: the firewall is still there', async () => {
    await reached(web);
    expect(await fails(refused)).toBe(true);
    expect(await fails(refused)).toBe(true);
    await reached(tcp);
    expect(await fails(refused)).toBe(false);
  });

  it('behind a WebSocket asks a web server that names none any more once a minute at last', async () => {
    await reached(web);
    const asked: boolean[] = [];
    for (const at of [0, 5000, 55_000, 60_000, 65_000, 119_000, 120_000]) {
      now = 10_000 + at;
      asked.push(await fails(refused));
    }
    expect(asked).toEqual([true, true, true, true, false, false, true]);
  });

  it('that is given up meanwhile asks nobody', async () => {
    const { handlers } = await dial();
    dialer.close('reset');
    handlers.closed(refused);
    expect(made.all).toHaveLength(1);
    expect(inputs).toEqual([]);
  });
});

describe('a link that somebody takes who then says nothing', () => {
  async function halfOpen(given: Dial = usual): Promise<void> {
    (await dial(given)).handlers.open(false, [], tcp);
    dialer.close('reset');
  }

  it('is followed by host-meta first, and then by the usual way', async () => {
    await halfOpen();
    const first = await dial();
    expect(byWeb(first)).toBe(true);
    const second = await link(() => first.handlers.closed(noDocument));
    expect(byWeb(second)).toBe(false);
    second.handlers.closed(refused);
    expect(last()).toEqual({ type: 'link-closed', fault: refused, aside: noDocument.text });
    expect(made.all).toHaveLength(3);
    // And that not each time.
    await halfOpen();
    expect(byWeb(await dial())).toBe(false);
  });

  it('is, too, where a second server of the domain is tried in between, and does not answer', async () => {
    const direct: Target = { host: 'a.example', port: 5223, direct: true };
    (await dial()).handlers.open(false, [direct], tcp);
    const rest = await dial({ ...usual, rest: true });
    expect(rest.request.targets).toEqual([direct]);
    rest.handlers.closed(failure('tls-timeout', { kind: 'timeout' }));
    expect(byWeb(await dial())).toBe(true);
  });

  it('is not, where that second server can be reached', async () => {
    (await dial()).handlers.open(false, [tcp], tcp);
    const rest = await dial({ ...usual, rest: true });
    rest.handlers.open(true, [], tcp);
    rest.handlers.ready(facts);
    rest.handlers.closed(failure('connection-lost'));
    expect(byWeb(await dial())).toBe(false);
  });

  it('is not, where the server was reached within the last minute', async () => {
    await reached(tcp);
    await halfOpen();
    expect(byWeb(await dial())).toBe(false);
    await halfOpen();
    now += 60_000;
    expect(byWeb(await dial())).toBe(true);
  });

  it('is not, where the account may go without TLS', async () => {
    const clear: Dial = { ...usual, tls: 'starttls' };
    await halfOpen(clear);
    expect(byWeb(await dial(clear))).toBe(false);
  });
});

it('the place of a WebSocket is kept for what is to be done on it again', async () => {
  (await dial()).handlers.closed(refused);
  made.all[1]?.handlers.open(true, [], web);
  const { request } = await dial({ ...usual, again: true });
  expect(request.targets).toEqual([web]);
  expect(request.hostMeta).toBeUndefined();
});
