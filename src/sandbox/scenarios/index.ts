/** The scenarios that can be played on the systems of a running house: those that ask for no other runbook or other places. */
import { apiGateway502Scenarios } from './api-gateway-502.ts';
import { databaseScenarios } from './database-connections.ts';
import { highMemoryScenarios } from './high-memory.ts';
import type { Scenario } from './scenario.ts';
import { workflowStuckScenarios } from './workflow-stuck.ts';

export const playable: Scenario[] = [
  ...apiGateway502Scenarios,
  ...databaseScenarios,
  ...highMemoryScenarios,
  ...workflowStuckScenarios,
].filter(({ finds, instead, thresholds, targets }) => finds.length > 0 && !instead && !thresholds && !targets);

/** Throws for a name that there is none of. */
export function scenarioNamed(name: string): Scenario {
  const found = playable.find((one) => one.name === name);
  if (!found) throw new Error(`There is no scenario named ${name}.`);
  return found;
}
