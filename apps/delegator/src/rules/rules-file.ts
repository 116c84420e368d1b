import { defaultDelegationRules } from '@callstream/domain';
import type { DelegationRule } from '@callstream/domain';
import { followFile } from '@callstream/runtime';
import type { FollowedFile, LocatedProblem, Log } from '@callstream/runtime';
import { parseRules } from './parse-rules.ts';

/** The rules in force. */
export interface RulesFile {
  readonly current: () => readonly DelegationRule[];
  /** Why the file is not in force as it is now; null: it is, or there is none. */
  readonly problem: () => string | null;
  /** Reads the file again when it changes. One that is wrong is logged, and the rules before stay in force. */
  readonly follow: () => Disposable;
}

export interface RulesFileOptions {
  /** DELEGATION_RULES; undefined: the default rules. */
  readonly file: string | undefined;
  readonly checkEveryMs?: number;
  readonly log: Log;
}

/** @throws {Error} with line and column, if the file is wrong: at the start there are no rules before */
export async function openRulesFile({ file, checkEveryMs = 1_000, log }: RulesFileOptions): Promise<RulesFile> {
  if (file === undefined)
    return {
      current: () => defaultDelegationRules,
      problem: () => null,
      follow: () => ({ [Symbol.dispose]: () => undefined }),
    };
  const followed = followFile({ file, setting: 'DELEGATION_RULES', checkEveryMs });
  const first = await readRules(followed);
  if (first === undefined || 'problem' in first) throw new Error(sentence(file, first));
  let { rules } = first;
  let problem: string | null = null;
  log.info({ file, rules: rules.length }, 'rules.read');
  const check = async (): Promise<void> => {
    const read = await readRules(followed);
    if (read === undefined) return;
    if ('problem' in read) {
      problem = `${sentence(file, read)} The rules before stay in force.`;
      log.warn({ file, line: read.line, column: read.column, problem: read.problem }, 'rules.refused');
      return;
    }
    ({ rules } = read);
    problem = null;
    log.info({ file, rules: rules.length }, 'rules.read');
  };
  return { current: () => rules, problem: () => problem, follow: () => followed.follow(check) };
}

async function readRules(followed: FollowedFile): Promise<ReturnType<typeof parseRules> | undefined> {
  const text = await followed.readIfChanged();
  if (text === undefined) return undefined;
  return typeof text === 'string' ? parseRules(text) : { ...text, line: 1, column: 1 };
}

const sentence = (file: string, { line, column, problem }: LocatedProblem = noFile): string =>
  `DELEGATION_RULES: ${file}, line ${line}, column ${column}: ${problem}.`;
const noFile: LocatedProblem = { line: 1, column: 1, problem: 'the file cannot be read' };
