import { z } from 'zod';

/** The one envelope of the socket: text frames of JSON, both ways. `id` is echoed in the answer. */
export const ClientMessage = z.looseObject({
  event: z.string(),
  data: z.looseObject({}),
  id: z.union([z.string().max(128), z.number()]).optional(),
});
export type ClientMessage = z.infer<typeof ClientMessage>;

const identifier = z.string().min(1).max(512);

/** `ListCalls`: every part is optional; without `limit` 1,000 rows, unfinished calls first of all, then the newest. */
export const ListCalls = z.looseObject({
  params: z
    .strictObject({
      state: z.enum(['NEW', 'STANDBY', 'WAITING', 'ONGOING', 'FINISHED']).optional(),
      aggregate_id: identifier.optional(),
      queue: identifier.optional(),
      direction: identifier.optional(),
      limit: z.number().int().min(1).max(1_000).optional(),
      before: z
        .number()
        .int()
        .min(0)
        .max(Number.MAX_SAFE_INTEGER)
        .optional()
        .describe('id of a call: only calls before it in the order of the list'),
    })
    .default({}),
});

export const ListCallEvents = z.looseObject({ call_id: identifier });

/** Why a request failed. */
export interface Failed {
  readonly success: false;
  readonly error: string;
}

/** What the server sends. */
export type ServerMessage =
  | { readonly event: 'Welcome'; readonly data: 'Welcome'; readonly status: 'Ok' }
  | { readonly event: 'DataChanged'; readonly data: Record<string, never> }
  | {
      readonly event: 'ListCalls' | 'ListCallEvents';
      readonly data: readonly object[];
      readonly status: 'Ok';
      readonly id?: string | number;
    }
  | {
      readonly event: 'ListCalls' | 'ListCallEvents' | 'InvalidEvent' | 'InvalidMessage';
      readonly data: Failed;
      readonly status: 'Failed';
      readonly id?: string | number;
    };

/** Why the server closes a socket. 4000–4499: reconnect. 4500–4999: do not come back with the same. */
export const closeCodes = {
  stopping: { code: 4000, reason: 'The gateway is stopping: reconnect.' },
  slow: { code: 4008, reason: 'Too little was read for too long: reconnect.' },
  unresponsive: { code: 4009, reason: 'No pong came: reconnect.' },
  full: { code: 4029, reason: 'Too many connections: reconnect later.' },
  flood: { code: 4529, reason: 'Too many messages.' },
  notText: { code: 4503, reason: 'Only text frames of JSON are understood.' },
} as const satisfies Record<string, { code: number; reason: string }>;
export type CloseCause = keyof typeof closeCodes;
