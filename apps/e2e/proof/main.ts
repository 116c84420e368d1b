import type { Bench } from '../bench/bench.ts';
import { runBenches } from '../bench/run-benches.ts';
import { proveAbuse } from './abuse.ts';

/** All proofs by their NAME in `npm run proof -- NAME`. */
const proofs: Readonly<Record<string, Bench>> = {
  abuse: {
    about:
      'attacks a system with a heap of 512 MB from outside: answers, closes, memory, the p99 of a good client beside it, and the tables afterwards',
    minutes: 5,
    run: proveAbuse,
  },
};

await runBenches({
  name: 'proof',
  description: 'Shows that callstream keeps what it promises, or where it does not (exit code 1).',
  help:
    'A proof starts a system of its own, on KAFKA_BROKERS and DATABASE_URL, or on a Kafka and Postgres in a temporary folder.' +
    '\nAttacks go to loopback only, and end by themselves.',
  benches: proofs,
});
