export * from './api.ts';
export * from './export.ts';
export { identifier } from './identifier.ts';
export { ListedCall, ListedEvent } from './listed.ts';
export { LiveCall } from './live-call.ts';
export { callOfLive, liveCallOf } from './live-call-of.ts';
export * from './numbers.ts';
export * from './past-board.ts';
export * from './protocol.ts';
export type { RecordHeaders } from './record.ts';
export { answersBy, Problem, refusalResponses, RejectedRequest } from './problem.ts';
export type { Refusal } from './problem.ts';
export {
  AsteriskAccepted,
  AsteriskEvent,
  hintsHeader,
  QueueLogLine,
  queueLogLinesMax,
  WebhookAccepted,
  WebhookEvent,
} from './webhook.ts';
