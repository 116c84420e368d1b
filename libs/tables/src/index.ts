export { AlreadyRunning, acquireAdvisoryLock } from './connection/advisory-lock.ts';
export type { AdvisoryLock, ExclusiveTask } from './connection/advisory-lock.ts';
export { readBoard, readFacts } from './read/board.ts';
export type { BoardTimes, LeftCall, StoredCall } from './read/board.ts';
export { classify, isStatementTimeout } from './connection/classify.ts';
export type { Failure } from './connection/classify.ts';
export { listenForCommits } from './read/listen-for-commits.ts';
export { compareTable, hashLiveRows } from './rebuild/compare.ts';
export type { Comparison, Difference } from './rebuild/compare.ts';
export { completeProjection, truncateProjection, prepareForFill } from './rebuild/complete.ts';
export { readConnectedServices } from './read/connected-services.ts';
export type { ConnectedService } from './read/connected-services.ts';
export { connectTables } from './connection/pool.ts';
export type { Queryable, Tables, TablesOptions } from './connection/pool.ts';
export { ConnectionLost, withConnection } from './connection/transaction.ts';
export { createBulkLoader } from './rebuild/bulk-load.ts';
export type { BeginBulkLoad, BulkLoad } from './rebuild/bulk-load.ts';
export { hasEvent } from './read/has-event.ts';
export { migrate } from './projection/migrate.ts';
export { beginPositions, ensurePositions, readableVersionMin, readPositions } from './read/positions.ts';
export type { Position } from './read/positions.ts';
export { bytesOfCount, countVisits } from './read/numbers/count-visits.ts';
export type { CountedVisits, CountVisitsOptions } from './read/numbers/count-visits.ts';
export { intervals, readIntervals, readPeriod } from './read/numbers/periods.ts';
export type { Interval, Period, ReadPeriodOptions } from './read/numbers/periods.ts';
export { countLiveCalls, readAgentMarks, readAgentSegments } from './read/numbers/live-state.ts';
export type { AgentRow, AgentSegmentRow, LiveQueue } from './read/numbers/live-state.ts';
export { notifyProjected, PositionMoved, project, dryRunBatch } from './write/project.ts';
export type { PositionMove, ProjectOptions } from './write/project.ts';
export { readCall } from './read/read-call.ts';
export type { CallDetails } from './read/read-call.ts';
export { answerBytesMax } from './read/page.ts';
export type { Page } from './read/page.ts';
export { listCallEvents } from './read/list-events.ts';
export type { EventRow } from './read/list-events.ts';
export { listCalls, listRowsMax } from './read/list-calls.ts';
export type { CallRow, ListCallsOptions } from './read/list-calls.ts';
export { createEventBatch } from './write/event-batch.ts';
export type { EventBatch } from './write/event-batch.ts';
export {
  createBareProjection,
  discardedSchema,
  dropProjection,
  liveSchema,
  nextSchema,
  previousSchema,
  readSchemas,
  tableNames,
  verifySchema,
} from './projection/schemas.ts';
export type { ProjectionSchema, SchemaState, TableName } from './projection/schemas.ts';
export { searchCalls } from './read/search-calls.ts';
export type { FoundCall, SearchCallsOptions } from './read/search-calls.ts';
export { projectionId, readBlockingTransactions, trySwap } from './rebuild/swap.ts';
export type { BlockingTransaction, SwapOutcome, TrySwapOptions } from './rebuild/swap.ts';
export { createDuplicateDetector, createDedupCache } from './write/dedup-cache.ts';
export type { DuplicateDetector, DedupCache } from './write/dedup-cache.ts';
