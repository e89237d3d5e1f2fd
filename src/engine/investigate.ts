/** Runs the playbook of an issue type, keeps its report, and says that there is one. */
import type { Command, Incident } from '../incident/incident.ts';
import { saveReport } from '../store/reports.ts';
import type { Engine } from './engine.ts';
import { historyOf } from './sampler.ts';

/** Starts at commit, not when the channel stands: the report waits for the thread, not the look. */
export async function investigate(engine: Engine, incident: Incident, issueType: string): Promise<Command> {
  const policy = engine.policy.issueTypes.find(({ id }) => id === issueType);
  const playbook = engine.playbooks.find((one) => one.issueType === issueType);
  if (!policy || !playbook) return { kind: 'no-playbook', issueType };
  const history = await historyOf(engine, policy);
  const report = await playbook.run({ clients: engine.clients, issueType: policy, now: Date.now(), ...history });
  const id = await saveReport(engine.pool, incident.id, report);
  return { kind: 'report-ready', report: id, issueType, verdict: report.verdict };
}
