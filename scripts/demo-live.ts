// SPDX-License-Identifier: MIT
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Finch } from '../test/support/finch.js';
import { follow } from '../test/support/follow.js';
import { Observed } from '../test/support/observed.js';
import { ALICE, BOB, seen, type Stage } from './demo-stage.js';

/** Alice is the person at the keyboard: one key cuts the link and heals it, another ends. */
export async function live(stage: Stage): Promise<void> {
  const { host, account, bob } = stage;
  bob.answer = ({ body }) => `Bob heard: ${body}`;
  await host.setStatus('available');
  await host.signedOn(account);
  bob.say(ALICE, 'Hello Alice! Write something, cut the link, write on, and heal it.');
  await host.conversation(account, BOB);
  if (host instanceof Finch) await inTerminal(stage, host);
  else await beside(stage, host.running.exited);
}

async function toggle({ proxy }: Stage, cut: boolean): Promise<void> {
  if (!cut) return proxy.heal();
  proxy.refuse();
  proxy.cut('rst');
}

/** Pidgin has windows of its own: this terminal takes the keys. */
async function beside(stage: Stage, ended: Promise<unknown>): Promise<void> {
  const say = (text: string): void => void process.stdout.write(`${text}\r\n`);
  const login = seen(stage.server, 'authenticated').at(-1);
  say(`Pidgin is signed in as alice by ${login?.mechanism} over ${login?.tls}.`);
  say('Here: c cuts the link and heals it, q ends.');
  const keys = new Observed<string>();
  process.stdin
    .setRawMode(true)
    .setEncoding('utf8')
    .on('data', (key: string) => keys.add(key));
  let cut = false;
  let at = 0;
  let over = false;
  void ended.then(() => keys.add('q'));
  while (!over) {
    await keys.until('a key', () => keys.all.length > at, 2 ** 31 - 1);
    const key = keys.all[at++];
    over = key === 'q' || key === '\u0003'; // raw mode brings Ctrl-C as a character
    if (key !== 'c') continue;
    cut = !cut;
    await toggle(stage, cut);
    say(cut ? 'The link is cut.' : 'The link is healed.');
  }
  process.stdin.setRawMode(false).pause();
}

/** Finch takes all keys but two, which tmux keeps for us. */
async function inTerminal(stage: Stage, finch: Finch): Promise<void> {
  const { workspace } = stage;
  const { terminal } = finch;
  const orders = workspace.write('orders', '');
  const order = (key: string, word: string): Promise<string> =>
    terminal.tmux('bind-key', '-n', key, 'run-shell', '-b', `echo ${word} >>'${orders}'`);
  const status = (text: string): Promise<string> =>
    terminal.tmux('set-option', '-g', 'status-right', text);
  await order('F8', 'toggle');
  await terminal.tmux('bind-key', '-n', 'F10', 'detach-client');
  await terminal.tmux('set-option', '-g', 'status-right-length', '80');
  await terminal.tmux('set-option', '-g', 'window-size', 'latest');
  await status('F8: cut the link  F10: end ');
  let cut = false;
  workspace.atEnd(
    follow(orders, () => {
      cut = !cut;
      void toggle(stage, cut);
      void status(cut ? 'THE LINK IS CUT  F8: heal it  F10: end ' : 'F8: cut the link  F10: end ');
    }),
  );
  await finch.keys('M-n'); // from the buddy list to the conversation
  const client = spawn('tmux', ['-S', terminal.socket, 'attach-session'], { stdio: 'inherit' });
  await once(client, 'exit');
}
