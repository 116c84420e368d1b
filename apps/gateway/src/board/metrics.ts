import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { KeptBoard } from './keep.ts';

/** Reports the size and the age of the board, whenever somebody looks. */
export function reportBoard(registry: Registry, { board, progress }: KeptBoard): void {
  const gauge = (name: string, help: string, value: () => number): void => {
    const collect = function (this: Gauge): void {
      this.set(value());
    };
    registry.registerMetric(new Gauge({ name: `callstream_gateway_${name}`, help, registers: [], collect }));
  };
  gauge('board_calls', 'Calls on the board', () => board.sizes().calls);
  gauge('board_bytes', 'Size of the text of the calls on the board', () => board.sizes().bytes);
  gauge('board_left', 'Calls that have left the board and are remembered for clients that come back', () => {
    return board.sizes().left;
  });
  gauge('board_lag', 'Records of the log that are not yet on the board', progress.lag);
  gauge('board_as_of_seconds', 'What the board shows was true at this Unix time', () => progress.asOf() / 1_000);
}
