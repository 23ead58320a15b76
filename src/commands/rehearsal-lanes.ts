import pg from 'pg';
import { openDatabase } from '../clinic/database.ts';
import type { Config } from '../config/load.ts';
import type { Releasers } from '../lifecycle/releasers.ts';
import { startBrain } from '../local/brain.ts';
import { startTemporaryDatabase } from '../local/temporary-database.ts';
import type { Logger } from '../log.ts';
import { type Lane, openLane } from '../rehearsal/lane.ts';
import type { Row } from '../rehearsal/matching.ts';
import { startLanguageFront } from './language-front.ts';

/** Where OpenAI is when nobody says otherwise. */
const OPENAI_URL = 'https://api.openai.com/v1';

/** Starts the language stand-in, as fast as it can be, and gives the access to it. */
export async function standInLanguage(releasers: Releasers): Promise<Config['openai']> {
  const brain = await startBrain({ firstTokenMs: 0, tokensPerSecond: 1_000_000 });
  releasers.push('language stand-in', () => brain.stop());
  const model = 'stand-in';
  return {
    apiKey: 'local-stand-in',
    baseUrl: `${brain.url}/v1`,
    model,
    fallbackModel: model,
    listenModel: model,
    speakModel: model,
    speakVoice: model,
  };
}

/** Starts one lane: a temporary database (about 1 s) and a front for the language service; both are released. */
export async function startLane(openai: Config['openai'], log: Logger, releasers: Releasers): Promise<Lane> {
  const database = await startTemporaryDatabase();
  releasers.push('database', () => database.stop());
  const client = new pg.Client({ connectionString: database.dbUrl });
  // The query under way is refused all the same.
  client.on('error', () => undefined);
  await client.connect();
  releasers.push('connection', () => client.end());
  const front = await startLanguageFront(openai.baseUrl ?? OPENAI_URL);
  releasers.push('language front', () => front.stop());
  return await openLane({
    db: openDatabase(database),
    sql: async (text, values = []) => (await client.query<Row>(text, [...values])).rows,
    reset: () => database.reset(),
    openai: { ...openai, baseUrl: front.url },
    misbehave: (faults) => front.misbehave(faults),
    log,
  });
}
