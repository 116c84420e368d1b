import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const image = 'callstream/pbx';
const folder = join(import.meta.dirname, '../../../../docker/asterisk');

/** Builds the image with Asterisk, unless Docker has it already. @returns its name @throws {Error} with the output of Docker */
export async function containerImage(print: (line: string) => void): Promise<string> {
  print('Asterisk: building its image; about two minutes the first time …');
  await promisify(execFile)('docker', ['build', '--quiet', '--tag', image, folder]).catch((error: unknown) => {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Error(
      `Docker answers, but ${folder} cannot be built, which needs the network: ${stderr?.trim() || message}`,
    );
  });
  return image;
}
