/** The workflow engine of hand-written logs, well unless told otherwise. */
import type { LineGroup, PodLog } from '../../../src/probes/engine-logs.ts';
import { container, minutes, now } from '../../diagnosis/rules/containers.ts';

export const use = (parts = {}) =>
  container({ pod: 'wf-0', container: 'engine', owner: 'deployment/workflow-engine', siblings: 2, ...parts });
export const log = (parts: Partial<PodLog> = {}): PodLog => ({
  use: use(),
  lines: 200,
  newestAt: now - 1_000,
  usualGapMs: 2_000,
  groups: [],
  hosts: [],
  ...parts,
});
export const group = (parts: Partial<LineGroup> = {}): LineGroup => ({
  class: 'timeout',
  line: 'step # timed out',
  count: 3,
  firstAt: now - minutes(9),
  lastAt: now - minutes(1),
  ...parts,
});
export const logs = (...pods: PodLog[]) => ({ pods, unread: [] });
export const said = (found: { rule: string; level: string }[]): string[] =>
  found.map(({ rule, level }) => `${rule} ${level}`);
