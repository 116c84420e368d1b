import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CallEvent } from '@callstream/domain';
import { from as copyFrom } from 'pg-copy-streams';
import type { Tables } from '../src/index.ts';
import { withConnection } from '../src/index.ts';
import { copyEventsSql, eventLine, lineEnd } from '../src/write/rows.ts';

/** Events, each of which must be another one, as the bytes of one COPY. */
export const copyBytes = (events: readonly CallEvent[]): Buffer =>
  Buffer.from(events.map((event) => eventLine(event) + lineEnd(1)).join(''));

/** COPY into `events` and nothing else: as fast as rows get there at all. */
export const copyEvents = (db: Tables, pieces: Iterable<Buffer>): Promise<void> =>
  withConnection(db, (client) => pipeline(Readable.from(pieces), client.query(copyFrom(copyEventsSql('events')))));
