// SPDX-License-Identifier: MIT
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { CommandSchema, EventSchema } from '../../src/contract/engine_pb.js';
import { accessCommands, accessEvents } from './access-samples.js';
import { certificateCommands, certificateEvents } from './certificate-samples.js';
import { error, roomCommands, roomEvents } from './room-samples.js';

/** One of each command, every field set to something that is not its default. */
export const commands: Record<string, MessageInitShape<typeof CommandSchema>> = {
  hello: {
    body: { case: 'hello', value: { version: 1, program: 'Pidgin 2.14.12', stateFolder: '/s' } },
  },
  goodbye: { body: { case: 'goodbye', value: { reason: error } } },
  handled: { body: { case: 'handled', value: { seq: 4_294_967_295 } } },
  attach: {
    account: 3,
    body: {
      case: 'attach',
      value: {
        jid: 'alice@home.example/desk',
        inboxTaken: 77,
        security: 2,
        connectServer: 'xmpp.home.example',
        port: 5223,
        authMethod: 2,
        password: 'pässword',
        clientCert: '/c.pem',
        clientKey: '/k.pem',
        clientCertPassphrase: 'phrase',
        caFile: '/ca.pem',
        pinSha256: 'ab:cd',
        plainInClear: true,
        queueHours: 48,
        presence: { show: 4, status: 'busy', priority: -128, idleSinceTimeMs: 1_700_000_000_000n },
        folder: '/s/alice@home.example',
        online: true,
        noCarbons: true,
        noArchive: true,
        noReceipts: true,
        noCsi: true,
        archiveDays: 7,
        noBookmarks: true,
        certTls12: true,
        proxy: { type: 3, host: 'proxy.example', port: 1080, user: 'al', password: 'sesame' },
        rooms: [
          { room: 'den@rooms.example', nick: 'Älice', password: 'sesame' },
          { room: 'hall@rooms.example' },
        ],
      },
    },
  },
  detach: { account: 3, body: { case: 'detach', value: { how: 1 } } },
  'network-hint': { body: { case: 'networkHint', value: { available: true } } },
  'set-proxy': {
    account: 1,
    body: { case: 'setProxy', value: { proxy: { type: 4, host: '::1', port: 9050 } } },
  },
  'trust-answer': {
    account: 1,
    body: { case: 'trustAnswer', value: { sha256: 'ab', accept: true } },
  },
  'secret-answer': {
    account: 1,
    body: { case: 'secretAnswer', value: { what: 1, secret: 'geheim', cancelled: true } },
  },
  'send-message': {
    account: 1,
    id: 'aa-1',
    body: {
      case: 'sendMessage',
      value: {
        to: 'bob@home.example',
        body: 'Grüße 👋\n<&>',
        xhtml: '<b>Grüße</b>',
        groupchat: true,
      },
    },
  },
  'send-chat-state': {
    account: 1,
    body: { case: 'sendChatState', value: { to: 'bob@home.example', state: 4 } },
  },
  'set-presence': {
    account: 1,
    body: {
      case: 'setPresence',
      value: { show: 3, status: 'x', priority: 127, idleSinceTimeMs: 1n },
    },
  },
  'set-contact': {
    account: 1,
    id: 'aa-2',
    body: {
      case: 'setContact',
      value: { jid: 'bob@home.example', name: 'Bob', groups: ['A', 'B'] },
    },
  },
  'remove-contact': {
    account: 1,
    id: 'aa-3',
    body: { case: 'removeContact', value: { jid: 'bob@home.example' } },
  },
  subscribe: {
    account: 1,
    id: 'aa-4',
    body: { case: 'subscribe', value: { jid: 'bob@home.example', action: 3, text: 'please' } },
  },
  'query-contact': {
    account: 1,
    body: { case: 'queryContact', value: { jid: 'bob@home.example' } },
  },
  'query-message': { account: 1, body: { case: 'queryMessage', value: { id: 'aa-1' } } },
  ...roomCommands,
  ...certificateCommands,
  ...accessCommands,
};

