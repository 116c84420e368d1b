import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Base64;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends records with Kafka's own producer, for tests: {@code java -cp 'jars/*:classes' Produce <brokers>}. Each line of its input
 * is a record: codec, topic, partition, key and value in Base64, separated by tabs. Consecutive records with the same codec
 * become one batch per partition, in their order.
 */
public final class Produce {
  private static final int BATCH_BYTES_MAX = 128 * 1024 * 1024;

  public static void main(String[] args) throws Exception {
    KafkaProducer<byte[], byte[]> producer = null;
    String codec = null;
    try (var lines = new BufferedReader(new InputStreamReader(System.in))) {
      for (String line; (line = lines.readLine()) != null; ) {
        String[] fields = line.split("\t", -1);
        if (!fields[0].equals(codec)) {
          if (producer != null) producer.close();
          codec = fields[0];
          producer = connect(args[0], codec);
        }
        byte[] key = Base64.getDecoder().decode(fields[3]);
        byte[] value = Base64.getDecoder().decode(fields[4]);
        producer.send(
            new ProducerRecord<>(fields[1], Integer.parseInt(fields[2]), key, value),
            (sent, failure) -> {
              if (failure == null) return;
              System.err.println(failure);
              System.exit(1);
            });
      }
    }
    if (producer != null) producer.close();
  }

  private static KafkaProducer<byte[], byte[]> connect(String brokers, String codec) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers", brokers,
            "compression.type", codec,
            "batch.size", BATCH_BYTES_MAX,
            "max.request.size", BATCH_BYTES_MAX,
            "buffer.memory", 2L * BATCH_BYTES_MAX,
            // Batches are sent only when the producer is closed.
            "linger.ms", 60_000,
            "delivery.timeout.ms", 120_000);
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
