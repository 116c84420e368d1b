export * from './protocol.ts';
export type { RecordHeaders } from './record.ts';
export { Problem, WebhookAccepted, WebhookEvent } from './webhook.ts';
