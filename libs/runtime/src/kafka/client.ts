import type { Admin, AdminConfig, Kafka as KafkajsClient } from 'kafkajs';

declare const opaque: unique symbol;

/** A client of a cluster, to pass to the functions of this lib. Only this folder knows which package is behind it. */
export interface Kafka {
  readonly [opaque]: true;
}

export const toKafka = (client: KafkajsClient): Kafka => client as unknown as Kafka;
export const toKafkajs = (kafka: Kafka): KafkajsClient => kafka as unknown as KafkajsClient;

/** Runs `use` with an admin client, and disconnects it. */
export async function withAdmin<T>(
  kafka: Kafka,
  use: (admin: Admin) => Promise<T>,
  config: AdminConfig = {},
): Promise<T> {
  const admin = toKafkajs(kafka).admin(config);
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}
