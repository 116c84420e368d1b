import { z } from 'zod';

export const callState = z.enum(['NEW', 'STANDBY', 'WAITING', 'ONGOING', 'FINISHED']);
