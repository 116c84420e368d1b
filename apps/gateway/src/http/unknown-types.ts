import { FindUnknownTypes } from '@callstream/contracts';
import type { UnknownTypes } from '@callstream/contracts';
import { recentEventsMs } from '@callstream/tables';
import { readQuery } from './read-query.ts';
import type { QueryRoute } from './routes.ts';

/** `GET /api/unknown-types` */
export const getUnknownTypes: QueryRoute = ({ query }) => {
  readQuery(FindUnknownTypes, query);
  return async (tables): Promise<UnknownTypes> => {
    const from = new Date(Date.now() - recentEventsMs).toISOString();
    const { types, more } = await tables.countUnknownTypes(from);
    return {
      from,
      types: types.map(({ type, events, lastSeenAt, similarTo }) => ({
        type,
        events,
        last_seen_at: lastSeenAt,
        similar_to: similarTo,
      })),
      more: more || undefined,
    };
  };
};
