import { isOnCall, isRinging } from '../src/index.ts';
import type { Call } from '../src/index.ts';
import { pbxTruth } from './pbx.ts';
import type { TrueCall } from './pbx.ts';

/** @throws {Error} if it is missing */
export const pbxCallOf = ({ pbx }: TrueCall, all: ReadonlyMap<string, Call>): Call => {
  const call = all.get(pbx.linkedid);
  if (!call) throw new Error(`The call ${pbx.linkedid} is missing.`);
  return call;
};

/** The extension of an interface or of an agent: `Local/203@from-queue/n`, `Agent 200`. */
export const extensionOf = (agent: string | null | undefined): string | null => /\d{3}/.exec(agent ?? '')?.[0] ?? null;

const outcomes: Readonly<Record<string, string>> = {
  answered: 'answered',
  abandoned: 'abandoned',
  timeout: 'timed_out',
  key: 'by_key',
  'not let in: FULL': 'full',
  'not let in: JOINEMPTY': 'empty',
};
/** The queues that did not let a caller in, which the truth does not name. */
const refusedBy: Readonly<Record<string, string>> = { full: 'sales', empty: 'support' };

/** Queue, outcome and the extension that answered, of each visit, as the PBX has them. */
export const expectedVisits = ({ pbx }: TrueCall): (string | null)[][] =>
  pbx.visits.map(({ queue, how, agent }) => {
    const outcome = outcomes[how] ?? how;
    return [queue ?? refusedBy[outcome] ?? null, outcome, extensionOf(agent)];
  });
export const visitsOf = ({ visits }: Call): (string | null)[][] =>
  visits.map(({ queue, outcome, actor }) => [queue, outcome, extensionOf(actor)]);

export const waitsOf = ({ visits }: Call): (number | null)[] => visits.map(({ waitMs }) => waitMs);

/** What is wrong with a log of the capture by the truth; none if nothing is. */
export function differences(all: ReadonlyMap<string, Call>, truths = pbxTruth): string[] {
  return truths.flatMap((truth) => {
    const call = pbxCallOf(truth, all);
    const waits = waitsOf(call);
    const isWaitWrong = truth.pbx.visits.some(({ wait_s }, i) => Math.abs((waits[i] ?? 0) / 1_000 - (wait_s ?? 0)) > 1);
    return [
      ...(JSON.stringify(visitsOf(call)) === JSON.stringify(expectedVisits(truth)) ? [] : [`visits of ${truth.n}`]),
      ...(isWaitWrong ? [`waits of ${truth.n}`] : []),
      ...(call.state === 'FINISHED' ? [] : [`end of ${truth.n}`]),
      ...(call.segments.some((segment) => isOnCall(segment) || isRinging(segment)) ? [`agents of ${truth.n}`] : []),
      ...(call.direction === 'inbound' && call.ourNumber === truth.did ? [] : [`numbers of ${truth.n}`]),
    ];
  });
}
