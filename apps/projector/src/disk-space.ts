import { diagnoseDisk } from '@callstream/runtime';
import type { Diagnosis } from '@callstream/runtime';
import { readDataFolder } from '@callstream/tables';
import type { Tables } from '@callstream/tables';

/** The disk of Postgres, as far as we can know it. `copies`: further copies of the live tables that must fit. */
export async function diagnosePostgresDisk(db: Tables, copies: number): Promise<Diagnosis> {
  const data = await readDataFolder(db);
  if (data === null) return {};
  const { folder, liveBytes } = data;
  return diagnoseDisk({
    folder,
    bytes: copies * liveBytes,
    remedy: 'Make room, or move the data of Postgres to a larger disk.',
  });
}

/** @throws {Error} if the disk of Postgres has too little space */
export async function checkPostgresDisk(db: Tables, copies: number): Promise<void> {
  const { problems = [] } = await diagnosePostgresDisk(db, copies);
  if (problems.length > 0) throw new Error(problems.join('\n'));
}
