import type { Command } from 'commander';
import { within } from '../deadline.ts';
import { errorMessage } from '../failure-line.ts';
import type { Log } from '../log.ts';
import { addOutputOptions } from './output-options.ts';
import type { OutputFlags } from './output.ts';
import { runCommand } from './run-command.ts';

/** What a check has found. */
export interface Diagnosis {
  /** What is right, for people. */
  readonly facts?: readonly string[];
  /** What may go wrong later, each with its remedy. */
  readonly warnings?: readonly string[];
  /** What is wrong, each with its remedy. */
  readonly problems?: readonly string[];
}

export interface Check {
  /** What is checked: "Kafka", "topic call-events". */
  readonly name: string;
  /** If it rejects, the error is a problem. */
  readonly run: () => Promise<Diagnosis>;
}

interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'failed';
  readonly text: string;
}

/** Something is wrong; the result says what. */
class ChecksFailed extends Error {
  override readonly name = 'ChecksFailed';
}

/** Longest check, in ms: a server that does not answer is a problem, too. */
const checkMsMax = 30_000;

/** What checks may use; closed when all are done. */
interface CheckResources {
  readonly log: Log;
  readonly cleanup: AsyncDisposableStack;
}

export interface DoctorOptions<Config> {
  readonly service: string;
  /** @throws {Error} if the settings are not valid: that is the only finding then */
  readonly readSettings: () => Config;
  readonly checks: (config: Config, resources: CheckResources) => readonly Check[];
}

/** Makes `command` check all that the service needs at once, and print what is wrong. */
export const addDoctor = <Config>(command: Command, options: DoctorOptions<Config>): Command =>
  addOutputOptions(
    command.description(
      'check the settings, and the servers, topics, tables and rights that the service needs; changes nothing',
    ),
  ).action(({ json, verbose }: OutputFlags) =>
    runCommand({ service: options.service, json, verbose }, async ({ log, ifStopped, printResult }) => {
      ifStopped('It only reads: nothing has changed.');
      await using cleanup = new AsyncDisposableStack();
      const findings = await diagnose(() => options.checks(options.readSettings(), { log, cleanup }));
      const failed = findings.filter(({ state }) => state === 'failed').length;
      const json = { service: options.service, ok: failed === 0, findings };
      printResult({ lines: findings.map(lineOf), json });
      if (failed > 0) throw new ChecksFailed(`${failed} of ${findings.length} checks of ${options.service} failed.`);
    }),
  );

async function diagnose(readChecks: () => readonly Check[]): Promise<Finding[]> {
  let checks: readonly Check[];
  try {
    checks = readChecks();
  } catch (error) {
    return [{ check: 'settings', state: 'failed', text: errorMessage(error) }];
  }
  const findings = await Promise.all(checks.map(findingsOf));
  return [{ check: 'settings', state: 'ok', text: 'valid' }, ...findings.flat()];
}

async function findingsOf({ name, run }: Check): Promise<Finding[]> {
  const {
    facts = [],
    warnings = [],
    problems = [],
  } = await within(checkMsMax, run()).catch((error: unknown): Diagnosis => ({ problems: [errorMessage(error)] }));
  const finding =
    (state: Finding['state']) =>
    (text: string): Finding => ({ check: name, state, text });
  return [...problems.map(finding('failed')), ...warnings.map(finding('warning')), ...facts.map(finding('ok'))];
}

const lineOf = ({ check, state, text }: Finding): string =>
  `${(state === 'failed' ? 'FAILED' : state).padEnd(8)} ${check}: ${text.replaceAll('\n', '\n         ')}`;
