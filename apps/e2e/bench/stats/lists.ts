import type { BenchRow } from '../bench.ts';
import type { StatsBenchOptions } from './stats.ts';
import { formatLatency } from '../../src/load/statistics.ts';
import { measureMs } from './timed.ts';

const asks = 200;

/** One question after another, each of another place in the tables where that can be. */
export async function measureLists({ system, say }: StatsBenchOptions): Promise<BenchRow[]> {
  if (!system.isRunning('gateway')) await system.start('gateway');
  const { rows } = await system.db.query<{ id: number; call_id: string; number: string }>(
    `select id, call_id, their_number as number from calls tablesample system (1) where their_number is not null limit 2000`,
  );
  const some = (i: number) => rows[(i * 7919) % rows.length] ?? { id: 0, call_id: 'many.1', number: '' };
  const questions: Readonly<Record<string, (i: number) => string>> = {
    'newest 100': () => 'calls',
    'newest 1000': () => 'calls?limit=1000',
    'a page of 100 anywhere': (i) => `calls?before=${some(i).id}`,
    'waiting calls of a queue': (i) => `calls?state=WAITING&queue=${900 + (i % 20)}`,
    'a page of a queue': (i) => `calls?queue=${900 + (i % 20)}&before=${some(i).id}`,
    'by number': (i) => `calls?number=${some(i).number.slice(-8)}`,
    'by the last four digits': (i) => `calls?number=${some(i).number.slice(-4)}`,
    'by call_id': (i) => `calls?call_id=${some(i).call_id}`,
    'a whole call': (i) => `calls/${some(i).call_id}`,
    'events of a call': (i) => `calls/${some(i).call_id}/events`,
  };
  const answers: BenchRow[] = [];
  for (const [what, question] of Object.entries(questions)) {
    say(`HTTP: ${what} …`);
    const ms: number[] = [];
    for (let i = 0; i < asks; i++) {
      const url = `${system.socketUrl.replace('ws:', 'http:')}api/${question(i)}`;
      ms.push(
        await measureMs(async () => {
          const response = await fetch(url);
          if (!response.ok) throw new Error(`${what}: ${await response.text()}\n${system.tail('gateway')}`);
          await response.arrayBuffer();
        }),
      );
    }
    answers.push({ what: `HTTP, ${what}, ${asks} times`, result: formatLatency(ms) });
  }
  return answers;
}
