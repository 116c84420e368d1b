export { LiveCall } from './live-call.ts';
export { callOfLive, liveCallOf } from './live-call-of.ts';
export * from './protocol.ts';
export type { RecordHeaders } from './record.ts';
export { Problem, WebhookAccepted, WebhookEvent } from './webhook.ts';
