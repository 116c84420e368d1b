// The process of the good client: `node good-client-process.ts OPTIONS`, as JSON. Answers each message with what it measured since the last.
import { openGoodClient } from './good-client.ts';
import type { GoodClientOptions } from './good-client.ts';

const [optionsText = ''] = process.argv.slice(2);
const good = await openGoodClient(JSON.parse(optionsText) as GoodClientOptions);
process.on('message', () => process.send?.(good.takeWaits()));
process.once('disconnect', () => void good[Symbol.asyncDispose]());
process.send?.('measures');
