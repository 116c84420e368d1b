import { exportDelimiters, exportFormats } from '@callstream/contracts';
import type { ExportName, exportQueries } from '@callstream/contracts';
import { Option } from 'commander';

type ExportParameter = { [Name in ExportName]: keyof (typeof exportQueries)[Name]['shape'] }[ExportName];

const collect = (text: string, previous: string[] = []): string[] => [...previous, ...text.split(',')];
const list = (flags: string, description: string): Option => new Option(flags, description).argParser(collect);

/** The option for each parameter of an export, which the gateway checks. */
export const parameters: Readonly<Record<ExportParameter, Option>> = {
  from: new Option('--from <time>', 'begin of the period: a day as 2026-03-02, or RFC 3339 (default: today)'),
  to: new Option('--to <time>', 'end of the period, exclusive, in the same form (default: tomorrow)'),
  queue: list('--queue <names>', 'only these queues; separated by commas, or repeated'),
  direction: new Option('--direction <name>', 'calls: only inbound, outbound or internal ones'),
  outcome: list('--outcome <names>', 'calls and visits: only with these outcomes'),
  wait_min: new Option('--wait-min <seconds>', 'visits: only those that waited at least so long'),
  wait_max: new Option('--wait-max <seconds>', 'visits: only those that waited at most so long'),
  weekday: new Option(
    '--weekday <number>',
    'visits: only those that began on this day of the week in TIME_ZONE; 1: Monday',
  ),
  hour: new Option('--hour <number>', 'visits: only those that began in this hour of the day in TIME_ZONE, 0 to 23'),
  actor: list('--actor <names>', 'agent-calls and agent-sessions: only of these agents'),
  overlapping: new Option('--overlapping', 'agent-sessions: also those that began before the period and went on in it'),
  kind: list('--kind <names>', 'events: only of these kinds'),
  limit: new Option('--limit <number>', 'only the first rows'),
  format: new Option('--format <name>', 'of the output').choices(exportFormats).default('csv'),
  bom: new Option('--bom', 'CSV: begin with a byte order mark, so that spreadsheets read it as UTF-8'),
  delimiter: new Option('--delimiter <name>', 'CSV: what separates the values (default: comma)').choices(
    exportDelimiters,
  ),
};
