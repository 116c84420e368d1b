import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { addDoctor, diagnoseDisk, kafkaChecks, kafkaConnection } from '@callstream/runtime';
import { Command } from 'commander';
import type { IngestConfig } from './config.ts';
import { leftoverSpools } from './spools.ts';

/** `ingest doctor`. */
export const doctorCommand = (readSettings: () => IngestConfig): Command =>
  addDoctor(new Command('doctor'), {
    service: 'ingest',
    readSettings,
    checks: (config, { log }) => {
      const folder = existingFolder(resolve(config.DATA_DIR));
      return [
        ...kafkaChecks({ connection: kafkaConnection(config), topic: config.KAFKA_TOPIC, reads: false, log }),
        {
          name: 'spool',
          run: async () => ({
            ...(await diagnoseDisk({ folder, remedy: 'Make room, or set DATA_DIR to a folder on another disk.' })),
            warnings: leftoverSpools(config.DATA_DIR, config.INGEST_WORKERS).map(
              ({ dir }) =>
                `${dir} has events of a worker that INGEST_WORKERS=${config.INGEST_WORKERS} does not start. ${
                  // Without a spool, ingest opens none.
                  config.SPOOL_MAX_BYTES === 0
                    ? `Send them with: npm run ingest -- drain --dir "${dir}".`
                    : 'Start ingest, which sends them; those in refused.db stay.'
                }`,
            ),
          }),
        },
      ];
    },
  });

/** Before the first start, DATA_DIR does not exist. */
const existingFolder = (path: string): string => (existsSync(path) ? path : existingFolder(dirname(path)));
