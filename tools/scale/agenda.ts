/** What is to happen, given out in the order of time, and for the same moment in the order in which it was put in. */
export class Agenda<T> {
  /** A binary heap: no entry comes before its parent, (i − 1) / 2. */
  readonly #entries: { readonly at: number; readonly turn: number; readonly what: T }[] = [];
  #turn = 0;

  put(at: number, what: T): void {
    const entry = { at, turn: this.#turn++, what };
    let i = this.#entries.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!comesBefore(entry, this.#entries[parent])) break;
      this.#entries[i] = this.#entries[parent];
      i = parent;
    }
    this.#entries[i] = entry;
  }

  /** The next, with its moment; undefined where there is nothing left. */
  take(): { readonly at: number; readonly what: T } | undefined {
    const first = this.#entries[0];
    const last = this.#entries.pop();
    if (last === undefined || last === first) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= this.#entries.length) break;
      if (child + 1 < this.#entries.length && comesBefore(this.#entries[child + 1], this.#entries[child])) child += 1;
      if (comesBefore(last, this.#entries[child])) break;
      this.#entries[i] = this.#entries[child];
      i = child;
    }
    this.#entries[i] = last;
    return first;
  }
}

function comesBefore(a: { at: number; turn: number }, b: { at: number; turn: number }): boolean {
  return a.at < b.at || (a.at === b.at && a.turn < b.turn);
}
