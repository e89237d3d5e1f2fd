import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { titleLength } from '../../src/incident/policy.ts';
import { issueTypeOf } from '../../src/slack/issue-type.ts';
import {
  looksLikeSeverity,
  mentionOf,
  numberOf,
  plain,
  severityOf,
  takeWord,
  titleFrom,
} from '../../src/slack/parse.ts';
import { policy } from './house.ts';

describe('a word', () => {
  it.each([
    ['p1', 'p1'],
    ['P1:', 'p1'],
    ['SEV2', 'p2'],
    ['sev-3', 'p3'],
    ['critical', 'p1'],
    ['high,', 'p2'],
    ['p4', undefined],
    ['p11', undefined],
    ['hi', undefined],
  ])('%s is the severity %s', (word, severity) => {
    expect(severityOf(word)).toBe(severity);
  });

  it.each([
    ['p0', true],
    ['sev9', true],
    ['p', false],
    ['pager', false],
    ['p1x', false],
  ])('%s wants to be a severity: %s', (word, wants) => {
    expect(looksLikeSeverity(word)).toBe(wants);
  });

  it.each([
    ['#12', 12],
    ['12', undefined],
    ['#12a', undefined],
    ['#', undefined],
  ])('%s names the incident %s', (word, number) => {
    expect(numberOf(word)).toBe(number);
  });

  it.each([
    ['<@U0AB12|ana>', 'U0AB12'],
    ['<@W0AB12>', 'W0AB12'],
    ['<!subteam^S0AB12>', undefined],
    ['@ana', undefined],
    ['<@u0ab12>', undefined],
  ])('%s mentions %s', (word, slack) => {
    expect(mentionOf(word)?.slack).toBe(slack);
  });
});

it.each([
  ['tell <@U12|ana> in <#C1|ops>', 'tell @ana in #ops'],
  ['<!channel> <!subteam^S1|@team>', '@channel @team'],
  ['<https://evil.example|https://bank.example>', 'https://evil.example'],
  ['a &lt; b &amp;&amp; c &gt; d', 'a < b && c > d'],
  ['1 < 2 > 0', '1 < 2 > 0'],
])('what Slack made of the words is made readable: %s', (text, readable) => {
  expect(plain(text)).toBe(readable);
});

it('keeps the line breaks of what comes after the first word', () => {
  expect(takeWord('  update  first\nsecond ')).toEqual({ word: 'update', rest: 'first\nsecond' });
});

describe('a title', () => {
  it('of exactly the length that fits is kept whole', () => {
    expect(titleFrom('é'.repeat(titleLength))).toEqual({ title: 'é'.repeat(titleLength) });
  });

  it('that is longer is cut between characters, and the whole stands beside it', () => {
    const long = '🔥'.repeat(titleLength + 1);

    expect(titleFrom(long)).toEqual({ title: '🔥'.repeat(titleLength), details: long });
  });

  it('is one line', () => {
    expect(titleFrom('checkout\n\treturns   502').title).toBe('checkout returns 502');
  });

  it('is never too long and never broken, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 1_200 }), (text) => {
        const { title, details } = titleFrom(text);

        expect(Array.from(title).length).toBeLessThanOrEqual(titleLength);
        expect(details === undefined || Array.from(details).length > titleLength).toBe(true);
      }),
    );
  });
});

it.each([
  ['the pods of checkout are oomkilled again and again since the deployment of last night', 'high-memory'],
  ['they all sit and wait since the deployment of last night, please have a look', undefined],
  ['x'.repeat(3_900), undefined],
])('a sentence means the issue type of its words, or none: %s', (words, id) => {
  expect(issueTypeOf(words, policy).id).toBe(id);
});
