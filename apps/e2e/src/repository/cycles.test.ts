import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execCommand } from '../system/service-process.ts';

const root = join(import.meta.dirname, '../../../..');

/** Two files that import each other, in three ways. */
const files = {
  'package.json': '{ "name": "cycles", "type": "module", "main": "main.ts" }',
  'main.ts': "import './a.ts';\nimport './c.ts';\nimport './e.ts';\n",
  'a.ts': "import { b } from './b.ts';\nexport const a = 1;\nconsole.log(b);\n",
  'b.ts': "import { a } from './a.ts';\nexport const b = 1;\nconsole.log(a);\n",
  'c.ts': "import { d } from './d.ts';\nexport const c = 1;\nconsole.log(d);\n",
  'd.ts': "export const d = 1;\nconsole.log(await import('./c.ts'));\n",
  'e.ts': "import { f } from './f.ts';\nexport type E = number;\nconsole.log(f);\n",
  'f.ts': "import type { E } from './e.ts';\nexport const f: E = 1;\n",
};

it('knip refuses files that import each other, also by import(), but not for types only', async () => {
  const settings = JSON.parse(await readFile(join(root, 'knip.json'), 'utf8')) as Record<string, unknown>;
  const { include, rules, cycles } = settings;
  const folder = await mkdtemp(join(tmpdir(), 'callstream-cycles-'));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    await writeFile(join(folder, 'knip.json'), JSON.stringify({ include, rules, cycles }));
    const knip = join(root, 'node_modules/knip/bin/knip.js');
    const { code, out } = await execCommand({ args: [knip, '--directory', folder, '--reporter', 'json'], env: {} });
    const { issues } = JSON.parse(out) as { issues: { cycles: { name: string }[][] }[] };
    const found = issues.flatMap((issue) => issue.cycles.map((cycle) => cycle.map(({ name }) => name).join(' → ')));
    expect({ code, found }).toEqual({ code: 1, found: ['a.ts → b.ts', 'c.ts → d.ts'] });
  } finally {
    await rm(folder, { recursive: true });
  }
});
