/** A look at the systems: the playbook of an issue type, or all of them. What was read is redacted before anybody gets it. */
import type { Report, Surroundings } from '../diagnosis/diagnosis.ts';
import { redacted } from '../diagnosis/redact.ts';
import { runTriage } from '../diagnosis/triage.ts';
import type { IssueType } from '../incident/policy.ts';
import type { Engine } from './engine.ts';

export type Looking = Pick<Engine, 'policy' | 'playbooks' | 'clients'>;

/** Within 15 s. `first` hears, once, what is known after 4 s. Nothing where there is no playbook. No type: all of them. */
export async function look(
  looking: Looking,
  issueType: string | undefined,
  first?: (report: Report) => void,
): Promise<Report | undefined> {
  const hear = first && ((report: Report) => first(redacted(report)));
  const looks = looking.policy.issueTypes
    .filter(({ id }) => issueType === undefined || id === issueType)
    .flatMap((type) => looksOf(looking, type));
  const [only] = looks;
  if (!only) return undefined;
  const run = issueType === undefined ? runTriage(looks, hear) : only.playbook.run(only.surroundings, hear);
  return redacted(await run);
}

function looksOf({ playbooks, clients }: Looking, issueType: IssueType) {
  const surroundings: Surroundings = { clients, issueType, now: Date.now() };
  return playbooks.filter((one) => one.issueType === issueType.id).map((playbook) => ({ playbook, surroundings }));
}
