import type { Forms } from '../access/scope.ts';
import { eventForms } from './event-json.ts';
import type { EventContent } from './event-json.ts';

/** An event of an export. */
export interface EventExport {
  /** As in lists. */
  readonly json: string;
  /** The same as columns; `event` is the body as JSON text. */
  readonly columns: Readonly<Record<string, unknown>>;
}

/** An event of an export for each form of a scope. */
export const exportedEventForms: Forms<EventContent, EventExport> = {
  full: (content) => ({
    json: eventForms.full(content),
    columns: { ...content.metadata, type: content.body.type, event: content.body.json },
  }),
  masked: (content, options) => {
    const json = eventForms.masked(content, options);
    const { event, ...metadata } = JSON.parse(json) as { readonly event: Readonly<Record<string, unknown>> };
    // Its type only if the mask shows it in the body.
    return { json, columns: { ...metadata, type: event['type'] ?? event['Event'], event: JSON.stringify(event) } };
  },
};
