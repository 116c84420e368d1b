import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { nodeFlagsOf, until } from '@callstream/stack';
import xterm from '@xterm/headless';

const root = join(import.meta.dirname, '../../../..');
const untilTimeoutMs = 30_000;

interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface TerminalOptions extends TerminalSize {
  /** A TypeScript file of this repository, and its arguments. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A command on a terminal of its own. */
export interface TerminalCommand extends AsyncDisposable {
  /** The lines that are on the terminal now, without the blanks at their ends. */
  readonly screen: () => string[];
  /** Whether a line was too long, and continues on the next. */
  readonly hasWrapped: () => boolean;
  /** Everything that it wrote, with control sequences. */
  readonly output: () => string;
  /** Waits until the screen is as wanted. @throws {Error} with the screen */
  readonly until: (isWanted: (lines: readonly string[]) => boolean) => Promise<void>;
  readonly type: (keys: string) => void;
  readonly resize: (size: TerminalSize) => void;
  /** Resolves at its end with its exit code. */
  readonly exited: Promise<number | null>;
  /** Whether the terminal is as it was before: main screen, cursor, lines that wrap, and input by lines. */
  readonly isRestored: () => boolean;
}

/** Whether script(1) is that of util-linux; the one of macOS has other arguments. */
export const hasTerminals = /util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout);

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** Starts a command on a pseudo-terminal of script(1); xterm.js shows what a person would see. */
export function launchOnTerminal({ args, env, columns, rows }: TerminalOptions): TerminalCommand {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const command = [process.execPath, ...nodeFlagsOf(args), ...args].map(quoted).join(' ');
  // Its first line is the name of the terminal, its last one the mode of the input.
  const line = `tty; stty cols ${columns} rows ${rows}; ${command}; code=$?; echo; stty -a | tr ' ;' '\\n\\n' | grep -x -e -*icanon; exit $code`;
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    cwd: root,
    env: { ...process.env, SHELL: '/bin/sh', TERM: 'xterm-256color', NODE_OPTIONS: '', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    terminal.write(text);
  });
  const exited = once(child, 'close').then(async ([code]) => {
    // Until xterm.js has interpreted all of it.
    await new Promise<void>((resolve) => terminal.write('', resolve));
    return code as number | null;
  });
  const lineAt = (row: number) => terminal.buffer.active.getLine(terminal.buffer.active.baseY + row);
  const allRows = (): number[] => Array.from({ length: terminal.rows }, (_, row) => row);
  const screen = (): string[] =>
    allRows().map((row) => lineAt(row)?.translateToString(true, 0, terminal.cols).trimEnd() ?? '');
  const isLast = (wanted: string, other: string): boolean => output.lastIndexOf(wanted) >= output.lastIndexOf(other);
  return {
    screen,
    hasWrapped: () => allRows().some((row) => lineAt(row)?.isWrapped),
    output: () => output,
    until: async (isWanted) => {
      await until(() => isWanted(screen()), {
        timeoutMs: untilTimeoutMs,
        everyMs: 20,
        onTimeout: () => new Error(`The terminal shows:\n${screen().join('\n')}`),
      });
    },
    type: (keys) => void child.stdin.write(keys),
    resize: (size) => {
      terminal.resize(size.columns, size.rows);
      const [device = ''] = output.split('\r\n');
      spawn('stty', ['-F', device, 'cols', String(size.columns), 'rows', String(size.rows)], { stdio: 'inherit' });
    },
    exited,
    isRestored: () =>
      terminal.buffer.active.type === 'normal' &&
      isLast('\x1b[?25h', '\x1b[?25l') &&
      isLast('\x1b[?7h', '\x1b[?7l') &&
      /(^|\n)icanon\r\n$/.test(output),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exited;
      terminal.dispose();
    },
  };
}
