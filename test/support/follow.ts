// SPDX-License-Identifier: MIT
import { closeSync, openSync, readSync, watch } from 'node:fs';

/**
 * Tells each line that is appended to a file, from its beginning on. Returns the function that ends
 * it.
 */
export function follow(path: string, line: (text: string) => void): () => void {
  const file = openSync(path, 'r');
  const chunk = Buffer.alloc(64 * 1024);
  let rest = Buffer.alloc(0);
  const read = (): void => {
    for (let n = readSync(file, chunk); n > 0; n = readSync(file, chunk)) {
      rest = Buffer.concat([rest, chunk.subarray(0, n)]);
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        const text = rest.toString('utf8', 0, end);
        rest = rest.subarray(end + 1);
        line(text);
      }
    }
  };
  const watcher = watch(path, read);
  read();
  return () => {
    watcher.close();
    closeSync(file);
  };
}
