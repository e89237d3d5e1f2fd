/** A machine of the cluster. Seeing them is a right of its own. */
import type { Condition } from './pod.ts';

export interface Node {
  name: string;
  uid: string;
  isCordoned: boolean;
  conditions: Condition[];
}

export interface Nodes {
  all: Node[];
  gaps: string[];
}
