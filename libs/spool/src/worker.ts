import { deserialize, serialize } from 'node:v8';
import { parentPort } from 'node:worker_threads';
import { openFolder } from './folder.ts';
import type { SpoolFolder } from './folder.ts';
import type { SpoolBatch, SpooledRecord, SpoolRequest, SpoolResponse } from './messages.ts';

// SQLite is synchronous. On its own thread a slow disk delays only the requests that wait for it.
let folder: SpoolFolder | undefined;

parentPort?.on('message', ({ id, request }: { id: number; request: SpoolRequest }) => {
  parentPort?.postMessage(respond(id, request));
});

function respond(id: number, request: SpoolRequest): SpoolResponse {
  try {
    const batch = perform(request);
    return {
      id,
      ...(folder && { status: folder.status() }),
      ...(batch && { batch: new Uint8Array(serialize(batch)) }),
    };
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    return { id, error: { name, message, stack }, ...(folder && { status: folder.status() }) };
  }
}

function perform(request: SpoolRequest): SpoolBatch | null {
  if (request.do === 'open') {
    folder = openFolder(request.dir, request.lockWaitMs);
    return null;
  }
  if (!folder) throw new Error('The spool is not open.');
  switch (request.do) {
    case 'append':
      folder.append(deserialize(request.records) as SpooledRecord[]);
      return null;
    case 'take':
      return folder.take(request.partition, { records: request.recordsMax, bytes: request.bytesMax });
    case 'markDrained':
      folder.markDrained(request);
      return null;
    case 'quarantine':
      folder.quarantine(request);
      return null;
    case 'close':
      folder.close();
      folder = undefined;
      parentPort?.close();
      return null;
  }
}
