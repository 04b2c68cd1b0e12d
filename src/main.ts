// SPDX-License-Identifier: MIT
//
// The child process of a host: one engine, its socket on descriptor 3. Standard output stays empty but
// for --help; standard error has only what is said at a crash.

import { Engine } from './engine/engine.js';
import { version } from './engine/version.js';
import { HostSocket } from './ipc/host-socket.js';
import { Peer } from './ipc/peer.js';
import { answerTo, usageCode } from './usage.js';

const socketDescriptor = 3;
const oldestNode = 20;
/** A host that stopped reading must not keep us alive. */
const lastWordsMs = 1000;

const answer = answerTo(process.argv.slice(2));
if (answer !== undefined) {
  process.stdout.write(answer.out ?? '');
  process.stderr.write(answer.err ?? '');
  process.exit(answer.code);
}

function hostSocket(): HostSocket {
  try {
    return new HostSocket(socketDescriptor);
  } catch {
    process.stderr.write(
      'steadfast: this is started by libsteadfast, with a socket on descriptor 3. Try --help.\n',
    );
    process.exit(usageCode);
  }
}

const peer = new Peer(hostSocket(), {
  command: (command) => engine.command(command),
  broken: ({ condition, message }) =>
    engine.goodbye({ kind: 'contract', condition, text: message, by: 'peer', retry: 'never' }),
  gone: () => void engine.hostGone(),
});
const engine: Engine = new Engine({
  program: `Steadfast ${version}`,
  send: (event) => peer.send(event),
  exit: (code) => {
    setTimeout(() => process.exit(code), lastWordsMs);
    peer.end(() => process.exit(code));
  },
});

// Finch shares its terminal with us: Ctrl-C, Ctrl-Z and a hang-up are meant for it, and when it
// goes we learn that from the socket.
for (const signal of ['SIGINT', 'SIGTSTP', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('SIGTERM', () => engine.signOff());
process.on('uncaughtException', (error) => {
  process.stderr.write(`steadfast: ${engine.redactor.redact(error.stack ?? String(error))}\n`);
  engine.crash(error);
});

if (Number(process.versions.node.split('.')[0]) < oldestNode) {
  engine.goodbye({
    kind: 'usage',
    condition: 'node-too-old',
    text: `Steadfast needs Node.js ${String(oldestNode)} or newer and was started with ${process.versions.node}.`,
    by: 'us',
    retry: 'never',
  });
}
