// SPDX-License-Identifier: MIT
//
// The door for TypeScript users: an account and what it takes to run it.

export { Account } from './engine/account.js';
export type { AccountOptions } from './engine/account.js';
export type { AccountEffect, AccountInput } from './engine/effects.js';
export { Driver } from './engine/driver.js';
export type { AccountMachine, DriverOptions, MakeAccount } from './engine/driver.js';
export { Engine } from './engine/engine.js';
export type { EngineOptions } from './engine/engine.js';
export { Redactor } from './engine/redact.js';
export { random, tools } from './engine/tools-node.js';
export { version } from './engine/version.js';
export type { Clock, Dial, TlsFacts } from './core/effects.js';
export type { Fault } from './core/errors.js';
export { UsageError } from './core/errors.js';
export type { Random, Tools } from './core/tools.js';
export * from './contract/engine_pb.js';
