import { CallRecords } from '../clinic/call-records.ts';
import { Calls } from '../clinic/calls.ts';
import { ClaimsLedger } from '../clinic/claims-ledger.ts';
import { findClinics } from '../clinic/clinics.ts';
import type { Database } from '../clinic/database.ts';
import type { WorkerId } from '../clinic/ids.ts';
import { Outbox } from '../clinic/outbox.ts';
import { Privacy } from '../clinic/privacy.ts';
import { Tasks } from '../clinic/tasks.ts';
import { AFTER_CALL, DUTY } from '../config/desk-defaults.ts';
import type { Config } from '../config/load.ts';
import type { Logger } from '../log.ts';
import type { AfterCallMetrics } from '../status/metrics.ts';
import type { CalendarLinks } from './calendar-link.ts';
import { logCallbacksOwed } from './callbacks-owed.ts';
import { type Chore, Chores } from './chores.ts';
import { sendNextMessage } from './outbox-sender.ts';
import { recordNextCall } from './record.ts';
import { openaiSummaries } from './summary.ts';
import { twilioSender } from './twilio.ts';

/** What follows calls is done with these. */
export interface AfterCallDeps {
  readonly config: Config;
  readonly db: Database;
  readonly workerId: WorkerId;
  readonly links: CalendarLinks;
  readonly metrics: AfterCallMetrics;
  readonly log: Logger;
}

/** Begins with what follows calls, for all clinics of the agent name: records, messages, and deleting what was kept long enough. */
export function startAfterCall({ config, db, workerId, links, metrics, log }: AfterCallDeps): Chores {
  const { agentName } = config.livekit;
  const outbox = new Outbox(db);
  const privacy = new Privacy(db);
  const records = {
    records: new CallRecords(db),
    calls: new Calls(db),
    claims: new ClaimsLedger(db),
    outbox,
    summarise: openaiSummaries(config.openai),
    links,
    sendsMessages: config.twilio !== undefined,
    ...{ metrics, agentName, workerId, log, nowMs: Date.now },
  };
  const chores: Chore[] = [
    { name: 'records of calls', run: (signal) => recordNextCall(records, signal) },
    {
      name: 'end of what is kept',
      everyMs: AFTER_CALL.purgeEveryMs,
      run: async () => {
        const counts = await privacy.purgeExpired();
        metrics.purged(counts);
        if (counts.calls + counts.tasks + counts.outbox > 0)
          log.info({ counts }, 'what was kept long enough is deleted');
        return false;
      },
    },
  ];
  const owed = {
    tasks: new Tasks(db),
    clinics: () => findClinics(db, agentName, config.clinic),
    ...{ log, nowMs: Date.now },
  };
  chores.push({ name: 'callbacks owed', everyMs: DUTY.owedEveryMs, run: () => logCallbacksOwed(owed) });
  if (config.twilio !== undefined) {
    const sender = { outbox, send: twilioSender(config.twilio), metrics, agentName, workerId, log };
    chores.push({ name: 'messages', run: (signal) => sendNextMessage(sender, signal) });
  }
  return new Chores(chores, log);
}
