import { execCommand } from '../system/service-process.ts';
import { commandOf } from '../system/system.ts';
import { startTestSystem } from '../system/test-system.ts';
import { hasPgBouncer, startPgBouncer } from './pgbouncer.ts';

const skipped = hasPgBouncer ? '' : ' (skipped: pgbouncer is not in PATH)';

(hasPgBouncer ? it : it.skip)(
  `behind PgBouncer with transaction pooling, every start ends with the remedy${skipped}`,
  async () => {
    await using system = await startTestSystem({ services: [] });
    await using pooler = await startPgBouncer(system.env['DATABASE_URL'] ?? '', 'transaction');
    const env = Object.assign({}, system.env, { DATABASE_URL: pooler.url });
    const projector = 'apps/projector/src/main.ts';
    for (const args of [[projector, 'migrate'], [projector, 'rebuild'], commandOf.projector, commandOf.gateway]) {
      const { code, err } = await execCommand({ args, env });
      expect([args, code, err]).toEqual([args, 1, expect.stringMatching(/transaction pooling.*pool_mode = session/)]);
    }
  },
);
