// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { Tunnel, unfit } from '../../src/transport/proxy.js';
import type { Step } from '../../src/transport/proxy.js';
import { environmentProxy, environmentSecrets } from '../../src/transport/proxy-environment.js';
import { bytesOfIPv6 } from '../../src/transport/socks5.js';
import type { Proxy, Target } from '../../src/transport/types.js';

const target: Target = { host: 'xmpp.example', port: 5222, direct: false };
const user = { user: 'al', password: 'pâss' };

function proxy(kind: Proxy['kind'], more: Partial<Proxy> = {}): Proxy {
  return { kind, host: 'p.example', port: 1080, user: '', password: '', ...more };
}

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
}

function ascii(text: string): string {
  return Buffer.from(text).toString('hex');
}

const name = `${'0c'}${ascii('xmpp.example')}`;
const request = `05010003${name}1466`;

/** What the proxy says, piece by piece; what is said to it; and how it ends (`open`, or the fault). */
interface Case {
  readonly title: string;
  readonly proxy: Proxy;
  readonly target?: Target;
  readonly says: readonly string[];
  readonly sent: readonly string[];
  readonly end: string;
  readonly words?: string;
  /** Bytes of the last saying that are the answer; what follows is not the proxy's to say. */
  readonly answer?: number;
}

const connect = 'CONNECT xmpp.example:5222 HTTP/1.1\r\nHost: xmpp.example:5222\r\n';
const http = (lines: string): string => ascii(`${lines}\r\n\r\n`);
const basic = Buffer.from('al:pâss').toString('base64');
const refusals: readonly [string, string][] = [
  ['01', 'without saying why'],
  ['02', 'rules do not allow'],
  ['03', 'no network path'],
  ['04', 'cannot be reached'],
  ['05', 'refuses connections'],
  ['06', 'took too long'],
  ['07', 'does not do that'],
  ['08', 'kind of address'],
  ['f0', 'onion service was not found'],
  ['f6', 'no valid onion address'],
  ['99', 'number 153'],
];

