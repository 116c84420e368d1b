export { AlreadyRunning, acquireAdvisoryLock } from './alone.ts';
export type { AdvisoryLock, ExclusiveTask } from './alone.ts';
export { readBoard, readFacts } from './board.ts';
export type { BoardTimes, LeftCall, StoredCall } from './board.ts';
export { classify, isStatementTimeout } from './classify.ts';
export type { Failure } from './classify.ts';
export { listenForCommits } from './changes.ts';
export { compareTable, hashLiveRows } from './compare.ts';
export type { Comparison, Difference } from './compare.ts';
export { completeProjection, truncateProjection, prepareForFill } from './complete.ts';
export { readConnectedServices } from './connected-services.ts';
export type { ConnectedService } from './connected-services.ts';
export { connectTables } from './connect.ts';
export type { Queryable, Tables, TablesOptions } from './connect.ts';
export { ConnectionLost, withConnection } from './connection.ts';
export { createBulkLoader } from './fill.ts';
export type { BeginBulkLoad, BulkLoad } from './fill.ts';
export { hasEvent } from './has-event.ts';
export { migrate } from './migrate.ts';
export { beginPositions, ensurePositions, readableVersionMin, readPositions } from './positions.ts';
export type { Position } from './positions.ts';
export { bytesOfCount, countVisits } from './numbers/count-visits.ts';
export type { CountedVisits, CountVisitsOptions } from './numbers/count-visits.ts';
export { intervals, readIntervals, readPeriod } from './numbers/periods.ts';
export type { Interval, Period, ReadPeriodOptions } from './numbers/periods.ts';
export { countLiveCalls, readAgentMarks, readAgentSegments } from './numbers/read-live.ts';
export type { AgentRow, AgentSegmentRow, LiveQueue } from './numbers/read-live.ts';
export { notifyProjected, PositionMoved, project, dryRunBatch } from './project.ts';
export type { PositionMove, ProjectOptions } from './project.ts';
export { readCall } from './read-call.ts';
export type { CallDetails } from './read-call.ts';
export { answerBytesMax } from './page.ts';
export type { Page } from './page.ts';
export { listCallEvents } from './read-events.ts';
export type { EventRow } from './read-events.ts';
export { listCalls, listRowsMax } from './reads.ts';
export type { CallRow, ListCallsOptions } from './reads.ts';
export { createEventBatch } from './event-batch.ts';
export type { EventBatch } from './event-batch.ts';
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
} from './schemas.ts';
export type { ProjectionSchema, SchemaState, TableName } from './schemas.ts';
export { searchCalls } from './search-calls.ts';
export type { FoundCall, SearchCallsOptions } from './search-calls.ts';
export { projectionId, readBlockingTransactions, trySwap } from './swap.ts';
export type { BlockingTransaction, SwapOutcome, TrySwapOptions } from './swap.ts';
export { createDuplicateDetector, createDedupCache } from './seen-events.ts';
export type { DuplicateDetector, DedupCache } from './seen-events.ts';
