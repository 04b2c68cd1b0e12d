// SPDX-License-Identifier: MIT

/** Something that an implementation does wrong. */
export interface Mistake {
  readonly name: string;
  /** What the simulation says of it; anything else that it breaks is not what it is planted for. */
  readonly expects: RegExp;
  /** Makes ours do so, until `mend`. */
  readonly plant: () => void;
  /** This one finds it, where the first few do not; the output says when it does so no more. */
  readonly seed?: number;
  /** Only seeds that have a room, or SASL2, can show it, and `seed` counts from the first of them. */
  readonly room?: boolean;
  readonly sasl2?: boolean;
  /** It shows in two runs of one seed that differ. */
  readonly differs?: boolean;
}

type Method<T, K extends keyof T> = T[K] extends (...args: infer A) => infer R
  ? (...args: A) => R
  : never;

const mending: (() => void)[] = [];

/** Whatever was planted is right again. */
export function mend(): void {
  for (const undo of mending.splice(0).reverse()) {
    undo();
  }
}

/** A test library's spies would keep every call of many millions. */
function define(
  prototype: object,
  name: string,
  change: (old: PropertyDescriptor) => object,
): void {
  const old = Object.getOwnPropertyDescriptor(prototype, name);
  if (old === undefined) {
    throw new TypeError(`there is no ${name} to replace`);
  }
  Object.defineProperty(prototype, name, { ...old, ...change(old) });
  mending.push(() => {
    Object.defineProperty(prototype, name, old);
  });
}

/** Has a method do something else, which may call what it did before. */
export function replace<T extends object, K extends keyof T & string>(
  { prototype }: { readonly prototype: T },
  name: K,
  by: (before: Method<T, K>, self: T) => Method<T, K>,
): void {
  define(prototype, name, (old) => {
    const before = old.value as (...args: unknown[]) => unknown;
    return {
      value: function (this: T, ...args: unknown[]): unknown {
        const bound = (...given: unknown[]) => before.apply(this, given);
        return (by(bound as Method<T, K>, this) as (...given: unknown[]) => unknown)(...args);
      },
    };
  });
}
