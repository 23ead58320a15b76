import type * as FileSystem from 'node:fs';
import type * as Threads from 'node:worker_threads';

/*
 * The program of the voice worker. It is started from the text of the functions below ({@link FLITE_WORKER}), because a worker's file
 * would have to be TypeScript under the test runner and JavaScript in a build: so they may use nothing but each other and their arguments.
 *
 * Flite is a WASI program. The dozen calls it makes are answered here instead of by `node:wasi`, with which Node 20 crashes (SIGSEGV)
 * when another voice is used after some runs; and its output stays in memory.
 */

/** As much of WebAssembly's interface as is used here: TypeScript has it in its DOM library only. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> };
};

/** What the worker is started with. */
export interface FliteWorkerData {
  wasmFile: string;
}

/** A request to the worker. */
export interface FliteRequest {
  id: number;
  /** One of Flite's voices, such as `slt`. */
  voice: string;
  text: string;
  /** How much longer than usual the sounds last: 1 is usual. */
  stretch: number;
}

/** The worker's answer: 16-bit mono PCM and its rate in Hz, or what went wrong. */
export type FliteReply =
  { id: number; pcm: Int16Array<ArrayBuffer>; rate: number } | { id: number; error: string };

/** Thrown by `proc_exit` to leave the program. */
class ProgramExit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`Flite ended with code ${code}`);
    this.code = code;
  }
}

/** A program's memory, its arguments, and the one file it writes. */
class Program {
  readonly argv: Uint8Array[];
  memory: { buffer: ArrayBuffer } = { buffer: new ArrayBuffer(0) };
  private file = new Uint8Array(1 << 18);
  private size = 0;

  constructor(args: string[]) {
    this.argv = args.map((arg) => new TextEncoder().encode(`${arg}\0`));
  }

  get output(): Uint8Array {
    return this.file.subarray(0, this.size);
  }

  view(): DataView {
    return new DataView(this.memory.buffer);
  }

  bytes(): Uint8Array {
    return new Uint8Array(this.memory.buffer);
  }

  u32(at: number, value: number): void {
    this.view().setUint32(at, value, true);
  }

  append(data: Uint8Array): void {
    if (this.size + data.length > this.file.length) {
      const larger = new Uint8Array(2 * (this.size + data.length));
      larger.set(this.file);
      this.file = larger;
    }
    this.file.set(data, this.size);
    this.size += data.length;
  }
}

/** Arguments, clock and exit of WASI preview 1. */
function processCalls(program: Program): object {
  return {
    args_sizes_get(count: number, total: number) {
      program.u32(count, program.argv.length);
      const length = program.argv.reduce((sum, arg) => sum + arg.length, 0);
      program.u32(total, length);
      return 0;
    },
    args_get(pointers: number, text: number) {
      for (const arg of program.argv) {
        program.u32(pointers, text);
        program.bytes().set(arg, text);
        pointers += 4;
        text += arg.length;
      }
      return 0;
    },
    clock_time_get(_clock: number, _precision: bigint, out: number) {
      program.view().setBigUint64(out, 0n, true);
      return 0;
    },
    proc_exit(code: number) {
      throw new ProgramExit(code);
    },
  };
}

/** Files of WASI preview 1: one folder, `/`, and in it one file, which is only written. */
function fileCalls(program: Program): object {
  const folderFd = 3;
  const fileFd = 4;
  const badFile = 8;
  const notSeekable = 70;
  return {
    fd_fdstat_get(fd: number, out: number) {
      program.bytes().fill(0, out, out + 8);
      program.view().setUint8(out, fd === folderFd ? 3 : 4); // a directory, a regular file
      program.bytes().fill(255, out + 8, out + 24); // every right
      return 0;
    },
    fd_prestat_get(fd: number, out: number) {
      if (fd !== folderFd) return badFile;
      program.u32(out, 0);
      program.u32(out + 4, 1);
      return 0;
    },
    fd_prestat_dir_name(_fd: number, path: number) {
      program.bytes()[path] = 47; // "/"
      return 0;
    },
    path_open(...args: number[]) {
      program.u32(args[8] ?? 0, fileFd);
      return 0;
    },
    fd_write(fd: number, vectors: number, count: number, written: number) {
      let total = 0;
      for (let i = 0; i < count; i++) {
        const at = program.view().getUint32(vectors + 8 * i, true);
        const length = program.view().getUint32(vectors + 8 * i + 4, true);
        if (fd === fileFd) program.append(program.bytes().subarray(at, at + length));
        total += length;
      }
      program.u32(written, total);
      return 0;
    },
    fd_read(_fd: number, _vectors: number, _count: number, read: number) {
      program.u32(read, 0);
      return 0;
    },
    fd_seek: () => notSeekable,
    fd_close: () => 0,
    fd_fdstat_set_flags: () => 0,
  };
}

/** Runs Flite in a fresh instance; the file it wrote. */
function runFlite(flite: object, args: string[]): Uint8Array {
  const program = new Program(args);
  const wasi = { ...processCalls(program), ...fileCalls(program) };
  const instance = new WebAssembly.Instance(flite, { wasi_snapshot_preview1: wasi });
  program.memory = instance.exports['memory'] as { buffer: ArrayBuffer };
  try {
    (instance.exports['_start'] as () => void)();
  } catch (error) {
    if (!(error instanceof ProgramExit) || error.code !== 0) throw error;
  }
  return program.output;
}

/** Answers requests until the worker is terminated. */
function serveFlite(threads: typeof Threads, fs: typeof FileSystem): void {
  const port = threads.parentPort;
  const { wasmFile } = threads.workerData as FliteWorkerData;
  const flite = new WebAssembly.Module(fs.readFileSync(wasmFile));

  function speak({ id, voice, text, stretch }: FliteRequest): FliteReply {
    try {
      const args = ['flite', '-voice', voice, '--setf', `duration_stretch=${stretch.toFixed(3)}`];
      const wav = runFlite(flite, [...args, '-t', text, '-o', '/voice.wav']);
      const header = 44; // of a plain WAV file, which is what Flite writes
      if (wav.length < header) return { id, error: 'Flite wrote nothing' };
      const rate = new DataView(wav.buffer).getUint32(24, true);
      return { id, pcm: new Int16Array(wav.slice(header).buffer), rate };
    } catch (error) {
      return { id, error: String(error) };
    }
  }

  port?.on('message', (request: FliteRequest) => {
    const reply = speak(request);
    port.postMessage(reply, 'pcm' in reply ? [reply.pcm.buffer] : []);
  });
}

/** The worker's source, in JavaScript: for `new Worker(FLITE_WORKER, { eval: true, workerData })`. */
export const FLITE_WORKER = [
  ...[ProgramExit, Program, processCalls, fileCalls, runFlite, serveFlite].map(String),
  "serveFlite(require('node:worker_threads'), require('node:fs'));",
].join('\n');
