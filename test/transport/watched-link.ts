// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import type { LinkHandlers, LinkOptions } from '../../src/transport/link.js';
import { Link } from '../../src/transport/link.js';
import { tlsContext } from '../../src/transport/tls.js';
import type { DialRequest, LinkFault, Target, TlsFacts } from '../../src/transport/types.js';
import type { Certificate } from '../support/certificates.js';
import { Observed } from '../support/observed.js';

export type News =
  | { readonly type: 'open'; readonly direct: boolean }
  | { readonly type: 'ready'; readonly facts: TlsFacts }
  | { readonly type: 'bytes'; readonly text: string }
  | { readonly type: 'closed'; readonly fault: LinkFault | undefined };

export interface Watched {
  readonly link: Link;
  readonly news: Observed<News>;
  /** Where else the dial that came through could have gone. */
  readonly rest: readonly Target[];
  /** Ports of the places that were passed by. */
  readonly distrusted: readonly number[];
  ready(): Promise<TlsFacts>;
  text(text: string): Promise<void>;
  closed(): Promise<LinkFault | undefined>;
}

/** A link to loopback whose news are kept; `on` may act inside them, as an account does. */
export function watch(
  dial: Partial<DialRequest>,
  more: Partial<LinkOptions> & {
    ca?: string;
    client?: Certificate;
    on?: (news: News, link: Link) => void;
  } = {},
): Watched {
  const news = new Observed<News>();
  const { ca, client, on, ...given } = more;
  const context = tlsContext({
    tls12: dial.leaf !== undefined,
    ...(ca === undefined ? {} : { ca: readFileSync(ca, 'utf8') }),
    ...(client === undefined
      ? {}
      : { client: { cert: readFileSync(client.certFile), key: readFileSync(client.keyFile) } }),
  });
  const tell = (item: News): void => {
    news.add(item);
    on?.(item, link);
  };
  const rest: Target[] = [];
  const distrusted: number[] = [];
  const handlers: LinkHandlers = {
    open: (direct, others) => {
      rest.push(...others);
      tell({ type: 'open', direct });
    },
    distrusted: ({ port }) => distrusted.push(port),
    ready: (facts) => tell({ type: 'ready', facts }),
    bytes: (bytes) => tell({ type: 'bytes', text: Buffer.from(bytes).toString() }),
    closed: (fault) => tell({ type: 'closed', fault }),
  };
  const request: DialRequest = {
    domain: 'example.org',
    tls: 'direct',
    certificate: client !== undefined,
    ...dial,
  };
  const link: Link = new Link({ dial: request, context, ...given }, handlers);
  return {
    link,
    news,
    rest,
    distrusted,
    async ready() {
      const item = await news.next('ready', ({ type }) => type === 'ready' || type === 'closed');
      if (item.type !== 'ready') throw new Error(JSON.stringify(item));
      return item.facts;
    },
    async text(text) {
      const heard = (): string => news.all.map((n) => (n.type === 'bytes' ? n.text : '')).join('');
      await news.until(text, () => heard().includes(text));
    },
    async closed() {
      const item = await news.next('closed', ({ type }) => type === 'closed');
      return item.type === 'closed' ? item.fault : undefined;
    },
  };
}

/** STARTTLS as an account does it: at once, and on when the server says so. */
export function startTls(news: News, link: Link): void {
  if (news.type === 'open') link.write('<starttls/>');
  if (news.type === 'bytes' && news.text === '<proceed/>') link.startTls();
}
