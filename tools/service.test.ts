import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startService } from './service.ts';

it('a service that is not ready in time keeps running if /readyz answers, and fails the start if it does not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'callstream-service-'));
  const script = join(folder, 'service.mjs');
  await writeFile(script, 'process.on("disconnect", () => process.exit()); setInterval(() => undefined, 1000);');
  const readyz = createServer((_request, response) => response.writeHead(503).end('Partition 0 is blocked.\n')).listen(
    0,
    '127.0.0.1',
  );
  await new Promise((resolve) => readyz.once('listening', resolve));
  const printed: string[] = [];
  const options = {
    env: process.env,
    logs: folder,
    readyTimeoutMs: 300,
    print: (line: string) => void printed.push(line),
  };
  const service = (port: number) => ({
    name: 'projector',
    script,
    args: [],
    usesTables: false,
    adminUrl: `http://127.0.0.1:${port}`,
  });
  try {
    const { port } = readyz.address() as AddressInfo;
    {
      await using _running = await startService(service(port), options);
      expect(printed).toEqual(['projector is not ready yet, and keeps trying: Partition 0 is blocked.']);
    }
    await expect(startService(service(1), options)).rejects.toThrow('projector was not ready after 0.3 s');
  } finally {
    readyz.close();
    await rm(folder, { recursive: true });
  }
});
