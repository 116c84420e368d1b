import { clearReload, reloadOnce } from './reload-once.ts';

/** A part of the page could not be loaded: the gateway does not answer, or still lacks it after a reload. */
export class PartNotLoaded extends Error {
  override readonly name = 'PartNotLoaded';
}

/**
 * Imports a part of the page. If the gateway answers without having it, it is of another build, and the page reloads once. Without
 * an answer it does not: a browser shows an error of its own in place of a page that it cannot reload.
 * @throws {PartNotLoaded}
 */
export async function loadPart<T>(load: () => Promise<T>): Promise<T> {
  try {
    const part = await load();
    clearReload('part');
    return part;
  } catch (cause) {
    // After the reload this page is gone: its view must not show an error meanwhile.
    if ((await hasPage()) && reloadOnce('part')) return new Promise(() => undefined);
    throw new PartNotLoaded((cause as Error).message, { cause });
  }
}

/** Whether the gateway has a page that would replace this one. */
const hasPage = (): Promise<boolean> =>
  fetch(document.baseURI, { method: 'HEAD', cache: 'no-store' }).then(
    ({ ok }) => ok,
    () => false,
  );
