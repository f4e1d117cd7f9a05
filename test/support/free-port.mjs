import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port that nobody listens on. The system chooses it, so that two who ask at the same moment get two: whoever looks
 * for a free one from a number upwards, as web-test-runner does by itself, may find the one that another has found.
 */
export async function freePort() {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
