import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asteriskChroot } from './chroot.ts';

it('where no chroot can be made, the error names Docker as the other way, and no partial folder is left', async () => {
  const cache = await mkdtemp(join(tmpdir(), 'callstream-cache-'));
  try {
    const made = asteriskChroot({ env: { XDG_CACHE_HOME: cache, PATH: '/nowhere' }, print: () => undefined });
    await expect(made).rejects.toThrow(/Docker.*(root|start it)|unshare.*Docker.*debootstrap.*network/);
    const left = await readdir(join(cache, 'callstream')).catch(() => []);
    expect(left).toEqual([]);
  } finally {
    await rm(cache, { recursive: true });
  }
});
