/** Notices that this process stood still, or that the machine slept or its clock was set: then everything is looked at again. */
import type { Logger } from '../log.ts';

export interface Beat {
  stop(): void;
}

const beatMs = 500;
const noticeMs = 1_000;

/** What waits goes by the monotonic clock, which stops while a machine sleeps; the wall clock tells by how much. */
export function startPulse(log: Logger, wake: () => void): Beat {
  let before = { wall: Date.now(), steady: performance.now() };
  const beat = (): void => {
    const now = { wall: Date.now(), steady: performance.now() };
    const steadyMs = now.steady - before.steady;
    const stoodStillMs = Math.round(steadyMs - beatMs);
    const clockMovedMs = Math.round(now.wall - before.wall - steadyMs);
    before = now;
    if (stoodStillMs > noticeMs) log.warn({ stoodStillMs }, 'this process stood still: it catches up now');
    if (Math.abs(clockMovedMs) > noticeMs)
      log.warn({ clockMovedMs }, 'the clock of this machine was set, or the machine slept: all is looked at again');
    if (stoodStillMs > noticeMs || Math.abs(clockMovedMs) > noticeMs) wake();
  };
  const timer = setInterval(beat, beatMs);
  return { stop: () => clearInterval(timer) };
}
