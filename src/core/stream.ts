// SPDX-License-Identifier: MIT
//
// One XML stream over one link (RFC 6120 §4): headers, restarts, errors and the closing tag. It knows
// nothing of what is negotiated on it, but for the two elements after which a stream starts anew.

import { fault } from './errors.js';
import type { Fault } from './errors.js';
import { byteFraming } from './framing.js';
import type { Framing, StreamReader } from './framing.js';
import { NS } from './namespaces.js';
import { isStanza } from './stanza.js';
import { readStreamError, streamError } from './stream-error.js';
import type { Tools } from './tools.js';
import { attribute, child, is, serialise } from './xml.js';
import type { Element } from './xml.js';
import { xmlFault } from './xml-limits.js';
import type { XmlLimits } from './xml-reader.js';
import { ReducedElement } from './xml-reduced.js';

/** What the server said in its header. */
export interface StreamHeader {
  readonly id: string;
  /** Empty when the server left it out. */
  readonly from: string;
  /** `1.0` */
  readonly version: string;
  readonly lang: string;
}

export interface StreamHandlers {
  write(text: string): void;
  opened(header: StreamHeader): void;
  /** A complete child of the root, features included, stream errors not. Only stanzas come reduced. */
  element(el: Element): void;
  /** The peer sent its closing tag. */
  ended(): void;
  /** Once, and the last thing that comes. */
  fault(f: Fault): void;
}

export interface StreamOptions {
  /** The account's domain, prepared (U-labels). */
  readonly domain: string;
  readonly tools: Tools;
  /** How it is put on the link: as RFC 6120 says, if absent. */
  readonly framing?: Framing | undefined;
}

/**
 * Before the sign-in nobody has a stanza to send, and what comes may be anybody's: looking at it
 * piece by piece must stay cheap.
 */
const beforeSignIn: Partial<XmlLimits> = { stanza: 64 * 1024, reduced: 0 };

const gt = 0x3e;

export class Stream {
  private readonly framing: Framing;
  private reader: StreamReader | undefined;
  /** A header of ours is out and its closing tag is not. */
  private open = false;
  /** Nothing more comes in. */
  private deaf = false;
  /** The stream may still be restarted, so bytes are looked at element by element. */
  private guarded = true;
  /** The server has said `<success/>`. */
  private signedIn = false;
  /** Bytes of the chunk being read that lie behind the piece being read. */
  private behind = 0;
  /** `<proceed/>` or `<success/>` was read: nothing may come before the new header of ours. */
  private awaitingRestart = false;

  constructor(
    private readonly options: StreamOptions,
    private readonly handlers: StreamHandlers,
  ) {
    this.framing = options.framing ?? byteFraming;
  }

  /**
   * Writes a header and reads what comes as a new stream; the second and later calls are the restarts
   * of RFC 6120 §4.3.3. No effect once the stream has failed or was closed by us.
   * @param from bare JID; given only once TLS protects it (RFC 6120 §4.7.1)
   */
  start(from?: string): void {
    if (this.deaf || (this.reader !== undefined && !this.open)) return;
    this.reader?.stop();
    this.reader = this.newReader();
    this.guarded = true;
    this.awaitingRestart = false;
    this.open = true;
    this.handlers.write(this.framing.opening(this.options.domain, from));
  }

  /**
   * Writes elements, one text each.
   * @returns their length as written, in code units
   */
  write(texts: readonly string[]): number {
    let length = 0;
    for (const frame of this.framing.frames(texts)) {
      length += frame.length;
      this.handlers.write(frame);
    }
    return length;
  }

  /** Bytes of the link, as they come. */
  bytes(bytes: Uint8Array): void {
    if (this.framing.messages) return this.message(bytes);
    let rest = bytes;
    while (rest.length > 0 && !this.deaf && this.reader !== undefined) {
      if (this.awaitingRestart) return this.leftOver();
      // Only '>' can end an element, and the byte never occurs inside a UTF-8 sequence.
      const cut = this.guarded ? rest.indexOf(gt) + 1 : 0;
      const piece = cut > 0 ? rest.subarray(0, cut) : rest;
      rest = rest.subarray(piece.length);
      this.behind = rest.length;
      this.reader.write(piece);
    }
  }

  /** Our closing tag (RFC 6120 §4.4), once; what the peer still sends is read on. */
  end(): void {
    if (!this.open) return;
    this.open = false;
    this.handlers.write(this.framing.closing);
  }

