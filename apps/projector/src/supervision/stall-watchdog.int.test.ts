import { connectKafka } from '@callstream/runtime';
import type { Kafka } from '@callstream/runtime';
import { interceptConsumer } from '@callstream/runtime/testing';
import type { InterceptedConsumer } from '@callstream/runtime/testing';
import { testKafkaBrokers, until } from '@callstream/stack';
import { poolOf } from '@callstream/tables/testing';
import { startProjector } from '../../testing/projector.ts';
import { createFixture, event, silent } from '../../testing/fixture.ts';
import type { ProjectorFixture } from '../../testing/fixture.ts';

let fixture: ProjectorFixture;
beforeAll(async () => {
  fixture = await createFixture();
});
afterAll(() => fixture[Symbol.asyncDispose]());

function kafkaWithConsumer(): { kafka: Kafka; consumer: InterceptedConsumer } {
  const kafka = connectKafka({ brokers: testKafkaBrokers(), clientId: 'projector-test', log: silent });
  return { kafka, consumer: interceptConsumer(kafka, 'projector-') };
}

it('an event after many idle polls is projected, and idling is no stall', async () => {
  const { kafka, consumer } = kafkaWithConsumer();
  await using projector = await startProjector(fixture, { kafka, stallMs: 2_000 });
  // Longer than `stallMs`.
  await until(() => consumer.fetches() > 20, {
    onTimeout: () => new Error(`${consumer.fetches()} polls`),
  });
  await fixture.produce({ value: event('late') });
  await fixture.expectFold();
  await projector.untilReadiness(null);
});

it('when kafkajs stops without an error, the projector ends, and the next one continues', async () => {
  const { kafka, consumer } = kafkaWithConsumer();
  {
    await using projector = await startProjector(fixture, { kafka, stallMs: 3_000 });
    await fixture.produce({ value: event('before') });
    await fixture.untilProjected();
    await consumer.stop();
    await fixture.produce({ value: event('not read') });
    await expect(projector.failure).rejects.toThrow(
      /No progress for \d+ s: partition 0 stays at offset \d+ while 1 records wait.*stall watchdog ends the projector.*PROJECTOR_STALL_SECONDS/,
    );
  }
  await using _next = await startProjector(fixture);
  await fixture.expectFold();
});

it('when a statement hangs, the projector is not ready, and then ends', async () => {
  const blocker = await poolOf(fixture.db).connect();
  await blocker.query('begin; select from positions where partition = 1 for update');
  {
    await using projector = await startProjector(fixture, { stallMs: 13_000 });
    await fixture.produce({ value: event('stuck'), partition: 1 }, { value: event('not stuck') });
    const failure = expect(projector.failure).rejects.toThrow(/partition 1 stays at offset/);
    await projector.untilReadiness(/^No progress for \d+ s: partition 1 stays/);
    await failure;
    // The projector cannot close its connection before.
    await blocker.query('rollback');
    blocker.release();
  }
  await using _next = await startProjector(fixture);
  await fixture.expectFold();
});
