import { Socket } from 'node:net';
import { relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { TestEnvironment } from 'jest-environment-node';
import './code-cache.mjs';

/** How long what a test file left open may take to close, in ms; as long as jest waits for its workers at the end (jest.config.mjs). */
const closeMsMax = 10_000;

/** Standard output and error, which Node opens when they are first written to. */
const ignored = new Set(['PipeWrap', 'TTYWrap']);

/** What keeps this process from ending, by its kind; timers that are unref'ed do not. */
function countActive() {
  const counts = new Map();
  for (const kind of process.getActiveResourcesInfo())
    if (!ignored.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** All sockets of this process and their ports, which say whose they are. Node has no public way to list them. */
function socketsText() {
  const sockets = process._getActiveHandles().filter((handle) => handle instanceof Socket && handle.remotePort);
  return sockets.map(({ localPort, remotePort }) => ` (one from port ${localPort} to ${remotePort})`).join('');
}

/**
 * Node, as in jest's default, but a test file fails that leaves timers, connections or child processes open. They would keep
 * the worker from exiting: jest ends it by force at the end of the run, and does not say which file was the cause.
 */
export default class OpenHandlesEnvironment extends TestEnvironment {
  /** The file that this worker ran last, which may have begun something later than its own end. */
  static #last = 'none';
  #before = countActive();
  #file;

  constructor(config, context) {
    super(config, context);
    this.#file = relative(config.globalConfig.rootDir, context.testPath);
  }

  async teardown() {
    await super.teardown();
    const last = OpenHandlesEnvironment.#last;
    OpenHandlesEnvironment.#last = this.#file;
    const endsAt = performance.now() + closeMsMax;
    for (let open = this.#opened(); open.length > 0; open = this.#opened()) {
      if (performance.now() > endsAt)
        throw new Error(
          `Left open ${closeMsMax} ms after the last test: ${open.join(', ')}${socketsText()}. The test has to close it (or that of ${last}, before it in this worker).`,
        );
      await pause(10);
    }
  }

  #opened() {
    return [...countActive()].filter(([kind, count]) => count > (this.#before.get(kind) ?? 0)).map(([kind]) => kind);
  }
}
