/** An engine that runs, is ready and says nothing, though it usually does (W2). */
import { aboutPod, type ContainerUse } from '../../diagnosis/container-use.ts';
import type { Finding } from '../../diagnosis/diagnosis.ts';
import { duration } from '../../diagnosis/words.ts';
import type { Instant } from '../../incident/incident.ts';
import type { Milliseconds } from '../../incident/policy.ts';
import { minutes } from '../../incident/times.ts';
import { type EngineLogs, engineLogs, type PodLog } from '../../probes/engine-logs.ts';
import { executions } from '../../probes/executions.ts';
import { logsOf, offering } from './engine.ts';

const silentMs = minutes(5);
const silentCriticalMs = minutes(15);
/** what counts as one that normally logs */
const usualLines = 10;
const usualGapMs = minutes(1);

const isWell = ({ isRunning, isReady }: ContainerUse): boolean => isRunning && isReady;
const usuallyLogs = ({ lines, usualGapMs: gap = Infinity }: PodLog): boolean =>
  lines >= usualLines && gap <= usualGapMs;

export function silenceOf(log: PodLog, now: Instant): Milliseconds | undefined {
  if (log.newestAt === undefined || !isWell(log.use) || !usuallyLogs(log)) return undefined;
  const silence = now - log.newestAt;
  return silence >= silentMs ? silence : undefined;
}

/** `running`: executions under way, as far as they were seen: with none, silence is what is to be expected. */
export function silent({ pods }: EngineLogs, now: Instant, running: number | undefined): Finding[] {
  return pods.flatMap((log) => {
    const silence = silenceOf(log, now);
    return silence === undefined ? [] : [running === 0 ? idle(log, silence) : silentFor(log, silence)];
  });
}

const silenceAbout = ({ use }: PodLog, silence: Milliseconds) => ({
  check: engineLogs.name,
  subject: use.pod,
  observed: `newest line ${duration(silence)} ago`,
  repeat: logsOf(use),
  about: aboutPod(use),
});

const idle = (log: PodLog, silence: Milliseconds): Finding => ({
  ...silenceAbout(log, silence),
  rule: 'engine.idle',
  level: 'info',
  restsOn: [executions.name],
  summary: `It has said nothing for ${duration(silence)}, but no execution is under way: it may have nothing to do.`,
});

const silentFor = (log: PodLog, silence: Milliseconds): Finding => ({
  ...silenceAbout(log, silence),
  rule: 'engine.silent',
  level: silence >= silentCriticalMs ? 'critical' : 'warning',
  summary: `Running and ready, but it has said nothing for ${duration(silence)}; before, there was a line every ${duration(log.usualGapMs ?? 0)} or so.`,
  threshold: `warning from ${duration(silentMs)}, critical from ${duration(silentCriticalMs)}`,
  ...offering(log.use),
});
