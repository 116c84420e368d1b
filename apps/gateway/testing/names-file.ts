import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Writes a file of names, which is removed with `stack`. @returns its path, for NAMES_FILE */
export function testNamesFile(stack: AsyncDisposableStack, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'callstream-names-'));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'names.yaml');
  writeFileSync(file, text);
  return file;
}
