// SPDX-License-Identifier: MIT
import { appendFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { HostOptions } from '../native/host.js';
import { measured } from '../support/measured.js';
import { projectPath } from '../support/project.js';
import { archiveOf } from '../support/talk/archive.js';
import { lineIn, type Direction as Way } from '../support/talk/record.js';
import { Scene } from '../support/talk/scene.js';
import { DOMAIN, PASSWORDS } from '../support/talk/names.js';
import type { ServerName } from '../support/talk/server.js';
import type { Workspace } from '../support/workspace.js';
import { XmppPeer } from '../support/xmpp-peer.js';
import { PERSON, type Where } from '../support/talk/where.js';
import type { Fault } from './faults.js';
import { standing } from '../support/talk/journal.js';
import { play } from './play.js';
import { planOf, type Plan } from './plan.js';
import { brokenOff, FAULTLESS, sumOf, type Sum } from './sum.js';

/** A line of build/soak/chaos.jsonl. */
export interface Run extends Sum {
  commit: string;
  seed: number;
  server: ServerName;
  fault: string;
  where: Where['name'];
  at: string;
  seconds: number;
  remarks: string[];
}

const FOLDER = projectPath('build', 'soak');

/** The lines in alice's archive, or in the room's, read in her name once her host is gone. */
async function hers({
  authority,
  server,
  workspace,
  where,
}: Scene): Promise<Record<Way, number[]>> {
  const login = { domain: DOMAIN, user: 'alice', password: PASSWORDS.alice };
  const { port } = server;
  const peer = await XmppPeer.connect({ ...login, port, caFile: authority.certFile });
  workspace.atEnd(() => peer.close());
  const entries = await archiveOf(peer, where.archive);
  const going = (way: Way): number[] => entries.flatMap(({ body }) => lineIn(body, way) ?? []);
  return { up: going('up'), down: going('down') };
}

/** All that is there of a run that went wrong, for whoever wants to know why. */
function keep(name: string, scene: Scene, run: Run): void {
  const folder = `${FOLDER}/${name}`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { talk, person, workspace } = scene;
  const files = { run, talk, host: person.stories };
  for (const [file, content] of Object.entries(files))
    writeFileSync(`${folder}/${file}.json`, JSON.stringify(content, undefined, 1));
  const links = scene.proxy.links.map(({ bytes, open, whole }) => ({ bytes, open, whole }));
  writeFileSync(`${folder}/links.json`, JSON.stringify(links, undefined, 1));
  const pipes = (path: string): boolean =>
    !/\/(run|tmp)(\/|$)/.test(path.slice(workspace.folder.length));
  cpSync(workspace.folder, `${folder}/workspace`, { recursive: true, filter: pipes });
}

/** What went wrong in a run, by name; empty for a good one. */
export function wrong(run: Run): Record<string, number> {
  const bad = FAULTLESS.filter((name) => run[name] !== 0);
  return Object.fromEntries(bad.map((name) => [name, run[name]]));
}

const inWords = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

/** Plays a run in its scene and counts what came of it. */
async function playIn(scene: Scene, fault: Fault, plan: Plan): Promise<Partial<Run>> {
  try {
    await play(scene, fault, plan);
    const { announced, ...standings } = standing(scene.workspace);
    scene.talk.announced = announced;
    return sumOf(scene.talk, {
      ...{ hers: await hers(scene), forgetful: fault.forgetful === true },
      ...standings,
    });
  } catch (error) {
    scene.talk.remarks.push(inWords(error));
    return {};
  }
}

/** Plays one run; one that breaks off is told as such. */
export async function runOf(
  server: ServerName,
  fault: Fault,
  seed: number,
  where: Where = PERSON,
): Promise<Run> {
  const began = performance.now();
  const plan = planOf(seed);
  const facts = { commit: await measured(), seed, server, fault: fault.name, where: where.name };
  const when = { at: new Date().toISOString(), seconds: 0 };
  const run: Run = { ...facts, ...when, ...brokenOff(), remarks: [] };
  const { latencyMs } = plan;
  const host = async (workspace: Workspace): Promise<HostOptions> => ({
    ...{ debug: true, ...(await fault.host?.(workspace)) },
  });
  try {
    const scene = await Scene.open(server, 'prpl-steadfast', { latencyMs, host, where });
    run.remarks = scene.talk.remarks;
    Object.assign(run, await playIn(scene, fault, plan));
    // What is laid on the server is looked at, too.
    if (Object.keys(wrong(run)).length + run.dropped > 0)
      keep(`${server}-${where.name}-${fault.name}-${seed}`, scene, run);
    await scene.close();
  } catch (error) {
    run.broke++;
    run.remarks.push(inWords(error));
  }
  run.seconds = Math.round((performance.now() - began) / 1000);
  return run;
}

/** Puts a run with those of earlier invocations. */
export function record(run: Run): void {
  mkdirSync(FOLDER, { recursive: true });
  appendFileSync(`${FOLDER}/chaos.jsonl`, `${JSON.stringify(run)}\n`);
}
