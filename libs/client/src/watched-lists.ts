import { compareText } from '@callstream/domain';
import type { ServerFrame } from './messages.ts';

/** Names of the list in a frame, and of the id of its items. */
const lists = {
  Agents: { list: 'agents', id: 'actor' },
  Queues: { list: 'queues', id: 'queue' },
} as const;
type WatchedListEvent = keyof typeof lists;
const isListEvent = (event: string): event is WatchedListEvent => Object.hasOwn(lists, event);

type ListItem = Readonly<Record<string, unknown>>;
interface ListData extends ListItem {
  readonly part?: number;
  readonly parts?: number;
  readonly gone?: readonly string[];
}

/**
 * What is known of a list.
 *
 * ```
 *            part 1                    last part
 *  unknown ────────▶ collecting ─────────────────▶ known ◀─┐ delta
 *                     ▲      ▲ part 1                │  └──┘
 *                     └──────┴───────────────────────┘
 * ```
 */
type ListState =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'collecting'; readonly items: ListItem[] }
  | { readonly kind: 'known'; readonly items: readonly ListItem[] };

/** Makes whole lists of agents and queues of the parts and deltas that the gateway sends. */
export interface WatchedLists {
  /** The frames that listeners get for a frame: the whole list instead of its last part, and after each delta. */
  readonly framesFor: (frame: ServerFrame) => readonly ServerFrame[];
}

export function createWatchedLists(): WatchedLists {
  const states: Record<WatchedListEvent, ListState> = { Agents: { kind: 'unknown' }, Queues: { kind: 'unknown' } };

  const wholeList = (event: WatchedListEvent, data: ListData, items: readonly ListItem[]): object => {
    states[event] = { kind: 'known', items };
    const { part: _part, parts: _parts, gone: _gone, ...rest } = data;
    return { ...rest, [lists[event].list]: items };
  };
  const onPart = (event: WatchedListEvent, frame: ServerFrame): ServerFrame[] => {
    const data = frame.data as ListData;
    const { part, parts = 1 } = data;
    // A gateway that sends no parts.
    if (part === undefined) return [frame];
    if (part === 1) states[event] = { kind: 'collecting', items: [] };
    const state = states[event];
    if (state.kind !== 'collecting') return [];
    for (const item of itemsOf(event, data)) state.items.push(item);
    if (part < parts) return [];
    return [{ ...frame, data: wholeList(event, data, state.items) }];
  };
  const onDelta = (event: WatchedListEvent, frame: ServerFrame): ServerFrame[] => {
    const state = states[event];
    if (state.kind !== 'known') return [frame];
    const data = frame.data as ListData;
    const items = applyDelta(event, state.items, data);
    return [frame, { event, data: wholeList(event, data, items) }];
  };
  return {
    framesFor: (frame) => {
      const { event } = frame;
      if (isListEvent(event)) return onPart(event, frame);
      const changed = event.endsWith('Changed') ? event.slice(0, -'Changed'.length) : '';
      return isListEvent(changed) ? onDelta(changed, frame) : [frame];
    },
  };
}

const itemsOf = (event: WatchedListEvent, data: ListData): readonly ListItem[] =>
  data[lists[event].list] as readonly ListItem[];

/** A new array, with the items that have not changed. Both are sorted by id. */
function applyDelta(event: WatchedListEvent, known: readonly ListItem[], data: ListData): readonly ListItem[] {
  const idOf = (item: ListItem | undefined): string => String(item?.[lists[event].id]);
  const items = [...known];
  const added: ListItem[] = [];
  for (const item of itemsOf(event, data)) {
    const index = lowerBound(known, (each) => compareText(idOf(each), idOf(item)) < 0);
    if (index < known.length && idOf(known[index]) === idOf(item)) items[index] = item;
    else added.push(item);
  }
  const gone = new Set(data.gone);
  const kept = gone.size === 0 ? items : items.filter((item) => !gone.has(idOf(item)));
  return added.length === 0 ? kept : [...kept, ...added].toSorted((a, b) => compareText(idOf(a), idOf(b)));
}

/** Index of the first item that is not before: a binary search. */
function lowerBound(items: readonly ListItem[], isBefore: (item: ListItem | undefined) => boolean): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(items[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}
