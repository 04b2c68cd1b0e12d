// SPDX-License-Identifier: MIT

/** The release, as in package.json; the bundle is not made when the two differ. */
export const version = '0.1.0';
