// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { attribute, childText } from '../../../src/core/xml.js';
import { NS } from '../../../src/core/namespaces.js';
import { Chance } from '../../support/model/chance.js';
import type { RawClient } from '../../support/model/raw-client.js';
import { enter, ROOM, say, scene } from './telling.js';

/** Lines of a room among what came, in order. */
function lines(client: RawClient): string[] {
  return client
    .take()
    .filter((stanza) => attribute(stanza, 'type') === 'groupchat')
    .flatMap((stanza) => childText(stanza, 'body', NS.client) ?? []);
}

/** Three talk while links break and are mended; nothing else fails. */
function play(seed: number) {
  const { server, carol, client } = scene({ rewritesIds: seed % 2 === 0 });
  const chance = new Chance(seed);
  const people = ['alice', 'bob'].map((name) => ({ name, client: client(name), up: true }));
  carol.enter(ROOM);
  for (const one of people) enter(one.client, one.name, "maxchars='0'");
  for (let i = 0; i < 60; i++) {
    const one = chance.pick(people);
    const body = `${one.name} ${String(i)}`;
    const dies = chance.happens(0.3);
    if (chance.happens(0.3)) {
      carol.say(ROOM, `carol ${String(i)}`);
    } else if (one.up && dies) {
      one.client.cut();
      one.up = false;
    } else if (one.up) {
      say(one.client, body);
    } else {
      one.client.resume();
      one.up = true;
    }
    one.client.pass(chance.between(0, 50));
  }
  for (const one of people.filter(({ up }) => !up)) one.client.resume();
  return {
    trace: server.world.hash(),
    said: server.rooms.all.get(ROOM)?.lines.all.map(({ body }) => body) ?? [],
    heard: people.map((one) => lines(one.client)),
    carol: carol.heard(ROOM).map(({ body }) => body),
  };
}

const SEEDS = Array.from({ length: 40 }, (_, i) => i + 1);

describe('a room of the model server, whatever becomes of links', () => {
  it('brings each line to each occupant once, in one order', () => {
    for (const seed of SEEDS) {
      const { said, heard, carol } = play(seed);
      expect(said.length, `seed ${String(seed)}`).toBeGreaterThan(10);
      expect([...heard, carol], `seed ${String(seed)}`).toEqual([said, said, said]);
    }
  });

  it('gives the same trace for the same seed', () => {
    for (const seed of SEEDS.slice(0, 5)) expect(play(seed)).toEqual(play(seed));
    expect(play(1).trace).not.toBe(play(2).trace);
  });
});
