// SPDX-License-Identifier: MIT
//
// XEP-0082 dates by arithmetic alone: the sans-I/O rooms have no Date, and Date takes what the
// specification does not.

const dayMs = 86_400_000;
/** 0001-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z: what four digits of a year can say. */
const earliest = -62_135_596_800_000;
const latest = 253_402_300_799_999;

/** Days from 1970-01-01 in the proleptic Gregorian calendar; the year begins in March. */
function daysFrom(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const era = Math.floor(y / 400);
  const ofEra = y - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468
  );
}

function dateOf(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const ofYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * ofYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: ofYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

function clamp(ms: number): number {
  return Math.min(Math.max(Math.trunc(ms), earliest), latest);
}

/**
 * `2026-11-22T21:44:43.120Z` (XEP-0082 §3.2).
 * @param ms since the Unix epoch; outside the years 1 to 9999 the nearest instant in them is told
 */
export function formatDateTime(ms: number): string {
  const at = clamp(Number.isNaN(ms) ? 0 : ms);
  const days = Math.floor(at / dayMs);
  const { year, month, day } = dateOf(days);
  const rest = at - days * dayMs;
  const seconds = Math.floor(rest / 1000);
  const date = `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${date}T${clock.map((part) => digits(part, 2)).join(':')}.${digits(rest % 1000, 3)}Z`;
}

const dateTime =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:Z|([+-])(\d{2}):(\d{2}))$/;
/** XEP-0091 §2, which old servers still stamp offline messages with: `20021022T21:02:03`, UTC. */
const legacy = /^(\d{4})(\d{2})(\d{2})T(\d{2}):(\d{2}):(\d{2})$/;

function monthDays(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  if (month === 2) return leap ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/**
 * @returns milliseconds since the Unix epoch, within the years 1 to 9999 (an offset cannot lead out of
 *          them); `undefined` for what is no date and time of XEP-0082 §3.2
 */
export function parseDateTime(text: string): number | undefined {
  const parts = dateTime.exec(text) ?? legacy.exec(text);
  if (parts === null) return undefined;
  const number = (index: number): number => Number(parts[index] ?? 0);
  const [year, month, day] = [number(1), number(2), number(3)];
  const [hour, minute, second] = [number(4), number(5), number(6)];
  const [offsetHour, offsetMinute] = [number(9), number(10)];
  if (month < 1 || month > 12 || day < 1 || day > monthDays(year, month)) return undefined;
  // A leap second (RFC 3339 §5.7) is told as the first of the next minute.
  if (hour > 23 || minute > 59 || second > 60 || offsetHour > 23 || offsetMinute > 59)
    return undefined;
  const offset = (offsetHour * 60 + offsetMinute) * (parts[8] === '-' ? -1 : 1);
  const fraction = Number((parts[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const seconds = (hour * 60 + minute - offset) * 60 + second;
  return clamp(daysFrom(year, month, day) * dayMs + seconds * 1000 + fraction);
}
