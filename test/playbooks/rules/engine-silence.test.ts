import { describe, expect, it } from '@jest/globals';
import { silent } from '../../../src/playbooks/rules/engine-silence.ts';
import type { PodLog } from '../../../src/probes/engine-logs.ts';
import { minutes, now } from '../../diagnosis/rules/containers.ts';
import { log, logs, said, use } from './engine.ts';

describe('engine.silent', () => {
  const quiet = (ago: number, parts: Partial<PodLog> = {}, running: number | undefined = 3) =>
    silent(logs(log({ newestAt: now - ago, ...parts })), now, running);

  it('says for how long, and how often it spoke before', () => {
    expect(quiet(minutes(18))).toMatchObject([
      {
        level: 'critical',
        summary: 'Running and ready, but it has said nothing for 18 min; before, there was a line every 2 s or so.',
        observed: 'newest line 18 min ago',
        repeat: 'kubectl logs wf-0 -c engine -n production --tail=200 --timestamps',
        offers: [{ remedy: 'restart-pod' }],
      },
    ]);
  });

  it.each([
    ['nothing just below 5 min', minutes(5) - 1, {}, []],
    ['a warning at 5 min', minutes(5), {}, ['engine.silent warning']],
    ['a warning just below 15 min', minutes(15) - 1, {}, ['engine.silent warning']],
    ['critical at 15 min', minutes(15), {}, ['engine.silent critical']],
    ['nothing for one that says a line a minute and more', minutes(18), { usualGapMs: minutes(1) + 1 }, []],
    ['nothing for one that has said nine lines in its life', minutes(18), { lines: 9 }, []],
    ['nothing for one that never said anything', minutes(18), { lines: 0, newestAt: undefined }, []],
    ['nothing for one that is not ready: that is another finding', minutes(18), { use: use({ isReady: false }) }, []],
    ['nothing for one that does not run', minutes(18), { use: use({ isRunning: false }) }, []],
  ])('is %s', (_name, ago, parts, expected) => {
    expect(said(quiet(ago, parts))).toEqual(expected);
  });

  it('is no fault while no execution is under way, and one where that is not known', () => {
    expect(said(quiet(minutes(18), {}, 0))).toEqual(['engine.idle info']);
    expect(said(silent(logs(log({ newestAt: now - minutes(18) })), now, undefined))).toEqual([
      'engine.silent critical',
    ]);
  });
});
