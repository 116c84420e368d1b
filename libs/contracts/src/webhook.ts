import { z } from 'zod';

/** The body of a webhook. Only `type` is required. Unknown types and fields are stored as they are. */
export const WebhookEvent = z.looseObject({
  type: z.string().min(1).describe('What happened, e.g. call.waiting'),
  call_id: z.union([z.string(), z.number()]).optional().describe('The call that the event belongs to'),
  timestamp: z
    .union([z.string(), z.number()])
    .optional()
    .describe('When it happened: RFC 3339, or Unix time in seconds or milliseconds'),
});
export type WebhookEvent = z.infer<typeof WebhookEvent>;

/** The answer when the event is stored. */
export const WebhookAccepted = z.object({
  status: z.literal('ok'),
  data: z.object({ uuid: z.uuid(), aggregate_id: z.string().nullable(), event: z.looseObject({}) }),
});

/** An event of the manager interface (AMI) of an Asterisk: its fields, by the names that Asterisk gives them. */
export const AsteriskEvent = z.looseObject({
  Event: z.string().min(1).describe('What happened, e.g. QueueCallerJoin'),
  Linkedid: z.string().optional().describe('The call that the event belongs to'),
  Timestamp: z
    .string()
    .optional()
    .describe('When it happened: Unix time in seconds, with microseconds. Sent with timestampevents=yes'),
});

/**
 * Most lines of a queue_log in one request (NDJSON): live events wait at ingest for no longer than such a request takes, and each
 * line is a record of its own, whatever its length.
 */
export const queueLogLinesMax = 2_000;

/** A line of the queue_log of an Asterisk. In a batch (NDJSON), one on each line. */
export const QueueLogLine = z.looseObject({
  line: z.string().describe('The line as it is, without its line break'),
  encoding: z.literal('latin1').optional().describe('The line is not UTF-8: each character is one of its bytes'),
  bytes: z.number().int().optional().describe('Length of a line of which `line` is only the beginning'),
});

/** Header of a request with what the connector knows of the dial plan, as JSON in ASCII; it becomes the record's header `hints`. */
export const hintsHeader = 'callstream-hints';

export const AsteriskAccepted = z.object({
  status: z.literal('ok'),
  data: z.union([
    z.object({ uuid: z.uuid(), aggregate_id: z.string().nullable() }),
    z.object({ stored: z.number().int().min(2).describe('Of a batch: number of events, all of them stored') }),
  ]),
});
