// SPDX-License-Identifier: MIT
//
// Which messages were seen already, so that a second copy of one is known, by whichever way it comes.
// Two messages that were both meant are never taken for copies, not even with equal id and text: one
// way brings each message once, so two by the same way are two.

/** What a sighting is known by; kept in the journal. */
export interface Trace {
  /** A hash of sender, type, id and body. */
  readonly key: string;
  /**
   * The way it came, as a name that holds for one instance of it: `archive`, or `live`, `offline`, `carbon`
   * or `history` with the session's name behind it, and that of the join for the last.
   */
  readonly path: string;
  /** Its id in its archive, where that is sure: unique over all archives. */
  readonly archiveId?: string;
  /** The room whose archive it belongs to; absent for our account's. */
  readonly archive?: string;
  /** When its sender says that he sent it at first, Unix ms. */
  readonly resent?: number;
  /** The archive's id of an earlier copy, where that is another: the sender sent it again. */
  readonly of?: string;
}

export interface Times {
  /** When the server got it, Unix ms; absent for a copy without a stamp. */
  readonly stamp?: number;
  /** When its sender says that he sent it at first. */
  readonly resent?: number;
  /** Its own id; empty for none. */
  readonly id: string;
}

export interface Sighting {
  readonly key: string;
  readonly paths: string[];
  archiveId: string | undefined;
  readonly archive: string | undefined;
  /** Ids in its archive of copies that its sender sent again. */
  readonly otherIds: string[];
  /** When its sender said that he had sent it at first. */
  readonly resent: number | undefined;
  /** Of our first copy, Unix ms: when the server got it, if that is known. */
  readonly at: number;
  /** Waits behind the archive; kept as long as it does. */
  held: boolean;
}

/** A copy may be stamped this much later than our first one: clocks differ, and ids are the surer sign. */
const SLACK_MS = 60_000;
const SLACK_WITH_ID_MS = 10 * 60_000;
/** Sightings remembered; those that an archive has, and has not brought yet, stay longer. */
const KEPT = 2_000;
const KEPT_AT_MOST = 20_000;

export class Seen {
  private readonly byKey = new Map<string, Sighting[]>();
  private readonly byArchiveId = new Map<string, Sighting>();
  private readonly oldest = new Set<Sighting>();

  /** @returns the sighting that this is another copy of */
  match(trace: Trace, times: Times): Sighting | undefined {
    const { path, archiveId } = trace;
    const exact = archiveId === undefined ? undefined : this.byArchiveId.get(archiveId);
    // The key is only looked at where it is needed, since it may have to be made first.
    return (
      exact ??
      this.byKey.get(trace.key)?.find((first) => isCopy(first, { ...times, path, archiveId }))
    );
  }

  /** When the youngest message of each archive was seen that does not wait behind it. */
  youngest(): Map<string, number> {
    const youngest = new Map<string, number>();
    for (const { at, held, archive = '' } of this.oldest) {
      if (!held) {
        youngest.set(archive, Math.max(youngest.get(archive) ?? 0, at));
      }
    }
    return youngest;
  }

  /** A new message's time: two of one moment that are alike are told apart by it in the journal. */
  timeFor({ key }: Trace, at: number): number {
    let free = at;
    while (this.byKey.get(key)?.some((other) => other.at === free) === true) {
      free++;
    }
    return free;
  }

  /** A message was seen at `at`; seen before at that very time it is the same, on another path. */
  remember(trace: Trace, at: number): Sighting {
    const { key, path, archiveId, resent, archive } = trace;
    const known = this.known(trace, at);
    const sighting: Sighting = known ?? {
      ...{ key, at, resent, archive },
      ...{ paths: [], archiveId: undefined, otherIds: [], held: false },
    };
    if (!sighting.paths.includes(path)) {
      sighting.paths.push(path);
    }
    if (archiveId !== undefined && archiveId !== sighting.archiveId) {
      this.name(sighting, archiveId);
    }
    if (known === undefined) {
      this.byKey.set(key, [...(this.byKey.get(key) ?? []), sighting]);
      this.oldest.add(sighting);
      this.trim();
    }
    return sighting;
  }

