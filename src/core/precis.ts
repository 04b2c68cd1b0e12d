// SPDX-License-Identifier: MIT
//
// PRECIS (RFC 8264) as far as addresses need it: the profiles UsernameCaseMapped and OpaqueString of
// RFC 8265, with Unicode's properties as the platform knows them.

/** RFC 8264 §9.6 "exceptions" that are valid, and those that are not (RFC 5892 §2.6). */
const exceptionValid = /[\u00df\u03c2\u06fd\u06fe\u0f0b\u3007]/;
const exceptionInvalid = /\u302e|\u302f|[\u0640\u07fa\u3031-\u3035\u303b]/;
const contextual = /\u200c|\u200d|[\u00b7\u0375\u05f3\u05f4\u0660-\u0669\u06f0-\u06f9\u30fb]/;
/** Conjoining jamo (RFC 8264 §9.9), as alternatives in a class. */
const oldHangul = '\\u1100-\\u11ff\\ua960-\\ua97c\\ud7b0-\\ud7fb';
const neverInIdentifier = new RegExp(`[${oldHangul}\\p{Default_Ignorable_Code_Point}]`, 'u');
const letterOrDigit = /[\p{Ll}\p{Lu}\p{Lo}\p{Nd}\p{Lm}\p{Mn}\p{Mc}]/u;

const virama = new RegExp(
  '[\\u094d\\u09cd\\u0a4d\\u0acd\\u0b4d\\u0bcd\\u0c4d\\u0ccd\\u0d3b\\u0d3c\\u0d4d\\u0dca\\u0e3a\\u0eba' +
    '\\u0f84\\u1039\\u103a\\u1714\\u1734\\u17d2\\u1a60\\u1b44\\u1baa\\u1bab\\u1bf2\\u1bf3\\u2d7f\\ua806' +
    '\\ua8c4\\ua953\\ua9c0\\uaaf6\\uabed]$',
  'u',
);
const cursiveEnd =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Nko}\p{Script=Mongolian}]\p{Mn}*$/u;
const cursiveStart =
  /^\p{Mn}*[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Nko}\p{Script=Mongolian}]/u;

/** RFC 5892 appendix A. `before` and `after` are what stands around the character. */
function fitsContext(character: string, before: string, after: string): boolean {
  const all = before + after;
  switch (character) {
    case '\u200c':
      return virama.test(before) || (cursiveEnd.test(before) && cursiveStart.test(after));
    case '\u200d':
      return virama.test(before);
    case '\u00b7':
      return before.endsWith('l') && after.startsWith('l');
    case '\u0375':
      return /^\p{Script=Greek}/u.test(after);
    case '\u05f3':
    case '\u05f4':
      return /\p{Script=Hebrew}$/u.test(before);
    case '\u30fb':
      return /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(all);
    default:
      return character < '\u06f0' ? !/[\u06f0-\u06f9]/.test(all) : !/[\u0660-\u0669]/.test(all);
  }
}

/** IdentifierClass (RFC 8264 §4.2), the letters, digits and ASCII signs of names. */
export function isIdentifier(text: string): boolean {
  let at = 0;
  for (const character of text) {
    const next = at + character.length;
    const valid = contextual.test(character)
      ? fitsContext(character, text.slice(0, at), text.slice(next))
      : inIdentifierClass(character);
    if (!valid) return false;
    at = next;
  }
  return true;
}

function inIdentifierClass(character: string): boolean {
  if (exceptionValid.test(character)) return true;
  if (exceptionInvalid.test(character)) return false;
  if (/[!-~]/.test(character)) return true;
  if (neverInIdentifier.test(character)) return false;
  return letterOrDigit.test(character) && character.normalize('NFKC') === character;
}

const rightToLeft =
  '\\p{Script=Hebrew}\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Thaana}\\p{Script=Nko}' +
  '\\p{Script=Samaritan}\\p{Script=Mandaic}\\p{Script=Adlam}';
const anyRightToLeft = new RegExp(`(?=\\p{L})[${rightToLeft}]`, 'u');
const wholeRightToLeft = new RegExp(
  `^(?=\\p{L})[${rightToLeft}](?:(?!\\p{L})[^]|[${rightToLeft}])*$`,
  'u',
);
const endsRightToLeft = new RegExp(`(?:(?=\\p{L})[${rightToLeft}]|\\p{Nd})\\p{Mn}*$`, 'u');

/** The Bidi Rule (RFC 5893 §2) for text that has letters of a right-to-left script. */
export function fitsBidi(text: string): boolean {
  if (!anyRightToLeft.test(text)) return true;
  if (/[0-9]/.test(text) && /[\u0660-\u0669]/.test(text)) return false;
  return wholeRightToLeft.test(text) && endsRightToLeft.test(text);
}

/** Fullwidth and halfwidth forms to the characters they are forms of (RFC 8264 §5.2.1). */
export function mapWidth(text: string): string {
  return text.replace(/[\u3000\uff01-\uffee]/g, (character) => character.normalize('NFKC'));
}

/**
 * UsernameCaseMapped (RFC 8265 §3.3).
 * @returns the prepared text, or `undefined` if it cannot be one
 */
export function usernameCaseMapped(text: string): string | undefined {
  const name = mapWidth(text).toLowerCase().normalize('NFC');
  return name !== '' && isIdentifier(name) && fitsBidi(name) ? name : undefined;
}

const neverInFreeform = new RegExp(
  `[${oldHangul}\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\p{Zl}\\p{Zp}` +
    '\\p{Noncharacter_Code_Point}\\p{Default_Ignorable_Code_Point}]',
  'u',
);
/** Joiners, variation selectors and tags: the parts that emoji are put together with. */
const emojiParts = /\u200c|\u200d|\ufe0e|\ufe0f|[\u{e0020}-\u{e007f}]/gu;

/**
 * OpaqueString (RFC 8265 §4.2), wider than the letter of it in three things: the parts of emoji are
 * taken, so are characters newer than our Unicode, and the contextual rules are left out. The text is
 * a name that somebody else chose and a server took, perhaps by the older rules of RFC 3920; to refuse
 * it here would lose the messages that come under it.
 */
export function opaqueString(text: string): string | undefined {
  const opaque = text.replace(/\p{Zs}/gu, ' ').normalize('NFC');
  if (opaque === '' || neverInFreeform.test(opaque.replace(emojiParts, ''))) return undefined;
  return opaque;
}
