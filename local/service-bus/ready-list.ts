/** The numbers of the ready messages, in order. Taking the oldest and adding the newest are cheap. */
export class ReadyList {
  #numbers: number[] = [];
  #from = 0;

  get length(): number {
    return this.#numbers.length - this.#from;
  }

  /** New messages arrive in order; only a released one is inserted further ahead. */
  add(seq: number): void {
    const numbers = this.#numbers;
    if ((numbers[numbers.length - 1] ?? 0) < seq) {
      numbers.push(seq);
      return;
    }
    let low = this.#from;
    let high = numbers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((numbers[middle] ?? 0) < seq) low = middle + 1;
      else high = middle;
    }
    if (numbers[low] === seq) return;
    if (low === this.#from && low > 0) numbers[--this.#from] = seq;
    else numbers.splice(low, 0, seq);
  }

  /** The n-th message; 0 is the oldest. */
  take(n = 0): number | undefined {
    if (this.length === 0) return undefined;
    if (n > 0) return this.#numbers.splice(this.#from + Math.min(n, this.length - 1), 1)[0];
    const seq = this.#numbers[this.#from++];
    if (this.#from > 1_000 && this.#from * 2 > this.#numbers.length) {
      this.#numbers = this.#numbers.slice(this.#from);
      this.#from = 0;
    }
    return seq;
  }
}
