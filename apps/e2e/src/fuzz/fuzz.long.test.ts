import { testFuzzing } from './fuzz-tests.ts';

testFuzzing({ requests: 50_000, webhooks: 20_000, sockets: 5_000 });
