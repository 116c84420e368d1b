import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CallEvent } from '@callstream/domain';
import { from as copyFrom } from 'pg-copy-streams';
import type { Tables } from '../src/index.ts';
import { withConnection } from '../src/index.ts';
import { copyEventsSql, eventLine, lineEnd } from '../src/write/rows.ts';
import { clientOf } from '../src/connection/tables.ts';

/** Distinct events in COPY's text format. */
export const copyBytes = (events: readonly CallEvent[]): Buffer =>
  Buffer.from(events.map((event) => eventLine(event) + lineEnd(1)).join(''));

/** COPY into `events` only: the upper limit of insert speed. */
export const copyEvents = (db: Tables, chunks: Iterable<Buffer>): Promise<void> =>
  withConnection(db, (client) => pipeline(Readable.from(chunks), clientOf(client).query(copyFrom(copyEventsSql))));
