import { tableOf } from '../bench.ts';
import type { Bench, BenchRow, ReportProgress } from '../bench.ts';
import type { Servers } from '../servers.ts';
import { measureFanout } from './fanout.ts';
import { measureIdle } from './idle.ts';
import { measureLatency } from './latency.ts';
import { measureReconnect } from './reconnect.ts';
import { measureWebhooks, measureWholeSystem } from './whole-system.ts';

type GatewayBench = (servers: Servers, report: ReportProgress) => Promise<BenchRow[]>;

/** Each takes less than three minutes. */
const parts: Readonly<Record<string, GatewayBench>> = {
  fanout: measureFanout,
  reconnect: measureReconnect,
  latency: measureLatency,
  idle: measureIdle,
  webhooks: measureWebhooks,
  whole: measureWholeSystem,
};

export const gateway: Bench = {
  about: `the gateway's sockets, compared with bare ws`,
  argsText: `parts, of at most three minutes each (default: all): ${Object.keys(parts).join(', ')}`,
  minutes: 15,
  run: async (servers, report, args) => {
    const unknown = args.find((name) => !Object.hasOwn(parts, name));
    if (unknown !== undefined)
      throw new Error(`"${unknown}" is not a part of this benchmark: use ${Object.keys(parts).join(', ')}.`);
    const rows: BenchRow[] = [];
    for (const [name, measure] of Object.entries(parts)) {
      if (args.length > 0 && !args.includes(name)) continue;
      const measured = await measure(servers, report);
      // Reported early: all parts together take long.
      report(`\n${tableOf(measured)}\n`);
      rows.push(...measured);
    }
    return rows;
  },
};
