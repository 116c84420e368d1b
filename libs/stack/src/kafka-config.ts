import { join } from 'node:path';

/**
 * One node that is broker and controller. Every batch is flushed: with a single copy, "acknowledged" would otherwise
 * mean the page cache. The controller's place is given in the old, static way, so that its port may change.
 */
export const serverProperties = ({
  port,
  advertisedPort = port,
  controllerPort,
  dataDir,
}: {
  port: number;
  advertisedPort?: number;
  controllerPort: number;
  dataDir: string;
}) => `\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=BROKER://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=BROKER://127.0.0.1:${advertisedPort}
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=BROKER
controller.listener.names=CONTROLLER
log.dirs=${join(dataDir, 'log')}
log.flush.interval.messages=1
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=1
offsets.topic.num.partitions=6
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=6
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
num.recovery.threads.per.data.dir=2
`;
