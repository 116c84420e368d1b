export type { Board, Change } from './board.ts';
export type { CallEvents } from './call-events.ts';
export { connect } from './client.ts';
export type { Answers, Client, ClientOptions } from './client.ts';
export type { EventWithBody } from './event-bodies.ts';
export type { Filter, FrameOf } from './messages.ts';
export type { Status } from './status.ts';
export type { Store } from './store.ts';
