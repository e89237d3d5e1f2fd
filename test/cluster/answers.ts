/** Database and pooler go on while somebody looks: whoever looks after him is told what he was told. */
import type { Clients } from '../../src/diagnosis/diagnosis.ts';

export interface Looks {
  first: Clients;
  /** is answered by the servers only what the first did not ask */
  second: Clients;
}

export function twoLooks({ database, pooler }: Clients): Looks {
  const query = database && kept((text: string, values?: unknown[]) => database.query(text, values));
  const show = pooler && kept((what: Parameters<typeof pooler.show>[0]) => pooler.show(what));
  const of = (look: keyof Looks): Clients => ({
    ...(query && { database: { query: query[look] } }),
    ...(show && { pooler: { show: show[look] } }),
  });
  return { first: of('first'), second: of('second') };
}

type Ask<Question extends unknown[], Answer> = (...question: Question) => Promise<Answer>;

/** The same question may be asked more than once, and answered in another way each time. */
function kept<Question extends unknown[], Answer>(
  ask: Ask<Question, Answer>,
): Record<keyof Looks, Ask<Question, Answer>> {
  const answers = new Map<string, Promise<Answer>[]>();
  return {
    first(...question) {
      const answer = ask(...question);
      const key = JSON.stringify(question);
      answers.set(key, [...(answers.get(key) ?? []), answer]);
      return answer;
    },
    second: (...question) => answers.get(JSON.stringify(question))?.shift() ?? ask(...question),
  };
}
