// SPDX-License-Identifier: MIT
//
// A room at the model server (XEP-0045), with its archive (XEP-0313) or none.

import { NS } from '../../src/core/namespaces.js';
import { formatDateTime } from '../../src/core/stanza.js';
import type { Element } from '../../src/core/xml.js';
import type { ModelAccount } from '../support/model-account.js';
import { ModelArchive } from '../support/model/archive.js';

export const ROOM = 'room@muc.model.test';
export const MUC = 'http://jabber.org/protocol/muc';

/** The room itself: takes lines, shows them to alice if she is in it, and remembers them. */
export class ModelRoom {
  readonly archive = new ModelArchive();
  inside = false;
  /** Lines come to nothing, without a word. */
  deaf = false;
  /** It gives lines ids of its own, and leaves none of ours. */
  rewrites = false;
  /** What a line is answered with instead. */
  refusal: string | undefined;
  /** Questions to its archive are answered with this error. */
  archiveRefusal: string | undefined;
  /** Whether it gives its history when joined. */
  hasHistory = true;
  readonly joins: string[] = [];
  private ids = 0;

  constructor(
    private readonly account: ModelAccount,
    readonly hasArchive: boolean,
  ) {
    const { server } = account;
    server.peers.set(ROOM, (text) => {
      this.take(text);
    });
    server.watch.stanza = (_, stanza) => {
      if (String(stanza.getAttr('to')).startsWith(ROOM)) this.stanza(stanza);
    };
  }

  /** Somebody says something. */
  says(nick: string, body: string, id = body): void {
    this.show(
      `<message xmlns='jabber:client' from='${ROOM}/${nick}' type='groupchat' id='${id}'><body>${body}</body></message>`,
    );
  }

  private take(text: string): void {
    if (!text.includes('groupchat') || this.deaf) return;
    if (this.refusal !== undefined || !this.inside) {
      const condition = this.refusal ?? 'not-acceptable';
      const id = / id="([^"]*)"/.exec(text)?.[1] ?? '';
      this.tell(
        `<message from='${ROOM}' type='error' id='${id}'><error type='auth'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
      );
      return;
    }
    const named = text.replace(/ from="[^"]*"/, ` from="${ROOM}/alice"`);
    this.show(
      this.rewrites
        ? named
            .replace(/ id="[^"]*"/, ` id="rewritten-${String(++this.ids)}"`)
            .replace(/<origin-id[^>]*>/, '')
        : named,
    );
  }

  private show(text: string): void {
    const { world } = this.account;
    const id = String(++this.ids);
    const [keptAt, at] = [world.now, world.clock().wall];
    this.archive.add({ id, text, at, keptAt, visibleAt: keptAt });
    const stanzaId = this.hasArchive
      ? `<stanza-id xmlns='urn:xmpp:sid:0' by='${ROOM}' id='${id}'/>`
      : '';
    if (this.inside) this.tell(text.replace(/<\/message>$/, `${stanzaId}</message>`));
  }

  private tell(text: string): void {
    const [session] = this.account.server.sessions.values();
    if (session !== undefined) {
      this.account.server.deliver(session, { text, at: this.account.world.clock().wall });
    }
  }

  private stanza(stanza: Element): void {
    if (stanza.name === 'presence') this.enter(stanza);
    else if (stanza.name === 'iq') this.answer(stanza);
  }

  private enter(presence: Element): void {
    const history = presence.getChild('x', MUC)?.getChild('history');
    this.inside = true;
    this.tell(
      `<presence from='${ROOM}/alice'><x xmlns='${NS.mucUser}'><status code='110'/></x></presence>`,
    );
    const { since, maxstanzas } = { ...history?.attrs } as Record<string, string | undefined>;
    this.joins.push(since === undefined ? `max ${maxstanzas ?? ''}` : 'since');
    const from = since === undefined ? 0 : Date.parse(since);
    const lines = this.hasHistory ? this.archive.messages.filter(({ at }) => at >= from) : [];
    const max = Number(maxstanzas ?? 20);
    for (const { text, at } of max === 0 ? [] : lines.slice(-max)) {
      const delay = `<delay xmlns='urn:xmpp:delay' from='${ROOM}' stamp='${formatDateTime(at)}'/>`;
      this.tell(text.replace(/<\/message>$/, `${delay}</message>`));
    }
  }

  private answer(iq: Element): void {
    const { id } = iq.attrs as { id: string };
    const mam = iq.getChild('query', NS.mam);
    const [session] = this.account.server.sessions.values();
    if (session === undefined) return;
    if (mam === undefined) {
      const feature = this.hasArchive ? `<feature var='${NS.mam}'/>` : '';
      this.tell(
        `<iq from='${ROOM}' type='result' id='${id}'><query xmlns='${NS.discoInfo}'>${feature}</query></iq>`,
      );
      return;
    }
    if (this.account.server.archiveMute) return;
    if (this.archiveRefusal !== undefined) {
      const error = `<error type='cancel'><${this.archiveRefusal} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;
      this.tell(`<iq from='${ROOM}' type='error' id='${id}'>${error}</iq>`);
      return;
    }
    const { now } = this.account.world;
    const { results, last } = this.archive.answer(iq, mam, session.jid, now);
    const own = session.jid.split('/')[0] ?? '';
    for (const text of results) this.tell(text.replace(`from='${own}'`, `from='${ROOM}'`));
    this.tell(last.replace('<iq ', `<iq from='${ROOM}' `));
  }
}
