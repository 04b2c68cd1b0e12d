// SPDX-License-Identifier: MIT

import { fault } from '../core/errors.js';

export const NO_LINK = fault('link', 'closed', 'The connection was closed.');

export const REJECTED = fault(
  'tls',
  'certificate-rejected',
  'The server’s certificate was not accepted, so nothing was sent to it.',
  { by: 'us', retry: 'never' },
);

export const CANCELLED = fault('sasl', 'cancelled', 'Sign-in was cancelled.', {
  by: 'us',
  retry: 'never',
});
