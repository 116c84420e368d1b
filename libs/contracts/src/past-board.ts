import { knownFrom } from '@callstream/domain';
import { z } from 'zod';
import { more } from './listed.ts';
import { LiveCall } from './live-call.ts';
import { Agents, Queues } from './numbers.ts';
import { instant } from './parameters.ts';

const known = z
  .enum(knownFrom)
  .default('now')
  .describe(
    'now: every event that had happened by `at`, by its own time. then: every event that had been received by `at`. Both by the rules of today',
  );
const finishedText = 'false: only calls that had not ended';

/** `GET /api/board` */
export const FindBoard = z.strictObject({
  at: instant,
  known,
  finished: z.enum(['true', 'false']).default('true').describe(finishedText),
});

/** The same on the socket. */
export const GetBoard = z.looseObject({
  at: instant,
  known,
  finished: z.boolean().default(true).describe(finishedText),
});

/** The board, the queues and the agents as of a past moment, with the shapes that the live ones have. */
export const PastBoard = z.object({
  at: z.iso.datetime(),
  known: z.enum(knownFrom),
  note: z.string().optional().describe('Why the board is empty; absent if it is not, or nothing is wrong'),
  late_events: z
    .number()
    .int()
    .min(0)
    .describe('Events of these calls that had happened by `at`, and were received later; not imported ones'),
  late_calls: z.array(z.string()).describe('call_ids of their calls, at most 1,000'),
  calls: z.array(LiveCall).describe('Those that had not ended first, the newest first'),
  more: more.describe('The calls are cut at 2 MiB. Absent if they are complete'),
  queues: Queues,
  agents: Agents,
});
export type PastBoard = z.infer<typeof PastBoard>;
