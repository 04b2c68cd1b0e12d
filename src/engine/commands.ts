// SPDX-License-Identifier: MIT
//
// What a host asks of its account: to be there for it and to let it go is done here, all else goes to the
// part that it concerns.

import { create } from '@bufbuild/protobuf';
import type { Session } from '../core/session.js';
import type { Outbox } from '../delivery/outbox.js';
import type { Store } from '../delivery/store.js';
import { CommandSchema, Detach_How as How } from '../contract/engine_pb.js';
import type { Attach, Command, Message, Proxy } from '../contract/engine_pb.js';
import type { Context } from './context.js';
import type { AccountHost } from './feature-host.js';
import type { LinkKeeper } from './link.js';
import type { Mailroom } from './mailroom.js';
import type { MessageStates } from './message-states.js';
import { readOptions } from './options.js';
import type { Parking } from './parking.js';
import { isFault, readProxy } from './proxy-options.js';
import type { SetAside } from './set-aside.js';
import type { SignOut } from './sign-out.js';

export interface CommandParts {
  readonly session: Pick<Session, 'online'>;
  readonly store: Pick<Store, 'fault'>;
  readonly outbox: Pick<Outbox, 'setQueueHours'>;
  readonly mailroom: Pick<Mailroom, 'attach' | 'detach' | 'taken'>;
  readonly states: Pick<MessageStates, 'answer'>;
  readonly setAside: Pick<SetAside, 'folder'>;
  readonly parking: Parking;
  readonly signOut: Pick<SignOut, 'attached' | 'begin' | 'defers'>;
  readonly host: Pick<AccountHost, 'jid' | 'attached' | 'command' | 'taken'>;
  readonly link: Pick<
    LinkKeeper,
    'attach' | 'hint' | 'park' | 'refuse' | 'signOff' | 'storeChanged' | 'through'
  > & { readonly questions: Pick<LinkKeeper['questions'], 'secretAnswered' | 'trustAnswered'> };
}

export class Commands {
  constructor(
    private readonly context: Pick<Context, 'clock' | 'tools'>,
    private readonly parts: CommandParts,
  ) {}

  take(command: Command): void {
    const { host, link, mailroom, signOut, states } = this.parts;
    const { body } = command;
    if (signOut.defers(command)) return;
    switch (body.case) {
      case 'attach':
        this.attach(body.value);
        return;
      case 'detach':
        this.detach(body.value.how);
        return;
      case 'handled':
        this.taken(mailroom.taken(body.value.seq));
        return;
      case 'queryMessage':
        states.answer(body.value.id);
        return;
      case 'networkHint':
        link.hint(body.value.available);
        return;
      case 'setProxy':
        this.setProxy(body.value.proxy);
        return;
      case 'signOut':
        signOut.begin(body.value.everywhere, command.id);
        return;
      case 'trustAnswer':
        link.questions.trustAnswered(body.value.sha256, body.value.accept);
        return;
      case 'secretAnswer':
        link.questions.secretAnswered(body.value.what, body.value.secret, body.value.cancelled);
        return;
      default:
        host.command(command);
    }
  }

  private setProxy(proxy: Proxy | undefined): void {
    const read = readProxy(proxy);
    if (isFault(read)) this.parts.link.refuse(read);
    else this.parts.link.through(read);
  }

  private attach(attach: Attach): void {
    const { host, link, outbox, mailroom, parking, session, setAside, store } = this.parts;
    const options = readOptions(attach, this.context.tools);
    if ('condition' in options) {
      link.refuse(options);
      return;
    }
    parking.end();
    outbox.setQueueHours(options.queueHours);
    if (!session.online) {
      host.jid = options.jid;
    }
    const { password, clientCertPassphrase: passphrase } = attach;
    link.attach(options, { password, passphrase }, attach.online);
    setAside.folder = attach.folder;
    this.taken(mailroom.attach(attach.inboxTaken));
    if (attach.presence !== undefined) {
      host.command(
        create(CommandSchema, { body: { case: 'setPresence', value: attach.presence } }),
      );
    }
    host.attached(attach.rooms, attach.online);
    this.parts.signOut.attached();
    if (store.fault !== undefined) {
      link.storeChanged(store.fault);
    }
  }

  private detach(how: How): void {
    this.parts.mailroom.detach();
    if (how === How.SIGN_OFF) {
      this.parts.link.signOff();
    } else {
      this.parts.parking.begin(this.context.clock().now);
      this.parts.link.park();
    }
  }

  /** The host has shown these. */
  private taken(messages: readonly Message[]): void {
    for (const message of messages) {
      this.parts.host.taken(message);
    }
  }
}
