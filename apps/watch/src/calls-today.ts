import type { Queues } from '@callstream/contracts';

/** The calls of today of all queues by direction and outcome, in one line; outcomes that no call has are left out. */
export function callsToday({ inbound, outbound, internal }: Queues['total']['calls_today']): string {
  return Object.entries({ inbound, outbound, internal })
    .map(([direction, { calls, ...outcomes }]) => {
      const named = Object.entries(outcomes).filter(([, count]) => count > 0);
      const details = named.map(([outcome, count]) => `${outcome.replaceAll('_', ' ')} ${count}`).join(', ');
      return `${direction} ${calls}${details === '' ? '' : ` (${details})`}`;
    })
    .join('  ');
}
