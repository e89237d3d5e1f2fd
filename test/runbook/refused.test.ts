// What a runbook could say by a slip of the hand and lose an incident with: the bot does not start, and says what was meant.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { BadConfiguration } from '../../src/errors.ts';
import { knownThresholds } from '../../src/playbooks/thresholds.ts';
import { loadPolicy } from '../../src/runbook/load.ts';

const shipped = readFileSync('runbook.yaml', 'utf8');

function refusals(from: string, to: string): string[] {
  expect(shipped).toContain(from);
  try {
    loadPolicy(shipped.replace(from, to), 'runbook.yaml', knownThresholds);
    return [];
  } catch (error) {
    return error instanceof BadConfiguration ? error.faults : [String(error)];
  }
}

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
