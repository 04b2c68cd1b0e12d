// SPDX-License-Identifier: MIT
//
// The room of a simulation, and what the server sees of it. Carol is in it all the time, and comes back a
// second after it has forgotten her.

import type { Room } from '../support/model/room.js';
import type { RoomLine as Taken } from '../support/model/room-lines.js';
import { RoomPeer } from '../support/model/room-peer.js';
import type { ModelServer } from '../support/model/server.js';
import { bare } from '../support/model/sessions.js';
import { bodyOf } from './peers.js';
import type { Person } from './person.js';
import type { Name, RoomLine } from './plan.js';
import { DOMAIN } from './plan.js';
import { DEN } from './plan-room.js';
import type { RoomPlan } from './plan-room.js';

/** How the rest of the play hears of it. */
export interface DenWatch {
  /** A line of one of our people, or of carol, is in the room. */
  taken(line: Taken): void;
  /** Its archive has lost this text. */
  forgotten(body: string): void;
}

export class Den {
  readonly room: Room;
  private readonly carol: RoomPeer;

  constructor(
    private readonly plan: RoomPlan,
    private readonly server: ModelServer,
    private readonly people: Readonly<Record<Name, Person>>,
    watch: DenWatch,
  ) {
    this.room = server.rooms.open(DEN);
    this.watchRooms(watch);
    this.carol = new RoomPeer(server.rooms, `carol@${DOMAIN}/c`, 'carol');
    this.carol.enter(this.room.jid);
  }

  /** People come when they are to. */
  open(): void {
    for (const person of [this.people.alice, this.people.bob]) {
      this.server.world.after(this.plan.comesAt[person.name], () => {
        person.record.room = this.room.jid;
        person.host.come();
      });
    }
  }

  /** @returns whether anybody was there to say it */
  say(line: RoomLine): boolean {
    if (line.from === 'carol') {
      this.carol.say(this.room.jid, bodyOf(line));
      return true;
    }
    const { host, record } = this.people[line.from];
    // Nobody writes in a room that he has not come to.
    const speaks = host.alive && record.room !== undefined;
    if (speaks) {
      host.type(this.room.jid, bodyOf(line), true);
    }
    return speaks;
  }

  /** Lines that were said in sessions in which nobody had asked to enter. */
  get premature(): string[] {
    return this.server.rooms.premature.map(
      ({ jid, body }) => `${body} was said by ${bare(jid)} in a session that had not entered`,
    );
  }

  isInside({ jid }: Person): boolean {
    return this.room.occupants.some(({ user }) => user === jid);
  }

  private of(jid: string): Person | undefined {
    const { alice, bob } = this.people;
    return [alice, bob].find((person) => person.jid === bare(jid));
  }

  private watchRooms(watch: DenWatch): void {
    const { alice, bob } = this.people;
    this.server.rooms.watch = {
      entered: (_, jid) => {
        const person = this.of(jid);
        if (person !== undefined) {
          person.witness.room.entered(this.room.lines.all.length);
          person.onMoment('entered');
        }
      },
      taken: (line) => {
        for (const person of [alice, bob]) {
          person.witness.room.bodies.add(line.body);
          person.onMoment('line');
        }
        if (line.id !== undefined) {
          this.of(line.user)?.witness.taken.add(line.id);
        }
        watch.taken(line);
        this.of(line.user)?.onMoment('wrote');
      },
      page: (room, jid, last) => {
        const person = this.of(jid);
        person?.witness.page(room, last);
        person?.onMoment('room page');
      },
      forgotten: ({ body }) => {
        watch.forgotten(body);
      },
    };
  }
}
