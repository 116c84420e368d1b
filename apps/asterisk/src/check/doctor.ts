import { addDoctor } from '@callstream/runtime';
import type { Diagnosis } from '@callstream/runtime';
import { Command } from 'commander';
import type { AsteriskConfig } from '../config.ts';
import { examineIngest, examinePbx } from './examine.ts';
import type { CheckFinding } from './examine.ts';

/** `asterisk doctor`: what `--check` finds, as the other services say it. */
export const doctorCommand = (readSettings: () => AsteriskConfig): Command =>
  addDoctor(new Command('doctor'), {
    service: 'asterisk',
    readSettings,
    checks: (config) => [
      { name: 'ingest', run: async () => diagnosisOf([await examineIngest(config)]) },
      {
        name: 'PBX',
        run: async () => diagnosisOf(await examinePbx(config, { signal: new AbortController().signal })),
      },
    ],
  });

function diagnosisOf(findings: readonly CheckFinding[]): Diagnosis {
  const textsOf = (isRight: boolean | null): string[] =>
    findings.filter((finding) => finding.isRight === isRight).map(({ text }) => text);
  return { facts: textsOf(true), warnings: textsOf(null), problems: textsOf(false) };
}
