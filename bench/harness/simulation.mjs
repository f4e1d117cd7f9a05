/** tools/scale and a Redis of the tests', for scripts that Node runs as they are. */
import { tsImport } from 'tsx/esm/api';

const from = (path) => tsImport(`../../${path}`, import.meta.url);

export const { calibrationOf } = await from('tools/scale/calibration.ts');
export const { calm, lengthsAround, simulate } = await from('tools/scale/queue-simulation.ts');
export const { hasRedis, RedisServer } = await from('test/queue/support/redis-server.ts');
