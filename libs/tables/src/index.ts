export { AlreadyRunning, holdAlone } from './alone.ts';
export type { Alone, Task } from './alone.ts';
export { readBoard, readFacts } from './board.ts';
export type { BoardTimes, LeftCall, StoredCall } from './board.ts';
export { watchProjection } from './changes.ts';
export { compareTable, rememberLive } from './compare.ts';
export type { Comparison, Difference } from './compare.ts';
export { completeProjection, makeBare } from './complete.ts';
export { connectTables } from './connect.ts';
export type { Queryable, Tables, TablesOptions } from './connect.ts';
export { classify, ConnectionLost, isTooSlow, withConnection } from './connection.ts';
export type { Failure } from './connection.ts';
export { createFiller } from './fill.ts';
export type { BeginFilling, Filling } from './fill.ts';
export { migrate } from './migrate.ts';
export { beginPositions, ensurePositions, readPositions } from './positions.ts';
export type { Position } from './positions.ts';
export { countVisits } from './numbers/count-visits.ts';
export type { CountedVisits, VisitsQuestion } from './numbers/count-visits.ts';
export { intervals, readIntervals, readPeriod } from './numbers/periods.ts';
export type { Interval, Period, PeriodQuestion } from './numbers/periods.ts';
export { countLiveCalls, readAgentMarks, readAgentSegments } from './numbers/read-live.ts';
export type { AgentRow, AgentSegmentRow, LiveQueue } from './numbers/read-live.ts';
export { notifyProjected, PositionMoved, project } from './project.ts';
export type { Move, Projection } from './project.ts';
export { readCall } from './read-call.ts';
export type { WholeCall } from './read-call.ts';
export { listCallEvents, listCalls, listRowsMax } from './reads.ts';
export type { CallRow, EventRow, ListCallsParams } from './reads.ts';
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
