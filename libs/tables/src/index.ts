export { AlreadyRunning, holdAlone } from './alone.ts';
export type { Alone, Task } from './alone.ts';
export { readBoard, readFacts } from './board.ts';
export type { BoardTimes, LeftCall, StoredCall } from './board.ts';
export { classify, isTooSlow } from './classify.ts';
export type { Failure } from './classify.ts';
export { watchProjection } from './changes.ts';
export { compareTable, rememberLive } from './compare.ts';
export type { Comparison, Difference } from './compare.ts';
export { completeProjection, emptyProjection, makeBare } from './complete.ts';
export { readConnectedServices } from './connected-services.ts';
export type { ConnectedService } from './connected-services.ts';
export { connectTables } from './connect.ts';
export type { Queryable, Tables, TablesOptions } from './connect.ts';
export { ConnectionLost, withConnection } from './connection.ts';
export { createFiller } from './fill.ts';
export type { BeginFilling, Filling } from './fill.ts';
export { hasEvent } from './has-event.ts';
export { migrate } from './migrate.ts';
export { beginPositions, ensurePositions, readableVersionMin, readPositions } from './positions.ts';
export type { Position } from './positions.ts';
export { bytesOfCount, countVisits } from './numbers/count-visits.ts';
export type { CountedVisits, VisitsQuestion } from './numbers/count-visits.ts';
export { intervals, readIntervals, readPeriod } from './numbers/periods.ts';
export type { Interval, Period, PeriodQuestion } from './numbers/periods.ts';
export { countLiveCalls, readAgentMarks, readAgentSegments } from './numbers/read-live.ts';
export type { AgentRow, AgentSegmentRow, LiveQueue } from './numbers/read-live.ts';
export { notifyProjected, PositionMoved, project, tryBatch } from './project.ts';
export type { Move, Projection } from './project.ts';
export { readCall } from './read-call.ts';
export type { WholeCall } from './read-call.ts';
export { answerBytesMax } from './page.ts';
export type { Page } from './page.ts';
export { listCallEvents } from './read-events.ts';
export type { EventRow } from './read-events.ts';
export { listCalls, listRowsMax } from './reads.ts';
export type { CallRow, ListCallsParams } from './reads.ts';
export { createBatch } from './event-batch.ts';
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
export type { FoundCall, SearchCallsParams } from './search-calls.ts';
export { projectionId, readHolders, trySwap } from './swap.ts';
export type { Holder, Swapped, Swapping } from './swap.ts';
export { createRepeats, createSeenEvents } from './seen-events.ts';
export type { Repeats, SeenEvents } from './seen-events.ts';
