/** Every number that a runbook may set: those that rules share, and those of single playbooks. */
import { type Threshold, thresholds } from '../diagnosis/thresholds.ts';
import { playbooks } from './index.ts';

export const knownThresholds: Record<string, Threshold> = {
  ...thresholds,
  ...Object.fromEntries(playbooks.flatMap((playbook) => Object.entries(playbook.thresholds ?? {}))),
};
