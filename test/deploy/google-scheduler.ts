import { accountKey, hasRole } from './google-iam.ts';
import { startExecution } from './google-executions.ts';
import {
  type Call,
  type GoogleState,
  type Route,
  type Thing,
  invalid,
  masked,
  part,
  Refusal,
  text,
} from './google-state.ts';

const JOBS = '/v1/projects/{project}/locations/{region}/jobs';
const FIELDS: readonly (readonly [number, number, readonly string[]])[] = [
  [0, 59, []],
  [0, 23, []],
  [1, 31, []],
  [1, 12, ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']],
  [0, 7, ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']],
];

/** Whether Cloud Scheduler reads it: five fields of numbers, names, ranges, lists and steps. */
export function isCron(schedule: string): boolean {
  const fields = schedule.trim().split(/\s+/);
  return (
    fields.length === 5 &&
    fields.every((field, at) => {
      const [low, high, names] = FIELDS[at] ?? [0, 0, []];
      const number = (word: string) => {
        const named = names.indexOf(word.toLowerCase());
        return named >= 0 ? named + low : /^\d+$/.test(word) ? Number(word) : NaN;
      };
      return field.split(',').every((item) => {
        const [range = '', step, more] = item.split('/');
        if (more !== undefined || (step !== undefined && !(number(step) >= 1))) return false;
        if (range === '*') return true;
        const [from = NaN, to = from, third] = range.split('-').map(number);
        return third === undefined && from >= low && to <= high && from <= to;
      });
    })
  );
}

function check(state: GoogleState, job: Thing): void {
  if (!isCron(text(job, 'schedule'))) throw invalid('Schedule or time zone is invalid.');
  try {
    new Intl.DateTimeFormat('en', { timeZone: text(job, 'timeZone') || 'UTC' });
  } catch {
    throw invalid('Schedule or time zone is invalid.');
  }
  const target = part(job, 'httpTarget');
  const uri = text(target, 'uri');
  if (!/^https?:\/\/.+/.test(uri)) throw invalid('HttpTarget.uri must be a valid HTTP or HTTPS address.');
  const account =
    text(target, 'oauthToken', 'serviceAccountEmail') || text(target, 'oidcToken', 'serviceAccountEmail');
  if (account !== '') accountKey(state, account);
  if (
    text(target, 'oauthToken', 'serviceAccountEmail') !== '' &&
    !/^https:\/\/[\w.-]+\.googleapis\.com\//.test(uri)
  )
    throw invalid('OAuth tokens are sent to *.googleapis.com only.');
  const deadline = text(job, 'attemptDeadline');
  const seconds = Number(deadline.replace(/s$/, ''));
  if (deadline !== '' && !(seconds >= 15 && seconds <= 1800))
    throw invalid('attemptDeadline must be between 15 seconds and 30 minutes.');
}

const jobKey = ({ state, at }: Call): string => {
  place(state, at);
  return `cloudscheduler:projects/${state.project}/locations/${at['region']}/jobs/${at['name']}`;
};
const place = (state: GoogleState, at: Call['at']) => {
  state.checkProject(at['project']);
  state.checkRegion(at['region']);
};

function create({ state, at, body }: Call): Thing {
  place(state, at);
  const id = text(body, 'name').split('/').at(-1) ?? '';
  if (!/^[\w-]{1,500}$/.test(id))
    throw invalid(`Job name ${id} is not letters, digits, dashes and underscores.`);
  check(state, body);
  const name = `projects/${state.project}/locations/${at['region']}/jobs/${id}`;
  return state.add(`cloudscheduler:${name}`, {
    retryConfig: {
      maxRetryDuration: '0s',
      minBackoffDuration: '5s',
      maxBackoffDuration: '3600s',
      maxDoublings: 5,
    },
    attemptDeadline: '180s',
    ...body,
    name,
    state: 'ENABLED',
    userUpdateTime: new Date().toISOString(),
  });
}

/**
 * What happens when an entry is due: its account posts to the address, and the answer is kept in the entry's `status` as Cloud Scheduler does.
 */
export function fire(state: GoogleState, entry: Thing): void {
  const uri = text(entry, 'httpTarget', 'uri');
  const account = text(entry, 'httpTarget', 'oauthToken', 'serviceAccountEmail');
  const v2 = /\/v2\/projects\/([^/]+)\/locations\/([^/]+)\/jobs\/([^/:]+):run$/.exec(uri);
  const v1 =
    /\/\/([a-z0-9-]+)-run\.googleapis\.com\/apis\/run\.googleapis\.com\/v1\/namespaces\/([^/]+)\/jobs\/([^/:]+):run$/.exec(
      uri,
    );
  const [project, region, job] = v2 ? v2.slice(1) : v1 ? [v1[2], v1[1], v1[3]] : [];
  entry['lastAttemptTime'] = new Date().toISOString();
  if (project !== state.project || !region || !job) return void (entry['status'] = { code: 5 });
  const key = `run:projects/${state.project}/locations/${region}/jobs/${job}`;
  const may = ['roles/run.invoker', 'roles/run.developer', 'roles/run.admin'].some((role) =>
    hasRole(state, key, role, `serviceAccount:${account}`),
  );
  if (!may) return void (entry['status'] = { code: 7 });
  if (!state.things.has(key)) return void (entry['status'] = { code: 5 });
  startExecution(state, region, job);
  entry['status'] = {};
}

const route = (method: string, tail: string, handle: Route['handle']): Route => ({
  service: 'cloudscheduler',
  method,
  path: JOBS + tail,
  handle,
});
const into = (to: string) => (call: Call) => {
  const job = call.state.get(jobKey(call));
  if (job['state'] === to) throw new Refusal(400, 'FAILED_PRECONDITION', `The job is ${to} already.`);
  job['state'] = to;
  return job;
};

/** Cloud Scheduler: entries that post to an address at fixed times. */
export const schedulerRoutes: Route[] = [
  route('POST', '', create),
  route('GET', '', ({ state, at }) => {
    place(state, at);
    return { jobs: state.list(`cloudscheduler:projects/${state.project}/locations/${at['region']}/jobs`) };
  }),
  route('GET', '/{name}', (call) => call.state.get(jobKey(call))),
  route('PATCH', '/{name}', (call) => {
    const after = masked(call.state.get(jobKey(call)), call.body, call.query.get('updateMask'));
    check(call.state, after);
    return call.state.replace(jobKey(call), { ...after, name: jobKey(call).slice('cloudscheduler:'.length) });
  }),
  route('DELETE', '/{name}', (call) => {
    call.state.remove(jobKey(call));
    return {};
  }),
  route('POST', '/{name}:pause', into('PAUSED')),
  route('POST', '/{name}:resume', into('ENABLED')),
  route('POST', '/{name}:run', (call) => {
    const job = call.state.get(jobKey(call));
    fire(call.state, job);
    return job;
  }),
];
