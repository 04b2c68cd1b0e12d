// SPDX-License-Identifier: MIT
import { afterEach, describe, expect, test } from 'vitest';
import { Stage } from './stage.js';

let stage: Stage;
afterEach(() => stage.close());

const event = {
  case: 'certificateExpiry',
  value: { notAfterTimeMs: 1_790_000_000_000n, days: 6, text: 'It expires in 6 days & a bit.' },
} as const;

describe('a certificate that expires soon', () => {
  test('is told in one window for each time, which outlives the connection', async () => {
    stage = await Stage.set();
    const { account, number } = await stage.signIn('alice@home.example/desk');
    await stage.tell(number, event);
    expect(stage.host.all('notify')).toMatchObject([
      {
        kind: 'warning',
        primary: 'The certificate of alice@home.example/desk expires soon.',
        secondary: 'It expires in 6 days & a bit.',
      },
    ]);
    await stage.host.run('connection-error', { account, reason: 0, text: 'x' });
    await stage.host.next('disconnected');
    expect(stage.host.all('notify')).toHaveLength(1);
    expect(stage.host.all('connection-error')).toHaveLength(1);
  });

  test('names the menu entry where the certificate can be renewed', async () => {
    stage = await Stage.set();
    const { account, number } = await stage.signIn('alice@home.example/desk');
    const options = { client_cert: '/mine.pem' };
    await stage.host.run('account-set', { account, options });
    await stage.tell(number, { ...event, value: { ...event.value, renewable: true } });
    const [told] = stage.host.all('notify');
    const [, named = ''] = /^It expires.* Choose "([^"]+)"/.exec(told?.secondary ?? '') ?? [];
    const { menu } = await stage.host.run('account-menu', { account, choose: '' });
    expect(menu).toContain(named);
  });

  test('is told while the account still connects as well', async () => {
    stage = await Stage.set();
    const { number } = await stage.attach();
    await stage.tell(number, event);
    expect(stage.host.all('notify')).toHaveLength(1);
  });
});
