// SPDX-License-Identifier: MIT
import { serialise } from '../../src/core/xml.js';
import { RecordingHost, result } from './host.js';

export const ME = 'romeo@montague.example';
const MAM = 'urn:xmpp:mam:2';

/** A host whose archive (XEP-0313) the test plays. */
export class Reader extends RecordingHost {
  queryid = '';

  begin(): this {
    this.settings = { ...this.settings, archive: true };
    this.signedIn('juliet@capulet.example');
    return this;
  }

  /** What is asked next. */
  asked(): string {
    const request = this.requests.find(({ payload }) => payload.attrs.xmlns === MAM);
    if (request === undefined) return '';
    this.queryid = String(request.payload.attrs.queryid);
    return serialise(request.payload);
  }

  gives(
    id: string,
    message: string,
    { from = ME, queryid = this.queryid, stamp = '2026-09-10T23:08:25Z' } = {},
  ): void {
    this.receive(
      `<message from='${from}' to='${ME}/orchard'><result xmlns='${MAM}' queryid='${queryid}' id='${id}'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='${stamp}'/>${message}</forwarded></result></message>`,
    );
  }

  ends(last: string, complete: boolean, first = last): void {
    const set =
      last === '' ? '' : `<first index='0'>${first}</first><last>${last}</last><count>9</count>`;
    this.take('query', MAM).done(
      result(
        `<fin xmlns='${MAM}' complete='${String(complete)}'><set xmlns='http://jabber.org/protocol/rsm'>${set}</set></fin>`,
      ),
    );
  }
}
