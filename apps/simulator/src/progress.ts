import { SingleBar } from 'cli-progress';

export interface PostCounts {
  sent: number;
  accepted: number;
  refused: number;
}

const barEveryMs = 1_000;
const lineEveryMs = 5_000;

/** Shows the progress on standard error: as a bar on a terminal, else as lines. `totalMs`: null if it runs until stopped. */
export function showProgress(counts: PostCounts, totalMs: number | null): Disposable {
  const started = performance.now();
  const rate = (): string => (counts.sent / Math.max(0.001, (performance.now() - started) / 1000)).toFixed(1);
  const line = (): string => `sent ${counts.sent}, accepted ${counts.accepted}, refused ${counts.refused}, ${rate()}/s`;
  const bar = process.stderr.isTTY
    ? new SingleBar({
        format: totalMs === null ? '{line}' : '{bar} {percentage}% ETA {eta_formatted} | {line}',
        stream: process.stderr,
      })
    : undefined;
  bar?.start(totalMs ?? 1, 0, { line: line() });
  const show = (): void => {
    if (bar) bar.update(totalMs === null ? 0 : Math.min(totalMs, performance.now() - started), { line: line() });
    else process.stderr.write(`${line()}\n`);
  };
  const timer = setInterval(show, bar ? barEveryMs : lineEveryMs);
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
      show();
      bar?.stop();
    },
  };
}
