// What a runbook could say by a slip of the hand and lose an incident with: the bot does not start, and says what was meant.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { BadConfiguration } from '../../src/errors.ts';
import { known } from '../../src/playbooks/known.ts';
import { withoutPlaybook } from '../../src/runbook/known.ts';
import { loadPolicy } from '../../src/runbook/load.ts';

const shipped = readFileSync('runbook.yaml', 'utf8');
const lineOf = (part: string): number => shipped.split('\n').findIndex((line) => line.includes(part)) + 1;

function refusals(from: string, to: string): string[] {
  expect(shipped).toContain(from);
  try {
    loadPolicy(shipped.replace(from, to), 'runbook.yaml', known);
    return [];
  } catch (error) {
    return error instanceof BadConfiguration ? error.faults : [String(error)];
  }
}

describe('a target', () => {
  it.each([
    ['label: app=kong', 'lable', 'label'],
    ['pooler: pgbouncer-0', 'poler', 'pooler'],
    ['running: running', 'runing', 'running'],
    ['startedAt: started_at', 'started_at', 'startedAt'],
    ['label: app=workflow-engine', 'longRuning', 'longRunning'],
    ['status: status', 'finishedat', 'finishedAt'],
    ['table: executions', 'service', 'services'],
  ])('%s under the name %s is refused, and %s is named', (line, key, meant) => {
    const [was = ''] = line.split(':');

    expect(refusals(line, line.replace(was, key))).toEqual([
      expect.stringMatching(
        new RegExp(
          `^runbook.yaml:${lineOf(line)}:\\d+ .*\\.${key}: this key is not known here. Did you mean "${meant}"\\?$`,
        ),
      ),
    ]);
  });

  it('is pointed at where its name stands', () => {
    const line = lineOf('label: app=kong');
    const column = (shipped.split('\n')[line - 1] ?? '').indexOf('label') + 1;

    expect(refusals('label: app=kong', 'lable: app=kong')[0]).toMatch(
      new RegExp(`^runbook.yaml:${line}:${column} issue-types.0.targets.lable:`),
    );
  });

  it('that only another playbook reads is refused', () => {
    expect(refusals('label: app=kong', 'label: app=kong, table: executions')).toEqual([
      expect.stringMatching(/issue-types\.0\.targets\.table: this key is not known here\./),
    ]);
  });

  it('is refused beside the other faults of its type', () => {
    const found = refusals(
      'paragraph: API Gateway 502 Errors\n    targets: { namespace: production, label',
      'paragraph: 502\n    targets: { namespace: production, lable',
    );

    expect(found).toEqual([expect.stringContaining('paragraph'), expect.stringContaining('lable')]);
    expect(refusals('label: app=kong }', 'lable: app=kong }\n    thresholds: { livenessKills: 0.5 }')).toHaveLength(2);
  });

  it('may have any name where no playbook reads them', () => {
    expect(refusals('id: api-gateway-502', 'id: disk-full')).toEqual([]);
    expect(refusals('id: workflow-stuck', 'id: constructor')).toEqual([]);
  });
});

describe('a number of an issue type', () => {
  const set = (to: string): string[] => refusals('stuckAfter: 1h, criticalCount: 10, criticalAge: 3h', to);

  it.each([
    'stuckAfter: 90m',
    'criticalCount: 1',
    'restartsInAll: 0',
    'errorsWarning: 0.5',
    'memoryCriticalPercent: 100',
  ])('is taken as %s', (to) => {
    expect(set(to)).toEqual([]);
  });

  it.each([
    ['stuckAfter: 1', /stuckAfter: 1 is not a duration; write it like 30s, 15m, 1h30m or 2d\.$/],
    ['stuckAfter: 0m', /stuckAfter: must be more than nothing\.$/],
    ['stuckAfter: -1h', /stuckAfter: "-1h" is not a duration/],
    ['stuckAfter: 366d', /stuckAfter: must be a year \(8760h\) or less\.$/],
    ['criticalCount: 10m', /criticalCount: must be a whole number, 1 or more\.$/],
    ['criticalCount: 0', /criticalCount: must be a whole number, 1 or more\.$/],
    ['criticalCount: -0.5', /criticalCount: must be a whole number, 1 or more\.$/],
    ['restartsInAll: -1', /restartsInAll: must be a whole number, 0 or more\.$/],
    ['slotsWarning: 900', /slotsWarning: must be a percentage, above 0 and up to 100\.$/],
    ['slotsWarning: 0', /slotsWarning: must be a percentage, above 0 and up to 100\.$/],
    ['slotsWarning: -5', /slotsWarning: must be a percentage, above 0 and up to 100\.$/],
    ['slotsWarning: 5m', /slotsWarning: must be a percentage, above 0 and up to 100\.$/],
  ])('is refused as %s', (to, sentence) => {
    expect(set(to)).toEqual([expect.stringMatching(sentence)]);
  });

  it('is refused under another name, with the one that was probably meant', () => {
    const line = lineOf('stuckAfter: 1h');

    expect(refusals('stuckAfter: 1h', 'stuckAfer: 1h')).toEqual([
      `runbook.yaml:${line}:19 issue-types.3.thresholds.stuckAfer: this key is not known here. Did you mean "stuckAfter"?`,
    ]);
  });

  it('is refused under a name that is like none', () => {
    expect(refusals('stuckAfter: 1h', 'gremlins: 1h')).toEqual([
      expect.stringMatching(/gremlins: this key is not known here\.$/),
    ]);
  });

  it('is refused beside the other faults of the file', () => {
    const found = refusals('stuckAfter: 1h, criticalCount: 10', 'stuckAfer: 1h, criticalCount: many');

    expect(found).toEqual([expect.stringContaining('criticalCount: must be'), expect.stringContaining('stuckAfer')]);
  });
});

