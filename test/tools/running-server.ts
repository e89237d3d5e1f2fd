/** What start-database.ts leaves for stop-database.ts; jest runs both in the same process. */
import type { LocalPostgres } from '../../src/local-postgres/start.ts';

interface Running {
  server?: LocalPostgres;
  folder?: string;
}

declare global {
  var responderTestServer: Running | undefined;
}

globalThis.responderTestServer ??= {};
export const running: Running = globalThis.responderTestServer;
