import type { CallEvent } from '../src/index.ts';
import { defaultRules } from './agents.ts';
import { boardViewOf } from './board-view.ts';
import { whyNotRinging, whyNotTalking, whyNotWaiting } from './oracle.ts';

/** All that is shown as open at `now`, although the table in docs/concepts/join.md says that it ended. */
export function violationsAt(delivered: readonly CallEvent[], now: number): string[] {
  const events = firstDeliveries(delivered);
  const shown = boardViewOf(delivered, now, defaultRules);
  const parts = (agentOnCall: string): [string, string] => [
    agentOnCall.slice(0, agentOnCall.indexOf(' on ')),
    agentOnCall.slice(agentOnCall.indexOf(' on ') + 4),
  ];
  const checks = [
    ...[...shown.waits].map(([callId, queue]) => {
      const since = shown.calls.get(callId)?.waitingSince ?? NaN;
      const ofCall = events.filter((event) => event.callId === callId);
      return [`${callId} waits in "${queue}"`, whyNotWaiting(ofCall, queue, since)];
    }),
    ...[...shown.talks].map((agentOnCall) => {
      const [actor, callId] = parts(agentOnCall);
      return [`${agentOnCall} talks`, whyNotTalking(events, actor, { callId, takesSeveral: false })];
    }),
    ...[...shown.rings].map((agentOnCall) => {
      const [actor, callId] = parts(agentOnCall);
      const on = { callId, now: now - (shown.calls.get(callId)?.delayMs ?? 0), ringMsMax: defaultRules.ringMsMax };
      return [`${agentOnCall} rings`, whyNotRinging(events, actor, on)];
    }),
  ];
  return checks.filter(([, reason]) => reason !== null).map(([shownAs, reason]) => `${shownAs}, but ${reason}`);
}

function firstDeliveries(events: readonly CallEvent[]): CallEvent[] {
  const first = new Map<string, CallEvent>();
  for (const event of events.toSorted((a, b) => a.id - b.id)) if (!first.has(event.uuid)) first.set(event.uuid, event);
  return [...first.values()];
}
