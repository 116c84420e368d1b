import type { CommandContext } from '@callstream/runtime';
import type { AsteriskConfig } from '../config.ts';
import { examineIngest, examinePbx } from './examine.ts';
import type { CheckFinding } from './examine.ts';

/** Says what the PBX and ingest lack, and how to fix it; exit code 1 if the board would not be right. */
export async function checkPbx(
  config: AsteriskConfig,
  { signal, printStatus, printResult }: Pick<CommandContext, 'signal' | 'printStatus' | 'printResult'>,
): Promise<void> {
  const ingest = await examineIngest(config);
  const onListen = (seconds: number): void =>
    printStatus(
      `Listening for ${seconds} s, or until everything was seen. Calls in this time make the result complete.`,
    );
  const ofPbx = await examinePbx(config, { signal, onListen });
  signal.throwIfAborted();
  const findings = [ingest, ...ofPbx];
  const isRight = findings.every((finding) => finding.isRight !== false);
  printResult({
    lines: [
      ...findings.map(lineOf),
      ...(ofPbx.every((finding) => finding.isRight) ? [] : managerConf(config.ASTERISK_USER)),
    ],
    json: { ok: isRight, findings: findings.map(({ isRight: ok, text }) => ({ ok, text })) },
  });
  if (!isRight) process.exitCode = 1;
}

const lineOf = ({ isRight, text }: CheckFinding): string =>
  `${isRight === null ? '?' : isRight ? 'ok' : 'NO'}  ${text}`;

const managerConf = (user: string): string[] => [
  '',
  'manager_custom.conf of the PBX, then "manager reload" on its console (docs/guides/asterisk.md):',
  '',
  '  [general](+)',
  '  enabled = yes',
  '  timestampevents = yes',
  '',
  `  [${user}]`,
  '  secret = …',
  '  deny = 0.0.0.0/0.0.0.0',
  '  permit = <address of this machine>/255.255.255.255',
  '  read = agent,call,dialplan',
  '  write = reporting',
];
