// An answer from a page to its worker, which waits for it: Python code can't go on before a function has returned.
//
// The shared memory holds a state, the length of the answer, and the answer as text. An answer that is too long is requested again.

import { parse, stringify } from "devalue";

const [WAITING, THERE, TOO_LONG] = [0, 1, 2];
const HEADER = 8;
const FIRST = 1 << 16;

/** Waits for an answer, in the worker. */
export function waitFor(ask: (shared: SharedArrayBuffer, again: boolean) => void): unknown {
  let size = FIRST;
  for (let again = false; ; again = true) {
    const shared = new SharedArrayBuffer(HEADER + size);
    const header = new Int32Array(shared, 0, 2);
    ask(shared, again);
    Atomics.wait(header, 0, WAITING);
    size = header[1] as number;
    if (header[0] === THERE) {
      // What is shared can't be decoded as it is.
      return parse(new TextDecoder().decode(new Uint8Array(shared, HEADER, size).slice()));
    }
  }
}

/** Answers, on the page. A text that is too long is requested again. */
export function answerWith(shared: SharedArrayBuffer, text: Uint8Array): void {
  const header = new Int32Array(shared, 0, 2);
  const fits = text.length <= shared.byteLength - HEADER;
  if (fits) {
    new Uint8Array(shared, HEADER).set(text);
  }
  header[1] = text.length;
  Atomics.store(header, 0, fits ? THERE : TOO_LONG);
  Atomics.notify(header, 0);
}

/** The text of an answer. */
export function textOf(value: unknown): Uint8Array {
  return new TextEncoder().encode(stringify(value));
}
