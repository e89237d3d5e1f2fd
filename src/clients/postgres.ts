/** The client of the database that is diagnosed: few warm connections, read-only, a limit on every wait. */
import pg from 'pg';

export interface TargetDatabase {
  query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
  end(): Promise<void>;
}

/** Direct, not through a pooler: the limits are parameters of the session, and at saturation a warm one goes on working. */
export function makeTargetDatabase(url: string, lost: (error: Error) => void): TargetDatabase {
  const pool = new pg.Pool({
    connectionString: url,
    max: 3,
    min: 1,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: 2_500,
    query_timeout: 3_500,
    statement_timeout: 3_000,
    lock_timeout: 500,
    options: '-c default_transaction_read_only=on',
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: 'responder-diagnosis',
  });
  pool.on('error', lost);
  return {
    query: (text, values) => pool.query<Record<string, unknown>>(text, values),
    end: () => pool.end(),
  };
}
