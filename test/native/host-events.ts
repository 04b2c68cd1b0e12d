// SPDX-License-Identifier: MIT
//
// What the test host writes: one of these a line.

export type Json = Record<string, unknown>;

export interface Row {
  label: string | null;
  value: string | null;
}

type Flag = 'send' | 'recv' | 'system' | 'no-log' | 'error' | 'delayed' | 'notify' | 'remote-send';

interface OfAccount {
  /** 1 for the first account made. */
  account: number;
}

interface OfConversation extends OfAccount {
  conversation: string;
  /** Only of chats. */
  chat?: true;
}

interface OfBuddy extends OfAccount {
  name: string;
  online: boolean;
  status: string;
  message: string | null;
}

export type ChatFlag = 'founder' | 'op' | 'halfop' | 'voice' | 'typing' | 'away';

export interface ChatUser {
  name: string;
  flags: ChatFlag[];
}

/** Of a dialog: `type` is 1 for text, 3 for a box to tick, 5 for a list, 6 for words alone. */
export interface Field {
  id: string;
  label: string;
  type: number;
  required?: true;
  value?: string;
  masked?: boolean;
  lines?: boolean;
  ticked?: boolean;
  multi?: boolean;
  items?: string[];
  /** How many of them a program can tell apart that knows them by their data. */
  told?: number;
  selected?: string[];
}

/** One shape under several names, each of them an alternative of its own. */
type Named<K extends string> = K extends string ? { event: K } : never;

export type HostEvent =
  | { event: 'ready'; version: string }
  | { event: 'quit' }
  | { event: 'reply'; id: number; result: Json; error: string | null }
  | { event: 'debug'; level: number; category: string; text: string }
  | ({ event: 'progress'; text: string; step: number; steps: number } & OfAccount)
  | ({ event: 'connected'; name: string | null } & OfAccount)
  | ({ event: 'disconnected' } & OfAccount)
  | ({ event: 'connection-error'; reason: number; fatal: boolean; text: string } & OfAccount)
  | (Named<'conversation-opened' | 'conversation-closed'> & OfConversation)
  | ({
      event: 'write';
      name: string | null;
      alias: string | null;
      html: string;
      flags: Flag[];
      /** Unix time in s. */
      mtime: number;
    } & OfConversation)
  | (Named<'chat-joined' | 'chat-left'> & OfConversation)
  | ({
      event: 'chat-users';
      /** `added` and `arrived`: without and with a line; `renamed`: before and now. */
      change: 'added' | 'arrived' | 'removed' | 'renamed' | 'updated';
      users: ChatUser[];
    } & OfConversation)
  | ({ event: 'topic'; who: string | null; topic: string | null } & OfConversation)
  | ({ event: 'chat-join-failed'; components: Record<string, string> } & OfAccount)
  | ({ event: 'typing'; name: string; state: 'typing' | 'typed' | 'stopped' } & OfAccount)
  | (Named<'buddy-added' | 'buddy-removed'> & OfBuddy)
  | (Named<'buddy-online' | 'buddy-offline' | 'buddy-status'> & OfBuddy)
  | ({
      event: 'request';
      request: number;
      kind: 'input' | 'action' | 'fields' | 'authorize';
      title: string | null;
      primary: string | null;
      secondary: string | null;
      masked?: boolean;
      value?: string | null;
      actions?: string[];
      groups?: { title: string | null; fields: number }[];
      fields?: Field[];
      alias?: string | null;
      onList?: boolean;
    } & OfAccount)
  | { event: 'request-closed'; request: number }
  | { event: 'room-listed'; name: string; fields: Record<string, string> }
  | { event: 'room-list-progress'; running: boolean }
  | { event: 'room-list-gone' }
  | {
      event: 'notify';
      kind: 'error' | 'warning' | 'info' | 'formatted';
      title: string | null;
      primary: string | null;
      secondary: string | null;
      html?: string;
    }
  | ({ event: 'userinfo'; name: string; rows: Row[] } & OfAccount);

