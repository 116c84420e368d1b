import { ListCallEvents, ListCalls } from '@callstream/contracts';
import type { ClientMessage, ServerMessage } from '@callstream/contracts';
import type { CallRow, EventRow, ListCallsParams } from '@callstream/tables';
import type { Log } from '@callstream/runtime';
import { z } from 'zod';

export interface Queries {
  readonly listCalls: (params: ListCallsParams) => Promise<CallRow[]>;
  readonly listCallEvents: (callId: string) => Promise<EventRow[]>;
}

type RequestEvent = 'ListCalls' | 'ListCallEvents';

/** What a request wants, once it is understood. */
type Ask = (data: unknown) => Promise<readonly object[]>;

/** The requests that are understood, by event. Each answers with a message of the same event. */
const requests = (queries: Queries): Record<RequestEvent, Ask> => ({
  ListCalls: (data) => queries.listCalls(ListCalls.parse(data).params),
  ListCallEvents: (data) => queries.listCallEvents(ListCallEvents.parse(data).call_id),
});

export type Answer = (message: ClientMessage) => Promise<ServerMessage>;

/** Answers a client's message. A failure is an answer too: it says what to mend, and nothing of our inside. */
export function createAnswer(queries: Queries, log: Log): Answer {
  const asks = requests(queries);
  return async ({ event, data, id }) => {
    const echo = id === undefined ? {} : { id };
    if (!Object.hasOwn(asks, event)) {
      const known = Object.keys(asks).join(', ');
      return {
        event: 'InvalidEvent',
        status: 'Failed',
        data: { success: false, error: `This event is not known. Known are: ${known}.` },
        ...echo,
      };
    }
    const asked = event as RequestEvent;
    try {
      return { event: asked, status: 'Ok', data: await asks[asked](data), ...echo };
    } catch (error) {
      return { event: asked, status: 'Failed', data: { success: false, error: explain(error, log) }, ...echo };
    }
  };
}

function explain(error: unknown, log: Log): string {
  if (error instanceof z.ZodError)
    return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  log.warn({ error: String(error) }, 'query.failed');
  return 'The calls cannot be read at the moment. Ask again.';
}
