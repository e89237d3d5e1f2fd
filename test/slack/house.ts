/** A door without a database: the real decisions, kept in memory. It stands in for the engine behind the port. */
import { readFileSync } from 'node:fs';
import type { Report } from '../../src/diagnosis/diagnosis.ts';
import type { Audited } from '../../src/engine/audit.ts';
import type { Answer, Input } from '../../src/engine/engine.ts';
import { decide, decideDeclaration } from '../../src/incident/decide.ts';
import type { Decision } from '../../src/incident/decision.ts';
import type { Incident } from '../../src/incident/incident.ts';
import type { Policy } from '../../src/incident/policy.ts';
import { loadPolicy } from '../../src/runbook/load.ts';
import type { Door } from '../../src/slack/door.ts';

export const policy: Policy = loadPolicy(readFileSync('runbook.yaml', 'utf8'), 'runbook.yaml');

export const nine = Date.UTC(2026, 10, 24, 9);

export interface House {
  door: Door;
  /** every input that came, repeats too */
  inputs: Input[];
  incidents(): Incident[];
  last(): Incident;
  /** what an audit of an incident finds */
  audits: Map<string, Audited>;
  /** the type of every look for nobody's incident */
  looks: (string | undefined)[];
  /** what such a look sees */
  report: { seen?: Report };
  /** how the clock goes on */
  wait(ms: number): void;
  /** holds every input back until it is called */
  hold(): () => void;
  /** every input fails from now on */
  breakDown(): void;
  /** the channel opens, as delivery would tell */
  openChannel(channel: string): Promise<void>;
}

export function makeHouse(rules: Policy = policy): House {
  const incidents = new Map<string, Incident>();
  const answers = new Map<string, { answer: Answer; input: Input; at: number }>();
  const inputs: Input[] = [];
  const audits = new Map<string, Audited>();
  const looks: (string | undefined)[] = [];
  const report: House['report'] = {};
  let now = nine;
  let held: Promise<void> = Promise.resolve();
  let broken = false;

  const decideOn = (input: Input): Decision | undefined => {
    const { command, actor } = input;
    const number = incidents.size + 1;
    if (command.kind === 'declare') {
      if (actor === 'responder') throw new Error('a declaration needs a person');
      return decideDeclaration(command, { id: `i${number}`, number, by: actor, open: open(), now, policy: rules });
    }
    const incident = incidents.get(input.incident ?? '');
    return incident && decide(incident, { ...input, command }, { now, policy: rules });
  };
  const answerTo = (input: Input): Answer => {
    const decision = decideOn(input);
    if (!decision) return { ok: false, refusal: { code: 'no-such-incident' } };
    if (!decision.ok) return { ok: false, refusal: decision.refusal };
    incidents.set(decision.next.id, decision.next);
    return { ok: true, incident: decision.next, entries: decision.entries };
  };
  const handle = async (input: Input): Promise<Answer> => {
    inputs.push(input);
    await held;
    if (broken) throw new Error('connect ECONNREFUSED 10.0.0.5:5432 password=hunter2');
    const first = answers.get(input.key ?? '');
    if (first) return { ...first.answer, repeated: { by: first.input.actor, at: first.at } };
    const answer = answerTo(input);
    if (input.key !== undefined) answers.set(input.key, { answer, input, at: now });
    return answer;
  };
  const all = () => [...incidents.values()];
  const open = () => all().filter(({ phase }) => phase !== 'closed' && phase !== 'cancelled');
  const last = () => {
    const incident = all().at(-1);
    if (!incident) throw new Error('nothing was declared');
    return incident;
  };
  const isIn = (channel: string) => (incident: Incident) =>
    incident.home.kind === 'channel' && incident.home.channel === channel;

  return {
    inputs,
    audits,
    looks,
    report,
    incidents: all,
    last,
    wait: (ms) => {
      now += ms;
    },
    hold: () => {
      const gate = Promise.withResolvers<void>();
      held = gate.promise;
      return () => gate.resolve();
    },
    breakDown: () => {
      broken = true;
    },
    async openChannel(channel) {
      const { id, number } = last();
      const command = { kind: 'channel-opened' as const, channel, name: `inc-${number}` };
      await handle({ key: `opened:${id}`, incident: id, actor: 'responder', command });
      inputs.pop();
    },
    door: {
      handle,
      incident: async (id) => incidents.get(id),
      byNumber: async (number) => all().find((incident) => incident.number === number),
      byChannel: async (channel) => all().find(isIn(channel)),
      open: async () => open(),
      remembered: async (key) => answers.get(key)?.input.command,
      now: async () => now,
      audit: async (id) => audits.get(id),
      look: async (issueType) => {
        looks.push(issueType);
        return report.seen;
      },
    },
  };
}
