interface PbxQueue {
  /** What callers dial. */
  readonly dialled: string;
  /** Of app_queue: `rrmemory` is round robin with memory. */
  readonly strategy: 'rrmemory' | 'ringall';
  /** How long an agent rings, in s. */
  readonly ringS: number;
  /** Most callers that may wait; 0: no limit. */
  readonly waitingMax: number;
  readonly members: readonly string[];
}

export type QueueName = 'support' | 'sales';

export const queues: Readonly<Record<QueueName, PbxQueue>> = {
  support: { dialled: '800', strategy: 'rrmemory', ringS: 4, waitingMax: 0, members: ['201', '202', '203'] },
  sales: { dialled: '801', strategy: 'ringall', ringS: 10, waitingMax: 2, members: ['203', '204', '205'] },
};

/** Names of the agents, by extension. */
export const agents: Readonly<Record<string, string>> = {
  201: 'Ana',
  202: 'Bruno',
  203: 'Carla',
  204: 'Duarte',
  205: 'Eva',
};
