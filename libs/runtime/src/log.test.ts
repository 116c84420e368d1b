import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** What a child process writes for `statement`. */
function rawlyWritten(statement: string, level = 'info'): string {
  const script = `import { createLog } from ${JSON.stringify(join(import.meta.dirname, 'log.ts'))};
    const log = createLog({ service: 'test', level: '${level}' }); ${statement}`;
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', script];
  return execFileSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } });
}

/** The same as objects. */
const written = (statement: string, level?: string): Record<string, unknown>[] =>
  rawlyWritten(statement, level).trim().split('\n').filter(Boolean).map((line) => JSON.parse(line) as Record<string, unknown>); // prettier-ignore

describe('the log', () => {
  it('is JSON lines with time, level by name, service and a dotted name', () => {
    expect(written(`log.info({ records: 3 }, 'batch.done')`)).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^20.*Z$/) as string,
        service: 'test',
        records: 3,
        msg: 'batch.done',
      },
    ]);
  });
  it('has no lines below its level', () => {
    expect(written(`log.debug('a'); log.info('b'); log.warn('c')`, 'warn').map(({ msg }) => msg)).toEqual(['c']);
  });
  it('has control characters of any text as escapes, with the same value', () => {
    const text = '\u001b[2J\u009b2J\u202Etext';
    expect(written(`log.warn({ reason: ${JSON.stringify(text)} }, 'x')`)).toMatchObject([{ reason: text }]);
    expect(rawlyWritten(`log.warn({ reason: ${JSON.stringify(text)} }, 'x')`)).toContain(
      '\\u001b[2J\\u009b2J\\u202etext',
    );
  });
  it('shows no credential and no personal data', () => {
    const personal = `{ authorization: 'S', password: 'S', their_number: 'S', our_number: 'S', number: 'S', actor: 'S', cpf: 'S', cnpj: 'S', body: 'S' }`;
    const [line] = written(`log.info({ ...${personal}, headers: ${personal}, event: ${personal} }, 'x')`);
    expect(JSON.stringify(line)).not.toContain('"S"');
    expect(line).toMatchObject({ headers: { authorization: '[redacted]' }, event: { their_number: '[redacted]' } });
  });
});
