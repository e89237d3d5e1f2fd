/** A machine of the cluster. Seeing them is a right of its own. */
import type { Condition } from './pod.ts';

export interface Node {
  name: string;
  uid: string;
  isCordoned: boolean;
  /** bytes that it has for its pods; 0: it does not say */
  memory: number;
  conditions: Condition[];
}

export interface Nodes {
  all: Node[];
  gaps: string[];
}
