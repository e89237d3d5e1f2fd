/** The duties of running incidents by the runbook of now, where it was edited since they were decided. */
import { decidedUnderAnother } from '../store/audit.ts';
import type { Engine } from './engine.ts';
import { wakeUp } from './handle.ts';

export async function rederiveDuties(engine: Engine): Promise<void> {
  try {
    for (const id of await decidedUnderAnother(engine.pool, engine.policy.fingerprint)) await wakeUp(engine, id);
  } catch (error) {
    engine.log.error({ err: error }, 'running incidents go by the former times of the runbook until they change');
  }
}
