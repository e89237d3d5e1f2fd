import { describe, expect, it } from '@jest/globals';
import { replicas } from '../../../src/playbooks/rules/engine-replicas.ts';
import { now } from '../../diagnosis/rules/containers.ts';
import { group, log, logs, said, use } from './engine.ts';

describe('its replicas', () => {
  const ill = (pod: string) => log({ use: use({ pod }), groups: [group()] });
  const well = (pod: string) => log({ use: use({ pod }) });

  it.each([
    ['one of three', [ill('wf-0'), well('wf-1'), well('wf-2')], ['engine.one-replica info']],
    ['all', [ill('wf-0'), ill('wf-1')], ['engine.all-replicas info']],
    ['two of three', [ill('wf-0'), ill('wf-1'), well('wf-2')], []],
    ['none', [well('wf-0'), well('wf-1')], []],
    ['the only one', [ill('wf-0')], []],
    ['one, and the newest lines of another were not read', [ill('wf-0'), log({ newestAt: undefined })], []],
  ])('%s', (_name, pods, expected) => {
    expect(said(replicas(logs(...pods), now))).toEqual(expected);
  });
});

describe('its replicas that were read', () => {
  const ill = (pod: string) => log({ use: use({ pod }), groups: [group()] });
  const unread = ['there are 8 pods, the logs of 2 were read'];

  it('are not all of them', () => {
    expect(replicas({ pods: [ill('wf-0'), ill('wf-1')], unread }, now)).toEqual([]);
    expect(replicas({ pods: [ill('wf-0'), log()], unread }, now)).toMatchObject([
      { summary: expect.stringContaining('Only wf-0 of 2 replicas that were read is silent') },
    ]);
  });
});
