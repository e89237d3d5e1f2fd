/** All scenarios of an issue type at once: one cluster for those that share it, and one for each whose cluster is ill. */
import type { Clients, Surroundings } from '../../src/diagnosis/diagnosis.ts';
import type { Scenario } from '../../src/sandbox/scenarios/scenario.ts';
import { isOfWholeCluster, startStage } from './stage.ts';

export interface Theatre {
  look(scenario: Scenario, clients?: Clients): Promise<Surroundings>;
  end(): Promise<void>;
}

export async function startTheatre(scenarios: Scenario[]): Promise<Theatre> {
  const alone = scenarios.filter(isOfWholeCluster);
  const casts = [scenarios.filter((one) => !isOfWholeCluster(one)), ...alone.map((one) => [one])];
  const stages = await Promise.all(casts.map(async (cast) => ({ cast, stage: await startStage(cast) })));
  return {
    look(scenario, clients) {
      const found = stages.find(({ cast }) => cast.includes(scenario));
      if (!found) throw new Error(`nobody plays ${scenario.name}`);
      return found.stage.look(scenario, clients);
    },
    end: async () => void (await Promise.all(stages.map(({ stage }) => stage.end()))),
  };
}
