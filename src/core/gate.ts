// SPDX-License-Identifier: MIT

/** Lets texts through in order; while it is closed they wait. */
export class Gate {
  private waiting: string[] | undefined;

  constructor(private readonly pass: (text: string) => void) {}

  write(text: string): void {
    if (this.waiting === undefined) {
      this.pass(text);
    } else {
      this.waiting.push(text);
    }
  }

  close(): void {
    this.waiting ??= [];
  }

  open(): void {
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.forEach(this.pass);
  }

  /** Opens it again and throws away what waits: that was meant for a link which is gone. */
  clear(): void {
    this.waiting = undefined;
  }
}
