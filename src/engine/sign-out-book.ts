// SPDX-License-Identifier: MIT
//
// How far a sign-out has come, in a small file, so that another process goes on with it. No secret is in it.

import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { SignedOutSchema } from '../contract/engine_pb.js';
import type { SignedOut } from '../contract/engine_pb.js';
import type { Tools } from '../core/tools.js';
import type { Swept } from '../features/access-sweep.js';
import type { Context } from './context.js';

/** The cache's name. */
export const SIGN_OUT = 'sign-out';

export interface Begun {
  /** Of the command. */
  readonly id: string;
  /** What is to be done next. */
  readonly stage: 'others' | 'token' | 'done';
  /** Of the others, where they were asked for. */
  readonly swept?: Swept;
  /** What the host was told, once it is done. */
  readonly told?: SignedOut;
}

export class SignOutBook {
  private kept: Begun | undefined;

  /** @param text the cache, if there is one */
  constructor(
    private readonly context: Context,
    text: string | undefined,
  ) {
    this.kept = text === undefined ? undefined : readBegun(text, context.tools);
  }

  get begun(): Begun | undefined {
    return this.kept;
  }

  keep(begun: Begun): void {
    const { told, ...rest } = begun;
    const { tools } = this.context;
    const bytes = told && tools.base64(toBinary(SignedOutSchema, told));
    this.kept = begun;
    this.context.effect({
      type: 'save',
      name: SIGN_OUT,
      text: JSON.stringify({ ...rest, ...(bytes === undefined ? {} : { told: bytes }) }),
    });
  }
}

/** @returns undefined for damage: then the account signs in as ever, and has its token */
function readBegun(text: string, tools: Tools): Begun | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const { id, stage, swept, told } = value as Record<string, unknown>;
    if (typeof id !== 'string' || !isStage(stage)) return undefined;
    if (swept !== undefined && !isSwept(swept)) return undefined;
    const bytes = typeof told === 'string' ? tools.fromBase64(told) : undefined;
    return {
      ...{ id, stage },
      ...(swept === undefined ? {} : { swept }),
      ...(bytes === undefined ? {} : { told: fromBinary(SignedOutSchema, bytes) }),
    };
  } catch {
    return undefined;
  }
}

function isStage(stage: unknown): stage is Begun['stage'] {
  return stage === 'others' || stage === 'token' || stage === 'done';
}

function isFault(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const fault = value as Partial<Record<string, unknown>>;
  const names = ['kind', 'condition', 'text', 'by', 'retry'];
  return names.every((name) => typeof fault[name] === 'string');
}

function isSwept(value: unknown): value is Swept {
  if (typeof value !== 'object' || value === null) return false;
  const { others, ended, needPassword, left, unsure, cause } = value as Partial<
    Record<keyof Swept, unknown>
  >;
  return (
    (others === 'not-offered' || others === 'not-reached' || others === 'asked') &&
    [ended, needPassword, left].every(Number.isSafeInteger) &&
    typeof unsure === 'boolean' &&
    (cause === undefined || isFault(cause))
  );
}