  private known({ key, archiveId, of }: Trace, at: number): Sighting | undefined {
    // By that first: servers may have changed what the key is made of before they archived it.
    const named = of ?? archiveId;
    const earlier = named === undefined ? undefined : this.byArchiveId.get(named);
    const same = (first: Sighting) =>
      first.at === at && (first.archiveId ?? archiveId) === (archiveId ?? first.archiveId);
    return earlier ?? this.byKey.get(key)?.find(same);
  }

  private name(sighting: Sighting, archiveId: string): void {
    if (sighting.archiveId === undefined) {
      sighting.archiveId = archiveId;
    } else if (!sighting.otherIds.includes(archiveId)) {
      sighting.otherIds.push(archiveId);
    }
    this.byArchiveId.set(archiveId, sighting);
  }

  /** Oldest first, one for each way. */
  *traces(): Generator<{ readonly trace: Trace; readonly at: number }> {
    for (const { key, paths, archiveId, archive, otherIds, resent, at } of this.oldest) {
      const common = {
        key,
        ...(resent === undefined ? {} : { resent }),
        ...(archive === undefined ? {} : { archive }),
      };
      for (const path of paths) {
        yield { trace: { ...common, path, ...(archiveId === undefined ? {} : { archiveId }) }, at };
      }
      if (archiveId !== undefined) {
        const [path = ''] = paths;
        yield* otherIds.map((id) => ({
          trace: { ...common, path, archiveId: id, of: archiveId },
          at,
        }));
      }
    }
  }

  private trim(): void {
    // What the archive is still to bring once more must not be forgotten before: it goes to the end.
    for (let tries = 0; this.oldest.size > KEPT && tries < 4; tries++) {
      const [first] = this.oldest;
      if (first === undefined) {
        return;
      }
      this.oldest.delete(first);
      const { held, archiveId, paths } = first;
      const awaited = held || (archiveId !== undefined && !paths.includes('archive'));
      if (awaited && this.oldest.size < KEPT_AT_MOST) {
        this.oldest.add(first);
      } else {
        this.forget(first);
      }
    }
  }

  private forget(sighting: Sighting): void {
    const others = this.byKey.get(sighting.key)?.filter((other) => other !== sighting) ?? [];
    if (others.length === 0) {
      this.byKey.delete(sighting.key);
    } else {
      this.byKey.set(sighting.key, others);
    }
    for (const id of [sighting.archiveId ?? [], ...sighting.otherIds].flat()) {
      this.byArchiveId.delete(id);
    }
  }
}

function isCopy(
  first: Sighting,
  copy: Times & { readonly path: string; readonly archiveId: string | undefined },
): boolean {
  const { path, archiveId, stamp, resent, id } = copy;
  const slack = id === '' ? SLACK_MS : SLACK_WITH_ID_MS;
  // Without ids, two that waited at their sender's are told apart by when he wrote them.
  if (id === '' && (resent ?? first.resent) !== (first.resent ?? resent)) {
    return false;
  }
  // Its sender sent it again, as he says himself.
  if (resent !== undefined && resent <= first.at + SLACK_MS) {
    return true;
  }
  // It is the one that he had sent before, and that comes behind its second copy.
  const since = stamp === undefined || first.resent === undefined ? NaN : stamp - first.resent;
  if (since >= -slack && since <= SLACK_MS) {
    return true;
  }
  // Our server had it before he wrote the first.
  if (since < -slack) {
    return false;
  }
  const live = path.startsWith('live');
  const others = archiveId !== undefined && first.archiveId !== undefined;
  if (live || others || first.paths.includes(path)) {
    return false;
  }
  return stamp === undefined || stamp <= first.at + slack;
}
