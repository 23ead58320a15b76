/** What the gateway's container runs. Signals are guarded before anything else is loaded, as in `src/main.ts`. */
import { guardSignals } from '../lifecycle/signals.ts';

const signals = guardSignals();
const { runGateway } = await import('../commands/gateway.ts');
process.exit(await runGateway(signals));
