import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { resetSocket } from './reset-socket.ts';

export interface ProxyTarget {
  /** Default: 127.0.0.1. */
  readonly host?: string;
  readonly port: number;
}

export interface ProxyOptions {
  readonly to: ProxyTarget;
  /** Default: a free port. */
  readonly port?: number;
}

/** A TCP proxy on 127.0.0.1 that injects network faults, for tests. Disposing it resets its connections. */
export interface Proxy extends AsyncDisposable {
  readonly port: number;
  /** Number of open connections. */
  readonly connections: () => number;
  /** Resets every open connection, and accepts new ones. */
  readonly cut: () => void;
  /** Resets every open connection and refuses new ones, until `resume`. */
  readonly refuse: () => Promise<void>;
  /** Accepts connections but forwards nothing in either direction, until `resume`. */
  readonly stall: () => void;
  /** Forwards requests but no responses, until `resume`. */
  readonly mute: () => void;
  /** Forwards everything again, and what was sent to a stalled connection. */
  readonly resume: () => Promise<void>;
  /** Resets every open connection, and connects new ones to `to`. */
  readonly switchTo: (to: ProxyTarget) => void;
}

export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  let { to } = options;
  let stalled = false;
  let muted = false;
  const tunnels = new Set<Tunnel>();
  const server = createServer({ pauseOnConnect: true }, (client) => {
    const tunnel = openTunnel(client, () => to);
    tunnels.add(tunnel);
    client.on('close', () => tunnels.delete(tunnel));
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
    switchTo: (target) => {
      to = target;
      cut();
    },
    [Symbol.asyncDispose]: refuse,
  };
}

/** Starts a proxy for the server of `url`. @returns the proxy, and `url` with its address */
export async function startProxyFor(url: string): Promise<{ proxy: Proxy; url: string }> {
  const proxied = new URL(url);
  const proxy = await startProxy({ to: { host: proxied.hostname, port: Number(proxied.port) } });
  proxied.host = `127.0.0.1:${proxy.port}`;
  return { proxy, url: proxied.href };
}

interface Tunnel {
  readonly flow: () => void;
  readonly halt: () => void;
  readonly mute: () => void;
  readonly reset: () => void;
}

/** Connects to the target at the first `flow`, not before. */
function openTunnel(client: Socket, to: () => ProxyTarget): Tunnel {
  let upstream: Socket | undefined;
  const reset = (): void => {
    resetSocket(client);
    if (upstream) resetSocket(upstream);
  };
  client.on('error', reset);
  const dial = (): Socket => {
    const { host = '127.0.0.1', port } = to();
    return connect({ host, port })
      .on('error', reset)
      .on('close', () => client.destroy());
  };
  client.on('close', () => upstream?.destroy());
  const halt = (): void => {
    client.unpipe();
    upstream?.unpipe();
  };
  return {
    flow: () => {
      upstream ??= dial();
      halt(); // or data would be forwarded twice
      client.pipe(upstream).pipe(client);
    },
    halt,
    mute: () => upstream?.unpipe(),
    reset,
  };
}
