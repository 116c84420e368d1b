import { parentPort } from 'node:worker_threads';
import { deserialize, serialize } from 'node:v8';
import { openFolder } from './folder.ts';
import type { SpoolFolder } from './folder.ts';
import type { SpoolResponse, SpooledRecord, SpoolRequest, SpoolBatch } from './messages.ts';

// SQLite is synchronous: on a thread of its own, a slow disk stops nobody but who waits for it.
let folder: SpoolFolder | undefined;

parentPort?.on('message', ({ id, request }: { id: number; request: SpoolRequest }) => {
  parentPort?.postMessage(answer(id, request));
});

function answer(id: number, request: SpoolRequest): SpoolResponse {
  try {
    const taken = perform(request);
    return {
      id,
      ...(folder && { status: folder.status() }),
      ...(taken && { taken: new Uint8Array(serialize(taken)) }),
    };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { id, error: { name, message }, ...(folder && { status: folder.status() }) };
  }
}

function perform(request: SpoolRequest): SpoolBatch | null {
  if (request.do === 'open') {
    folder = openFolder(request.dir);
    return null;
  }
  if (!folder) throw new Error('The spool is not open.');
  switch (request.do) {
    case 'append':
      folder.append(deserialize(request.records) as SpooledRecord[]);
      return null;
    case 'take':
      return folder.take(request.lane, { records: request.recordsMax, bytes: request.bytesMax });
    case 'drained':
      folder.drained(request);
      return null;
    case 'refuse':
      folder.refuse(request);
      return null;
    case 'close':
      folder.close();
      folder = undefined;
      parentPort?.close();
      return null;
  }
}