export type HostEventOf<K extends HostEvent['event']> = Extract<HostEvent, { event: K }>;

export interface Option {
  key: string;
  text: string;
  type: 'bool' | 'int' | 'string' | 'list';
  value: boolean | number | string | null;
  masked?: boolean;
  choices?: string[];
}

export interface StatusType {
  id: string;
  primitive: number;
  saveable: boolean;
  settable: boolean;
  independent: boolean;
  attrs: { id: string; name: string; type: number; value?: number | boolean }[];
}

export interface Protocol {
  name: string;
  flags: number;
  icon: string;
  splits: { text: string; value: string | null; separator: string; reverse: boolean }[];
  options: Option[];
  statuses: StatusType[];
  operations: { keepalive: boolean; offlineMessage: boolean; structSize: boolean };
}

export interface Buddy {
  name: string;
  alias: string | null;
  group: string;
  online: boolean;
  idle: boolean;
  status: string;
  message: string | null;
  /** Only while connected, as the three that follow. HTML. */
  statusText?: string | null;
  emblem?: string | null;
  tooltip?: Row[];
}

/** A chat in the buddy list. */
export interface ListedChat {
  alias: string | null;
  group: string;
  /** The settings by which Pidgin and Finch enter it at the sign-on, those that are on. */
  autojoin: string[];
  components: Record<string, string>;
}

/** The commands of the host and what each answers. */
export interface Answers {
  'account-new': { account: number };
  'account-set': Json;
  'account-get': {
    enabled: boolean;
    connected: boolean;
    connecting: boolean;
    hasPassword: boolean;
    status: string;
  };
  'account-enable': Json;
  'account-connect': Json;
  'account-delete': Json;
  status: Json;
  idle: Json;
  send: Json;
  conversation: Json;
  'join-chat': Json;
  'chat-send': Json;
  'leave-chat': Json;
  topic: Json;
  invite: Json;
  chat: {
    left: boolean;
    nick: string;
    topic: string | null;
    realName: string | null;
    users: ChatUser[];
  };
  'chat-keep': { found: string | null };
  /** All of the account in the buddy list. */
  chats: { chats: ListedChat[] };
  'chat-change': Json;
  'chat-drop': Json;
  /** Typed behind a slash: 0 is done, 1 failed, 2 not found, 3 with other words behind it. */
  command: { status?: number; wrong: string | null; help: string[] };
  /** Of a chat in the buddy list. */
  'chat-menu': { menu: (string | null)[] };
  'chat-naming': {
    fields: { label: string; identifier: string; required: boolean; secret: boolean }[];
    components: Record<string, string>;
    name: string | null;
  };
  /** Asks for the rooms of a service; the list that was shown before is let go. */
  'room-list': { shown: boolean; labels?: string[] };
  'room-list-cancel': Json;
  'room-list-close': Json;
  /** One of the list is entered; its address as the host would name it. */
  'room-list-join': { address: string };
  typing: { again: number };
  network: Json;
  'connection-error': Json;
  'buddy-add': Json;
  'buddy-remove': Json;
  'buddy-alias': Json;
  'buddy-move': Json;
  'group-rename': Json;
  'account-menu': { menu: string[] };
  'buddy-menu': { menu: (string | null)[] };
  buddies: { buddies: Buddy[] };
  info: Json;
  answer: Json;
  /**
   * At its end, at worst: `longestMs` is how long the host worked without drawing, `latestMs` how much
   * later it drew than it wanted, which a busy machine is to blame for as well.
   */
  redraw: { longestMs?: number; latestMs?: number };
  quiet: Json;
  deadly: Json;
  plugin: { found: boolean; name?: string; path?: string; loaded?: boolean };
  protocol: Protocol;
  protocols: { protocols: string[] };
  normalize: { normal: string | null; withoutAccount: string | null };
}
