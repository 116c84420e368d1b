import { databaseUrl } from '@callstream/runtime';
import type { CommandContext } from '@callstream/runtime';
import { connectTables, readStandby } from '@callstream/tables';
import type { Tables } from '@callstream/tables';
import type { DelegatorConfig } from '../config.ts';
import { openRulesFile } from '../rules/rules-file.ts';
import { decideAll } from '../standbys/decide-all.ts';
import { decisionJson, decisionLines } from './explain.ts';

/** Says which rule would win for a call, and why. @throws {Error} if the call has no standby */
export async function tryCall(config: DelegatorConfig, callId: string, context: CommandContext): Promise<void> {
  context.ifStopped('It only reads: nothing has changed.');
  const rules = (await openRulesFile({ file: config.DELEGATION_RULES, log: context.log })).current();
  await withTables(config, async (db) => {
    const standby = await readStandby(db, callId);
    if (standby === null)
      throw new Error(`The tables have no call.standby of the call ${callId}: without one there is nothing to answer.`);
    const decisions = await decideAll([standby], decideOptions(config, { db, rules }));
    const decision = decisions.get(callId);
    if (!decision) throw new Error(`No decision for the call ${callId}.`);
    context.printResult({ lines: decisionLines(decision), json: decisionJson(standby, decision) });
  });
}

/** Runs `use` with the tables. */
export async function withTables(config: DelegatorConfig, use: (db: Tables) => Promise<void>): Promise<void> {
  const db = connectTables({ url: databaseUrl(config), max: 2, applicationName: 'callstream-delegator-command' });
  try {
    await use(db);
  } finally {
    await db.end();
  }
}

export const decideOptions = <T extends object>(config: DelegatorConfig, parts: T) => ({
  region: config.DELEGATOR_REGION,
  timeZone: config.TIME_ZONE,
  ...parts,
});
