import type { ListedEvent } from '@callstream/contracts';
import { scanJson } from '@callstream/domain';
import type { ServerFrame } from './messages.ts';

/** An event of a call. `event` is its body as JSON.parse reads it, which rounds numbers. */
export interface EventWithBody extends ListedEvent {
  /** The body as JSON text, in which numbers have all their digits: `9007199254740993`, `1.10`. */
  readonly body: string;
}

/** By frame: how many brackets are open where the key `event` of an event is. */
const depths: Readonly<Record<string, number>> = { CallEvents: 4, CallEventAdded: 3, ListCallEvents: 3 };

/** Adds {@link EventWithBody.body} to each event of `frame`; the same frame if it has none. `text`: what it was parsed from. */
export function withBodies(frame: ServerFrame, text: string): ServerFrame {
  const depth = Object.hasOwn(depths, frame.event) ? depths[frame.event] : undefined;
  if (depth === undefined || typeof frame.data !== 'object' || frame.data === null) return frame;
  const bodies = objectsOf(text, 'event', depth);
  const add = (event: ListedEvent, i: number): EventWithBody => ({
    ...event,
    body: bodies[i] ?? JSON.stringify(event.event),
  });
  return { ...frame, data: mapEvents(frame.data, add) };
}

interface EventsData {
  readonly event?: ListedEvent;
  readonly events?: readonly ListedEvent[];
}

function mapEvents(data: EventsData | readonly ListedEvent[], map: (event: ListedEvent, i: number) => object): object {
  if (isList(data)) return data.map(map);
  return {
    ...data,
    ...(data.events && { events: data.events.map(map) }),
    ...(data.event && { event: map(data.event, 0) }),
  };
}

const isList = (data: object): data is readonly ListedEvent[] => Array.isArray(data);

/** The text of each object under the key `key` where `depth` brackets are open, in the order of `json`. */
function objectsOf(json: string, key: string, depth: number): string[] {
  const objects: string[] = [];
  const quoted = JSON.stringify(key);
  let open = 0;
  let start: number | null = null;
  // The last string before an opening bracket is its key.
  let isKey = false;
  scanJson(json, {
    onString: (from, to) => {
      if (open === depth) isKey = to - from === quoted.length && json.startsWith(quoted, from);
    },
    onBracket: (isOpening, index) => {
      if (!isOpening) open--;
      if (open === depth) {
        if (isOpening && isKey) start = index;
        else if (!isOpening && start !== null) {
          objects.push(json.slice(start, index + 1));
          start = null;
        }
      }
      if (isOpening) open++;
    },
  });
  return objects;
}
