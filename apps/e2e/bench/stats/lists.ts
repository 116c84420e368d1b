import { poolOf } from '@callstream/tables/testing';
import { measureMs } from '../bench.ts';
import type { BenchRow } from '../bench.ts';
import type { StatsBenchOptions } from './stats.ts';
import { formatLatency } from '../../src/load/statistics.ts';

const requests = 200;

/** HTTP requests one after another, each for other rows where possible. */
export async function measureLists({ system, report }: StatsBenchOptions): Promise<BenchRow[]> {
  if (!system.isRunning('gateway')) await system.start('gateway');
  const { rows } = await poolOf(system.db).query<{ id: number; call_id: string; number: string }>(
    `select id, call_id, their_number as number from calls tablesample system (1) where their_number is not null limit 2000`,
  );
  const rowAt = (i: number) => rows[(i * 7919) % rows.length] ?? { id: 0, call_id: 'many.1', number: '' };
  const paths: Readonly<Record<string, (i: number) => string>> = {
    'newest 100': () => 'calls',
    'newest 1000': () => 'calls?limit=1000',
    'a page of 100 anywhere': (i) => `calls?before=${rowAt(i).id}`,
    'waiting calls of a queue': (i) => `calls?state=WAITING&queue=${900 + (i % 20)}`,
    'a page of a queue': (i) => `calls?queue=${900 + (i % 20)}&before=${rowAt(i).id}`,
    'by number': (i) => `calls?number=${rowAt(i).number.slice(-8)}`,
    'by the last four digits': (i) => `calls?number=${rowAt(i).number.slice(-4)}`,
    'by call_id': (i) => `calls?call_id=${rowAt(i).call_id}`,
    'a whole call': (i) => `calls/${rowAt(i).call_id}`,
    'events of a call': (i) => `calls/${rowAt(i).call_id}/events`,
  };
  const results: BenchRow[] = [];
  for (const [label, pathAt] of Object.entries(paths)) {
    report(`HTTP: ${label} …`);
    const ms: number[] = [];
    for (let i = 0; i < requests; i++) {
      const url = `${system.socketUrl.replace('ws:', 'http:')}api/${pathAt(i)}`;
      ms.push(
        await measureMs(async () => {
          const response = await fetch(url);
          if (!response.ok) throw new Error(`${label}: ${await response.text()}\n${system.tail('gateway')}`);
          await response.arrayBuffer();
        }),
      );
    }
    results.push({ name: `HTTP, ${label}, ${requests} times`, result: formatLatency(ms) });
  }
  return results;
}
