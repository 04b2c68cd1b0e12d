// SPDX-License-Identifier: MIT

export const DOMAIN = 'home.example';
export const PASSWORDS = { alice: 'sesame', bob: 'correct-horse' };
export const ALICE = `alice@${DOMAIN}`;
export const BOB = `bob@${DOMAIN}`;