describe('what asks nobody, or at no time, is refused:', () => {
  it.each([
    ['a step', '- { at: 2m, mention: [on-call] }', '- { at: 2m }', /ladder\.p1\.steps\.1: asks nobody/],
    ['a breach', '- { at: 5m, page: [on-call], breach: true }', '- { at: 5m, breach: true }', /steps\.2: asks nobody/],
    ['a repeat', 'repeat: { every: 1d, mention: [team-lead] }', 'repeat: { every: 1d }', /p3\.repeat: asks nobody/],
    ['a reminder', 'lead: { p1: { at: [2m] }', 'lead: { p1: {}', /reminders\.lead\.p1: names no time/],
    ['times that fall', 'at: [30m, 48m, 1h]', 'at: [48m, 30m, 1h]', /resolution\.p1\.at: must stand in order/],
    ['a time twice', 'at: [30m, 48m, 1h]', 'at: [30m, 30m, 1h]', /resolution\.p1\.at: must stand in order/],
  ])('%s', (_name, from, to, sentence) => {
    expect(refusals(from, to)).toEqual([expect.stringMatching(sentence)]);
  });
});

describe('a severity that pages does so before a response is overdue', () => {
  it.each([
    ['at once where it is due at once', '- { at: 0m, page: [on-call] }', '- { at: 1m, page: [on-call] }', '1m', '0m'],
    [
      'by its first page, whatever it mentions',
      '- { at: 0m, page: [on-call] }',
      '- { at: 0m, mention: [on-call] }',
      '5m',
      '0m',
    ],
    [
      'within the time of its severity',
      '- { at: 10m, page: [on-call] }',
      '- { at: 10m, mention: [on-call] }',
      '20m',
      '15m',
    ],
    [
      'in its repeat at the latest',
      'repeat: { every: 1d, mention: [team-lead] }',
      'repeat: { every: 1d, page: [team-lead] }',
      '1d1h',
      '1h',
    ],
  ])('%s', (_name, from, to, at, within) => {
    expect(refusals(from, to)).toEqual([
      expect.stringMatching(
        new RegExp(
          `ladder\\.p\\d\\.steps: the first page is at ${at}, later than the response that is due within ${within}\\.$`,
        ),
      ),
    ]);
  });
});

describe('a time', () => {
  it.each([
    ['\nfallback:', '\nconfirm-within: 0s\n\nfallback:', /confirm-within: must be more than nothing\.$/],
    ['\nfallback:', '\nchannel-within: 0s\n\nfallback:', /channel-within: must be more than nothing\.$/],
    ['resolution: 1h', 'resolution: 0h', /p1\.resolution: must be more than nothing\.$/],
    ['response: 15m', 'response: 900', /p2\.response: 900 is not a duration/],
    ['resolution: 24h', 'resolution: 8761h', /p3\.resolution: must be a year \(8760h\) or less\.$/],
    ['every: 30m }', 'every: 99999999999d }', /every: must be a year/],
  ])('%j is refused as %j', (from, to, sentence) => {
    expect(refusals(from, to)).toEqual([expect.stringMatching(sentence)]);
  });

  it('may be a year, and nought where that means at once or never', () => {
    expect(refusals('resolution: 24h', 'resolution: 8760h')).toEqual([]);
    expect(refusals('\nfallback:', '\nsame-incident-within: 0s\n\nfallback:')).toEqual([]);
  });
});

describe('an issue type without a playbook is told, with the playbook that was probably meant', () => {
  it.each([
    ['api-gatway-502', 'api-gateway-502'],
    ['disk-full', undefined],
  ])('%s: %s', (id, didYouMean) => {
    const text = shipped.replace('id: api-gateway-502', `id: ${id}`);

    expect(withoutPlaybook(loadPolicy(text, 'runbook.yaml', known), known)).toEqual([{ issueType: id, didYouMean }]);
  });

  it('and none of those that are shipped', () => {
    expect(withoutPlaybook(loadPolicy(shipped, 'runbook.yaml', known), known)).toEqual([]);
  });
});
