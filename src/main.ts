// SPDX-License-Identifier: MIT
//
// The child process of a host: one engine, its socket on descriptor 3. Standard output stays empty;
// standard error has only what is said at a crash.

import { Engine } from './engine/engine.js';
import { version } from './engine/version.js';
import { HostSocket } from './ipc/host-socket.js';
import { Peer } from './ipc/peer.js';

const socketDescriptor = 3;
/** EX_USAGE of sysexits.h. */
const usageCode = 64;
const oldestNode = 20;
/** A host that stopped reading must not keep us alive. */
const lastWordsMs = 1000;

function hostSocket(): HostSocket {
  try {
    return new HostSocket(socketDescriptor);
  } catch {
    process.stderr.write(
      'steadfast: this is started by libsteadfast, with a socket on descriptor 3\n',
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
