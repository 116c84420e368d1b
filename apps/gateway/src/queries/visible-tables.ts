import {
  countAgentCalls,
  countCalls,
  countDelegations,
  countTalkTimes,
  countUnknownTypes,
  countVisits,
  exportAgentCalls,
  exportAgentSessions,
  exportCalls,
  exportEvents,
  exportVisits,
  listCallEvents,
  listCalls,
  readCall,
  readIntervals,
  readOneProjection,
  readPeriod,
  sampleCalls,
  searchCalls,
} from '@callstream/tables';
import type {
  CallDetails,
  CallRow,
  CallSample,
  CountAgentCallsOptions,
  CountCallsOptions,
  CountDelegationsOptions,
  CountedAgentCalls,
  CountedCalls,
  CountedDelegations,
  CountedVisits,
  CountTalkTimesOptions,
  CountVisitsOptions,
  ExportAgentCallsOptions,
  ExportAgentSessionsOptions,
  ExportCallsOptions,
  ExportedAgentCall,
  ExportedAgentSession,
  ExportedCall,
  ExportedVisit,
  ExportEventsOptions,
  ExportPage,
  ExportVisitsOptions,
  FoundCall,
  ListCallEventsOptions,
  ListCallsOptions,
  Page,
  Period,
  Queryable,
  ReadPeriodOptions,
  SampleCallsOptions,
  SearchCallsOptions,
  TalkTimesOfPart,
  UnknownTypeCounts,
} from '@callstream/tables';
import { maskAgentNumber, maskDetails, maskRow } from '../access/mask.ts';
import type { MaskOptions } from '../access/mask.ts';
import { Raw } from '../access/scope.ts';
import type { Forms, Scope } from '../access/scope.ts';
import { eventForms } from './event-json.ts';
import { exportedEventForms } from './exported-event.ts';
import type { EventExport } from './exported-event.ts';

type Visible<Options> = Omit<Options, 'visibleQueues'>;

/** An event as JSON text, as the scope may see it. */
export interface VisibleEvent {
  readonly id: number;
  /** Of the event itself, also if the one in `json` is masked: only for comparisons in the gateway. */
  readonly uuid: string;
  readonly json: string;
}

const rowForms = {
  full: <Row>(rows: readonly Row[]): readonly Row[] => rows,
  masked: <Row extends NumberedRow>(rows: readonly Row[], options: MaskOptions): readonly Row[] =>
    rows.map((row) => maskRow(row, options)),
};
type NumberedRow = Parameters<typeof maskRow>[0];
const agentCallForms: Forms<ExportedAgentCall, ExportedAgentCall> = {
  full: (row) => row,
  masked: (row, options) => maskAgentNumber(maskRow(row, options)),
};
const detailForms: Forms<CallDetails, CallDetails> = { full: (call) => call, masked: maskDetails };

/**
 * The tables as one scope may see them: only its queues, with masked numbers. Requests of clients have nothing else to read
 * the tables with.
 */
export class VisibleTables {
  readonly #db: Queryable;
  readonly #scope: Scope;

  constructor(db: Queryable, scope: Scope) {
    this.#db = db;
    this.#scope = scope;
  }

  async listCalls(options: Visible<ListCallsOptions>): Promise<ReadonlyPage<CallRow>> {
    return this.#page(await listCalls(this.#db, { ...options, visibleQueues: this.#queues() }));
  }

  async searchCalls(options: Visible<SearchCallsOptions>): Promise<ReadonlyPage<FoundCall>> {
    return this.#page(await searchCalls(this.#db, { ...options, visibleQueues: this.#queues() }));
  }

