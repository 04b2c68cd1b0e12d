// SPDX-License-Identifier: MIT
import { describeRoom, RoomGuest } from '../support/room-guest.js';
import { XmppPeer } from '../support/xmpp-peer.js';
import { Home } from './home.js';

export const SERVICE = 'conference.home.example';
/** bob's, which is listed; carol is in it, too. */
export const LIBRARY = `library@${SERVICE}`;
export const LIBRARY_NAME = 'The <quiet> library';
/** bob's, which is not listed. */
export const ATTIC = `attic@${SERVICE}`;
/** alice makes it. */
export const DEN = `den@${SERVICE}`;

const PASSWORD = 'turtle-neck';

/** A home with rooms, and with bob, carol and dave as guests whose clients share no code with the engine. */
export class RoomHouse {
  private constructor(
    readonly home: Home,
    readonly bob: RoomGuest,
    readonly carol: RoomGuest,
    readonly dave: XmppPeer,
  ) {}

  static async open(): Promise<RoomHouse> {
    const home = await Home.open({
      users: { alice: null, bob: 'correct-horse', carol: PASSWORD, dave: PASSWORD },
      settings: [
        `Component "${SERVICE}" "muc"`,
        '  modules_enabled = { "muc_mam" }',
        '  muc_log_by_default = true',
      ].join('\n'),
    });
    try {
      const bob = await RoomGuest.enter(home.bob, LIBRARY, 'bob');
      await bob.configure({ roomname: LIBRARY_NAME, publicroom: '1', changesubject: '1' });
      const carol = await RoomGuest.enter(await signIn(home, 'carol'), LIBRARY, 'carol');
      return new RoomHouse(home, bob, carol, await signIn(home, 'dave'));
    } catch (fault) {
      await home.close();
      throw fault;
    }
  }

  /** What the server tells of a room to somebody outside. */
  about(room: string): ReturnType<typeof describeRoom> {
    return describeRoom(this.dave, room);
  }

  close(): Promise<void> {
    return this.home.close();
  }
}

async function signIn({ server, authority, workspace }: Home, user: string): Promise<XmppPeer> {
  const { domain, port } = server;
  const caFile = authority.certFile;
  const peer = await XmppPeer.connect({ domain, port, caFile, user, password: PASSWORD });
  workspace.atEnd(() => peer.close());
  return peer;
}
