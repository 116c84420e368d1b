import { addGauge } from '@callstream/runtime';
import type { Registry } from 'prom-client';
import type { MaintainedBoard } from './maintain-board.ts';

/** Reports the size and the age of the board, and how far the tables are, whenever somebody looks. */
export function reportBoard(registry: Registry, { board, progress, projection, stall }: MaintainedBoard): void {
  const gauge = (name: string, help: string, value: () => number): void =>
    addGauge(registry, { name: `callstream_gateway_${name}`, help, value });
  gauge('board_calls', 'Calls on the board', () => board.sizes().calls);
  gauge('board_bytes', 'Size of the text of the calls on the board', () => board.sizes().bytes);
  gauge('board_left_calls', 'Calls that have left the board and are remembered for clients that come back', () => {
    return board.sizes().left;
  });
  gauge('board_lag_records', 'Records of the log that are not yet on the board', () => progress.lag());
  gauge('board_as_of_timestamp_seconds', 'When what the board shows was true; 0 before it is loaded', () => {
    return progress.asOf() / 1_000;
  });
  gauge('projection_records', 'Records of the log that the tables have, when the gateway last looked', () => {
    return projection().records;
  });
  gauge('projection_lag_records', 'Records of the log that the tables do not have, as far as the gateway knows', () => {
    return projection().lag;
  });
  gauge('projection_stalled_seconds', 'How long records have waited in a partition whose tables do not move', () => {
    return stall.ms() / 1_000;
  });
}
