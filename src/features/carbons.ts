// SPDX-License-Identifier: MIT
//
// Copies of what our other devices send and get (XEP-0280, in the envelope of XEP-0297).

import { attribute, child, elements, localName, namespaceOf, xml } from '../core/xml.js';
import type { Element } from '../core/xml.js';
import { NS } from '../core/namespaces.js';
import type { Jid } from '../core/jid.js';
import { takeMarker } from './chat-markers.js';
import { chatStatesOf } from './chat-states.js';
import type { Answer, Feature, FeatureHost } from './feature.js';
import { readForwarded } from './forwarded.js';
import type { Forwarded } from './forwarded.js';
import { invitationsOf } from './muc-invitations.js';
import { isOwnCopy } from './own-copies.js';
import { keepText, readStamps, readText } from './message-reading.js';
import { isOwnAccount, parseJid } from './per-host.js';
import { takeReceipt } from './receipts.js';

const MALFORMED = 'it is malformed';

/** What a carbon holds, once it is proved that our own server made it. */
interface Carbon {
  readonly sent: boolean;
  readonly message: Element;
  readonly from: Jid;
  readonly to: Jid;
  readonly when: Forwarded['when'];
}

class Carbons {
  readonly #host: FeatureHost;
  #state: 'off' | 'asked' | 'answered' = 'off';

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  /**
   * Asked for without asking first whether the server can: that takes a round trip, in which a message
   * to another device would be missed; one that cannot says so.
   */
  enable(): void {
    if (!this.#host.settings.carbons || this.#state !== 'off' || this.#host.carbonsOn) return;
    this.#state = 'asked';
    this.#host.request(undefined, 'set', xml('enable', { xmlns: NS.carbons }), (answer) => {
      this.#answered(answer);
    });
  }

  ended(): void {
    this.#state = 'off';
  }

  /** @returns true for a carbon, whatever became of it */
  receive(stanza: Element, from: Jid | undefined): boolean {
    // A bounce may quote one (RFC 6120 §8.3.1).
    if (attribute(stanza, 'type') === 'error') return false;
    const found = elements(stanza).filter(isCarbon);
    if (found.length === 0) return false;
    // §11: only our own server speaks for the account itself; a resource of it is another sender.
    const carbon = isOwnAccount(this.#host, from)
      ? this.#read(stanza, found)
      : `it is from ${String(from)}`;
    if (typeof carbon !== 'string') this.#take(carbon);
    else this.#host.log('warning', `A carbon was dropped: ${carbon}.`);
    return true;
  }

  #answered(answer: Answer): void {
    const refused = answer.type === 'error' && answer.fault.kind === 'stanza';
    this.#state = answer.type === 'result' || refused ? 'answered' : 'off';
    if (answer.type === 'error') {
      this.#host.log('info', `Other devices’ messages are not copied here: ${answer.fault.text}`);
    }
  }

  /** @returns what is wrong with it, as the end of a sentence */
  #read(stanza: Element, [copy, ...more]: readonly Element[]): Carbon | string {
    const forwarded = copy === undefined ? undefined : readForwarded(this.#host, copy);
    if (copy === undefined || forwarded === undefined) return MALFORMED;
    const { message, when } = forwarded;
    if (more.length > 0 || elements(message).some(isCarbon)) return 'it is one of several';
    const from = parseJid(this.#host, attribute(message, 'from'));
    const sent = localName(copy) === 'sent';
    // One that names nobody is sent to ourselves (RFC 6120 §10.3.1).
    const nobody = sent ? this.#host.jid.bare().toString() : undefined;
    const to = parseJid(this.#host, attribute(message, 'to') ?? nobody);
    if (from === undefined || to === undefined) return MALFORMED;
    if (!(sent ? from : to).sameBare(this.#host.jid)) return 'its message is not of this account';
    const type = attribute(message, 'type');
    // A room copies by itself to who is in it, and an error concerns the device it went to.
    if (type === 'groupchat' || type === 'error') return `its message is of type ${type}`;
    // Some servers stamp the copy itself.
    const { stamp } = readStamps(this.#host, stanza);
    const stamped = stamp === undefined ? when : { stamp, ...when };
    return { sent, message, from, to, when: stamped };
  }

  /**
   * §10.4: nothing is answered; the device that the message went to does that. What it says of our own
   * texts holds for all of our devices.
   */
  #take(carbon: Carbon): void {
    const { sent, message, from, to } = carbon;
    if (sent) {
      // Our own come back from some servers; one to ourselves comes as received by us, too.
      const known = isOwnCopy(this.#host, from, message) || to.sameBare(this.#host.jid);
      if (!known) this.#keep(carbon);
      return;
    }
    if (invitationsOf(this.#host).copied(message, from)) return;
    takeReceipt(this.#host, message, from);
    takeMarker(this.#host, message, from);
    chatStatesOf(this.#host).copied(message, from);
    this.#keep(carbon);
  }

  #keep({ sent, message, from, to, when }: Carbon): void {
    const text = readText(message, from);
    if (text === undefined || isPrivateInRoom(message)) return;
    text.value.outgoing = sent;
    text.value.to = sent ? to.toString() : '';
    keepText(this.#host, text, { path: 'carbon', ...when });
  }
}

function isCarbon(element: Element): boolean {
  const name = localName(element);
  return namespaceOf(element) === NS.carbons && (name === 'sent' || name === 'received');
}

/** §6.1: nobody can answer one who is in a room that this device has not joined. */
function isPrivateInRoom(message: Element): boolean {
  const x = child(message, 'x', NS.mucUser);
  return x !== undefined && child(x, 'invite', NS.mucUser) === undefined;
}

export const carbons: Feature = {
  name: 'carbons',
  specs: [
    {
      id: 'XEP-0280',
      name: 'Message Carbons',
      version: '1.0.1',
      status: 'complete',
    },
    {
      id: 'XEP-0297',
      name: 'Stanza Forwarding',
      version: '1.0',
      status: 'partial',
      note: 'as the envelope of carbons and of archived messages',
    },
  ],
  attach(host) {
    const all = new Carbons(host);
    return {
      incoming: (stanza, { from }) =>
        localName(stanza) === 'message' && all.receive(stanza, from) ? 'taken' : 'pass',
      starting: () => {
        all.enable();
      },
      started: () => {
        all.enable();
      },
      // The request may have been given up while the link was away.
      resumed: () => {
        all.enable();
      },
      ended: () => {
        all.ended();
      },
    };
  },
};
