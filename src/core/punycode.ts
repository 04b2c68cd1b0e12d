// SPDX-License-Identifier: MIT
//
// RFC 3492, the way from an A-label to the characters it stands for. The way back is the platform's.

const base = 36;
const tMin = 1;
const tMax = 26;
const skew = 38;
const damp = 700;

/** RFC 3492 §6.1. */
function adapt(delta: number, points: number, first: boolean): number {
  let left = Math.floor(delta / (first ? damp : 2));
  left += Math.floor(left / points);
  let k = 0;
  while (left > ((base - tMin) * tMax) / 2) {
    left = Math.floor(left / (base - tMin));
    k += base;
  }
  return k + Math.floor(((base - tMin + 1) * left) / (left + skew));
}

function digit(character: string | undefined): number {
  return character !== undefined && /^[0-9a-z]$/.test(character)
    ? (parseInt(character, 36) + 26) % 36
    : base;
}

/**
 * @param encoded lower case, without the `xn--`
 * @returns `undefined` for what no encoder writes
 */
export function decodePunycode(encoded: string): string | undefined {
  const border = encoded.lastIndexOf('-');
  const output = border > 0 ? Array.from(encoded.slice(0, border)) : [];
  let n = 128;
  let i = 0;
  let bias = 72;
  for (let at = border > 0 ? border + 1 : 0; at < encoded.length;) {
    const before = i;
    for (let weight = 1, k = base; ; k += base) {
      const value = digit(encoded[at]);
      at += 1;
      i += value * weight;
      if (value >= base || i > 0x7fffffff) return undefined;
      const threshold = Math.min(Math.max(k - bias, tMin), tMax);
      if (value < threshold) break;
      weight *= base - threshold;
    }
    const points = output.length + 1;
    bias = adapt(i - before, points, before === 0);
    n += Math.floor(i / points);
    if (n > 0x10ffff) return undefined;
    i %= points;
    output.splice(i, 0, String.fromCodePoint(n));
    i += 1;
  }
  return output.join('');
}
