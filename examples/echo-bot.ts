// SPDX-License-Identifier: MIT
//
// Answers every chat with the same words, until Ctrl-C.
//
//   node build/types/examples/echo-bot.js account.json /tmp/echo-bot

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Client, type AccountOptions } from '../bindings/node/index.js';

const [accountFile = '', stateFolder = ''] = process.argv.slice(2);
const account = JSON.parse(readFileSync(accountFile, 'utf8')) as AccountOptions;
const library = process.env.STEADFAST_LIBRARY ?? 'build/lib/libsteadfast.so.0';

const client = new Client(resolve(library), 'echo-bot 1.0', resolve(stateFolder));
// The loop below ends, and the engine signs the account off by itself.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void client.close());

client.attach(1, account, { status: 'I repeat what you say.' });
for await (const event of client) {
  // Only chats: answers to answers of another bot would go on for ever.
  if (event.type === 'message' && event.kind === 'chat' && !event.setAside)
    client.sendMessage(1, event.from, event.body);
  // The one state that a bot must not overlook: the text will not arrive.
  if (event.type === 'message-state' && event.state === 'failed')
    say(`not delivered: ${event.body}`);
  if (event.type !== 'link' && event.type !== 'engine') continue;
  say(`${event.type} ${event.state} ${event.error?.text ?? ''}`);
  if (event.error?.retry !== 'never') continue;
  // Only another setting, password or installation can help.
  process.exitCode = 1;
  await client.close();
}

function say(text: string): void {
  process.stdout.write(`${text.trim()}\n`);
}
