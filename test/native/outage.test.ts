// SPDX-License-Identifier: MIT
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { interrupted, Stage } from './stage.js';

/** libpurple's PurpleConnectionError. */
const NETWORK_ERROR = 0;

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.set();
});
afterEach(() => stage.close());

describe('an outage', () => {
  test('is told in open conversations only when it lasts, and so is its end', async () => {
    const { account, number } = await stage.signIn();
    await stage.host.run('conversation', { account, name: 'bob@home.example' });
    await stage.tell(number, interrupted);
    expect(stage.host.all('write')).toEqual([]);
    const lost = await stage.host.next('write');
    expect(lost).toMatchObject({ conversation: 'bob@home.example', flags: ['system', 'no-log'] });
    expect(lost.html).toContain('interrupted');
    stage.engine.online(number, true);
    const back = await stage.host.next('write', ({ html }) => html === 'The connection is back.');
    expect(back.flags).toEqual(['system', 'no-log']);
    expect(stage.host.all('write')).toHaveLength(2);
    expect(await stage.host.run('account-get', { account })).toMatchObject({ connected: true });
    expect(stage.host.all('connection-error')).toEqual([]);
  });

  test('that is over at once is not told', async () => {
    const { account, number } = await stage.signIn();
    await stage.host.run('conversation', { account, name: 'bob@home.example' });
    await stage.tell(number, interrupted);
    stage.engine.online(number, true);
    await stage.tell(number, interrupted);
    stage.engine.online(number, true);
    await stage.tell(number, { case: 'presence', value: { jid: 'bob@home.example' } });
    expect(stage.host.all('write')).toEqual([]);
  });

  test('that is short is told where something was written, and so is its end', async () => {
    const { account, number } = await stage.signIn();
    await stage.host.run('conversation', { account, name: 'carol@home.example' });
    await stage.tell(number, interrupted);
    await stage.host.run('send', { account, name: 'bob@home.example', html: 'hi' });
    await stage.host.next('write', ({ html }) => html.includes('is kept and sent'));
    stage.engine.online(number, true);
    await stage.tell(number, { case: 'presence', value: { jid: 'bob@home.example' } });
    const told = stage.host.all('write').filter(({ flags }) => flags.includes('system'));
    expect(told.map(({ conversation, html }) => [conversation, html])).toEqual([
      ['bob@home.example', expect.stringContaining('is kept and sent')],
      ['bob@home.example', 'The connection is back.'],
    ]);
  });

  /** What runs in the engine's place fails at its start, so many times. */
  function failing(times: number): void {
    const script = readFileSync(stage.engine.script, 'utf8');
    const count = JSON.stringify(stage.workspace.path('failed'));
    writeFileSync(
      stage.engine.script,
      `const fs = require('node:fs');
const failed = fs.existsSync(${count}) ? fs.statSync(${count}).size : 0;
if (failed < ${times}) {
  fs.appendFileSync(${count}, '.');
  process.exit(1);
}
${script}`,
    );
  }

  test('by the death of the engine is one, too, when a new one does not start at once', async () => {
    const { account, number } = await stage.signIn();
    failing(1);
    const after = stage.engine.now;
    stage.engine.die();
    expect((await stage.engine.next('attach', () => true, after)).account).toBe(number);
    stage.engine.online(number);
    expect(await stage.host.run('account-get', { account })).toMatchObject({ connected: true });
    expect(stage.host.all('connection-error')).toEqual([]);
  });

  test('by an engine that does not start again ends with the reason', async () => {
    await stage.signIn();
    failing(100);
    stage.engine.die();
    const error = await stage.host.next('connection-error');
    expect(error).toMatchObject({ reason: NETWORK_ERROR, fatal: false });
    expect(error.text).toContain('could not be started');
  });

  test('by the death of the engine: it is started again and the account stays', async () => {
    const { account, number } = await stage.signIn();
    const after = stage.engine.now;
    stage.engine.die();
    expect((await stage.engine.next('attach', () => true, after)).account).toBe(number);
    stage.engine.online(number);
    expect(await stage.host.run('account-get', { account })).toMatchObject({ connected: true });
    expect(stage.host.all('disconnected')).toEqual([]);
  });
});
