import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '@callstream/runtime';
import { until } from '@callstream/stack';
import { openRulesFile } from './rules-file.ts';

const log = createLog({ service: 'test', level: 'silent' });
const rulesTo = (destination: string): string => `rules:\n  - name: all\n    destination: ${destination}\n`;

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'callstream-rules-'));
  file = join(folder, 'rules.yaml');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('a file that changes is in force at once; one that is wrong is refused, and the rules before stay', async () => {
  await writeFile(file, rulesTo('900'));
  const rules = await openRulesFile({ file, checkEveryMs: 5, log });
  using _following = rules.follow();
  const destination = (): string | undefined => rules.current()[0]?.destination;
  const eventually = (isTrue: () => boolean): Promise<boolean> =>
    until(isTrue, {
      onTimeout: () => new Error(`${destination() ?? ''}, ${rules.problem() ?? ''}`),
    });
  expect(destination()).toBe('900');

  await writeFile(file, `${rulesTo('901')}  - name: all\n    destination: 902\n`);
  await eventually(() => rules.problem() !== null);
  expect(rules.problem()).toContain('line 4, column 5: another rule has this name');
  expect(destination()).toBe('900');

  await writeFile(file, rulesTo('903'));
  await eventually(() => destination() === '903');
  expect(rules.problem()).toBeNull();

  await rm(file);
  await eventually(() => rules.problem()?.includes('there is no such file') ?? false);
  expect(destination()).toBe('903');
});

it('a file that is wrong at the start is an error with line and column', async () => {
  await writeFile(file, 'rules:\n  - name: all\n    to: 900\n');
  await expect(openRulesFile({ file, log })).rejects.toThrow('line 3, column 5: expected a name, a destination');
});
