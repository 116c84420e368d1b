import kafkajs from 'kafkajs';
import { withAdmin } from '../src/kafka/client.ts';
import type { Kafka } from '../src/kafka/client.ts';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

const operations = {
  Create: AclOperationTypes.CREATE,
  Delete: AclOperationTypes.DELETE,
  Describe: AclOperationTypes.DESCRIBE,
  DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
} as const;
const resources = { topic: AclResourceTypes.TOPIC, group: AclResourceTypes.GROUP } as const;

/** A right of a user, in the words of kafka-acls.sh. */
export interface KafkaAcl {
  readonly user: string;
  readonly operation: keyof typeof operations;
  readonly resource: keyof typeof resources;
  /** Of the topic or group; with `isPrefix`, the start of it. */
  readonly name: string;
  readonly isPrefix: boolean;
}

const entryOf = ({ user, operation, resource, name, isPrefix }: KafkaAcl) => ({
  principal: `User:${user}`,
  host: '*',
  operation: operations[operation],
  permissionType: AclPermissionTypes.ALLOW,
  resourceType: resources[resource],
  resourceName: name,
  resourcePatternType: isPrefix ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
});

export async function allow(kafka: Kafka, acls: readonly KafkaAcl[]): Promise<void> {
  await withAdmin(kafka, (admin) => admin.createAcls({ acl: acls.map(entryOf) }));
}

/** Removes rights that {@link allow} gave. */
export async function disallow(kafka: Kafka, acls: readonly KafkaAcl[]): Promise<void> {
  await withAdmin(kafka, (admin) => admin.deleteAcls({ filters: acls.map(entryOf) }));
}
