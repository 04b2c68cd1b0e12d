// SPDX-License-Identifier: MIT

import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { nodeTools } from '../support/tools.js';
import { head, join, read, tail } from '../support/xml-reading.js';

describe('how the bytes are cut changes nothing', () => {
  const pieces = fc.constantFrom(
    ...[
      '<',
      '>',
      '/',
      '</',
      '/>',
      '<m>',
      '</m>',
      '<m',
      '<b a="1">',
      "<m id='",
      '</b>',
      '<iq/>',
      '<p:q/>',
      ' ',
    ],
    ...[
      '=',
      '"',
      "'",
      ' a="',
      " xmlns='u'",
      " xmlns:p='u'",
      ' p:a="1"',
      '&',
      ';',
      '&amp;',
      '&#65;',
    ],
    ...[
      '&x;',
      '<![CDATA[',
      ']]>',
      ']',
      '<!',
      '<!--',
      '-->',
      '<!DOCTYPE',
      '<?',
      '?>',
      "<?xml version='1.0'?>",
    ],
    ...['\r', '\n', '\r\n', '\t', '\0', '\ufeff', 'é', '😀', '\ufffe', 'text', tail],
  );
  const piece = fc.oneof(
    { weight: 12, arbitrary: pieces.map((text) => nodeTools.utf8(text)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 4 }) },
  );

  it('for any mixture of the pieces XML is made of, with limits close by', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), fc.boolean(), (parts, headed) => {
        read(join(headed ? head : '', ...parts), {
          stanza: 60,
          reduced: 90,
          header: 150,
          depth: 3,
          attributes: 2,
        });
      }),
      { numRuns: 400 },
    );
  });
});
