import { FindBoard } from '@callstream/contracts';
import type { PastBoards } from '../past/past-boards.ts';
import type { Requester } from '../scheduling/requester.ts';
import { Rejected } from './problem.ts';
import { readQuery } from './read-query.ts';
import type { ApiRequest } from './routes.ts';

/** `GET /api/board` */
export const getBoard =
  (past: PastBoards) =>
  async (requester: Requester, { query, scope }: ApiRequest): Promise<Buffer> => {
    const { at, known, finished } = readQuery(FindBoard, query);
    const moment = { at: Date.parse(at), known };
    const board = await past.read(requester, { ...moment, finished: finished === 'true', scope });
    if ('problem' in board) throw new Rejected({ kind: 'malformed', problem: board.problem });
    return board;
  };