const cases: readonly Case[] = [
  {
    title: 'SOCKS5 by name',
    proxy: proxy('socks5'),
    says: ['0500', '05000001 7f000001 1466'],
    sent: ['050100', request],
    end: 'open',
  },
  {
    title: 'SOCKS5 that answers with a name, and with an IPv6 address',
    proxy: proxy('tor'),
    says: ['0500', `05000003${name}1466`],
    sent: ['050100', request],
    end: 'open',
  },
  {
    title: 'SOCKS5 to an IPv6 address',
    proxy: proxy('socks5'),
    target: { ...target, host: '2001:db8::1' },
    says: ['0500', `05000004 ${'00'.repeat(16)} 0000`],
    sent: ['050100', '05010004 20010db8000000000000000000000001 1466'],
    end: 'open',
  },
  {
    title: 'SOCKS5 to an IPv4 address',
    proxy: proxy('socks5'),
    target: { ...target, host: '192.0.2.7' },
    says: ['0500', '05000001000000000000'],
    sent: ['050100', '05010001 c0000207 1466'],
    end: 'open',
  },
  {
    title: 'SOCKS5 with a password',
    proxy: proxy('socks5', user),
    says: ['0502', '0100', '05000001000000000000'],
    sent: ['05020002', `0102${ascii('al')}05${ascii('pâss')}`, request],
    end: 'open',
  },
  {
    title: 'SOCKS5 that wants no password',
    proxy: proxy('socks5', user),
    says: ['0500', '05000001000000000000'],
    sent: ['05020002', request],
    end: 'open',
  },
  {
    title: 'SOCKS5 that refuses the password',
    proxy: proxy('socks5', user),
    says: ['0502', '0101'],
    sent: ['05020002', `0102${ascii('al')}05${ascii('pâss')}`],
    end: 'proxy-auth',
    words: 'refused the user name or password',
  },
  {
    title: 'SOCKS5 that wants a password nobody set',
    proxy: proxy('socks5'),
    says: ['05ff'],
    sent: ['050100'],
    end: 'proxy-auth',
    words: 'none are set',
  },
  {
    title: 'SOCKS5 that chooses what was not offered',
    proxy: proxy('socks5'),
    says: ['0502'],
    sent: ['050100'],
    end: 'proxy-not-understood',
  },
  {
    title: 'SOCKS5 port that speaks HTTP',
    proxy: proxy('socks5'),
    says: [http('HTTP/1.0 400 Bad Request')],
    sent: ['050100'],
    end: 'proxy-not-understood',
    words: 'not SOCKS5',
  },
  {
    title: 'SOCKS5 with an address of no kind',
    proxy: proxy('socks5'),
    says: ['0500', '0500000900'],
    sent: ['050100', request],
    end: 'proxy-not-understood',
  },
  {
    title: 'SOCKS5 that speaks inside our stream',
    proxy: proxy('socks5'),
    says: ['0500', `05000001000000000000${ascii('<success/>')}`],
    sent: ['050100', request],
    end: 'proxy-not-understood',
    words: 'more than it may',
    answer: 10,
  },
  ...refusals.map(([code, words]) => ({
    title: `SOCKS5 reply ${code}`,
    proxy: proxy('socks5'),
    says: ['0500', `05${code}`],
    sent: ['050100', request],
    end: 'proxy-refused',
    words,
  })),
  {
    title: 'SOCKS4A by name, with a user',
    proxy: proxy('socks4', { user: 'al' }),
    says: ['005a 0000 00000000'],
    sent: [`040114660000 0001${ascii('al')}00${ascii('xmpp.example')}00`],
    end: 'open',
  },
  {
    title: 'SOCKS4 by address',
    proxy: proxy('socks4'),
    target: { ...target, host: '192.0.2.7' },
    says: ['005a 0000 00000000'],
    sent: ['04011466 c0000207 00'],
    end: 'open',
  },
  ...(
    [
      ['5b', 'proxy-refused'],
      ['5c', 'proxy-auth'],
      ['5d', 'proxy-auth'],
      ['11', 'proxy-not-understood'],
    ] as const
  ).map(([code, end]) => ({
    title: `SOCKS4 reply ${code}`,
    proxy: proxy('socks4'),
    says: [`00${code}`],
    sent: [`0401146600000001 00${ascii('xmpp.example')}00`],
    end,
  })),
  {
    title: 'HTTP',
    proxy: proxy('http'),
    says: [http('HTTP/1.1 200 Connection established\r\nVia: x')],
    sent: [ascii(`${connect}\r\n`)],
    end: 'open',
  },
  {
    title: 'HTTP to an IPv6 address, by a proxy that ends lines with LF',
    proxy: proxy('http'),
    target: { ...target, host: '2001:db8::1' },
    says: [ascii('HTTP/1.0 200\n\n')],
    sent: [http('CONNECT [2001:db8::1]:5222 HTTP/1.1\r\nHost: [2001:db8::1]:5222')],
    end: 'open',
  },
  {
    title: 'HTTP with a password, and something before the answer',
    proxy: proxy('http', user),
    says: [http('HTTP/1.1 100 Continue') + http('HTTP/1.1 204 No Content')],
    sent: [ascii(`${connect}Proxy-Authorization: Basic ${basic}\r\n\r\n`)],
    end: 'open',
  },
  ...(
    [
      ['407 Proxy Authentication Required', 'proxy-auth', 'none are set'],
      ['403 Forbidden\t\u0007by rule', 'proxy-refused', '403 (“Forbidden by rule”)'],
      ['502', 'proxy-refused', 'it answers 502.'],
      ['302 Found', 'proxy-refused', '302'],
    ] as const
  ).map(([status, end, words]) => ({
    title: `HTTP ${status}`,
    proxy: proxy('http'),
    says: [ascii(`HTTP/1.1 ${status}\r\n`)],
    sent: [ascii(`${connect}\r\n`)],
    end,
    words,
  })),
  {
    title: 'HTTP with a password that is refused',
    proxy: proxy('http', user),
    says: [ascii('HTTP/1.1 407 No\r\n')],
    sent: [ascii(`${connect}Proxy-Authorization: Basic ${basic}\r\n\r\n`)],
    end: 'proxy-auth',
    words: 'refused the user name or password',
  },
  ...(
    [
      [`502 No way with ${basic}`, 'it answers 502 (“Bad Gateway”)'],
      [`599 ${basic.slice(0, 9)}`, 'it answers 599.'],
    ] as const
  ).map(([status, words]) => ({
    title: `HTTP that says a password back: ${status}`,
    proxy: proxy('http', user),
    says: [ascii(`HTTP/1.1 ${status}\r\n`)],
    sent: [ascii(`${connect}Proxy-Authorization: Basic ${basic}\r\n\r\n`)],
    end: 'proxy-refused',
    words,
  })),
  ...['HTTP/2 200\r\n\r\n', 'HTTP/1.1 two\r\n\r\n', 'SSH-2.0-x\r\n'].map((said) => ({
    title: `no HTTP: ${JSON.stringify(said)}`,
    proxy: proxy('http'),
    says: [ascii(said)],
    sent: [ascii(`${connect}\r\n`)],
    end: 'proxy-not-understood',
  })),
  {
    title: 'HTTP without an end',
    proxy: proxy('http'),
    says: [ascii(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}`)],
    sent: [ascii(`${connect}\r\n`)],
    end: 'proxy-not-understood',
    words: 'more than it may',
  },
  {
    title: 'HTTP that speaks inside our stream',
    proxy: proxy('http'),
    says: [`${http('HTTP/1.1 200 OK')}${ascii('<success/>')}`],
    sent: [ascii(`${connect}\r\n`)],
    end: 'proxy-not-understood',
    words: 'more than it may',
    answer: 19,
  },
];

/** Plays one; each of the proxy's sayings comes in pieces of this size. */
function play(one: Case, size: number): { sent: string[]; end: Step } {
  const tunnel = new Tunnel(one.proxy, one.target ?? target);
  const sent = [Buffer.from(tunnel.begin()).toString('hex')];
  let end: Step = { type: 'more' };
  for (const saying of one.says.map(hex)) {
    for (let at = 0; at < saying.length && over(end); at += size) {
      end = tunnel.take(saying.subarray(at, at + size));
      if (end.type === 'send') sent.push(Buffer.from(end.bytes).toString('hex'));
    }
  }
  return { sent, end };
}

function over({ type }: Step): boolean {
  return type === 'more' || type === 'send';
}

describe.each([1, 2, 3, 100_000])('in pieces of %i', (size) => {
  it.each(cases.map((one) => [one.title, one] as const))('%s', (_title, one) => {
    const { sent, end } = play(one, size);
    // What comes apart from the answer is left to TLS, which knows no such bytes.
    const apart = one.answer !== undefined && one.answer % size === 0;
    expect(sent).toEqual(one.sent.map((text) => text.replaceAll(' ', '')));
    expect(end.type === 'failed' ? end.fault.condition : end.type).toBe(apart ? 'open' : one.end);
    if (end.type !== 'failed') return;
    expect(end.fault.text).toContain(one.words ?? 'p.example:1080');
    expect(end.fault.text).not.toContain('pâss');
    expect(end.fault.retry).toBe(one.end === 'proxy-auth' ? 'never' : 'later');
  });
});

describe('settings that cannot work are told before anything is sent', () => {
  it.each<[string, Proxy, Target, string | undefined]>([
    ['SOCKS5 with 255 bytes', proxy('socks5', { password: 'x'.repeat(255) }), target, undefined],
    ['SOCKS5 with 256 bytes', proxy('socks5', { password: 'x'.repeat(256) }), target, '255 bytes'],
    ['SOCKS4 with a NUL', proxy('socks4', { user: 'a\0b' }), target, 'NUL'],
    ['SOCKS4 to IPv6', proxy('socks4'), { ...target, host: '::1' }, 'IPv6'],
    ['HTTP, a colon in the name', proxy('http', { user: 'a:b' }), target, 'colon'],
    ['HTTP, a line end', proxy('http', { user: 'a', password: 'b\r\nX: y' }), target, 'control'],
    ['no host', proxy('http', { host: '' }), target, 'host or port'],
    ['a line end in the host', proxy('http', { host: 'a\r\nb' }), target, 'no name or address'],
    ['no port', proxy('tor', { port: 0 }), target, 'host or port'],
    ['a line end in the server', proxy('http'), { ...target, host: 'a\r\nb' }, 'no usable name'],
    [
      'a server’s name too long',
      proxy('socks5'),
      { ...target, host: 'a'.repeat(256) },
      'no usable',
    ],
  ])('%s', (_title, one, to, words) => {
    const fault = unfit(one, to);
    if (words === undefined) return expect(fault).toBeUndefined();
    expect(fault).toMatchObject({ kind: 'usage', condition: 'bad-proxy', retry: 'never' });
    expect(fault?.text).toContain(words);
  });
});

describe('the environment', () => {
  const socks = { kind: 'socks5', host: 'h', port: 1080, user: '', password: '' };
  it.each([
    [{}, undefined],
    [{ all_proxy: 'socks5h://h' }, socks],
    [{ ALL_PROXY: 'socks://h:1080/' }, socks],
    [{ https_proxy: 'socks5://h', all_proxy: 'http://other' }, socks],
    [{ all_proxy: 'socks5://h', http_proxy: 'http://other' }, socks],
    [{ HTTP_PROXY: 'h:3128' }, { ...socks, kind: 'http', port: 3128 }],
    [
      { http_proxy: 'http://a%20b:c%3Ad@h' },
      { kind: 'http', host: 'h', port: 80, user: 'a b', password: 'c:d' },
    ],
    [
      { all_proxy: 'socks4a://u@[::1]:9' },
      { kind: 'socks4', host: '::1', port: 9, user: 'u', password: '' },
    ],
    [{ all_proxy: 'socks5://h', no_proxy: 'other.example, .example' }, undefined],
    [{ all_proxy: 'socks5://h', NO_PROXY: '*' }, undefined],
    [{ all_proxy: 'socks5://h', no_proxy: 'mpp.example' }, socks],
  ])('%j', (environment, found) => {
    expect(environmentProxy(environment, 'XMPP.example')).toEqual(found);
  });

  it.each(['https://u:secret@h', 'socks5://', 'quic://h', 'http://u:%zz@h'])(
    'that names no proxy we can use is no reason to do without: %s',
    (url) => {
      const fault = environmentProxy({ all_proxy: url }, 'xmpp.example');
      expect(fault).toMatchObject({ condition: 'bad-proxy', retry: 'never' });
      expect(JSON.stringify(fault)).not.toContain('secret');
    },
  );
});

it.each([
  [{ HTTPS_PROXY: 'http://al:a%2Fb@h' }, ['a%2Fb', 'al:a%2Fb', 'a/b', 'al:a/b']],
  [{ all_proxy: 'al:a@b@h', http_proxy: 'h' }, ['a@b', 'al:a@b', 'a@b', 'al:a@b']],
  [{ all_proxy: 'a@b:c@h' }, ['c', 'a@b:c', 'c', 'a@b:c']],
  [{ all_proxy: 'quic://al:%zz@h' }, ['%zz', 'al:%zz']],
  [{ all_proxy: 'socks5://al@h', http_proxy: 'socks5://h:1080' }, []],
])('the secrets of the environment %j are %j', (environment, secrets) => {
  expect(environmentSecrets(environment)).toEqual(secrets);
});

it.each([
  ['::', '00'.repeat(16)],
  ['::ffff:192.0.2.1', `${'00'.repeat(10)}ffffc0000201`],
  ['2001:db8:1:2:3:4:5:6', '20010db8000100020003000400050006'],
  ['fe80::', `fe80${'00'.repeat(14)}`],
])('the bytes of %s', (address, bytes) => {
  expect(bytesOfIPv6(address).toString('hex')).toBe(bytes);
});
