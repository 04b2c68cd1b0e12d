// SPDX-License-Identifier: MIT

/** Where an account's link stands. */
export type Phase =
  /** Nothing is wanted, or nothing can help until the host says so. */
  | 'idle'
  | 'reading-identity'
  | 'asking'
  /** To be dialled as soon as the disk holds what came before. */
  | 'due'
  | 'dialing'
  | 'up'
  | 'waiting';
