/** As much of WebAssembly's interface as is used here: TypeScript has it in its DOM library only. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Memory: new (size: { initial: number }) => { buffer: ArrayBuffer };
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> };
};

/** What {@link serveFlite} is started with. */
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

/**
 * The whole program of the voice worker. It is started from its own text (`serveFlite.toString()`), because a worker's file would have
 * to be TypeScript under the test runner and JavaScript in a build: so it may use nothing from outside but its argument.
 *
 * Flite is a WASI program. The dozen calls it makes are answered here instead of by `node:wasi`, with which Node 20 crashes (SIGSEGV)
 * when another voice is used after some runs; and its output stays in memory.
 */
export function serveFlite(
  threads: typeof import('node:worker_threads'),
  fs: typeof import('node:fs'),
): void {
  const SUCCESS = 0;
  const BAD_FILE = 8;
  const NOT_SEEKABLE = 70;
  const ROOT_FD = 3;
  const OUT_FD = 4;
  const port = threads.parentPort;
  const { wasmFile } = threads.workerData as FliteWorkerData;
  const flite = new WebAssembly.Module(fs.readFileSync(wasmFile));
  const encoder = new TextEncoder();

  class Exit {
    readonly code: number;
    constructor(code: number) {
      this.code = code;
    }
  }

  /** Flite in a fresh instance: its stdout file as bytes. */
  function run(args: string[]): Uint8Array {
    const argv = args.map((arg) => encoder.encode(`${arg}\0`));
    let memory = new WebAssembly.Memory({ initial: 0 });
    let file = new Uint8Array(1 << 18);
    let size = 0;
    const view = () => new DataView(memory.buffer);
    const bytes = () => new Uint8Array(memory.buffer);
    const u32 = (at: number, value: number) => view().setUint32(at, value, true);
    const append = (data: Uint8Array) => {
      if (size + data.length > file.length) {
        const larger = new Uint8Array(2 * (size + data.length));
        larger.set(file);
        file = larger;
      }
      file.set(data, size);
      size += data.length;
    };
    const wasi = {
      args_sizes_get(count: number, total: number) {
        u32(count, argv.length);
        u32(
          total,
          argv.reduce((sum, arg) => sum + arg.length, 0),
        );
        return SUCCESS;
      },
      args_get(pointers: number, text: number) {
        for (const arg of argv) {
          u32(pointers, text);
          bytes().set(arg, text);
          pointers += 4;
          text += arg.length;
        }
        return SUCCESS;
      },
      clock_time_get(_clock: number, _precision: bigint, out: number) {
        view().setBigUint64(out, 0n, true);
        return SUCCESS;
      },
      fd_fdstat_get(fd: number, out: number) {
        bytes().fill(0, out, out + 8);
        view().setUint8(out, fd === ROOT_FD ? 3 : 4); // a directory, a regular file
        bytes().fill(255, out + 8, out + 24); // every right
        return SUCCESS;
      },
      fd_prestat_get(fd: number, out: number) {
        if (fd !== ROOT_FD) return BAD_FILE;
        u32(out, 0);
        u32(out + 4, 1);
        return SUCCESS;
      },
      fd_prestat_dir_name(_fd: number, path: number) {
        bytes()[path] = 47; // "/"
        return SUCCESS;
      },
      path_open(...args: number[]) {
        u32(args[8] ?? 0, OUT_FD);
        return SUCCESS;
      },
      fd_write(fd: number, vectors: number, count: number, written: number) {
        let total = 0;
        for (let i = 0; i < count; i++) {
          const at = view().getUint32(vectors + 8 * i, true);
          const length = view().getUint32(vectors + 8 * i + 4, true);
          if (fd === OUT_FD) append(bytes().subarray(at, at + length));
          total += length;
        }
        u32(written, total);
        return SUCCESS;
      },
      fd_read(_fd: number, _vectors: number, _count: number, read: number) {
        u32(read, 0);
        return SUCCESS;
      },
      fd_seek: () => NOT_SEEKABLE,
      fd_close: () => SUCCESS,
      fd_fdstat_set_flags: () => SUCCESS,
      proc_exit(code: number) {
        throw new Exit(code);
      },
    };
    const instance = new WebAssembly.Instance(flite, { wasi_snapshot_preview1: wasi });
    memory = instance.exports['memory'] as { buffer: ArrayBuffer };
    try {
      (instance.exports['_start'] as () => void)();
    } catch (error) {
      if (!(error instanceof Exit) || error.code !== 0)
        throw error instanceof Exit ? `Flite ended with code ${error.code}` : error;
    }
    return file.subarray(0, size);
  }

  function speak({ id, voice, text, stretch }: FliteRequest): FliteReply {
    try {
      const args = ['flite', '-voice', voice, '--setf', `duration_stretch=${stretch.toFixed(3)}`];
      const wav = run([...args, '-t', text, '-o', '/voice.wav']);
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
