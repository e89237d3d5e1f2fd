/** The app's manifest against Slack's published schema, and against what the source really calls and hears. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { z } from 'zod';
import { commandScope, optional, required } from '../../src/slack/methods.ts';

const Manifest = z.object({
  features: z.object({ slash_commands: z.array(z.object({ command: z.string(), should_escape: z.boolean() })) }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()), bot_optional: z.array(z.string()) }) }),
  settings: z.object({
    event_subscriptions: z.object({ bot_events: z.array(z.string()) }).optional(),
    interactivity: z.object({ is_enabled: z.boolean() }),
  }),
});

const document: unknown = parse(readFileSync('slack-app-manifest.yml', 'utf8'));
const manifest = Manifest.parse(document);
const source = globSync('src/slack/**/*.ts')
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n');

const found = (pattern: RegExp): string[] =>
  [...new Set([...source.matchAll(pattern)].map((match) => match[1] ?? ''))].toSorted();

const scopesOf = (needs: (string | undefined)[]): string[] =>
  [...new Set(needs.filter((scope) => scope !== undefined))].toSorted();

describe('the manifest', () => {
  const schemaFile = `${process.env['VENDOR_SPECS'] ?? ''}/slack-manifest.schema.json`;

  if (existsSync(schemaFile))
    it("follows Slack's schema", () => {
      const schema: unknown = JSON.parse(readFileSync(schemaFile, 'utf8'));
      const ajv = new Ajv({ strict: false, allErrors: true, formats: { uri: true } });

      const validate = ajv.compile(z.record(z.string(), z.unknown()).parse(schema));
      validate(document);

      expect(validate.errors ?? []).toEqual([]);
    });
  // oxlint-disable-next-line jest/no-disabled-tests, jest/expect-expect -- what cannot be checked here is skipped by name
  else it.skip("follows Slack's schema (skipped: no vendor description)", () => undefined);

  it('asks for every permission that a method needs, and for no other', () => {
    const { bot, bot_optional } = manifest.oauth_config.scopes;

    expect(bot).toEqual(scopesOf([commandScope, ...Object.values(required)]));
    expect(bot_optional).toEqual(scopesOf(Object.values(optional).map(([scope]) => scope)));
  });

  it('knows every method that is called, and none that is not', () => {
    const called = found(
      /\b(?:client|urgentClient|interactive|urgent|bulk)\.((?:auth|bookmarks|chat|conversations|files|pins|reactions|usergroups|users|views)(?:\.\w+)+)\(/g,
    );

    expect(called).toEqual([...Object.keys(required), ...Object.keys(optional)].toSorted());
  });

  it('subscribes to the events that are heard', () => {
    expect((manifest.settings.event_subscriptions?.bot_events ?? []).toSorted()).toEqual(
      found(/\bapp\.event\('(\w+)'/g),
    );
  });

  it('names the commands that are heard, with mentions as ids', () => {
    const { slash_commands } = manifest.features;

    expect(slash_commands.map(({ command }) => command)).toEqual(found(/\bapp\.command\('([^']+)'/g));
    expect(slash_commands.every(({ should_escape }) => should_escape)).toBe(true);
  });

  it('turns interactivity on, for buttons and forms are heard', () => {
    expect(found(/\bapp\.(action|view)\(/g)).toEqual(['action', 'view']);
    expect(manifest.settings.interactivity.is_enabled).toBe(true);
  });
});
