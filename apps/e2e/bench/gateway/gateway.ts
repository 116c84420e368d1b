import { tableOf } from '../bench.ts';
import type { Bench, BenchRow } from '../bench.ts';
import type { Servers } from '../servers.ts';
import { measureFanout } from './fanout.ts';
import { measureIdle } from './idle.ts';
import { measureLatency } from './latency.ts';
import { measureReconnect } from './reconnect.ts';
import { measureWebhooks, measureWholeSystem } from './whole-system.ts';

type GatewayBench = (servers: Servers, say: (line: string) => void) => Promise<BenchRow[]>;

/** Each takes under three minutes. */
const parts: Readonly<Record<string, GatewayBench>> = {
  fanout: measureFanout,
  reconnect: measureReconnect,
  latency: measureLatency,
  idle: measureIdle,
  webhooks: measureWebhooks,
  whole: measureWholeSystem,
};

export const gateway: Bench = {
  about: `sockets beside bare ws; all, or of: ${Object.keys(parts).join(' ')}`,
  run: async (servers, say, args) => {
    const unknown = args.find((name) => !Object.hasOwn(parts, name));
    if (unknown !== undefined) throw new Error(`"${unknown}" is none of: ${Object.keys(parts).join(', ')}.`);
    const rows: BenchRow[] = [];
    for (const [name, measure] of Object.entries(parts)) {
      if (args.length > 0 && !args.includes(name)) continue;
      const measured = await measure(servers, say);
      // Not only at the end: all of it takes a quarter of an hour.
      say(`\n${tableOf(measured)}\n`);
      rows.push(...measured);
    }
    return rows;
  },
};
