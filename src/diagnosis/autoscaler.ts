/** What scales a workload by itself. */
import type { Condition } from './pod.ts';

export interface Autoscaler {
  name: string;
  namespace: string;
  uid: string;
  /** "deployment/api" */
  target: string;
  min: number;
  max: number;
  current: number;
  conditions: Condition[];
  /** of a resource, in percent of what its pods request */
  uses: { resource: string; now: number; target: number }[];
}

export interface Autoscalers {
  all: Autoscaler[];
  gaps: string[];
}
