import { until } from '@callstream/stack';
import { nextSchema, readSchemas } from '@callstream/tables';
import { launch, outputOf } from '../../src/system/service-process.ts';
import { eventsAndRunsText, eventsArg, runsArg } from '../bench.ts';
import type { Bench } from '../bench.ts';
import { measureCopyCeiling, prepareCopyCeiling } from './copy-ceiling.ts';
import type { System } from '../../src/system/system.ts';
import { withSystem } from '../with-system.ts';
import type { Servers } from '../servers.ts';
import { fillTopic, simulatedBodies } from '../../src/load/simulated-webhooks.ts';
import { median } from '../../src/load/statistics.ts';

const eventsDefault = 2_000_000;
const eventsFew = 100_000;
/** Events per second of the simulated time: about 300 calls at once. */
const rate = 40;
const ratioTarget = 0.6;
const flatnessTarget = 1.3;

export const rebuild: Bench = {
  about: `events/s of a rebuild, compared with COPY, and its cost per event for many and for ${eventsFew} events`,
  argsText: eventsAndRunsText(eventsDefault),
  minutes: 15,
  run: async (servers, report, args) => {
    const events = eventsArg(args, eventsDefault);
    const runs = runsArg(args);
    const few = Math.min(events, eventsFew);
    const ceiling = await prepareCopyCeiling(simulatedBodies(events, rate));
    const rates = { ceiling: [] as number[], few: [] as number[], many: [] as number[] };
    for (let run = 1; run <= runs; run++) {
      rates.ceiling.push(await measureCopyCeiling(ceiling));
      rates.few.push(await measureRebuild(servers, few));
      rates.many.push(await measureRebuild(servers, events));
      report(
        `run ${run} of ${runs}: events/s ${JSON.stringify(rates, (_, value: unknown) => (typeof value === 'number' ? Math.round(value) : value))}`,
      );
    }
    const ratio = median(rates.many) / median(rates.ceiling);
    const flatness = median(rates.few) / median(rates.many);
    const format = (runRates: readonly number[]): string =>
      `${Math.round(median(runRates))} events/s (${runRates.map(Math.round).join(', ')})`;
    return [
      { name: `COPY alone, ${ceiling.events} events`, result: format(rates.ceiling) },
      { name: `rebuild, ${few} events, with its indexes`, result: format(rates.few) },
      { name: `rebuild, ${events} events, with its indexes`, result: format(rates.many) },
      { name: 'rebuild / COPY', result: ratio.toFixed(2), target: `≥ ${ratioTarget}`, met: ratio >= ratioTarget },
      {
        name: `cost per event, ${events} to ${few} events`,
        result: flatness.toFixed(2),
        target: `≤ ${flatnessTarget}`,
        met: flatness <= flatnessTarget,
      },
    ];
  },
};

/** Events per second from the creation of the new tables until they are ready for the swap. */
const measureRebuild = (servers: Servers, events: number): Promise<number> =>
  rebuildTopic(servers, events, ({ total, ms }) => Promise.resolve((total * 1_000) / ms));

interface RebuiltTopic {
  readonly system: System;
  /** Events of the topic. */
  readonly total: number;
  /** From the creation of the new tables until they are ready for the swap. */
  readonly ms: number;
}

/** Fills a topic, rebuilds it without a swap, and runs `use`. */
export const rebuildTopic = <T>(
  servers: Servers,
  events: number,
  use: (rebuilt: RebuiltTopic) => Promise<T>,
): Promise<T> =>
  withSystem(servers, { services: [] }, async (system) => {
    const total = await fillTopic(system, simulatedBodies(events, rate));
    const command = launch({
      name: 'rebuild',
      args: ['apps/projector/src/main.ts', 'rebuild', '--no-swap'],
      env: system.env,
    });
    const hasBegun = async (): Promise<boolean> => {
      if (command.hasEnded()) throw new Error(command.tail());
      return (await readSchemas(system.db)).some(({ schema }) => schema === nextSchema);
    };
    await until(hasBegun, { timeoutMs: 60_000, everyMs: 5, onTimeout: () => new Error(command.tail()) });
    const began = performance.now();
    await outputOf(command);
    return use({ system, total, ms: performance.now() - began });
  });