  /** null if it is unknown or not visible. */
  async readCall(callId: string): Promise<CallDetails | null> {
    const call = await readCall(this.#db, { callId, visibleQueues: this.#queues() });
    return call && this.#scope.show(new Raw(call, detailForms));
  }

  /** None if the call is unknown or not visible. */
  async listCallEvents(options: Visible<ListCallEventsOptions>): Promise<ReadonlyPage<VisibleEvent>> {
    const { rows, more } = await listCallEvents(this.#db, { ...options, visibleQueues: this.#queues() });
    const events = rows.map(({ type, body, bodyBytes, ...metadata }) => {
      const raw = new Raw({ metadata, body: { type, json: body, bytes: bodyBytes } }, eventForms);
      return { id: metadata.id, uuid: metadata.uuid, json: this.#scope.show(raw) };
    });
    return { rows: events, more };
  }

  /** Only calls of visible queues. */
  async exportCalls(options: Visible<ExportCallsOptions>): Promise<ExportPage<ExportedCall>> {
    const { rows, next } = await exportCalls(this.#db, { ...options, visibleQueues: this.#queues() });
    return { rows: this.#show(rows), next };
  }

  /** Only visits of visible queues; without their calls if these are now in a queue that is not visible. */
  async exportVisits(options: Visible<ExportVisitsOptions>): Promise<ExportPage<ExportedVisit>> {
    const { rows, next } = await exportVisits(this.#db, { ...options, visibleQueues: this.#queues() });
    return { rows: this.#show(rows), next };
  }

  /** Only of calls in visible queues. */
  async exportAgentCalls(options: Visible<ExportAgentCallsOptions>): Promise<ExportPage<ExportedAgentCall>> {
    const { rows, next } = await exportAgentCalls(this.#db, { ...options, visibleQueues: this.#queues() });
    return { rows: rows.map((row) => this.#scope.show(new Raw(row, agentCallForms))), next };
  }

  /** Only of visible queues. */
  exportAgentSessions(options: Visible<ExportAgentSessionsOptions>): Promise<ExportPage<ExportedAgentSession>> {
    return exportAgentSessions(this.#db, { ...options, visibleQueues: this.#queues() });
  }

  /** Only of calls in visible queues. */
  async exportEvents(options: Visible<ExportEventsOptions>): Promise<ExportPage<EventExport>> {
    const { rows, next } = await exportEvents(this.#db, { ...options, visibleQueues: this.#queues() });
    const events = rows.map(({ type, body, bodyBytes, ...metadata }) =>
      this.#scope.show(new Raw({ metadata, body: { type, json: body, bytes: bodyBytes } }, exportedEventForms)),
    );
    return { rows: events, next };
  }

  /** Counts only visible queues. */
  countVisits(options: CountVisitsOptions): Promise<CountedVisits[]> {
    return countVisits(this.#db, { ...options, queues: this.#visible(options.queues) });
  }

  /** Counts only calls of visible queues. */
  countCalls(options: CountCallsOptions): Promise<CountedCalls[]> {
    return countCalls(this.#db, { ...options, queues: this.#visible(options.queues) });
  }

  /** Counts only calls of visible queues. */
  countAgentCalls(options: Visible<CountAgentCallsOptions>): Promise<Page<CountedAgentCalls>> {
    return countAgentCalls(this.#db, { ...options, visibleQueues: this.#queues() });
  }

  /** Counts only calls of visible queues. */
  countTalkTimes(options: Visible<CountTalkTimesOptions>): Promise<TalkTimesOfPart[]> {
    return countTalkTimes(this.#db, { ...options, visibleQueues: this.#queues() });
  }

  /** Counts only calls of visible queues. */
  countDelegations(options: CountDelegationsOptions): Promise<CountedDelegations> {
    return countDelegations(this.#db, { ...options, queues: this.#visible(options.queues) });
  }

  /** Counts only calls of visible queues. */
  sampleCalls(options: SampleCallsOptions): Promise<CallSample[]> {
    return sampleCalls(this.#db, { ...options, queues: this.#visible(options.queues) });
  }

  /** None unless everything is visible: types are texts of senders, and belong to no queue. */
  async countUnknownTypes(since: string): Promise<UnknownTypeCounts> {
    return this.#scope.isEverything() ? countUnknownTypes(this.#db, since) : { types: [], more: false };
  }

  readPeriod(options: ReadPeriodOptions): Promise<Period> {
    return readPeriod(this.#db, options);
  }

  readIntervals(options: Parameters<typeof readIntervals>[1]): Promise<string[]> {
    return readIntervals(this.#db, options);
  }

  /** Runs several reads that see one projection at one moment: see {@link readOneProjection}. */
  ofOneProjection<Result>(read: (tables: VisibleTables) => Promise<Result>): Promise<Result> {
    return readOneProjection(this.#db, (connection) => read(new VisibleTables(connection, this.#scope)));
  }

  /** Those of `queues` that are visible; of null, all that are. */
  #visible(queues: readonly string[] | null): readonly string[] | null {
    return queues?.filter((queue) => this.#scope.includes(queue)) ?? this.#queues();
  }

  #queues(): readonly string[] | null {
    const { queues } = this.#scope;
    return queues && [...queues];
  }

  #page<Row extends CallRow>({ rows, more }: Page<Row>): ReadonlyPage<Row> {
    return { rows: this.#show(rows), more };
  }

  #show<Row extends NumberedRow>(rows: readonly Row[]): readonly Row[] {
    return this.#scope.show(new Raw<readonly Row[]>(rows, rowForms));
  }
}

interface ReadonlyPage<Row> {
  readonly rows: readonly Row[];
  readonly more: boolean;
}
