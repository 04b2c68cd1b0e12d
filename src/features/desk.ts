// SPDX-License-Identifier: MIT
//
// What reading an archive, and being in a room, means for the inbox and the outbox: as features see it.

import type { Fault } from '../core/errors.js';
import type { Copy } from '../delivery/copy.js';
import type { Cursor } from '../delivery/inbox-book.js';
import type { Replay, Verdict } from '../delivery/replay.js';
import type { Message } from '../contract/engine_pb.js';

/** What is to be on disk together with a text, or not at all. */
export interface Beside {
  /** The line of ours that this is: its room has it. */
  readonly settles?: string;
  /** A room without an archive has been heard up to this moment, Unix ms. */
  readonly heard?: { readonly room: string; readonly at: number };
}

/** A text as an archive has it. */
export interface ArchivedText extends Pick<Beside, 'settles'> {
  readonly body: { case: 'message'; value: Message };
  readonly copy: Copy;
}

/** What reading an archive (XEP-0313) means for the inbox and the outbox. */
export interface ArchiveDesk {
  /** Texts that come live wait from now on, behind those of the archive. */
  hold(): void;
  /** They wait no longer. */
  release(): void;
  readonly holding: boolean;
  /** Of our account's: it was read to its end, or will not be given to us. */
  readable(readable: boolean): void;
  /** How far an archive was read; nothing when it never was. */
  cursor(archive: string): Cursor | undefined;
  /**
   * Keeps a page, oldest first, and with it how far the archive is read now.
   * @param kept called once all of it is on disk
   */
  keep(texts: readonly ArchivedText[], archive: string, cursor: Cursor, kept: () => void): void;
  /** A message of ours goes or went by this id. */
  knows(id: string): boolean;
  /** What is to be found out about messages in doubt; nothing when none is. */
  replay(): Replay | undefined;
  /** What was found out. Messages that are queued go on from here. */
  judged(verdict: Verdict): void;
  /** Nothing can be found out: what is in doubt goes again and may arrive twice. */
  unjudged(): void;
}

/** A line of ours to a room, of which it is not known whether the room has it. */
export interface OwnLine {
  readonly id: string;
  readonly body: string;
  /** It may be in the room, and nobody says so any more by himself. */
  readonly doubted: boolean;
}

/** The same for the archive of a room; and its lane, in which our lines go there in their order. */
export interface RoomDesk extends ArchiveDesk {
  /** We are in the room: lines go, once none is in doubt. */
  open(): void;
  /** We are not: lines wait. */
  close(): void;
  /** Lines that were written and not reflected, oldest first. */
  unsettled(): readonly OwnLine[];
  /** Lines that go, or went, again and are marked: the room may have two of each. Oldest first. */
  repeated(): readonly OwnLine[];
  /** Something is under way or waits for the room. */
  readonly busy: boolean;
  /** Since when the oldest reflection is awaited, monotonic ms; nothing before our server has a line. */
  awaitedSince(): number | undefined;
  /**
   * What was written and is not reflected is in doubt.
   * @param upTo only what our server had acknowledged by this moment (monotonic ms); absent for all
   */
  doubt(upTo?: number): void;
  /** The text of a line of ours, by its id. */
  bodyOf(id: string): string | undefined;
  /** The room did not take it: it waits in its old place. */
  returned(id: string): void;
  /** The room will not take it: told with its text. */
  failed(id: string, cause: Fault): void;
  /** When the first copy of this message came, Unix ms; nothing if none did. */
  seenAt(copy: Copy): number | undefined;
}

/** What is known of a certificate; never its key. */
export interface CertificateFacts {
  readonly der: Uint8Array;
  /** Of `der`, lower-case hex. */
  readonly sha256: string;
  /** Unix ms. */
  readonly notBefore: number;
  readonly notAfter: number;
}

export interface CertificateFile extends CertificateFacts {
  /** Absolute. */
  readonly path: string;
}

/** Client certificates as files, and what they are good for. What is asked is answered once, later. */
export interface CertificateDesk {
  /** The session that is there goes through TLS. */
  readonly secure: boolean;
  /** SHA-256 of the one that the account signs in with; empty for none. */
  readonly current: string;
  /** @returns nothing for what is no certificate */
  inspect(der: Uint8Array): CertificateFacts | undefined;
  /**
   * Makes a key and a certificate for the account and keeps both in its folder. Where a file of that
   * name is there already, it is the answer.
   * @param file a name, not a path
   */
  make(file: string, done: (made: CertificateFile | Fault) => void): void;
  /** Reads the certificate out of a person's file, PEM or DER. */
  read(path: string, done: (read: CertificateFile | Fault) => void): void;
  /**
   * Deletes the file of our making that has this certificate, if there is one.
   * @param fingerprint its SHA-256, or the first eight digits at least
   * @param done called when it is gone, or could not be deleted
   */
  remove(fingerprint: string, done: () => void): void;
  /**
   * Signs in with it on a connection of its own, and out again.
   * @param done with nothing if the server took it
   */
  tryOut(path: string, done: (failed: Fault | undefined) => void): void;
}
