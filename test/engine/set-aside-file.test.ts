// SPDX-License-Identifier: MIT
//
// What was set aside is promised to be in a file: the journal does not forget it, should that not be written.
import { expect, it } from 'vitest';
import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttachSchema,
  CommandSchema,
  EventSchema,
  HandledSchema,
} from '../../src/contract/engine_pb.js';
import { encodeJournal } from '../../src/delivery/journal.js';
import { Account } from '../../src/engine/account.js';
import { Driver } from '../../src/engine/driver.js';
import { Redactor } from '../../src/engine/redact.js';
import type { EventBody } from '../../src/features/feature.js';
import { FaultyFileSystem } from '../disk/faulty-file-system.js';
import { nodeTools } from '../support/tools.js';

const turns = async (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

function driverOn(fs: FaultyFileSystem, tell: (news: EventBody) => void): Driver {
  return new Driver({
    folder: '/f',
    redactor: new Redactor(),
    fs,
    tell,
    ended: () => undefined,
    makeLink: () => ({
      write: () => undefined,
      startTls: () => undefined,
      close: () => undefined,
    }),
    make: (content, caches, out) =>
      new Account({ program: 'T 1' }, nodeTools, (n) => new Uint8Array(n), content, caches, out),
  });
}

function attach(driver: Driver): void {
  const value = create(AttachSchema, { jid: 'alice@model.test', folder: '/f' });
  driver.command(create(CommandSchema, { body: { case: 'attach', value } }));
}

it('a message that was set aside is in its file, though that could not be written at first', async () => {
  const fs = new FaultyFileSystem();
  const body = { case: 'message', value: { from: 'bob@b', body: 'the text' } } as const;
  const bytes = toBinary(EventSchema, create(EventSchema, { body }));
  const event = Buffer.from(bytes).toString('base64');
  const journal = encodeJournal(
    [[{ type: 'inbox', number: 1, event, at: 1 }], [{ type: 'in-hand', number: 1, times: 2 }]],
    nodeTools,
  );
  fs.files.set('/f/journal', journal);
  const told: EventBody[] = [];
  const driver = driverOn(fs, (news) => told.push(news));
  await turns();
  // The disk has no room at this moment for a file, and has some for a few bytes more of the journal.
  fs.fail('create', 'ENOSPC');
  attach(driver);
  await turns();
  const aside = told.find(({ case: which }) => which === 'message');
  expect(aside?.value).toMatchObject({ setAside: true, keptIn: '/f/set-aside' });
  const handled = create(HandledSchema, { seq: 1 });
  driver.command(create(CommandSchema, { body: { case: 'handled', value: handled } }));
  await turns();
  await driver.abandon();
  const next = driverOn(fs, () => undefined);
  await turns();
  attach(next);
  await turns();
  await next.abandon();
  expect(fs.text('/f/set-aside')).toContain(event);
});
