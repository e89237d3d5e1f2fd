/** Logs for kwok, which takes them from files of this machine. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NamedPod } from '../objects/names.ts';
import type { ContainerStatus } from '../scene.ts';

const apiVersion = 'kwok.x-k8s.io/v1alpha1';

type Lines = NonNullable<ContainerStatus['logs']>;

/** in the format of the container runtime's own files */
const inFile = (lines: Lines, now: Date): string =>
  lines.map(([ago, line]) => `${stamp(now, ago)} stdout F ${line}\n`).join('');

const stamp = (now: Date, ago: number): string =>
  new Date(now.getTime() - ago * 60_000).toISOString().replace('Z', '000000Z');

/** Undefined for a pod that says nothing. One of which nothing is told runs, and its log is there and empty. */
export function logsObject({ name, containers, ...pod }: NamedPod, folder: string, now: Date): object | undefined {
  const write = (file: string, lines: Lines): string => {
    const path = join(folder, `${name}.${file}`);
    writeFileSync(path, inFile(lines, now));
    return path;
  };
  const logs = Object.entries(containers ?? {}).flatMap(([container, told]) => {
    const { previousLogs, logs = told.waiting ? previousLogs : undefined } = told;
    if (!logs && !previousLogs) return [];
    const files = {
      logsFile: write(container, logs ?? []),
      previousLogsFile: write(`${container}.0`, previousLogs ?? []),
    };
    return [{ containers: [container], ...files }];
  });
  const isSilent = !containers && (pod.phase ?? 'Running') === 'Running' && pod.unschedulable === undefined;
  const all = isSilent ? [{ logsFile: write('silent', []) }] : logs;
  return all.length > 0 ? { apiVersion, kind: 'Logs', metadata: { name }, spec: { logs: all } } : undefined;
}
