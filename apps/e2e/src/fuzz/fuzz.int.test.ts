import { testFuzzing } from './fuzz-tests.ts';

testFuzzing({ requests: 1_500, webhooks: 400, sockets: 200 });
