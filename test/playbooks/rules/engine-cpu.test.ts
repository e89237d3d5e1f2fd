import { describe, expect, it } from '@jest/globals';
import { working } from '../../../src/playbooks/rules/engine-cpu.ts';
import { group, log, logs, said, use } from './engine.ts';

describe('its CPU', () => {
  const ill = log({ groups: [group()] });
  const rules = (parts: object, pod = ill): string[] =>
    said(working([use({ uid: pod.use.uid, cpuRequest: 0.5, cpuLimit: 1, ...parts })], logs(pod)));

  it.each([
    ['just below 1 % of its request, with complaints', { cpu: 0.0049 }, ill, ['engine.blocked warning']],
    ['at 1 %', { cpu: 0.005 }, ill, []],
    ['next to none without complaints: it has nothing to do', { cpu: 0.001 }, log(), []],
    ['next to none, and no request to compare with', { cpu: 0.001, cpuRequest: undefined }, ill, []],
    ['at 95 % of its limit', { cpu: 0.95 }, log(), ['engine.busy warning']],
    ['just below', { cpu: 0.949 }, log(), []],
    ['high without a limit', { cpu: 3, cpuLimit: undefined }, log(), []],
    ['no figure', { cpu: undefined }, ill, []],
  ])('%s', (_name, parts, pod, expected) => {
    expect(rules(parts, pod)).toEqual(expected);
  });
});
