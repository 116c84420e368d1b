import type { System } from '../../src/system/system.ts';
import { quantile } from '../../src/load/statistics.ts';
import { eventsArg, measureMs } from '../bench.ts';
import type { Bench, BenchRow, ReportProgress } from '../bench.ts';
import { measureDragging } from './drag.ts';
import { keepText, withYear } from './with-year.ts';
import type { YearOfCalls } from './year-of-calls.ts';

const eventsDefault = 1_000_000;
const jumps = 100;
const jumpsInPeak = 50;
/** Goal for a jump to any moment, in ms. */
const jumpMsMax = 500;
/** A minute of the past in a second, twice a second. */
const playedSteps = 60;
const playedStepMs = 30_000;

export const travel: Bench = {
  about:
    'the board of random moments of a year over HTTP, of its peak hour with 300 calls at once, and playing it at 60×',
  argsText: `EVENTS of calls in the tables (default: ${eventsDefault}; 20000000 take ten minutes more, and 20 GB)`,
  keepText,
  minutes: 4,
  run: (servers, report, args) => {
    const events = eventsArg(args, eventsDefault);
    return withYear(servers, { events, report }, async (system, year) => {
      await system.start('projector');
      await system.start('gateway');
      return measureTravel(system, year, report);
    });
  },
};

/** Of a running system with a year of calls. */
async function measureTravel(system: System, year: YearOfCalls, report: ReportProgress): Promise<BenchRow[]> {
  report('jumping …');
  const rows = await measureJumps(system, year, report);
  report('a thousand people drag …');
  return [...rows, ...(await measureDragging(system, year.begins[0] ?? 0, year.begins.at(-1) ?? 0))];
}

async function measureJumps(
  system: System,
  { begins, peakAt }: YearOfCalls,
  report: ReportProgress,
): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const add = (name: string, ms: readonly number[]): void => {
    const row = rowOf(name, ms);
    report(`${row.name}: ${row.result}`);
    rows.push(row);
  };
  const hourMs = 3_600_000;
  const first = begins[0] ?? 0;
  const last = begins.at(-1) ?? 0;
  for (const known of ['now', 'then']) {
    const jump = (at: number): Promise<number> => readBoard(system, { at, known, finished: 'true' });
    const jumpNow = (at: number): Promise<number> => readBoard(system, { at, known, finished: 'false' });
    await jump(peakAt);
    const measure = async (name: string, count: number, jumpTo: (i: number) => Promise<number>): Promise<void> => {
      const ms: number[] = [];
      for (let i = 0; i < count; i++) ms.push(await jumpTo(i));
      add(`known=${known}, ${count} ${name}`, ms);
    };
    const inPeak = (): number => peakAt + hourMs / 2 + Math.random() * (hourMs / 2);
    const anywhere = (): number => first + Math.random() * (last - first);
    await measure('random moments of the year', jumps, () => jump(anywhere()));
    await measure('random moments of the year, finished=false as the view Now', jumps, () => jumpNow(anywhere()));
    // Of calls that begin anywhere: nights have none.
    const begun = (): number => begins[Math.floor(Math.random() * begins.length)] ?? last;
    await measure('moments with a call', jumps, () => jump(begun()));
    await measure('moments of the peak hour', jumpsInPeak, () => jump(inPeak()));
    await measure('moments of the peak hour, finished=false as the view Now', jumpsInPeak, () => jumpNow(inPeak()));
    await measure('steps of 30 s through the peak hour, finished=false, played at 60×', playedSteps, (i) =>
      jumpNow(peakAt + hourMs / 4 + i * playedStepMs),
    );
  }
  return rows;
}

const rowOf = (name: string, ms: readonly number[]): BenchRow => ({
  name,
  result: `p50 ${quantile(ms, 0.5).toFixed(0)} ms, p95 ${quantile(ms, 0.95).toFixed(0)} ms`,
  target: `p95 < ${jumpMsMax} ms`,
  met: quantile(ms, 0.95) < jumpMsMax,
});

interface ReadPastOptions {
  /** ms since 1970. */
  readonly at: number;
  readonly known: string;
  readonly finished: string;
}

function readBoard(system: System, { at, ...rest }: ReadPastOptions): Promise<number> {
  const query = new URLSearchParams({ at: new Date(Math.floor(at)).toISOString(), ...rest }).toString();
  return measureMs(async () => {
    const response = await fetch(`${system.socketUrl.replace('ws:', 'http:')}api/board?${query}`);
    if (!response.ok) throw new Error(`${await response.text()}\n${system.tail('gateway')}`);
    await response.arrayBuffer();
  });
}
