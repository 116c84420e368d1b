/** A listener beside the one that clients on this machine use. */
export interface Listener {
  /** As in Kafka's settings, where it is in lower case: `listener.name.<name>.…` */
  name: string;
  protocol: 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';
  port: number;
}

interface KafkaSettings {
  readonly port: number;
  readonly advertisedPort?: number;
  readonly controllerPort: number;
  /** Folder of the log; relative to the working directory of Kafka, which reads this file as ISO 8859-1 and splits at commas. */
  readonly logDir: string;
  /** 1 is the controller, on `controllerPort`; others are brokers that join it. */
  readonly nodeId?: number;
  /** Additional listeners, advertised as `localhost`. */
  readonly listeners?: readonly Listener[];
  /** Additional lines, as `name=value`. */
  readonly extraSettings?: readonly string[];
}

/**
 * The `server.properties` of a broker, which is also the controller if it is the first node. Every batch is flushed: with a single
 * replica, an acknowledged record would otherwise be in the page cache only. The controller is named by the static
 * `controller.quorum.voters`, so that its port may change. An idle controller writes a record each 10 s, not each 500 ms: that halves
 * the CPU time of an idle broker.
 */
export function serverProperties(settings: KafkaSettings): string {
  const { port, controllerPort, logDir, nodeId = 1, listeners = [], extraSettings = [] } = settings;
  const { advertisedPort = port } = settings;
  const isController = nodeId === 1;
  const perListener = (entry: (listener: Listener) => string): string =>
    listeners.map((listener) => `,${entry(listener)}`).join('');
  return `\
process.roles=${isController ? 'broker,controller' : 'broker'}
node.id=${nodeId}
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=BROKER://127.0.0.1:${port}${isController ? `,CONTROLLER://127.0.0.1:${controllerPort}` : ''}${perListener((listener) => `${listener.name}://127.0.0.1:${listener.port}`)}
advertised.listeners=BROKER://127.0.0.1:${advertisedPort}${perListener((listener) => `${listener.name}://localhost:${listener.port}`)}
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT${perListener(({ name, protocol }) => `${name}:${protocol}`)}
inter.broker.listener.name=BROKER
controller.listener.names=CONTROLLER
metadata.max.idle.interval.ms=10000
log.dirs=${logDir}
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
${extraSettings.map((line) => `${line}\n`).join('')}`;
}
