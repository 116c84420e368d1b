import { ListCallEvents, ListCalls } from '@callstream/contracts';
import type { MessageId, ServerMessage } from '@callstream/contracts';
import type { ListCallsParams } from '@callstream/tables';
import type { Log } from '@callstream/runtime';
import { z } from 'zod';
import type { ReadMessage } from './read-message.ts';

/** Rows as JSON text: it is made once for everybody who asked the same. */
export interface Queries {
  readonly listCalls: (params: ListCallsParams) => Promise<string>;
  readonly listCallEvents: (callId: string) => Promise<string>;
}

type RequestEvent = 'ListCalls' | 'ListCallEvents';
type FailedEvent = Extract<ServerMessage, { status: 'Failed' }>['event'];

/** What a request wants, as JSON text, once it is understood. */
type Ask = (data: unknown) => Promise<string>;

/** The requests that are understood, by event. Each answers with a message of the same event. */
const requests = (queries: Queries): Record<RequestEvent, Ask> => ({
  ListCalls: async (data) => queries.listCalls(ListCalls.parse(data).params),
  ListCallEvents: async (data) => queries.listCallEvents(ListCallEvents.parse(data).call_id),
});

/** @returns the frame that answers */
export type Answer = (read: ReadMessage) => Promise<string>;

/** Answers a client's message. A failure is an answer too: it says what to mend, and nothing of our inside. */
export function createAnswer(queries: Queries, log: Log): Answer {
  const asks = requests(queries);
  const known = Object.keys(asks).join(', ');
  return async (read) => {
    if ('error' in read) return failed('InvalidMessage', read.error, read.id);
    const { event, data, id } = read.message;
    if (!Object.hasOwn(asks, event)) return failed('InvalidEvent', `This event is not known. Known are: ${known}.`, id);
    const asked = event as RequestEvent;
    try {
      const rows = await asks[asked](data);
      return `${JSON.stringify({ event: asked, status: 'Ok', id }).slice(0, -1)},"data":${rows}}`;
    } catch (error) {
      return failed(asked, explain(error, log), id);
    }
  };
}

const failed = (event: FailedEvent, error: string, id: MessageId | undefined): string =>
  JSON.stringify({ event, status: 'Failed', data: { success: false, error }, id });

function explain(error: unknown, log: Log): string {
  if (error instanceof z.ZodError)
    return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  log.warn({ error: String(error) }, 'query.failed');
  return 'The calls cannot be read at the moment. Ask again.';
}
