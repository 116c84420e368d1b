import { addGauge } from '@callstream/runtime';
import type { Registry } from 'prom-client';
import type { BoardState } from './board-state.ts';
import type { MaintainedBoard } from './maintain-board.ts';

/** Adds gauges of the size and the age of the board, and of how far the projection is. */
export function reportBoard(
  registry: Registry,
  { board, progress }: BoardState,
  { projection }: Pick<MaintainedBoard, 'projection'>,
): void {
  const gauge = (name: string, help: string, value: () => number): void =>
    addGauge(registry, { name: `callstream_gateway_${name}`, help, value });
  gauge('board_calls', 'Calls on the board', () => board.sizes().calls);
  gauge('board_bytes', 'JSON text of the calls on the board, in bytes', () => board.sizes().bytes);
  gauge('board_left_calls', 'Calls that have left the board and are kept as tombstones for clients that resume', () => {
    return board.sizes().tombstones;
  });
  gauge('board_lag_records', 'Records of the log that are not on the board yet', () => progress.lag());
  gauge('board_as_of_timestamp_seconds', 'Time at which what the board shows was true; 0 before it is loaded', () => {
    return progress.asOf() / 1_000;
  });
  gauge(
    'projection_records',
    'Records of the log that the tables have, when the gateway last read the positions',
    () => {
      return [...projection.offsets().values()].reduce((sum, next) => sum + next, 0);
    },
  );
  gauge('projection_lag_records', 'Records of the log that the tables do not have, as far as the gateway knows', () => {
    return progress.recordsAfter(projection.offsets());
  });
  gauge(
    'projection_stalled_seconds',
    'How long records have waited in a partition whose position does not move',
    () => {
      return projection.stalledMs() / 1_000;
    },
  );
}
