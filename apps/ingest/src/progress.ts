import { SingleBar } from 'cli-progress';

const plainEveryMs = 2_000;

export interface Progress extends Disposable {
  /** How many are left. */
  readonly remaining: (records: number) => void;
}

/** Shows how much of `total` is done, with rate and ETA: a bar on a terminal, plain lines elsewhere. */
export function showProgress(total: number): Progress {
  const began = performance.now();
  let done = 0;
  const rate = (): number => done / Math.max(0.001, (performance.now() - began) / 1_000);
  const line = (): string => {
    const eta = rate() === 0 ? '?' : Math.ceil((total - done) / rate());
    return `${done} of ${total} events sent, ${Math.round(rate())}/s, ETA ${eta} s`;
  };
  const bar = process.stderr.isTTY
    ? new SingleBar({ format: '{bar} {percentage}% | {line}', stream: process.stderr })
    : undefined;
  bar?.start(Math.max(1, total), 0, { line: line() });
  const print = (): void => {
    if (!bar) process.stderr.write(`${line()}\n`);
  };
  const timer = setInterval(print, plainEveryMs);
  return {
    remaining: (records) => {
      done = Math.max(0, total - records);
      bar?.update(done, { line: line() });
    },
    [Symbol.dispose]: () => {
      clearInterval(timer);
      print();
      bar?.stop();
    },
  };
}
