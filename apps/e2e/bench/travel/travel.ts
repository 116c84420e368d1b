import { insertCallsBegunAt, poolOf } from '@callstream/tables/testing';
import type { System } from '../../src/system/system.ts';
import { quantile } from '../../src/load/statistics.ts';
import { eventsArg, measureMs } from '../bench.ts';
import type { Bench, BenchRow } from '../bench.ts';
import { withSystem } from '../with-system.ts';
import { measureDragging } from './drag.ts';
import { betweenEventsMs, yearOfCalls } from './year-of-calls.ts';
import type { YearOfCalls } from './year-of-calls.ts';

const eventsDefault = 1_000_000;
const jumps = 200;
const jumpsInPeak = 50;
/** Goal for a jump to any moment, in ms. */
const jumpMsMax = 500;
/** A minute of the past in a second, twice a second. */
const playedSteps = 60;
const playedStepMs = 30_000;

export const travel: Bench = {
  about:
    'the board of random moments of a year over HTTP, of its peak hour with 300 calls at once, and playing it at 60×',
  argsText: `EVENTS in the tables (default: ${eventsDefault})`,
  minutes: 4,
  run: (servers, report, args) => {
    const events = eventsArg(args, eventsDefault);
    const use = async (system: System): Promise<BenchRow[]> => {
      report(`filling the tables with a year of ${events} events …`);
      const year = yearOfCalls(events, Date.now());
      await insertCallsBegunAt(system.db, year.begins, betweenEventsMs);
      // Summarises the block ranges, as autovacuum does in a running system.
      await poolOf(system.db).query('vacuum analyze');
      await system.start('gateway');
      report('jumping …');
      const rows = await measureJumps(system, year);
      report('a thousand people drag …');
      return [...rows, ...(await measureDragging(system, year.begins[0] ?? 0, year.begins.at(-1) ?? 0))];
    };
    return withSystem(servers, { services: ['projector'] }, use);
  },
};

async function measureJumps(system: System, { begins, peakAt }: YearOfCalls): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const hourMs = 3_600_000;
  const first = begins[0] ?? 0;
  const last = begins.at(-1) ?? 0;
  for (const known of ['now', 'then']) {
    const jump = (at: number): Promise<number> => readBoard(system, { at, known, finished: 'true' });
    const jumpNow = (at: number): Promise<number> => readBoard(system, { at, known, finished: 'false' });
    await jump(peakAt);
    const anywhere: number[] = [];
    for (let i = 0; i < jumps; i++) anywhere.push(await jump(first + Math.random() * (last - first)));
    // Of calls that begin anywhere: nights have none.
    const busy: number[] = [];
    for (let i = 0; i < jumps; i++) busy.push(await jump(begins[Math.floor(Math.random() * begins.length)] ?? last));
    const inPeak: number[] = [];
    for (let i = 0; i < jumpsInPeak; i++) inPeak.push(await jump(peakAt + hourMs / 2 + Math.random() * (hourMs / 2)));
    const nowInPeak: number[] = [];
    for (let i = 0; i < jumpsInPeak; i++)
      nowInPeak.push(await jumpNow(peakAt + hourMs / 2 + Math.random() * (hourMs / 2)));
    const played: number[] = [];
    for (let i = 0; i < playedSteps; i++) played.push(await jumpNow(peakAt + hourMs / 4 + i * playedStepMs));
    rows.push(
      rowOf(`known=${known}, ${jumps} random moments of the year`, anywhere),
      rowOf(`known=${known}, ${jumps} moments with a call`, busy),
      rowOf(`known=${known}, ${jumpsInPeak} moments of the peak hour`, inPeak),
      rowOf(`known=${known}, ${jumpsInPeak} moments of the peak hour, finished=false as the view Now`, nowInPeak),
      rowOf(
        `known=${known}, ${playedSteps} steps of 30 s through the peak hour, finished=false, played at 60×`,
        played,
      ),
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
