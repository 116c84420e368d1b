import { addDoctor, databaseUrl, kafkaChecks, kafkaConnection } from '@callstream/runtime';
import type { Diagnosis } from '@callstream/runtime';
import { connectTables, diagnoseDatabase } from '@callstream/tables';
import { Command } from 'commander';
import type { ProjectorConfig } from './config.ts';
import { diagnosePostgresDisk } from './disk-space.ts';

/** `projector doctor`. */
export const doctorCommand = (readSettings: () => ProjectorConfig): Command =>
  addDoctor(new Command('doctor'), {
    service: 'projector',
    readSettings,
    checks: (config, { log, cleanup }) => {
      const { KAFKA_TOPIC: topic } = config;
      const db = cleanup.adopt(
        connectTables({ url: databaseUrl(config), max: 2, applicationName: 'callstream-doctor' }),
        (pool) => pool.end(),
      );
      return [
        ...kafkaChecks({ connection: kafkaConnection(config), topic, reads: true, log }),
        { name: 'Postgres', run: () => diagnoseDatabase(db, { use: 'project' }) },
        // If Postgres cannot be asked, the check before says why.
        { name: 'disk of Postgres', run: () => diagnosePostgresDisk(db, 0).catch((): Diagnosis => ({})) },
      ];
    },
  });
