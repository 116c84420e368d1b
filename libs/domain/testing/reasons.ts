import type { CallEvent } from '../src/index.ts';
import { usualRules } from './agents.ts';
import { shownOf } from './board.ts';
import { againstRinging, againstTalking, againstWaiting } from './oracle.ts';

/** All that is open at `now` without a reason, by the table. */
export function withoutReason(delivered: readonly CallEvent[], now: number): string[] {
  const events = firstDeliveries(delivered);
  const shown = shownOf(delivered, now, usualRules);
  const parts = (who: string): [string, string] => [
    who.slice(0, who.indexOf(' on ')),
    who.slice(who.indexOf(' on ') + 4),
  ];
  const why = [
    ...[...shown.waits].map(([callId, queue]) => {
      const since = shown.calls.get(callId)?.waitingSince ?? NaN;
      const ofCall = events.filter((event) => event.callId === callId);
      return [`${callId} waits in "${queue}"`, againstWaiting(ofCall, queue, since)];
    }),
    ...[...shown.talks].map((who) => {
      const [actor, callId] = parts(who);
      return [`${who} talks`, againstTalking(events, actor, { callId, takesSeveral: false })];
    }),
    ...[...shown.rings].map((who) => {
      const [actor, callId] = parts(who);
      const on = { callId, now: now - (shown.calls.get(callId)?.delayMs ?? 0), ringMsMax: usualRules.ringMsMax };
      return [`${who} rings`, againstRinging(events, actor, on)];
    }),
  ];
  return why.filter(([, reason]) => reason !== null).map(([what, reason]) => `${what}, but ${reason}`);
}

function firstDeliveries(events: readonly CallEvent[]): CallEvent[] {
  const first = new Map<string, CallEvent>();
  for (const event of events.toSorted((a, b) => a.id - b.id)) if (!first.has(event.uuid)) first.set(event.uuid, event);
  return [...first.values()];
}
