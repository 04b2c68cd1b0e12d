// SPDX-License-Identifier: MIT

import { vi } from 'vitest';

/** Something that an implementation does wrong. */
export interface Mistake {
  readonly name: string;
  /** Makes ours do so until the mocks are restored. */
  readonly plant: () => void;
  /** This one finds it, where the first ones do not. */
  readonly seed?: number;
  /** It shows in two runs of one seed that differ. */
  readonly differs?: boolean;
}

type Method<T, K extends keyof T> = T[K] extends (...args: infer A) => infer R
  ? (...args: A) => R
  : never;

/** Has a method do something else, which may call what it did before. */
export function replace<T extends object, K extends keyof T & string>(
  from: { readonly prototype: T },
  name: K,
  by: (before: Method<T, K>, self: T) => Method<T, K>,
): void {
  const { prototype } = from;
  const before = Reflect.get(prototype, name) as (...args: unknown[]) => unknown;
  vi.spyOn(prototype as Record<string, () => unknown>, name).mockImplementation(function (
    this: T,
    ...args: unknown[]
  ) {
    const bound = ((...given: unknown[]) => before.apply(this, given)) as Method<T, K>;
    const now = by(bound, this) as (...given: unknown[]) => unknown;
    return now(...args);
  });
}
