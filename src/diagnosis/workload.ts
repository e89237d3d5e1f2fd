/** What keeps pods running, how far it has come, and what its newest rollout changed. */
import type { Instant } from '../incident/incident.ts';
import type { About } from './diagnosis.ts';
import type { Condition } from './pod.ts';

export interface Workload {
  kind: 'deployment' | 'statefulset' | 'daemonset';
  name: string;
  namespace: string;
  uid: string;
  desired: number;
  /** ready and so for as long as the workload asks */
  available: number;
  conditions: Condition[];
  rollout?: Rollout | undefined;
}

export interface Rollout {
  /** absent where the API does not tell: then its first pod tells */
  at?: Instant | undefined;
  /** of the template that it brings: its pods carry it */
  hash: string;
  /** "app: image shop/api:1.4 -> shop/api:1.5"; values of variables are never told */
  changes: string[];
  /** of the template before it; absent: there is nothing to go back to */
  before?: string | undefined;
}

export interface ReplicaSet {
  name: string;
  uid: string;
  /** absent: it is nobody's */
  deployment?: string | undefined;
  hash: string;
  revision: number;
  createdAt: Instant;
  template: Template;
  conditions: Condition[];
}

/** By the names of its containers. */
export type Template = Record<string, TemplateContainer>;

export interface TemplateContainer {
  image: string;
  /** "memory limit": "512Mi" */
  sizes: Record<string, string>;
  /** only ever compared: values may be secret */
  variables: Record<string, string>;
}

export interface Workloads {
  namespace: string;
  all: Workload[];
  replicaSets: ReplicaSet[];
  gaps: string[];
}

export const titleOf = ({ kind, name }: Workload): string => `${kind}/${name}`;

export const aboutWorkload = ({ kind, name, namespace, uid }: Workload): About => ({ kind, name, namespace, uid });

/** What a person would want to know of the change from one template to the next. */
export function changesOf(before: Template, after: Template): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => {
    const [old, now] = [before[name], after[name]];
    if (!old) return [`${name}: new container`];
    if (!now) return [`${name}: container gone`];
    return containerChanges(old, now).map((change) => `${name}: ${change}`);
  });
}

function containerChanges(old: TemplateContainer, now: TemplateContainer): string[] {
  const image = old.image === now.image ? [] : [`image ${old.image} -> ${now.image}`];
  const sizes = changed(old.sizes, now.sizes).map(
    (name) => `${name} ${old.sizes[name] ?? 'none'} -> ${now.sizes[name] ?? 'none'}`,
  );
  const variables = changed(old.variables, now.variables).map((name) => `variable ${name} ${verb(name, old, now)}`);
  return [...image, ...sizes, ...variables];
}

const verb = (name: string, old: TemplateContainer, now: TemplateContainer): string => {
  if (!(name in old.variables)) return 'added';
  return name in now.variables ? 'changed' : 'gone';
};

const changed = (old: Record<string, string>, now: Record<string, string>): string[] =>
  [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((name) => old[name] !== now[name]);

export const workloadOf = (owner: { kind: string; name: string } | undefined, all: Workload[]): Workload | undefined =>
  owner && all.find(({ kind, name }) => kind === owner.kind && name === owner.name);
