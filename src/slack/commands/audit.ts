/** Whether the records of an incident hold together, and whether all that was owed was done. */
import { auditMessage } from '../views/audit.ts';
import { say, type Verb } from './verb.ts';

export const audit: Verb = {
  name: 'audit',
  usage: 'audit [#number]',
  help: 'do its records hold together, and was everything done in time',
  on: 'incident',
  async run({ incident, door }) {
    return say(auditMessage(incident, await door.audit(incident.id)));
  },
};
