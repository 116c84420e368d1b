import { listEvents } from '@callstream/contracts';
import type { MessageId, ServerMessage } from '@callstream/contracts';

type FailedEvent = Extract<ServerMessage, { status: 'Failed' }>['event'];

/** The frame that says why a request failed. @param id of the request; undefined also if a watch ends later */
export function failedFrame(event: FailedEvent, error: string, id?: MessageId): string {
  const data = listEvents.some((list) => list === event) ? [] : { success: false, error };
  return JSON.stringify({ event, status: 'Failed', data, error, id });
}
