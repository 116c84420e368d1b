import { once } from 'node:events';
import { WebSocket } from 'ws';

/** Has the process whose inspector listens on the port collect its garbage. @see Chrome DevTools Protocol, HeapProfiler.collectGarbage */
export async function collectGarbage(inspectorPort: number): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${inspectorPort}/json/list`);
  const [target] = (await answer.json()) as { webSocketDebuggerUrl: string }[];
  if (!target) throw new Error('The process has no inspector.');
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await once(socket, 'open');
  socket.send(JSON.stringify({ id: 1, method: 'HeapProfiler.collectGarbage' }));
  await once(socket, 'message');
  const closed = once(socket, 'close');
  socket.close();
  await closed;
}
