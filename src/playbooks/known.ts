/** All that a runbook may set for issue types: numbers, those of single playbooks too, and what the probes of each read. */
import type { Playbook } from '../diagnosis/diagnosis.ts';
import { type Threshold, thresholds } from '../diagnosis/thresholds.ts';
import { playbooks } from './index.ts';

const ofPlaybooks: Record<string, Threshold> = Object.fromEntries(
  playbooks.flatMap((playbook) => Object.entries(playbook.thresholds ?? {})),
);

/** The namespace is read for every type: samples are taken there. */
const targetsOf = ({ probes }: Playbook): string[] => [
  ...new Set(['namespace', ...probes.flatMap(({ targets = [] }) => targets)]),
];

export const known = {
  thresholds: { ...thresholds, ...ofPlaybooks },
  targets: new Map(playbooks.map((playbook) => [playbook.issueType, targetsOf(playbook)])),
};
