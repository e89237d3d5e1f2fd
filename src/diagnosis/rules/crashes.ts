/** Containers that end as often as they are started (C2). */
import type { Finding } from '../diagnosis.ts';
import type { Container, Pod } from '../pod.ts';
import { count, oneLine } from '../words.ts';
import { ago, eachContainer, ofContainer, previousLogs } from './of-pod.ts';

export const isCrashLooping = ({ waiting }: Container): boolean => waiting?.reason === 'CrashLoopBackOff';

export const crashLooping = (pods: Pod[], now: number): Finding[] =>
  eachContainer(pods, (pod, container) => {
    if (!isCrashLooping(container)) return [];
    const { last, isInit, restarts } = container;
    const end = last ? `last exit ${last.exitCode} (${oneLine(last.reason, 40)}) ${ago(last.at, now)}` : 'no exit seen';
    const what = isInit ? 'Its init container is' : 'It is';
    return [
      ofContainer(pod, container, {
        rule: 'pod.crash-loop',
        level: 'critical',
        summary: `${what} crash-looping: ${count(restarts, 'restart')}, ${end}. Deleting the pod only resets its back-off.`,
        observed: `${count(restarts, 'restart')}, exit ${last?.exitCode ?? 'unknown'}`,
        threshold: 'any',
        evidence: last?.message === undefined ? [] : [oneLine(last.message)],
        repeat: previousLogs(pod, container),
      }),
    ];
  });
