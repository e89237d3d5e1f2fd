/** A sign of life to a watcher outside, who tells somebody when it stays away. */
import { call } from './http.ts';

export function makeHeartbeat(url: string): () => Promise<void> {
  return async () => {
    await call({ service: 'The watcher of the heartbeat', method: 'GET', url });
  };
}
