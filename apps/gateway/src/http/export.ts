import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { ExportName } from '@callstream/contracts';
import { isStatementTimeout } from '@callstream/tables';
import type { Period } from '@callstream/tables';
import type { Middleware, Request } from 'koa';
import { csvFormat, ndjsonFormat } from '../export/export-format.ts';
import type { ExportFormat, ExportRow } from '../export/export-format.ts';
import { exportPages } from '../export/export-pages.ts';
import type { ExportPart, PageOfExport } from '../export/export-pages.ts';
import type { ExportSlots } from '../export/export-slots.ts';
import { exportsByName } from '../export/exports.ts';
import type { Export, WholeExport } from '../export/exports.ts';
import type { NamesFile } from '../names/names-file.ts';
import type { CountingRules } from '../numbers/queue-snapshot.ts';
import { turnedAround } from '../numbers/stats.ts';
import type { FairPool } from '../scheduling/fair-pool.ts';
import { NotServed } from '../scheduling/not-served.ts';
import type { ApiState } from './authenticate.ts';
import { Rejected } from './problem.ts';
import { requesterOf } from './routes.ts';

/** How often a page waits for its turn, for up to 10 s each time: less than a client may be without data. */
const attemptsMax = 4;
/** A connection is closed when the client reads nothing for this long, in ms. */
const stalledMsMax = 60_000;

interface ExportRouteOptions {
  readonly pool: Pick<FairPool, 'scoped'>;
  readonly slots: ExportSlots;
  readonly rules: CountingRules;
  readonly topic: string;
  readonly names: Pick<NamesFile, 'current'>;
}

/** The handlers of `GET /api/export/…`, by the last part of the path. They share their limits. */
export function createExportRoutes(options: ExportRouteOptions): Map<ExportName, Middleware<ApiState>> {
  const names = Object.keys(exportsByName) as ExportName[];
  return new Map(names.map((name) => [name, exportRoute(name, options)]));
}

function exportRoute(name: ExportName, { pool, slots, rules, topic, names }: ExportRouteOptions): Middleware<ApiState> {
  const exported: Export = exportsByName[name];
  return async (ctx) => {
    const { scope, address } = ctx.state;
    const { whole, read } = exported.parse(ctx.query);
    const { from, to, limit = Infinity } = whole;
    const format = formatOf(ctx.request, exported, whole);
    const now = Date.now();
    const requester = requesterOf(ctx.req, address);
    const { timeZone, staleAfterMs } = rules;
    const period = await pool.scoped(requester, scope, (tables) => tables.readPeriod({ from, to, now, timeZone }));
    checkPeriod(period);
    const context = { topic, staleAfterMs, timeZone, from: period.from, now, names: names.current() };
    const readPart = (part: ExportPart) =>
      retryLate(async () => {
        try {
          return await pool.scoped(requester, scope, async (tables) => {
            const beganAt = performance.now();
            const page = await read(tables, part, context);
            return { ...page, ms: performance.now() - beganAt };
          });
        } catch (error) {
          if (isStatementTimeout(error)) return { timedOut: error };
          throw error;
        } finally {
          // A client that waits for rows is not one that reads nothing.
          ctx.req.socket.setTimeout(stalledMsMax);
        }
      });
    const pages = exportPages(period, limit, readPart);
    // Comes before the status is sent: until then a failure has a status of its own. Later, it closes the connection
    // before the end.
    const first = await pages.next();
    const { rows, isLast } = first.done === true ? noRows : first.value;
    const begin = Buffer.from(format.head + format.textOf(rows));
    // What one query completes is an answer as any other. Else pages follow for as long as the client reads.
    if (!isLast) takeSlot(slots, address, ctx.res);
    ctx.set({
      'content-type': format.type,
      'content-disposition': `attachment; filename="${fileNameOf(name, period, format)}"`,
    });
    ctx.body = isLast ? begin : stream(begin, pages, format);
    // The first row may come later than proxies wait for an answer to begin.
    if (!isLast) ctx.flushHeaders();
  };
}

/** Takes a slot until the response is closed. @throws {Rejected} if there is none */
function takeSlot(slots: ExportSlots, address: string, response: ServerResponse): void {
  const cutOff = (): void => void response.destroy();
  const slot = slots.take(address, cutOff);
  if (typeof slot === 'string') throw new Rejected({ kind: slot });
  response.setTimeout(stalledMsMax, cutOff);
  const free = (): void => slot[Symbol.dispose]();
  // After `close` no other event would free the slot.
  if (response.destroyed) free();
  else response.once('close', free);
}

const noRows = { rows: [], isLast: true } as const;

/** A stream that reads a page when the client has taken the one before. */
function stream(begin: Buffer, pages: AsyncIterable<PageOfExport<ExportRow>>, { textOf }: ExportFormat): Readable {
  async function* chunks(): AsyncGenerator<Buffer> {
    yield begin;
    for await (const { rows } of pages) yield Buffer.from(textOf(rows));
  }
  return Readable.from(chunks(), { objectMode: false, highWaterMark: 1 });
}

/** The format that the query names, else the one that `Accept` prefers, else CSV. */
function formatOf(request: Request, { columns }: Export, { format, bom, delimiter }: WholeExport): ExportFormat {
  const accepted = request.accepts('text/csv', 'application/x-ndjson', 'application/ndjson');
  const isNdjson = format === undefined ? String(accepted).endsWith('ndjson') : format === 'ndjson';
  return isNdjson ? ndjsonFormat : csvFormat(columns, { bom: bom === 'true', delimiter });
}

function checkPeriod(period: Period): void {
  const problem = turnedAround(period);
  if (problem !== null) throw new Rejected({ kind: 'malformed', problem });
}

/** @example calls_20260302T030000Z_20260303T030000Z.csv */
const fileNameOf = (name: ExportName, { from, to }: Period, { extension }: ExportFormat): string =>
  `${[name, ...[from, to].map((time) => time.replaceAll(/[-:]|\.\d+/g, ''))].join('_')}.${extension}`;

/** Waits for a turn again: in a long export, one page or another may be late behind the requests of others. */
async function retryLate<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++)
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof NotServed) || error.reason !== 'late' || attempt === attemptsMax) throw error;
    }
}
