/** I10, I11: no rule of Slack's was broken, and whatever reached the bot was acknowledged in time. */
import { type Check, fault } from './fault.ts';

const latestMs = 2_500;

export const slackRulesKept: Check = ({ slack }) =>
  slack.violations.map((violation) => fault(`I10: a rule of Slack's was broken: ${violation}`));

export const acknowledgedInTime: Check = ({ slack }) =>
  slack.acknowledgements.flatMap(({ what, who, ackMs, status }) => {
    if (status !== 200)
      return [
        fault(
          `I11: "${what}" of ${who} was not acknowledged (${status === 0 ? 'no answer' : status})`,
          'lost-acknowledgement',
        ),
      ];
    return ackMs > latestMs
      ? [fault(`I11: "${what}" of ${who} was acknowledged after ${ackMs} ms`, 'lost-acknowledgement')]
      : [];
  });
