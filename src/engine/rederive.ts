/** The duties of running incidents by the runbook of now, where it was edited since they were decided. */
import { decidedUnderAnother } from '../store/audit.ts';
import type { Engine } from './engine.ts';
import { wakeUp } from './handle.ts';

export async function rederiveDuties(engine: Engine): Promise<void> {
  const failed = (error: unknown): void =>
    engine.log.error({ err: error }, 'a running incident goes by the former times of the runbook until it changes');
  try {
    for (const id of await decidedUnderAnother(engine.pool, engine.policy.fingerprint))
      await wakeUp(engine, id).catch(failed);
  } catch (error) {
    failed(error);
  }
}
