import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { resetSocket } from './reset-socket.ts';

export interface ProxyTarget {
  /** 127.0.0.1 if not given. */
  readonly host?: string;
  readonly port: number;
}

export type ProxyOptions = {
  readonly to: ProxyTarget;
  /** Else a free one. */
  readonly port?: number;
};

/** A TCP proxy on 127.0.0.1, for tests: does to connections what networks do. Disposed, it cuts what is open. */
export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** Connections that are open through it. */
  readonly connections: () => number;
  /** Resets every open connection; new ones are taken. */
  readonly cut: () => void;
  /** Resets every open connection and refuses new ones, until `resume`. */
  readonly refuse: () => Promise<void>;
  /** Lets nothing pass, without a word to either side; new connections are accepted and hear nothing, until `resume`. */
  readonly stall: () => void;
  /** What is sent arrives, and no answer comes back, until `resume`. */
  readonly mute: () => void;
  /** Everything passes again; what was sent to a stalled connection arrives now. */
  readonly resume: () => Promise<void>;
  /** Resets every open connection; new ones go to `to`. */
  readonly switchTo: (to: ProxyTarget) => void;
}

export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  let { to } = options;
  let stalled = false;
  let muted = false;
  const tunnels = new Set<Tunnel>();
  const server = createServer({ pauseOnConnect: true }, (near) => {
    const tunnel = openTunnel(near, () => to);
    tunnels.add(tunnel);
    near.on('close', () => tunnels.delete(tunnel));
    if (!stalled) tunnel.flow();
    if (muted) tunnel.mute();
  });
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(options.port ?? 0);
  const { port } = server.address() as AddressInfo;

  const cut = (): void => tunnels.forEach((tunnel) => tunnel.reset());
  const refuse = async (): Promise<void> => {
    const closed = server.listening ? once(server, 'close') : undefined;
    server.close();
    cut();
    await closed;
  };
  return {
    port,
    connections: () => tunnels.size,
    cut,
    refuse,
    stall: () => {
      stalled = true;
      tunnels.forEach((tunnel) => tunnel.halt());
    },
    mute: () => {
      muted = true;
      tunnels.forEach((tunnel) => tunnel.mute());
    },
    resume: async () => {
      stalled = false;
      muted = false;
      tunnels.forEach((tunnel) => tunnel.flow());
      if (!server.listening) await listen(port);
    },
    switchTo: (other) => {
      to = other;
      cut();
    },
    [Symbol.asyncDispose]: refuse,
  };
}

/** A proxy before the server of `url`, and the URL that leads through it. */
export async function startProxyFor(url: string): Promise<{ proxy: Proxy; url: string }> {
  const through = new URL(url);
  const proxy = await startProxy({ to: { host: through.hostname, port: Number(through.port) } });
  through.host = `127.0.0.1:${proxy.port}`;
  return { proxy, url: through.href };
}

interface Tunnel {
  readonly flow: () => void;
  readonly halt: () => void;
  readonly mute: () => void;
  readonly reset: () => void;
}

/** Nothing is sent on, not even a connection made, before it flows for the first time. */
function openTunnel(near: Socket, to: () => ProxyTarget): Tunnel {
  let far: Socket | undefined;
  const reset = (): void => {
    resetSocket(near);
    if (far) resetSocket(far);
  };
  near.on('error', reset);
  const dial = (): Socket => {
    const { host = '127.0.0.1', port } = to();
    return connect({ host, port })
      .on('error', reset)
      .on('close', () => near.destroy());
  };
  near.on('close', () => far?.destroy());
  const halt = (): void => {
    near.unpipe();
    far?.unpipe();
  };
  return {
    flow: () => {
      far ??= dial();
      halt(); // or what flows already would flow twice
      near.pipe(far).pipe(near);
    },
    halt,
    mute: () => far?.unpipe(),
    reset,
  };
}
