/** Containers of hand-written numbers, in MiB, for the rules on memory. */
import type { ContainerUse, NamespaceUse } from '../../../src/diagnosis/container-use.ts';
import type { Sample } from '../../../src/diagnosis/diagnosis.ts';
import type { IssueType } from '../../../src/incident/policy.ts';

export const now = 1_772_420_400_000;
export const minutes = (n: number): number => n * 60_000;
export const mebi = (n: number): number => n * 1_024 ** 2;

export const highMemoryType: IssueType = {
  id: 'high-memory',
  title: 'High Memory Usage',
  symptoms: [],
  words: [],
  look: [],
  steps: [],
  paragraph: 'High Memory Usage',
  thresholds: {},
  targets: { namespace: 'production' },
};

export const container = (parts: Partial<ContainerUse> = {}): ContainerUse => ({
  namespace: 'production',
  pod: 'api-1',
  uid: `uid-of-${parts.pod ?? 'api-1'}`,
  container: 'app',
  owner: 'deployment/api',
  siblings: 1,
  node: 'node-1',
  restarts: 0,
  isRunning: true,
  isReady: true,
  since: now - minutes(600),
  memoryLimit: mebi(512),
  memory: mebi(100),
  ...parts,
});

export const namespace = (...containers: ContainerUse[]): NamespaceUse => ({
  namespace: 'production',
  containers,
  isCut: false,
  figures: { ok: true, data: now },
});

/** A value a minute, the last one now. */
export const samplesOf = (use: ContainerUse, values: (number | undefined)[], restarts: number[] = []): Sample[] =>
  values.map((value, n) => ({
    at: now - minutes(values.length - 1 - n),
    namespace: use.namespace,
    pod: use.pod,
    uid: use.uid,
    container: use.container,
    restarts: restarts[n] ?? use.restarts,
    ...(value === undefined ? {} : { memoryBytes: mebi(value) }),
  }));
