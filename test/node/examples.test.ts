// SPDX-License-Identifier: MIT
//
// The TypeScript examples, checked and built as their README says, against Prosody.

import { beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { Authority } from '../support/certificates.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { Running, run } from '../support/processes.js';
import { projectPath } from '../support/project.js';
import { Prosody } from '../support/prosody.js';
import { Workspace } from '../support/workspace.js';
import { XmppPeer } from '../support/xmpp-peer.js';

let workspace: Workspace;
let authority: Authority;
let server: Prosody;
let proxy: CuttingProxy;
let bob: XmppPeer;

beforeAll(async () => {
  await run(projectPath('node_modules', '.bin', 'tsc'), ['--build', projectPath('examples')]);
});

beforeEach(async () => {
  workspace = new Workspace();
  authority = await Authority.create(workspace.path('ca'));
  server = await Prosody.start(workspace, { users: { alice: 'a', bob: 'b' }, authority });
  proxy = await CuttingProxy.start(server.port);
  workspace.atEnd(() => proxy.close());
  bob = await XmppPeer.connect({
    ...{ domain: server.domain, port: server.port, caFile: authority.certFile },
    ...{ user: 'bob', password: 'b' },
  });
  workspace.atEnd(() => bob.close());
});

afterEach(() => workspace.close());

/** Starts an example as alice, whose link to the server goes through the proxy. */
function start(name: string, password: string, ...more: string[]): Running {
  return startWith('engine.cjs', name, password, ...more);
}

function startWith(engine: string, name: string, password: string, ...more: string[]): Running {
  const account = {
    ...{ jid: `alice@${server.domain}/example`, password, caFile: authority.certFile },
    ...{ connectServer: '127.0.0.1', port: proxy.port },
  };
  const file = workspace.write('account.json', JSON.stringify(account));
  const program = projectPath('build', 'types', 'examples', `${name}.js`);
  const running = new Running(process.execPath, [program, file, workspace.path('state'), ...more], {
    cwd: projectPath(),
    env: workspace.env({
      STEADFAST_ENGINE: projectPath('build', 'plugins', 'steadfast', engine),
      STEADFAST_NODE: process.execPath,
    }),
  });
  workspace.atEnd(async () => void (await running.stop()));
  return running;
}

function saw(running: Running, line: string): Promise<void> {
  return running.printed.until(line, () => running.output().split('\n').includes(line));
}

function heard(): string[] {
  return bob.messages.all.map(({ body }) => body);
}

describe('examples/echo-bot.ts', () => {
  it('repeats each text once, over a cut of the link, and ends when it is told to', async () => {
    const bot = start('echo-bot', 'a');
    await saw(bot, 'link online');
    bob.say(`alice@${server.domain}`, 'one');
    await bob.messages.until('the first echo', () => heard().length === 1);
    proxy.refuse();
    proxy.cut('rst');
    bob.say(`alice@${server.domain}`, 'two <&>');
    await proxy.heal();
    await bob.messages.until('the second echo', () => heard().length === 2);
    bob.say(`alice@${server.domain}`, 'three');
    await bob.messages.until('the third echo', () => heard().includes('three'));
    expect(heard()).toEqual(['one', 'two <&>', 'three']);
    bot.signal('SIGINT');
    expect(await bot.exited).toEqual({ code: 0, signal: null });
  });

  it('says why and ends when only another setting can help', async () => {
    const bot = start('echo-bot', 'wrong');
    expect(await bot.exited).toEqual({ code: 1, signal: null });
    expect(bot.output()).toMatch(/^link failed .*password/m);
  });
});

describe('examples/delivery-states.ts', () => {
  it('tells that a text is on disk, and then that the server has it', async () => {
    const sender = start('delivery-states', 'a', `bob@${server.domain}`, 'Grüße');
    expect(await sender.exited).toEqual({ code: 0, signal: null });
    await bob.messages.until('the text', () => heard().length === 1);
    expect(heard()).toEqual(['Grüße']);
    const lines = sender.output().trim().split('\n');
    const accepted = lines.findIndex((line) => line.startsWith('accepted: '));
    expect(accepted).toBeGreaterThan(-1);
    expect(lines.indexOf('at-server')).toBeGreaterThan(accepted);
  });

  it('says why and ends with 1 when the text cannot be sent', async () => {
    const sender = start('delivery-states', 'wrong', `bob@${server.domain}`, 'Hello');
    expect(await sender.exited).toEqual({ code: 1, signal: null });
    expect(sender.output()).toMatch(/^link: failed .*password/m);
  });

  it('says that there is no engine, and ends with 1', async () => {
    const sender = startWith('none.cjs', 'delivery-states', 'a', `bob@${server.domain}`, 'Hello');
    expect(await sender.exited).toEqual({ code: 1, signal: null });
    expect(sender.output()).toMatch(/^engine: failed The Steadfast engine is missing/m);
  });
});
