import { z } from 'zod';

/** What a provider posts. Only `type` is asked for: types and fields that are not known are kept as they are. */
export const WebhookEvent = z.looseObject({
  type: z.string().min(1).describe('What happened, e.g. call.waiting'),
  call_id: z.union([z.string(), z.number()]).optional().describe('The call it belongs to'),
  timestamp: z
    .union([z.string(), z.number()])
    .optional()
    .describe('When: RFC 3339, or Unix time in seconds or milliseconds'),
});
export type WebhookEvent = z.infer<typeof WebhookEvent>;

/** The answer to an event that is stored. */
export const WebhookAccepted = z.object({
  status: z.literal('ok'),
  data: z.object({ uuid: z.uuid(), aggregate_id: z.string().nullable(), event: z.looseObject({}) }),
});
