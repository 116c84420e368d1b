import { spawn } from 'node:child_process';

/** What opens an address, by platform; the address is the last argument. */
const openers: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** Shows an address in the user's browser. Where that cannot be done, the address was said already. */
export function openBrowser(url: string, say: (line: string) => void): void {
  const [command, ...args] = openers[process.platform] ?? ['xdg-open'];
  const opener = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
  opener.on('error', (error) => say(`No browser could be opened (${error.message}): open ${url} yourself.`));
  opener.unref();
}