/** One of each event, likewise. */
export const events: Record<string, MessageInitShape<typeof EventSchema>> = {
  hello: { seq: 1, body: { case: 'hello', value: { version: 1, program: 'Steadfast 0.1.0' } } },
  goodbye: { seq: 9, body: { case: 'goodbye', value: { reason: error } } },
  accepted: { account: 1, seq: 2, body: { case: 'accepted', value: { id: 'aa-1' } } },
  refused: { account: 1, seq: 3, body: { case: 'refused', value: { id: 'aa-2', error } } },
  log: { seq: 4, body: { case: 'log', value: { level: 2, category: 'tls', text: 'shaky' } } },
  link: {
    account: 1,
    seq: 5,
    body: {
      case: 'link',
      value: {
        state: 1,
        error,
        resumed: true,
        step: 2,
        steps: 5,
        stepText: 'Authenticating',
        jid: 'alice@home.example/desk',
        retryInMs: 1500,
        tlsVersion: 'TLSv1.3',
        mechanism: 'SCRAM-SHA-256',
        session: 'sm-1',
        channelBinding: 'tls-exporter',
        webSocket: 'wss://home.example/ws',
      },
    },
  },
  'ask-trust': {
    account: 1,
    seq: 6,
    body: {
      case: 'askTrust',
      value: {
        domain: 'home.example',
        chain: [Uint8Array.of(0, 255, 1), Uint8Array.of(7)],
        sha256: 'ab',
        reasons: ['self-signed', 'expired'],
        text: 'Nobody vouches for it.',
      },
    },
  },
  'ask-secret': { account: 1, seq: 7, body: { case: 'askSecret', value: { what: 1, error } } },
  'certificate-expiry': {
    account: 1,
    seq: 75,
    body: {
      case: 'certificateExpiry',
      value: {
        notAfterTimeMs: 1_790_000_000_000n,
        days: 7,
        text: 'The certificate expires in 7 days.',
        renewable: true,
      },
    },
  },
  message: {
    account: 1,
    seq: 8,
    body: {
      case: 'message',
      value: {
        inbox: 4_294_967_295,
        type: 2,
        from: 'bob@home.example/phone',
        id: 'm1',
        body: 'Grüße 👋',
        xhtml: '<i>Grüße</i>',
        subject: 's',
        sentTimeMs: -1n,
        maybeShown: true,
        late: true,
        outgoing: true,
        to: 'carol@home.example',
        receiptRequested: true,
        setAside: true,
        keptIn: '/home/alice/.purple/steadfast/alice/set-aside',
        privateMessage: true,
        occupantId: 'dd72603d',
      },
    },
  },
  'message-state': {
    account: 1,
    seq: 9,
    body: {
      case: 'messageState',
      value: {
        id: 'aa-1',
        state: 5,
        maybeTwice: true,
        to: 'b@h',
        body: 'x',
        error,
        inbox: 9,
        displayed: true,
        groupchat: true,
      },
    },
  },
  'chat-state': {
    account: 1,
    seq: 10,
    body: { case: 'chatState', value: { from: 'b@h/x', state: 1 } },
  },
  presence: {
    account: 1,
    seq: 11,
    body: {
      case: 'presence',
      value: {
        jid: 'b@h',
        resources: [
          {
            resource: 'x',
            show: 2,
            status: 'away',
            priority: -1,
            idleSinceTimeMs: 5n,
            client: 'C 1',
          },
          { resource: 'y' },
        ],
        status: 'bye',
        error,
      },
    },
  },
  roster: {
    account: 1,
    seq: 12,
    body: {
      case: 'roster',
      value: {
        contacts: [
          { jid: 'b@h', name: 'B', subscription: 3, ask: true, groups: ['A', 'B'] },
          { jid: 'c@h' },
        ],
        begin: true,
        end: true,
      },
    },
  },
  subscription: {
    account: 1,
    seq: 13,
    body: { case: 'subscription', value: { jid: 'b@h', what: 3, text: 't', nick: 'n' } },
  },
  'contact-info': {
    account: 1,
    seq: 14,
    body: {
      case: 'contactInfo',
      value: {
        jid: 'b@h',
        resource: 'x',
        software: 'S',
        version: '1',
        os: 'L',
        utcOffset: '+02:00',
        done: true,
      },
    },
  },
  ...roomEvents,
  ...certificateEvents,
  ...accessEvents,
};
