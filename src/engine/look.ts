/** A look at the systems: the playbook of an issue type, or all of them. What was read is redacted before anybody gets it. */
import type { Report, Sample, Surroundings } from '../diagnosis/diagnosis.ts';
import { redacted } from '../diagnosis/redact.ts';
import { forOneRun } from '../diagnosis/shared.ts';
import { runTriage } from '../diagnosis/triage.ts';
import type { IssueType } from '../incident/policy.ts';
import type { Engine } from './engine.ts';
import { historyOf } from './sampler.ts';
import { within } from './wait.ts';

export interface Looking extends Pick<Engine, 'policy' | 'playbooks' | 'clients'> {
  /** absent: nothing is kept where this runs */
  history?: (issueType: IssueType) => Promise<{ samples?: Sample[] }>;
}

/** A slow database of our own must not keep anybody from what is seen now. */
const historyMs = 1_000;

export const withHistory = (engine: Engine): Looking => ({
  ...engine,
  history: async (issueType) => (await within(historyMs, historyOf(engine, issueType))) ?? {},
});

/** Within 15 s. `first` hears, once, what is known after 4 s. Nothing where there is no playbook. No type: all of them. */
export async function look(
  looking: Looking,
  issueType: string | undefined,
  first?: (report: Report) => void,
): Promise<Report | undefined> {
  const hear = first && ((report: Report) => first(redacted(report)));
  const types = looking.policy.issueTypes.filter(({ id }) => issueType === undefined || id === issueType);
  const once = forOneRun(looking);
  const looks = (await Promise.all(types.map((type) => looksOf(once, type)))).flat();
  const [only] = looks;
  if (!only) return undefined;
  const run = issueType === undefined ? runTriage(looks, hear) : only.playbook.run(only.surroundings, hear);
  return redacted(await run);
}

async function looksOf({ playbooks, clients, history }: Looking, issueType: IssueType) {
  const surroundings: Surroundings = { clients, issueType, now: Date.now(), ...(await history?.(issueType)) };
  return playbooks.filter((one) => one.issueType === issueType.id).map((playbook) => ({ playbook, surroundings }));
}
