import { addDoctor, databaseUrl, kafkaChecks, kafkaConnection } from '@callstream/runtime';
import { connectTables, diagnoseDatabase } from '@callstream/tables';
import { Command } from 'commander';
import type { GatewayConfig } from './config.ts';

/** `gateway doctor`. */
export const doctorCommand = (readSettings: () => GatewayConfig): Command =>
  addDoctor(new Command('doctor'), {
    service: 'gateway',
    readSettings,
    checks: (config, { log, cleanup }) => {
      const { KAFKA_TOPIC: topic, TIME_ZONE: timeZone } = config;
      const db = cleanup.adopt(
        connectTables({ url: databaseUrl(config), max: 2, applicationName: 'callstream-doctor' }),
        (pool) => pool.end(),
      );
      return [
        ...kafkaChecks({ connection: kafkaConnection(config), topic, reads: true, log }),
        { name: 'Postgres', run: () => diagnoseDatabase(db, { use: 'serve', timeZone }) },
      ];
    },
  });
