import type { CommandContext } from '@callstream/runtime';
import { listStandbys } from '@callstream/tables';
import type { DelegatorConfig } from '../config.ts';
import { openRulesFile } from '../rules/rules-file.ts';
import { decideAll } from '../standbys/decide-all.ts';
import { decideOptions, withTables } from './try.ts';

export interface ReplayPeriod {
  /** ISO 8601; included. */
  readonly from: string;
  /** ISO 8601; not included. */
  readonly to: string;
}

/** Most calls of a replay. */
const callsMax = 100_000;
/** Calls that are decided at once; the loads of the queues are those of the latest of them. */
const batchMax = 50;

/** Says how many calls of a period each rule would have got, and sends nothing. */
export async function replayPeriod(
  config: DelegatorConfig,
  period: ReplayPeriod,
  context: CommandContext,
): Promise<void> {
  context.ifStopped('It only reads: nothing has changed.');
  const rules = (await openRulesFile({ file: config.DELEGATION_RULES, log: context.log })).current();
  await withTables(config, async (db) => {
    const standbys = await listStandbys(db, { ...period, max: callsMax + 1 });
    if (standbys.length > callsMax)
      throw new Error(`The period has more than ${callsMax} calls with a call.standby: choose a shorter one.`);
    const counts = new Map(rules.map(({ name }) => [name, 0]));
    let unmatched = 0;
    // Loads of queues differ from moment to moment.
    const size = rules.some(({ when }) => when.waiting !== undefined) ? 1 : batchMax;
    for (let from = 0; from < standbys.length && !context.signal.aborted; from += size)
      for (const { winner } of (
        await decideAll(standbys.slice(from, from + size), decideOptions(config, { db, rules }))
      ).values())
        if (winner === null) unmatched++;
        else counts.set(winner.name, (counts.get(winner.name) ?? 0) + 1);
    const rows = rules.map(({ name, destination }) => ({ rule: name, destination, calls: counts.get(name) ?? 0 }));
    context.printResult({
      lines: [
        ...rows.map(({ rule, destination, calls }) => `${String(calls).padStart(7)}  ${destination.padEnd(8)} ${rule}`),
        `${String(unmatched).padStart(7)}  not answered: no rule holds`,
      ],
      json: { ...period, calls: standbys.length, rules: rows, unmatched },
    });
  });
}
