// `@callstream/runtime/command`: what a command without Kafka and without settings needs. The whole library takes 0.2 s more to load.
export { failureLine } from '../failure-line.ts';
export { stopSignal } from '../stop.ts';
export { endOnBrokenPipe } from './broken-pipe.ts';
export { addJsonOption } from './output-options.ts';
export { runCommand } from './run-command.ts';
