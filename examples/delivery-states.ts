// SPDX-License-Identifier: MIT
//
// Sends one text and says what becomes of it, until that is final. Exits with 1 when it will not arrive.
//
//   node build/types/examples/delivery-states.js account.json /tmp/states bob@example.org 'Hello'

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Client, type AccountOptions, type Event } from '../bindings/node/index.js';

const [accountFile = '', stateFolder = '', to = '', text = ''] = process.argv.slice(2);
const account = JSON.parse(readFileSync(accountFile, 'utf8')) as AccountOptions;
const library = process.env.STEADFAST_LIBRARY ?? 'build/lib/libsteadfast.so.0';

const client = new Client(resolve(library), 'delivery-states 1.0', resolve(stateFolder));
client.attach(1, account);
// No need to wait for the link: the text is kept on disk and sent when there is one.
const id = client.sendMessage(1, to, text);

for await (const event of client) {
  say(inWords(event));
  if (!isFinal(event)) continue;
  process.exitCode = isGood(event) ? 0 : 1;
  await client.close();
}

function inWords(event: Event): string {
  switch (event.type) {
    case 'link':
    case 'engine':
      return `${event.type}: ${event.state} ${event.error?.text ?? ''}`;
    case 'accepted':
      return 'accepted: the text is on disk, and survives a crash of any program here';
    case 'refused':
      return `refused: the text was not kept. ${event.error?.text ?? ''}`;
    case 'message-state':
      return `${event.state}${event.maybeTwice ? ', perhaps twice' : ''} ${event.error?.text ?? ''}`;
    default:
      return '';
  }
}

/** Nothing more will be told of the text, but for a late error of the server's. */
function isFinal(event: Event): boolean {
  if (event.type === 'link' || event.type === 'engine') return event.error?.retry === 'never';
  if (event.type !== 'refused' && event.type !== 'message-state') return false;
  const open = event.type === 'message-state' && !/at-server|delivered|failed/.test(event.state);
  return event.id === id && !open;
}

function isGood(event: Event): boolean {
  return event.type === 'message-state' && event.state !== 'failed';
}

function say(line: string): void {
  if (line !== '') process.stdout.write(`${line.trim()}\n`);
}
