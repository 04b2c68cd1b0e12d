// SPDX-License-Identifier: MIT
import type { Bus } from './dbus.js';
import type { Value } from './dbus-wire.js';
import { eventually } from './observed.js';
import type { AccountSettings } from './profile.js';

const SERVICE = 'im.pidgin.purple.PurpleService';
const INTERFACE = 'im.pidgin.purple.PurpleInterface';
const OBJECT = '/im/pidgin/purple/PurpleObject';

// PurpleMessageFlags
export const MESSAGE = { send: 1, receive: 2, system: 4, error: 0x200, delayed: 0x400 } as const;

export interface Shown {
  flags: number;
  sender: string;
  /** As in the conversation: HTML. */
  html: string;
}

/** A libpurple program (Pidgin or Finch) driven over its D-Bus interface. */
export class BusHost {
  readonly #bus: Bus;

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** Waits until the program answers on its bus; `alive` tells that it has not ended. */
  async ready(alive: () => boolean): Promise<void> {
    await eventually('the host on its bus', async () => {
      if (!alive()) throw new Error('the host ended before it was ready');
      return this.#bus.owned(SERVICE);
    });
    await this.#bus.watch(INTERFACE);
  }

  /** Every signal libpurple emitted since ready(). */
  get signals(): Bus['signals'] {
    return this.#bus.signals;
  }

  /** Calls `Purple…` of libpurple; handles, enums and booleans are int32 (0: NULL). */
  async call(name: string, ...args: (number | string)[]): Promise<Value> {
    const names = { to: SERVICE, path: OBJECT, interface: INTERFACE, member: `Purple${name}` };
    const [value] = await this.#bus.call(names, ...args);
    return value ?? 0;
  }

  async number(name: string, ...args: (number | string)[]): Promise<number> {
    return Number(await this.call(name, ...args));
  }

  /** The handle of an account of the profile. */
  async account({ name, protocol }: AccountSettings): Promise<number> {
    const account = await this.number('AccountsFind', name, protocol);
    if (account === 0) throw new Error(`the host has no account ${name} of ${protocol}`);
    return account;
  }

  /** Sets the global status, which signs the enabled accounts in or out. */
  async setStatus(status: 'available' | 'away' | 'offline'): Promise<void> {
    // PurpleStatusPrimitive
    const primitive = { offline: 1, available: 2, away: 5 }[status];
    await this.call('SavedstatusActivate', await this.number('SavedstatusNew', '', primitive));
  }

  async connected(account: number): Promise<boolean> {
    return (await this.number('AccountIsConnected', account)) !== 0;
  }

  /** Resolves when the account is connected; rejects with the host's own words if it fails. */
  async signedOn(account: number, withinMs = 60_000): Promise<void> {
    await eventually(
      'the account to sign on',
      async () => {
        const fault = this.connectionErrors().at(-1);
        if (fault !== undefined) throw new Error(`sign-on failed: ${fault}`);
        return this.connected(account);
      },
      withinMs,
    );
  }

  /** The texts of the connection errors the host was told, oldest first. */
  connectionErrors(): string[] {
    const told = this.signals.all.filter(({ member }) => member === 'ConnectionError');
    return told.map(({ args }) => String(args[2]));
  }

  /** The conversation with somebody, opened if there is none. */
  async conversation(account: number, name: string): Promise<number> {
    const IM = 1;
    const found = await this.number('FindConversationWithAccount', IM, name, account);
    return found !== 0 ? found : this.number('ConversationNew', IM, account, name);
  }

  /** Says something as if typed and sent, but past the entry box. */
  async say(account: number, to: string, text: string): Promise<void> {
    const conversation = await this.conversation(account, to);
    const im = await this.number('ConversationGetImData', conversation);
    await this.call('ConvImSend', im, text);
  }

  /** The lines of a conversation, oldest first, as the user sees them. */
  async shown(account: number, to: string): Promise<Shown[]> {
    return this.shownIn(await this.conversation(account, to));
  }

  /** The same of any conversation, by its handle. */
  async shownIn(conversation: number): Promise<Shown[]> {
    const handles = await this.call('ConversationGetMessageHistory', conversation);
    const lines: Shown[] = [];
    for (const handle of Array.isArray(handles) ? handles.map(Number) : []) {
      lines.unshift({
        flags: await this.number('ConversationMessageGetFlags', handle),
        sender: String(await this.call('ConversationMessageGetSender', handle)),
        html: String(await this.call('ConversationMessageGetMessage', handle)),
      });
    }
    return lines;
  }

  /** Asks the program to quit; it closes its bus connection without an answer. */
  async quit(): Promise<void> {
    await this.call('CoreQuit').catch(() => undefined);
  }
}