  /**
   * Ends the stream with an error of ours (RFC 6120 §4.9). Nothing comes in any more; the caller, who
   * knows why, gets no fault.
   * @param detail application-specific condition, such as XEP-0198's handled-count-too-high
   */
  fail(condition: string, text?: string, detail?: Element): void {
    this.stopReading();
    if (!this.open) return;
    this.open = false;
    this.write([serialise(streamError(condition, text, detail)), this.framing.closing]);
  }

  /** The link is gone or of no interest: nothing goes out or comes in any more. */
  stop(): void {
    this.stopReading();
    this.open = false;
  }

  private message(message: Uint8Array): void {
    if (this.deaf) return;
    if (this.awaitingRestart) this.leftOver();
    else this.reader?.write(message);
  }

  private newReader(): StreamReader {
    return this.framing.reader(
      {
        open: (root) => this.onOpen(root),
        element: (el) => this.onElement(el),
        end: () => this.onEnd(),
        fault: (f) => this.failed(f),
      },
      this.options.tools,
      this.signedIn ? {} : beforeSignIn,
    );
  }

  private onOpen(root: Element): void {
    const problem = this.framing.opens(root) ? headerFault(root, this.options) : notForClients;
    if (problem !== undefined) return this.failed(problem);
    const said = (name: string): string => attribute(root, name) ?? '';
    const [id, from, version, lang] = [said('id'), said('from'), said('version'), said('xml:lang')];
    this.handlers.opened({ id, from, version, lang });
  }

  private onElement(el: Element): void {
    if (this.deaf) return;
    if (el instanceof ReducedElement && !isStanza(el)) {
      // Of what only servers say too much would be lost with its content.
      return this.failed(xmlFault('policy-violation'));
    }
    if (is(el, 'error', NS.stream)) {
      this.stopReading();
      return this.handlers.fault(readStreamError(el));
    }
    if (is(el, 'features', NS.stream)) {
      // Features that offer neither TLS nor SASL are the last ones: no restart can follow them, and
      // the traffic of a living session is read in whole chunks.
      const starttls = child(el, 'starttls', NS.tls);
      this.guarded = starttls !== undefined || child(el, 'mechanisms', NS.sasl) !== undefined;
    } else if (this.guarded && (is(el, 'proceed', NS.tls) || is(el, 'success', NS.sasl))) {
      if (this.behind > 0) return this.leftOver();
      this.awaitingRestart = true;
      this.signedIn ||= is(el, 'success', NS.sasl);
    } else if (this.guarded && is(el, 'success', NS.sasl2)) {
      // The stream goes on (XEP-0388 §2.6.1).
      this.signedIn = true;
      this.guarded = false;
      this.reader?.relax();
    }
    this.handlers.element(el);
  }

  private onEnd(): void {
    if (this.deaf) return;
    this.stopReading();
    this.handlers.ended();
  }

  /**
   * What was sent before TLS is in the hands of the network and must not be taken for a word of the
   * server (RFC 6120 §5.4.3.3, the CVE-2011-0411 class); behind `<success/>` it has no place either.
   */
  private leftOver(): void {
    this.failed(
      fault(
        'stream',
        'policy-violation',
        'The connection was tampered with: something followed where the server must wait. ' +
          'It was thrown away and the connection closed.',
      ),
    );
  }

  private failed(f: Fault): void {
    if (this.deaf) return;
    this.fail(f.condition);
    this.handlers.fault(f);
  }

  private stopReading(): void {
    this.deaf = true;
    this.reader?.stop();
  }
}

const notForClients = fault(
  'stream',
  'invalid-namespace',
  'This server is not an XMPP server for clients.',
);

/** RFC 6120 §4.7: the server's header must be XMPP 1.x, from our domain. */
function headerFault(root: Element, options: StreamOptions): Fault | undefined {
  // RFC 6120 §4.7.5: a missing version is 0.9, and the parts are numbers.
  if (!/^0*1\.\d+$/.test(attribute(root, 'version') ?? '')) {
    const text = 'The server does not speak XMPP 1.0.';
    return fault('stream', 'unsupported-version', text, { retry: 'never' });
  }
  const from = attribute(root, 'from');
  // Some servers leave `from` out; who they are is proved by TLS, so only another name is a fault.
  if (from !== undefined && from !== options.domain) {
    const { tools, domain } = options;
    const name = tools.domainToAscii(from);
    if (name === '' || name !== tools.domainToAscii(domain)) {
      return fault('stream', 'invalid-from', 'The server answers for another domain.');
    }
  }
  return undefined;
}
