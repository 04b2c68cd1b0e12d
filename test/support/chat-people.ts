// SPDX-License-Identifier: MIT

/** A program with libpurple's functions on its D-Bus. */
export interface OnBus {
  call(method: string, ...args: (string | number)[]): Promise<unknown>;
}

/** Who is in a chat, sorted; nobody where somebody was taken off the list while it was read. */
export async function peopleIn(host: OnBus, chat: number): Promise<string[]> {
  const users = await host.call('ConvChatGetUsers', chat);
  const names = (Array.isArray(users) ? users.map(Number) : []).map((one) =>
    host.call('ConvChatCbGetName', one),
  );
  const told = await Promise.all(names).catch((fault: unknown) => {
    if (String(fault).includes('InvalidHandle')) return [];
    throw fault;
  });
  return told.map(String).sort();
}
