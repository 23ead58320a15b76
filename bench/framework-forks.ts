/**
 * Our worker with the framework's own rule for starting processes, for comparison: what `src/lifecycle/process-pool.ts` needs is taken away before
 * the worker is loaded.
 */
const poolFile = new URL('./ipc/proc_pool.js', import.meta.resolve('@livekit/agents')).href;
const { ProcPool } = (await import(poolFile)) as { ProcPool: { prototype: object } };
Object.freeze(ProcPool.prototype);
await import('../src/main.ts');
