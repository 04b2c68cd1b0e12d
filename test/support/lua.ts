// SPDX-License-Identifier: MIT

/** A value as a Lua expression: strings, numbers, booleans, arrays and plain objects. */
export function lua(value: unknown): string {
  if (typeof value === 'string') {
    const safe = value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
    return `"${safe}"`;
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `{ ${value.map(lua).join(', ')} }`;
  if (typeof value !== 'object' || value === null)
    throw new TypeError(`no Lua for ${typeof value}`);
  const fields = Object.entries(value).map(([name, field]) => `[${lua(name)}] = ${lua(field)}`);
  return `{ ${fields.join(', ')} }`;
}
