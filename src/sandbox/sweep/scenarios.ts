/** What is swept: another part of an incident's life is a file beside this and a line here. */
import { declaration } from './declaration.ts';
import { escalation } from './escalation.ts';
import { resolve } from './resolve.ts';
import type { Scenario } from './scenario.ts';

export const scenarios: Scenario[] = [declaration, escalation, resolve];
