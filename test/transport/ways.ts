// SPDX-License-Identifier: MIT

/** How a server is reached; each attack is played on all of them. */
export const ways = [false, true].flatMap((direct) =>
  [false, true].map((slice) => ({
    ...{ direct, slice },
    way: `${direct ? 'direct TLS' : 'STARTTLS'}${slice ? ', byte by byte' : ''}`,
  })),
);
