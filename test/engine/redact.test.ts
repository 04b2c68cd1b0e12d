// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import { Redactor } from '../../src/engine/redact.js';

const canary = 'c4n4ry&<Ü>"q\'';

describe('a secret the engine was told', () => {
  const redactor = new Redactor();
  redactor.add(canary);

  it.each([
    ['plain', canary],
    ['in XML', 'c4n4ry&amp;&lt;Ü&gt;&quot;q&apos;'],
    ['in base64', Buffer.from(canary).toString('base64')],
    ['in hex', Buffer.from(canary).toString('hex')],
    ['in a URI', encodeURIComponent(canary)],
    ['in JSON', JSON.stringify(canary).slice(1, -1)],
  ])('is taken out of a line that holds it %s', (_title, form) => {
    expect(redactor.redact(`before ${form} after`)).toBe('before [redacted] after');
  });

  it('leaves other text as it is', () => {
    expect(redactor.redact('<message><body>author of a success</body></message>')).toBe(
      '<message><body>author of a success</body></message>',
    );
  });

  it('may be empty, which hides nothing', () => {
    const empty = new Redactor();
    empty.add('');
    expect(empty.redact('abc')).toBe('abc');
  });
});

describe('a secret nobody told of', () => {
  const payload = Buffer.from('\0alice\0c4n4ry').toString('base64');
  const sasl = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'";

  it.each([
    `<auth ${sasl} mechanism='PLAIN'>${payload}</auth>`,
    `<response ${sasl}>${payload}</response>`,
    `<challenge ${sasl}>${payload}</challenge>`,
    `<success ${sasl}>${payload}</success>`,
    `<s:auth xmlns:s='x'>${payload}</s:auth>`,
    `<initial-response>${payload}</initial-response>`,
    `<additional-data>${payload}</additional-data>`,
    `<password>${payload}</password>`,
    `<auth ${sasl} mechanism='PLAIN'>${payload}`,
    `<token xmlns='urn:xmpp:fast:0' expiry='2026' token='${payload}'/>`,
    `password=${payload} and more`,
    `{"passphrase": "${payload}"}`,
  ])('is taken out of %s', (line) => {
    const clean = new Redactor().redact(line);
    expect(clean).not.toContain(payload);
    expect(clean).toContain('[redacted]');
  });

  it('an element without content stays readable', () => {
    const line = `<success ${sasl}/><message><body>hello</body></message>`;
    expect(new Redactor().redact(line)).toBe(line);
  });
});
