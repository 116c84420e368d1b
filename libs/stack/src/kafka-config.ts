import { join } from 'node:path';

/** A further way in, beside the one that this machine's own clients take. */
export type Listener = {
  /** As in Kafka's settings, which follow it in lower case: `listener.name.<name>.…` */
  name: string;
  protocol: 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';
  port: number;
};

/**
 * A node that is a broker, and the controller too if it is the first one. Every batch is flushed: with a single copy, "acknowledged" would otherwise
 * mean the page cache. The controller's place is given in the old, static way, so that its port may change.
 */
export const serverProperties = ({
  port,
  advertisedPort = port,
  controllerPort,
  dataDir,
  nodeId = 1,
  further = [],
  more = [],
}: {
  port: number;
  advertisedPort?: number;
  controllerPort: number;
  dataDir: string;
  /** 1 is the controller, on `controllerPort`; others are brokers that find it there. */
  nodeId?: number;
  /** Reached as `localhost`. */
  further?: readonly Listener[];
  /** Lines of settings beside these. */
  more?: readonly string[];
}) => `\
process.roles=${nodeId === 1 ? 'broker,controller' : 'broker'}
node.id=${nodeId}
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=BROKER://127.0.0.1:${port}${nodeId === 1 ? `,CONTROLLER://127.0.0.1:${controllerPort}` : ''}${further.map(({ name, port }) => `,${name}://127.0.0.1:${port}`).join('')}
advertised.listeners=BROKER://127.0.0.1:${advertisedPort}${further.map(({ name, port }) => `,${name}://localhost:${port}`).join('')}
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT${further.map(({ name, protocol }) => `,${name}:${protocol}`).join('')}
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
${more.map((line) => `${line}\n`).join('')}`;
