/** The database's clock while the database is away: as it was read last, and on from there by a clock that cannot be set. */
import type { Pool } from 'pg';
import type { Instant } from '../incident/incident.ts';
import { appNow } from '../store/incidents.ts';

export interface DatabaseClock {
  /** asks the database, and remembers */
  read(): Promise<Instant>;
  /** this machine's own clock where the database was never seen */
  estimate(): Instant;
}

export function databaseClock(pool: Pool): DatabaseClock {
  let seen: { instant: Instant; at: number } | undefined;
  return {
    async read() {
      const instant = await appNow(pool);
      seen = { instant, at: performance.now() };
      return instant;
    },
    estimate: () => (seen ? seen.instant + Math.floor(performance.now() - seen.at) : Date.now()),
  };
}
