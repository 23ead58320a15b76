-- What is left to do when a call is over: calls to make, messages to send, what was said compared with what is stored, and the end of what
-- is kept of a person.

alter table public.clinics
  add column retain_transcripts_days int check (retain_transcripts_days between 0 and 3650),
  add column redact_transcripts boolean not null default false,
  add column recording_line text check (length(recording_line) between 1 and 500),
  add column languages text[] not null default '{en}' check (cardinality(languages) between 1 and 10),
  add column sms_from text check (sms_from ~ '^(\+[1-9][0-9]{6,14}|MG[0-9a-f]{32}|[A-Za-z0-9 ]{1,11})$');
comment on column public.clinics.retain_transcripts_days is
  'What was said goes so many times 24 hours after a call''s end; null keeps it. Figures, outcomes and appointments stay.';
comment on column public.clinics.redact_transcripts is 'Numbers, birth dates, addresses and names are taken out of what was said before it is stored.';
comment on column public.clinics.recording_line is 'Said after the greeting, where the law asks for it.';
comment on column public.clinics.languages is 'The languages callers may speak, the first one first.';
comment on column public.clinics.sms_from is 'The sender of text messages: a number, a messaging service or a name; null sends none.';

alter table public.calls
  add column summary text check (length(summary) <= 4000),
  add column disposition text check (length(disposition) between 1 and 100),
  add column cost_micros bigint check (cost_micros >= 0),
  add column language text check (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
  add column recording_consent text check (length(recording_consent) between 1 and 40),
  add column purged_at timestamptz;
comment on column public.calls.cost_micros is 'Speech and language at list prices, in millionths of a US dollar.';
comment on column public.calls.purged_at is 'When what was said in it was deleted; null while it is kept.';
create index calls_to_purge on public.calls (clinic_id, started_at) where purged_at is null;

alter table public.patients add column erased_at timestamptz;
comment on column public.patients.erased_at is 'Since then the row has nothing of the person in it; appointments still point at it.';

-- Tasks.

alter table public.tasks
  drop constraint tasks_kind_check,
  drop constraint tasks_status_check,
  add constraint tasks_kind_check check (kind in ('message', 'callback', 'reminder', 'call')),
  add constraint tasks_status_check check (status in ('open', 'done', 'cancelled', 'failed')),
  add column key text check (length(key) between 1 and 200),
  add column patient_id uuid,
  add column earliest_at timestamptz,
  add column latest_at timestamptz,
  add column attempts int not null default 0 check (attempts >= 0),
  add column max_attempts int not null default 3 check (max_attempts between 1 and 20),
  add column next_at timestamptz,
  add column taken_by text,
  add column taken_until timestamptz,
  add column result jsonb check (jsonb_typeof(result) = 'object'),
  add constraint tasks_patient foreign key (patient_id, clinic_id) references public.patients (id, clinic_id),
  add constraint tasks_window check (latest_at >= earliest_at);
-- After the column was added: callbacks from before this migration are the front desk's, and nobody dials them months later.
alter table public.tasks alter column next_at set default now();
comment on column public.tasks.key is 'Whoever adds the same key again adds nothing.';
comment on column public.tasks.next_at is 'Dialled from then on; null: nobody dials it (any more), it is the front desk''s.';
comment on column public.tasks.taken_by is 'The worker that dials it, or did so last.';
comment on column public.tasks.taken_until is 'Set while a worker dials it; when it is past, the worker was lost.';
comment on column public.tasks.result is 'What came of the last attempt: outcome, attempt, at, and what the worker adds.';
create unique index tasks_key on public.tasks (clinic_id, key) where key is not null;
create index tasks_patient on public.tasks (patient_id);
create index tasks_to_dial on public.tasks (next_at) where status = 'open' and next_at is not null;

create function public.task_number(p_task public.tasks) returns text
language sql stable set search_path = '' as $$
  select coalesce(
    case when public.is_phone_number(p_task.body ->> 'callback_number') then p_task.body ->> 'callback_number' end,
    (select t.phone from public.patients t where t.id = p_task.patient_id))
$$;
comment on function public.task_number(public.tasks) is 'The number to dial: callback_number of the body, else the patient''s; null when there is none.';

create function public.add_task(
  p_clinic_id uuid, p_kind text, p_to_number text, p_body jsonb default '{}', p_priority int default 0,
  p_earliest_at timestamptz default null, p_latest_at timestamptz default null, p_max_attempts int default 3,
  p_patient_id uuid default null, p_key text default null, p_now timestamptz default now()
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := coalesce(p_now, now());
  v_body jsonb := coalesce(p_body, '{}');
  v_phone text := (select t.phone from public.patients t where t.id = p_patient_id and t.clinic_id = p_clinic_id);
  v_problem text;
  v_id uuid;
begin
  if not exists (select from public.clinics c where c.id = p_clinic_id) then
    raise exception using errcode = 'PT404', message = 'clinic_unknown', hint = 'Give the id of a clinic.';
  elsif coalesce(p_to_number !~ '^\+[1-9][0-9]{6,14}$', v_phone is null) then
    raise exception using errcode = 'PT422', message = 'phone_invalid', hint = 'Give the number in E.164, or a patient who has one.';
  end if;
  v_problem := case
    when coalesce(p_kind, '') not in ('callback', 'reminder', 'call') then 'kind'
    when jsonb_typeof(v_body) <> 'object' or length(v_body::text) > 8000 then 'body'
    when coalesce(p_max_attempts, 3) not between 1 and 20 then 'max_attempts'
    when p_latest_at < greatest(p_earliest_at, v_now) then 'window'
    when length(p_key) not between 1 and 200 then 'key'
    when p_patient_id is not null
      and not exists (select from public.patients t where t.id = p_patient_id and t.clinic_id = p_clinic_id) then 'patient'
  end;
  if v_problem is not null then
    raise exception using errcode = 'PT422', message = 'task_invalid', detail = v_problem, hint = 'Correct what the detail names.';
  end if;
  if p_to_number is not null then
    v_body := v_body || jsonb_build_object('callback_number', p_to_number);
  end if;
  insert into public.tasks
    (clinic_id, kind, priority, body, key, patient_id, earliest_at, latest_at, max_attempts, next_at)
  values (p_clinic_id, p_kind, coalesce(p_priority, 0), v_body, p_key, p_patient_id, p_earliest_at, p_latest_at,
    coalesce(p_max_attempts, 3), greatest(p_earliest_at, v_now))
  on conflict (clinic_id, key) where key is not null do nothing
  returning id into v_id;
  if v_id is not null then
    return jsonb_build_object('task_id', v_id, 'created', true);
  end if;
  select t.id into strict v_id from public.tasks t where t.clinic_id = p_clinic_id and t.key = p_key;
  return jsonb_build_object('task_id', v_id, 'created', false);
end $$;
comment on function public.add_task(uuid, text, text, jsonb, int, timestamptz, timestamptz, int, uuid, text, timestamptz) is
  'Adds a call to make (callback, reminder or call): {task_id, created}. The same key again is the same task. Without a number the patient''s is dialled. Raises PT404 clinic_unknown; PT422 phone_invalid, task_invalid (detail: kind, body, max_attempts, window, key, patient).';

create function public.take_task(
  p_agent_name text, p_worker_id text, p_limit_ms int, p_now timestamptz default now(), p_clinic_ids uuid[] default null
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := coalesce(p_now, now());
  v_task public.tasks;
begin
  -- One taker at a time, so that two workers do not ring the same person for two tasks. What others do to a row is passed over below.
  perform pg_advisory_xact_lock(hashtextextended('take_task ' || p_agent_name, 0));
  update public.tasks t set
    status = 'failed', next_at = null, taken_until = null,
    result = coalesce(t.result, '{}') || jsonb_build_object(
      'outcome', case when t.latest_at < v_now then 'too_late' else 'worker_lost' end, 'attempt', t.attempts, 'at', v_now)
  where t.id in (
    select x.id from public.tasks x join public.clinics c on c.id = x.clinic_id
    where c.agent_name = p_agent_name and x.status = 'open' and x.next_at is not null
      and x.kind in ('callback', 'reminder', 'call') and coalesce(x.taken_until <= v_now, true)
      and (x.latest_at < v_now or x.attempts >= x.max_attempts)
    for update of x skip locked);
  select t.* into v_task
  from public.tasks t
  join public.clinics c on c.id = t.clinic_id
  where c.agent_name = p_agent_name and (p_clinic_ids is null or c.id = any (p_clinic_ids))
    and t.status = 'open' and t.kind in ('callback', 'reminder', 'call') and t.next_at <= v_now
    and coalesce(t.earliest_at <= v_now, true) and coalesce(t.latest_at >= v_now, true)
    and coalesce(t.taken_until <= v_now, true) and t.attempts < t.max_attempts
    and public.task_number(t) is not null
    -- A callback may be promised while the caller is still on the line, or being transferred.
    and not exists (select from public.calls k where k.id = t.call_id and k.ended_at is null)
    and not exists (
      select from public.tasks o
      where o.status = 'open' and o.taken_until > v_now and o.id <> t.id and public.task_number(o) = public.task_number(t))
  order by t.priority desc, coalesce(t.earliest_at, t.created_at), t.id
  limit 1
  for update of t skip locked;
  if v_task.id is null then
    return null;
  end if;
  update public.tasks t set
    attempts = t.attempts + 1, taken_by = p_worker_id, taken_until = v_now + make_interval(secs => p_limit_ms / 1000.0)
  where t.id = v_task.id
  returning t.* into v_task;
  return (
    select jsonb_build_object(
      'task_id', v_task.id, 'clinic_id', c.id, 'clinic_slug', c.slug, 'kind', v_task.kind, 'priority', v_task.priority,
      'body', v_task.body, 'number', public.task_number(v_task), 'call_id', v_task.call_id, 'patient_id', v_task.patient_id,
      'attempt', v_task.attempts, 'max_attempts', v_task.max_attempts, 'latest_at', v_task.latest_at,
      'taken_until', v_task.taken_until)
    from public.clinics c where c.id = v_task.clinic_id);
end $$;
comment on function public.take_task(text, text, int, timestamptz, uuid[]) is
  'Takes the call that is due first for p_limit_ms: highest priority, then earliest; null when none is. Each is one worker''s, and a number is dialled for one task at a time. A task whose time is over, or whose last worker was lost, is failed on the way. With p_clinic_ids only of these clinics.';

create function public.finish_task(
  p_task_id uuid, p_worker_id text, p_outcome text, p_result jsonb default null, p_now timestamptz default now(),
  p_retry_ms int default null
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := coalesce(p_now, now());
  v_next timestamptz := v_now + make_interval(secs => greatest(coalesce(p_retry_ms, 900000), 0) / 1000.0);
  v_task public.tasks;
begin
  if coalesce(p_outcome, '') not in ('completed', 'busy', 'no_answer', 'failed', 'machine', 'caller_left') then
    raise exception using errcode = 'PT422', message = 'outcome_invalid',
      hint = 'Give completed, busy, no_answer, failed, machine or caller_left.';
  end if;
  select t.* into v_task from public.tasks t where t.id = p_task_id for no key update;
  if v_task.id is null then
    raise exception using errcode = 'PT404', message = 'task_unknown', hint = 'Give the id that take_task gave.';
  elsif v_task.taken_by is distinct from p_worker_id then
    raise exception using errcode = 'PT409', message = 'task_lost', hint = 'Leave the task alone: another worker has it.';
  elsif v_task.taken_until is not null then
    update public.tasks t set
      status = case
        when t.status <> 'open' then t.status
        when p_outcome = 'completed' then 'done'
        when t.attempts < t.max_attempts and coalesce(v_next <= t.latest_at, true) then 'open'
        else 'failed' end,
      taken_until = null,
      result = coalesce(t.result, '{}')
        || case when jsonb_typeof(p_result) = 'object' then p_result else '{}' end
        || jsonb_build_object('outcome', p_outcome, 'attempt', t.attempts, 'at', v_now)
    where t.id = p_task_id
    returning t.* into v_task;
    update public.tasks t set next_at = case when t.status = 'open' then v_next end where t.id = p_task_id
    returning t.* into v_task;
  end if;
  return jsonb_build_object('status', v_task.status, 'next_at', v_task.next_at, 'attempts', v_task.attempts);
end $$;
comment on function public.finish_task(uuid, text, text, jsonb, timestamptz, int) is
  'Writes back what came of a call: {status, next_at, attempts}. All but completed is tried again after p_retry_ms (15 minutes), while attempts are left and latest_at is not past; else it is failed. The same again changes nothing. A task closed meanwhile stays closed. Raises PT409 task_lost, PT404 task_unknown, PT422 outcome_invalid.';

create function public.close_task(p_task_id uuid, p_status text default 'done', p_result jsonb default null) returns boolean
language plpgsql set search_path = '' as $$
begin
  if coalesce(p_status, '') not in ('done', 'cancelled') then
    raise exception using errcode = 'PT422', message = 'task_invalid', detail = 'status', hint = 'Give done or cancelled.';
  end if;
  update public.tasks t set
    status = p_status, next_at = null,
    result = case when jsonb_typeof(p_result) = 'object' then coalesce(t.result, '{}') || p_result else t.result end
  where t.id = p_task_id and t.status in ('open', 'failed');
  return found;
end $$;
comment on function public.close_task(uuid, text, jsonb) is
  'The front desk has done a task (or cancels it): true when this very call closed it. Raises PT422 task_invalid.';

-- Text messages.

create table public.outbox (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references public.clinics on delete cascade,
  call_id uuid references public.calls on delete set null,
  patient_id uuid,
  kind text not null default 'sms' check (kind = 'sms'),
  key text not null unique check (length(key) between 1 and 200),
  to_number text not null check (to_number ~ '^\+[1-9][0-9]{6,14}$'),
  body text not null check (length(body) between 1 and 1600),
  status text not null default 'waiting' check (status in ('waiting', 'sent', 'failed')),
  attempts int not null default 0,
  max_attempts int not null default 5 check (max_attempts between 1 and 20),
  next_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '24 hours',
  taken_by text,
  sent_at timestamptz,
  provider_id text,
  error text,
  created_at timestamptz not null default now(),
  foreign key (patient_id, clinic_id) references public.patients (id, clinic_id)
);
comment on table public.outbox is 'Text messages to send, and what became of them. A row is written with what it confirms; sending comes after.';
comment on column public.outbox.expires_at is 'A message that could not be sent by then is not sent at all: it would only confuse.';
create index outbox_waiting on public.outbox (next_at) where status = 'waiting';
create index outbox_clinic on public.outbox (clinic_id, created_at);
create index outbox_call on public.outbox (call_id);
create index outbox_patient on public.outbox (patient_id);

create function public.queue_message(
  p_call_id uuid, p_epoch int, p_key text, p_to_number text, p_body text, p_patient_id uuid default null,
  p_clinic_id uuid default null, p_expires_at timestamptz default null, p_now timestamptz default now()
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := coalesce(p_now, now());
  v_clinic uuid := p_clinic_id;
  v_message public.outbox;
begin
  if p_call_id is not null then
    perform public.share_call(p_call_id, p_epoch);
    select k.clinic_id into v_clinic from public.calls k where k.id = p_call_id;
    if p_patient_id is not null then
      perform public.require_patient(p_call_id, p_epoch, p_patient_id, 'queue_message');
    end if;
  end if;
  select o.* into v_message from public.outbox o where o.key = p_key;
  if v_message.id is not null then
    return jsonb_build_object('message_id', v_message.id, 'created', false, 'status', v_message.status);
  elsif not exists (select from public.clinics c where c.id = v_clinic) then
    raise exception using errcode = 'PT404', message = 'clinic_unknown', hint = 'Give a call of a clinic, or the clinic.';
  elsif coalesce(p_to_number !~ '^\+[1-9][0-9]{6,14}$', true) then
    raise exception using errcode = 'PT422', message = 'phone_invalid', hint = 'Give the number in E.164.';
  elsif coalesce(length(p_body) not between 1 and 1600, true) or coalesce(length(p_key) not between 1 and 200, true)
    or (p_patient_id is not null
      and not exists (select from public.patients t where t.id = p_patient_id and t.clinic_id = v_clinic)) then
    raise exception using errcode = 'PT422', message = 'message_invalid',
      hint = 'Give a text of 1 to 1600 characters, a key of 1 to 200, and a patient of the clinic or none.';
  elsif (select c.sms_from from public.clinics c where c.id = v_clinic) is null then
    -- Nobody would ever send it: a number that waits for nothing is not stored.
    return jsonb_build_object('message_id', null, 'created', false, 'status', 'off');
  end if;
  insert into public.outbox (clinic_id, call_id, patient_id, key, to_number, body, next_at, expires_at)
  values (v_clinic, p_call_id, p_patient_id, p_key, p_to_number, p_body, v_now, coalesce(p_expires_at, v_now + interval '24 hours'))
  on conflict (key) do nothing
  returning * into v_message;
  if v_message.id is not null then
    return jsonb_build_object('message_id', v_message.id, 'created', true, 'status', v_message.status);
  end if;
  select o.* into strict v_message from public.outbox o where o.key = p_key;
  return jsonb_build_object('message_id', v_message.id, 'created', false, 'status', v_message.status);
end $$;
comment on function public.queue_message(uuid, int, text, text, text, uuid, uuid, timestamptz, timestamptz) is
  'Puts a text message into the outbox: {message_id, created, status}; status off, and nothing stored, where the clinic has no sms_from. The same key again is the same message. A patient of a call must be verified in it; without a call, the clinic is given. Raises PT409 call_taken_over, PT403 patient_not_verified, PT404 clinic_unknown, PT422 phone_invalid or message_invalid.';

create function public.take_message(
  p_agent_name text, p_worker_id text, p_limit_ms int, p_now timestamptz default now()
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := coalesce(p_now, now());
  v_message public.outbox;
begin
  update public.outbox o set status = 'failed', error = case when o.expires_at <= v_now then 'too_late' else 'worker_lost' end
  where o.id in (
    select x.id from public.outbox x join public.clinics c on c.id = x.clinic_id
    where c.agent_name = p_agent_name and x.status = 'waiting' and x.next_at <= v_now
      and (x.expires_at <= v_now or x.attempts >= x.max_attempts)
    for update of x skip locked);
  update public.outbox o set
    attempts = o.attempts + 1, taken_by = p_worker_id, next_at = v_now + make_interval(secs => p_limit_ms / 1000.0)
  where o.id = (
    select x.id from public.outbox x join public.clinics c on c.id = x.clinic_id
    where c.agent_name = p_agent_name and c.sms_from is not null and x.status = 'waiting' and x.next_at <= v_now
      and x.expires_at > v_now and x.attempts < x.max_attempts
    order by x.next_at, x.created_at, x.id
    limit 1
    for update of x skip locked)
  returning o.* into v_message;
  return (
    select jsonb_build_object(
      'message_id', v_message.id, 'clinic_id', c.id, 'call_id', v_message.call_id, 'key', v_message.key,
      'to_number', v_message.to_number, 'from', c.sms_from, 'body', v_message.body, 'attempt', v_message.attempts)
    from public.clinics c where c.id = v_message.clinic_id);
end $$;
comment on function public.take_message(text, text, int, timestamptz) is
  'Takes the message that has waited longest, for p_limit_ms; null when there is none. Each is one worker''s; one that the worker does not finish in time is another''s, so make the limit longer than sending takes.';

create function public.finish_message(
  p_message_id uuid, p_worker_id text, p_outcome text, p_provider_id text default null, p_error text default null,
  p_now timestamptz default now(), p_retry_ms int default null
) returns text
language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := coalesce(p_now, now());
  v_next timestamptz := v_now + make_interval(secs => greatest(coalesce(p_retry_ms, 60000), 0) / 1000.0);
  v_message public.outbox;
begin
  if coalesce(p_outcome, '') not in ('sent', 'retry', 'failed') then
    raise exception using errcode = 'PT422', message = 'outcome_invalid', hint = 'Give sent, retry or failed.';
  end if;
  select o.* into v_message from public.outbox o where o.id = p_message_id for no key update;
  if p_outcome = 'sent' then
    -- True whoever says it, and whatever was thought of the message before.
    update public.outbox o set
      status = 'sent', sent_at = coalesce(o.sent_at, v_now), provider_id = coalesce(o.provider_id, left(p_provider_id, 200)), error = null
    where o.id = p_message_id returning o.* into v_message;
  elsif v_message.status = 'waiting' and v_message.taken_by = p_worker_id then
    update public.outbox o set
      status = case when p_outcome = 'retry' and o.attempts < o.max_attempts and v_next < o.expires_at then 'waiting' else 'failed' end,
      next_at = v_next, taken_by = null, error = left(p_error, 500)
    where o.id = p_message_id returning o.* into v_message;
  end if;
  return v_message.status;
end $$;
comment on function public.finish_message(uuid, text, text, text, text, timestamptz, int) is
  'Writes back what became of a message (sent, retry or failed) and gives its status; null when there is no such message. retry waits p_retry_ms (a minute) while attempts and time are left. Of a message that another worker has, only sent counts. Raises PT422 outcome_invalid.';

-- What the agent said it had done.

create table public.call_claims (
  call_id uuid not null references public.calls on delete cascade,
  turn_index int not null check (turn_index >= 0),
  claim text not null check (claim in
    ('booked', 'moved', 'cancelled', 'message', 'callback', 'transferring', 'waiting_list', 'registered')),
  said text,
  matched boolean,
  row_table text,
  row_id uuid,
  primary key (call_id, turn_index, claim)
);
comment on table public.call_claims is 'Each time the agent said that something was done. matched is null until audit_call has looked for the row that makes it true.';
create index call_claims_false on public.call_claims (call_id) where matched = false;

create function public.record_claims(p_call_id uuid, p_epoch int, p_claims jsonb) returns int
language plpgsql set search_path = '' as $$
declare
  v_count int;
begin
  perform public.share_call(p_call_id, p_epoch);
  insert into public.call_claims as k (call_id, turn_index, claim, said)
  select distinct on (c.turn_index, c.claim) p_call_id, c.turn_index, c.claim, left(c.said, 1000)
  from jsonb_to_recordset(p_claims) as c(turn_index int, claim text, said text)
  order by c.turn_index, c.claim
  on conflict (call_id, turn_index, claim) do update set said = excluded.said;
  get diagnostics v_count = row_count;
  return v_count;
exception
  when check_violation or not_null_violation or foreign_key_violation or invalid_text_representation
    or numeric_value_out_of_range or invalid_parameter_value then
    raise exception using errcode = 'PT422', message = 'claims_invalid',
      hint = 'Give objects with turn_index, claim and said, of a call that is on record.';
end $$;
comment on function public.record_claims(uuid, int, jsonb) is
  'Stores what the agent claimed, [{turn_index, claim, said}]; one of a kind in a turn. Gives how many. Raises PT409 call_taken_over, PT422 claims_invalid.';

create function public.claim_evidence(p_call_id uuid, p_claim text, p_before timestamptz)
returns table (row_table text, row_id uuid)
language plpgsql stable set search_path = '' as $$
begin
  return query
  select e.source, e.id
  from (
    -- Appointments and tasks are written by the database's own clock, as turns are: what came only after the words does not bear them out.
    select 'appointments' as source, a.id, a.created_at as at from public.appointments a
    where a.call_id = p_call_id and (p_claim = 'booked' or (p_claim = 'moved' and a.moved_from is not null))
    union all
    select 'tasks', t.id, t.created_at from public.tasks t
    where t.call_id = p_call_id and ((p_claim = 'message' and t.kind in ('message', 'callback')) or (p_claim = 'callback' and t.kind = 'callback'))
    union all
    select 'appointments', a.id, null from public.appointments a where a.cancelled_by_call = p_call_id and p_claim = 'cancelled'
    union all
    select 'calls', c.id, null from public.calls c where c.id = p_call_id and p_claim = 'transferring' and c.outcome = 'transferred'
    union all
    select 'tool_runs', r.id, null from public.tool_runs r
    where r.call_id = p_call_id and p_claim = 'transferring' and r.name = 'transfer' and r.error_code is null
    union all
    select 'waiting_list', w.id, null from public.waiting_list w where w.call_id = p_call_id and p_claim = 'waiting_list'
    union all
    select 'call_patients', p.patient_id, null from public.call_patients p
    where p.call_id = p_call_id and p_claim = 'registered' and p.how = 'registered'
  ) e
  where coalesce(e.at < p_before, true)
  order by e.at nulls last, e.source, e.id
  limit 1;
end $$;
comment on function public.claim_evidence(uuid, text, timestamptz) is 'The committed row of a call that makes a claim true, if there is one; p_before is when the next turn began.';

create function public.audit_call(p_call_id uuid) returns jsonb
language plpgsql set search_path = '' as $$
begin
  perform from public.calls c where c.id = p_call_id for share;
  if not found then
    raise exception using errcode = 'PT404', message = 'call_unknown', hint = 'Open the call first.';
  end if;
  -- A claim that was true stays so: what proved it may be deleted in time.
  update public.call_claims k set
    matched = x.row_table is not null, row_table = x.row_table, row_id = x.row_id
  from (
    select o.turn_index, o.claim, e.row_table, e.row_id
    from public.call_claims o
    left join lateral public.claim_evidence(
      p_call_id, o.claim, (select min(t.started_at) from public.call_turns t where t.call_id = p_call_id and t.index > o.turn_index)
    ) e on true
    where o.call_id = p_call_id and o.matched is distinct from true
  ) x
  where k.call_id = p_call_id and k.turn_index = x.turn_index and k.claim = x.claim;
  return (
    select jsonb_build_object(
      'claims', count(*), 'matched', count(*) filter (where k.matched),
      'mismatches', coalesce(
        jsonb_agg(jsonb_build_object('turn_index', k.turn_index, 'claim', k.claim, 'said', k.said) order by k.turn_index, k.claim)
          filter (where not k.matched), '[]'))
    from public.call_claims k where k.call_id = p_call_id);
end $$;
comment on function public.audit_call(uuid) is
  'Looks for the row behind each claim of a call: {claims, matched, mismatches: [{turn_index, claim, said}]}. Raises PT404 call_unknown.';

create function public.note_call(
  p_call_id uuid, p_epoch int, p_language text default null, p_recording_consent text default null
) returns void
language plpgsql set search_path = '' as $$
begin
  perform public.lock_call(p_call_id, p_epoch);
  update public.calls c set
    language = coalesce(p_language, c.language), recording_consent = coalesce(p_recording_consent, c.recording_consent)
  where c.id = p_call_id;
end $$;
comment on function public.note_call(uuid, int, text, text) is
  'Notes the language a call is in, and what became of the recording line; what is not given stays. Raises PT409 call_taken_over.';

create function public.finish_call_record(
  p_call_id uuid, p_summary text, p_disposition text, p_cost_micros bigint
) returns void
language plpgsql set search_path = '' as $$
begin
  update public.calls c set
    summary = case when c.purged_at is null then coalesce(left(p_summary, 4000), c.summary) end,
    disposition = coalesce(left(nullif(p_disposition, ''), 100), c.disposition),
    -- greatest() passes a null over.
    cost_micros = case when p_cost_micros is null then c.cost_micros else greatest(p_cost_micros, 0) end
  where c.id = p_call_id;
  if not found then
    raise exception using errcode = 'PT404', message = 'call_unknown', hint = 'Open the call first.';
  end if;
end $$;
comment on function public.finish_call_record(uuid, text, text, bigint) is
  'Adds to a call that is over what was made of it; what is not given stays. Raises PT404 call_unknown.';

-- The end of what is kept.

create function public.purge_expired(p_now timestamptz default now(), p_limit int default 500) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := coalesce(p_now, now());
  v_calls uuid[];
  v_turns int;
  v_runs int;
  v_claims int;
  v_tasks int;
  v_outbox int;
begin
  -- Hours, because a day of the session's time zone may have 23.
  select coalesce(array_agg(x.id), '{}') into v_calls from (
    select k.id from public.calls k join public.clinics c on c.id = k.clinic_id
    where k.purged_at is null and c.retain_transcripts_days is not null
      and coalesce(k.ended_at, k.started_at) <= v_now - make_interval(hours => 24 * c.retain_transcripts_days)
    order by k.started_at limit greatest(coalesce(p_limit, 500), 1)
    for update of k skip locked) x;
  update public.call_turns set caller_text = null, agent_text = null
  where call_id = any (v_calls) and (caller_text is not null or agent_text is not null);
  get diagnostics v_turns = row_count;
  update public.tool_runs set arguments = '{}', result = null
  where call_id = any (v_calls) and (arguments <> '{}' or result is not null);
  get diagnostics v_runs = row_count;
  update public.call_claims set said = null where call_id = any (v_calls) and said is not null;
  get diagnostics v_claims = row_count;
  update public.calls set state = '{}', summary = null, purged_at = v_now where id = any (v_calls);
  -- What a caller left for the front desk is kept until it is done.
  update public.tasks t set body = '{}', result = null
  from public.clinics c
  where c.id = t.clinic_id and t.status <> 'open' and (t.body <> '{}' or t.result is not null)
    and greatest(t.created_at, t.latest_at) <= v_now - make_interval(hours => 24 * c.retain_transcripts_days);
  get diagnostics v_tasks = row_count;
  delete from public.outbox o using public.clinics c
  where c.id = o.clinic_id and greatest(o.created_at, o.expires_at) <= v_now - make_interval(hours => 24 * c.retain_transcripts_days);
  get diagnostics v_outbox = row_count;
  return jsonb_build_object(
    'calls', cardinality(v_calls), 'call_turns', v_turns, 'tool_runs', v_runs, 'call_claims', v_claims, 'tasks', v_tasks,
    'outbox', v_outbox, 'more', cardinality(v_calls) >= greatest(coalesce(p_limit, 500), 1));
end $$;
comment on function public.purge_expired(timestamptz, int) is
  'Deletes what was said, written and sent for clinics that keep it for a time which is over: rows changed per table, and whether there are more calls than p_limit. Figures, outcomes, appointments and numbers of callers stay. Open tasks are kept whole.';

create function public.same_number(p_one text, p_other text) returns boolean
language sql immutable set search_path = '' as $$
  select coalesce(public.plain_number(p_one) = public.plain_number(p_other), false)
$$;
comment on function public.same_number(text, text) is 'Whether two numbers are one, however the trunk wrote them.';

create function public.own_phone(p_patient_id uuid) returns text
language sql stable set search_path = '' as $$
  select t.phone from public.patients t
  where t.id = p_patient_id
    and not exists (select from public.patients o where o.clinic_id = t.clinic_id and o.phone = t.phone and o.id <> t.id)
$$;
comment on function public.own_phone(uuid) is 'A patient''s number if nobody else at the clinic has it: only then does it stand for them.';

create function public.calls_of_patient(p_clinic_id uuid, p_patient_id uuid)
returns table (call_id uuid, shared boolean)
language sql stable set search_path = '' as $$
  with touched as (
    select v.call_id, v.patient_id from public.call_patients v
    union select a.call_id, a.patient_id from public.appointments a where a.clinic_id = p_clinic_id
    union select a.cancelled_by_call, a.patient_id from public.appointments a where a.clinic_id = p_clinic_id
    union select w.call_id, w.patient_id from public.waiting_list w where w.clinic_id = p_clinic_id
    union select t.call_id, t.patient_id from public.tasks t where t.clinic_id = p_clinic_id
    union select o.call_id, o.patient_id from public.outbox o where o.clinic_id = p_clinic_id
  )
  select c.id, exists (select from touched t where t.call_id = c.id and t.patient_id <> p_patient_id)
  from public.calls c
  where c.clinic_id = p_clinic_id and (
    c.id in (select t.call_id from touched t where t.patient_id = p_patient_id)
    or public.same_number(c.caller_number, public.own_phone(p_patient_id)))
$$;
comment on function public.calls_of_patient(uuid, uuid) is
  'The calls that concern a patient: that verified them, left a row of theirs, or came from a number that is theirs alone. shared: other patients were served in it, too.';

create function public.export_patient(p_clinic_id uuid, p_patient_id uuid) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_patient public.patients;
  v_export jsonb;
begin
  select t.* into v_patient from public.patients t where t.id = p_patient_id and t.clinic_id = p_clinic_id;
  if v_patient.id is null then
    raise exception using errcode = 'PT404', message = 'patient_unknown', hint = 'Give the id of a patient of this clinic.';
  end if;
  select jsonb_build_object(
    'patient', to_jsonb(v_patient) - 'code_hash' || jsonb_build_object('has_code', v_patient.code_hash is not null),
    'appointments', (
      select coalesce(jsonb_agg(public.appointment_receipt(a.id, false) - 'created' || jsonb_build_object(
        'call_id', a.call_id, 'created_at', a.created_at, 'cancelled_at', a.cancelled_at, 'cancelled_by_call', a.cancelled_by_call,
        'moved_from', a.moved_from, 'request_id', a.request_id) order by a.starts_at, a.id), '[]')
      from public.appointments a where a.patient_id = p_patient_id),
    'waiting_list', (
      select coalesce(jsonb_agg(to_jsonb(w) order by w.created_at, w.id), '[]')
      from public.waiting_list w where w.patient_id = p_patient_id),
    'tasks', (
      select coalesce(jsonb_agg(to_jsonb(t) order by t.created_at, t.id), '[]')
      from public.tasks t
      where t.clinic_id = p_clinic_id and (t.patient_id = p_patient_id or (t.patient_id is null and (
        t.call_id in (select k.call_id from public.calls_of_patient(p_clinic_id, p_patient_id) k where not k.shared)
        or (t.call_id is null and public.same_number(t.body ->> 'callback_number', public.own_phone(p_patient_id))))))),
    'messages', (
      select coalesce(jsonb_agg(to_jsonb(o) order by o.created_at, o.id), '[]')
      from public.outbox o
      where o.clinic_id = p_clinic_id and (o.patient_id = p_patient_id
        or (o.patient_id is null and o.to_number = public.own_phone(p_patient_id)))),
    'calls', (
      select coalesce(jsonb_agg(
        case when k.shared then
          to_jsonb(c) - '{caller_number,room,state,summary,reason,disposition}'::text[]
            || jsonb_build_object('withheld', 'other patients were served in this call, too')
        else to_jsonb(c) || jsonb_build_object(
          'turns', (
            select coalesce(jsonb_agg(to_jsonb(u) - 'call_id' order by u.index), '[]') from public.call_turns u where u.call_id = c.id),
          'tool_runs', (
            select coalesce(jsonb_agg(to_jsonb(r) - 'call_id' order by r.started_at, r.id), '[]')
            from public.tool_runs r where r.call_id = c.id),
          'claims', (
            select coalesce(jsonb_agg(to_jsonb(m) - 'call_id' order by m.turn_index, m.claim), '[]')
            from public.call_claims m where m.call_id = c.id)) end
          || jsonb_build_object('verified', (
            select to_jsonb(v) - '{call_id,patient_id}'::text[] from public.call_patients v
            where v.call_id = c.id and v.patient_id = p_patient_id))
        order by c.started_at, c.id), '[]')
      from public.calls_of_patient(p_clinic_id, p_patient_id) k join public.calls c on c.id = k.call_id),
    'access_log', (
      select coalesce(jsonb_agg(to_jsonb(l) order by l.at, l.id), '[]') from public.access_log l where l.patient_id = p_patient_id))
  into v_export;
  insert into public.access_log (clinic_id, patient_id, action, row_table, row_id)
  values (p_clinic_id, p_patient_id, 'export', 'patients', p_patient_id);
  return v_export;
end $$;
comment on function public.export_patient(uuid, uuid) is
  'Everything held of a patient as one document: patient, appointments, waiting_list, tasks, messages, calls (with turns, tool_runs, claims), access_log. Of a call in which others were served too, the words are withheld, because they are the others'' as well. Raises PT404 patient_unknown.';

create function public.person_pattern(p_name text, p_phone text) returns text
language sql immutable set search_path = '' as $$
  with words as (
    select array_agg(regexp_replace(w.word, '([][\\.^$*+?(){}|/-])', '\\\1', 'g') order by w.n) as list
    from regexp_split_to_table(btrim(p_name), '\s+') with ordinality w(word, n)
    where w.word <> ''
  ), parts as (
    -- One short word is a word of the language more often than it is this person.
    select case when cardinality(list) > 1 or length(btrim(p_name)) >= 4
      then '(?<![[:alnum:]])(?:' || concat_ws('|',
        array_to_string(list, '[\s,.-]+'),
        list[cardinality(list)] || '[\s,.-]+' || array_to_string(list[1:cardinality(list) - 1], '[\s,.-]+'),
        case when cardinality(list) > 2 then list[1] || '[\s,.-]+' || list[cardinality(list)] end) || ')(?![[:alnum:]])' end as part
    from words
    union all
    -- As a caller may have said it: with the country code or a 0 before it, and signs between the digits.
    select '(?:\+|00)?(?:[0-9][ ().-]{0,2}){0,5}' || array_to_string(regexp_split_to_array(right(d.digits, greatest(length(d.digits) - 3, 6)), ''), '[ ().-]{0,2}')
    from (select public.plain_number(p_phone) as digits) d
    where d.digits is not null
  )
  select string_agg(part, '|') from parts
$$;
comment on function public.person_pattern(text, text) is
  'A regular expression for a full name (also surname first, or without middle names) and a number as it may be written; null when neither can be looked for.';

create function public.scrub_text(p_text text, p_pattern text) returns text
language sql immutable set search_path = '' as $$
  select regexp_replace(p_text, p_pattern, '[erased]', 'gi')
$$;
comment on function public.scrub_text(text, text) is 'A text with what the pattern finds taken out.';

create function public.scrub_json(p_value jsonb, p_pattern text) returns jsonb
language plpgsql immutable set search_path = '' as $$
begin
  return case jsonb_typeof(p_value)
    when 'string' then to_jsonb(public.scrub_text(p_value #>> '{}', p_pattern))
    when 'number' then case when p_value #>> '{}' ~* p_pattern then 'null' else p_value end
    when 'array' then (
      select coalesce(jsonb_agg(public.scrub_json(e.value, p_pattern) order by e.n), '[]')
      from jsonb_array_elements(p_value) with ordinality e(value, n))
    when 'object' then (
      select coalesce(jsonb_object_agg(public.scrub_text(e.key, p_pattern), public.scrub_json(e.value, p_pattern)), '{}')
      from jsonb_each(p_value) e)
    else p_value end;
end $$;
comment on function public.scrub_json(jsonb, text) is 'A document with what the pattern finds taken out of its texts, keys and numbers.';

create function public.scrub_clinic(p_clinic_id uuid, p_pattern text) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_turns int;
  v_runs int;
  v_claims int;
  v_calls int;
  v_tasks int;
  v_outbox int;
begin
  update public.call_turns t set
    caller_text = public.scrub_text(t.caller_text, p_pattern), agent_text = public.scrub_text(t.agent_text, p_pattern)
  from public.calls c where c.id = t.call_id and c.clinic_id = p_clinic_id and (t.caller_text ~* p_pattern or t.agent_text ~* p_pattern);
  get diagnostics v_turns = row_count;
  update public.tool_runs r set
    arguments = public.scrub_json(r.arguments, p_pattern), result = public.scrub_json(r.result, p_pattern)
  from public.calls c
  where c.id = r.call_id and c.clinic_id = p_clinic_id
    and (public.scrub_json(r.arguments, p_pattern) <> r.arguments or public.scrub_json(r.result, p_pattern) <> r.result);
  get diagnostics v_runs = row_count;
  update public.call_claims m set said = public.scrub_text(m.said, p_pattern)
  from public.calls c where c.id = m.call_id and c.clinic_id = p_clinic_id and m.said ~* p_pattern;
  get diagnostics v_claims = row_count;
  update public.calls c set
    summary = public.scrub_text(c.summary, p_pattern), state = public.scrub_json(c.state, p_pattern),
    reason = public.scrub_text(c.reason, p_pattern), disposition = public.scrub_text(c.disposition, p_pattern)
  where c.clinic_id = p_clinic_id
    and (c.summary ~* p_pattern or public.scrub_json(c.state, p_pattern) <> c.state or c.reason ~* p_pattern or c.disposition ~* p_pattern);
  get diagnostics v_calls = row_count;
  update public.tasks t set
    body = public.scrub_json(t.body, p_pattern), result = public.scrub_json(t.result, p_pattern), key = public.scrub_text(t.key, p_pattern)
  where t.clinic_id = p_clinic_id
    and (public.scrub_json(t.body, p_pattern) <> t.body or public.scrub_json(t.result, p_pattern) <> t.result or t.key ~* p_pattern);
  get diagnostics v_tasks = row_count;
  update public.outbox o set
    body = public.scrub_text(o.body, p_pattern), key = public.scrub_text(o.key, p_pattern), error = public.scrub_text(o.error, p_pattern)
  where o.clinic_id = p_clinic_id and (o.body ~* p_pattern or o.key ~* p_pattern or o.error ~* p_pattern);
  get diagnostics v_outbox = row_count;
  return jsonb_build_object(
    'call_turns', v_turns, 'tool_runs', v_runs, 'call_claims', v_claims, 'calls', v_calls, 'tasks', v_tasks, 'outbox', v_outbox);
end $$;
comment on function public.scrub_clinic(uuid, text) is 'Takes what the pattern finds out of every text and document that calls have left at a clinic: rows changed per table.';

create function public.erase_call_words(p_calls uuid[]) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_turns int;
  v_runs int;
  v_claims int;
begin
  update public.call_turns set caller_text = null, agent_text = null where call_id = any (p_calls);
  get diagnostics v_turns = row_count;
  update public.tool_runs set arguments = '{}', result = null where call_id = any (p_calls);
  get diagnostics v_runs = row_count;
  update public.call_claims set said = null where call_id = any (p_calls);
  get diagnostics v_claims = row_count;
  update public.calls set state = '{}', summary = null where id = any (p_calls);
  return jsonb_build_object(
    'calls', coalesce(cardinality(p_calls), 0), 'call_turns', v_turns, 'tool_runs', v_runs, 'call_claims', v_claims);
end $$;
comment on function public.erase_call_words(uuid[]) is 'Deletes what was said in calls and leaves their figures: rows changed per table.';

create function public.erase_patient(p_clinic_id uuid, p_patient_id uuid, p_now timestamptz default now()) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := coalesce(p_now, now());
  v_patient public.patients;
  v_phone text := public.own_phone(p_patient_id);
  v_all uuid[];
  v_own uuid[];
  v_pattern text;
  v_counts jsonb;
  v_appointments int;
  v_waiting int;
  v_tasks int;
  v_outbox int;
begin
  -- Practitioners first, then calls: the order in which bookings take their locks.
  perform from public.practitioners p where p.id in (
    select a.practitioner_id from public.appointments a where a.patient_id = p_patient_id and a.status = 'booked' and a.starts_at > v_now)
  order by p.id for no key update;
  select t.* into v_patient from public.patients t where t.id = p_patient_id and t.clinic_id = p_clinic_id;
  if v_patient.id is null then
    raise exception using errcode = 'PT404', message = 'patient_unknown', hint = 'Give the id of a patient of this clinic.';
  end if;
  select array_agg(k.call_id), array_agg(k.call_id) filter (where not k.shared) into v_all, v_own
  from public.calls_of_patient(p_clinic_id, p_patient_id) k;
  perform from public.calls c where c.id = any (v_all) order by c.id for no key update;
  -- An open row of an hour ago is a call whose end nobody noted; a live one would write the name again.
  if exists (select from public.calls c where c.id = any (v_all) and c.ended_at is null and c.started_at > now() - interval '1 hour') then
    raise exception using errcode = 'PT409', message = 'patient_on_call', hint = 'Wait until the call is over.';
  end if;

  delete from public.outbox o
  where o.clinic_id = p_clinic_id and (o.patient_id = p_patient_id or o.to_number = v_phone or (o.patient_id is null and o.call_id = any (v_own)));
  get diagnostics v_outbox = row_count;
  update public.tasks t set
    body = '{}', result = null, key = null, next_at = null, taken_until = null,
    status = case when t.status = 'open' then 'cancelled' else t.status end
  where t.clinic_id = p_clinic_id and (t.patient_id = p_patient_id or (t.patient_id is null
    and (t.call_id = any (v_own) or (t.call_id is null and public.same_number(t.body ->> 'callback_number', v_phone)))));
  get diagnostics v_tasks = row_count;
  update public.waiting_list w set
    request_id = null, status = case when w.status in ('open', 'offered') then 'cancelled' else w.status end
  where w.patient_id = p_patient_id;
  get diagnostics v_waiting = row_count;
  update public.call_patients set request_id = null where patient_id = p_patient_id;
  update public.appointments a set
    -- Ids of requests are made by the agent, and may have a name in them.
    request_id = null,
    cancelled_at = case when a.status = 'booked' and a.starts_at > v_now then v_now else a.cancelled_at end,
    status = case when a.starts_at > v_now then 'cancelled' else a.status end
  where a.patient_id = p_patient_id;
  get diagnostics v_appointments = row_count;

  v_counts := public.erase_call_words(v_all);
  delete from public.rescues r using public.calls c where c.id = any (v_all) and r.room = c.room;
  -- A number that others at the clinic have is theirs as well, and a call that served them keeps it.
  update public.calls c set caller_number = null, room = 'erased-' || c.id
  where c.id = any (v_own) or (c.id = any (v_all) and public.same_number(c.caller_number, v_phone));
  update public.patients set
    full_name = 'erased', phone = null, date_of_birth = null, code_hash = null, erased_at = coalesce(erased_at, v_now)
  where id = p_patient_id;

  -- Whom else's calls speak of; but somebody of the same name keeps it.
  v_pattern := public.person_pattern(
    case when v_patient.erased_at is null and not exists (
      select from public.patients o
      where o.clinic_id = p_clinic_id and o.id <> p_patient_id and public.fold_name(o.full_name) = public.fold_name(v_patient.full_name))
    then v_patient.full_name end, v_phone);
  insert into public.access_log (clinic_id, patient_id, action, row_table, row_id)
  values (p_clinic_id, p_patient_id, 'erase', 'patients', p_patient_id);
  return v_counts || jsonb_build_object(
    'patients', (v_patient.erased_at is null)::int, 'appointments', v_appointments, 'waiting_list', v_waiting, 'tasks', v_tasks,
    'outbox', v_outbox,
    'mentions', case when v_pattern is null then '{}' else public.scrub_clinic(p_clinic_id, v_pattern) end);
end $$;
comment on function public.erase_patient(uuid, uuid, timestamptz) is
  'Takes a person out of the clinic''s data: name, number, birth date, code, what was said in their calls, their tasks and messages; appointments to come are cancelled. Rows, times and figures stay. The full name and the number also go from what others'' calls say (mentions), unless another patient has the same. Rows changed per table. Raises PT404 patient_unknown, PT409 patient_on_call.';

-- As in the migration before, with what this one adds to a clinic.
create or replace function public.clinic_profile(p_clinic_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'id', c.id, 'slug', c.slug, 'name', c.name, 'time_zone', c.time_zone, 'language', c.language, 'country', c.country,
    'staff_number', c.staff_number, 'agent_name', c.agent_name, 'greeting', c.greeting, 'emergency_line', c.emergency_line,
    'lead_time_minutes', c.lead_time_minutes, 'slot_step_minutes', c.slot_step_minutes, 'max_days_ahead', c.max_days_ahead,
    'languages', c.languages, 'recording_line', c.recording_line, 'redact_transcripts', c.redact_transcripts,
    'sends_messages', c.sms_from is not null,
    'numbers', (
      select coalesce(jsonb_agg(n.number order by n.number), '[]')
      from public.clinic_numbers n where n.clinic_id = c.id),
    'hours', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'weekday', h.weekday, 'opens', to_char(h.opens, 'HH24:MI'), 'closes', to_char(h.closes, 'HH24:MI')
      ) order by h.weekday, h.opens), '[]')
      from public.clinic_hours h where h.clinic_id = c.id),
    'closures', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'from', k.from_date, 'to', k.to_date, 'reason', k.reason,
        'opens', to_char(k.opens, 'HH24:MI'), 'closes', to_char(k.closes, 'HH24:MI')
      ) order by k.from_date, k.opens), '[]')
      from public.clinic_closures k where k.clinic_id = c.id),
    'practitioners', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', p.id, 'name', p.name, 'title', p.title,
        'services', (
          select coalesce(jsonb_agg(s.id order by s.slug), '[]')
          from public.practitioner_services ps join public.services s on s.id = ps.service_id
          where ps.practitioner_id = p.id and s.active)
      ) order by p.name), '[]')
      from public.practitioners p where p.clinic_id = c.id and p.active),
    'services', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', s.id, 'slug', s.slug, 'name', s.name, 'duration_minutes', s.duration_minutes,
        'buffer_minutes', s.buffer_minutes, 'lead_time_minutes', s.lead_time_minutes, 'aliases', s.aliases, 'price', s.price
      ) order by s.slug), '[]')
      from public.services s where s.clinic_id = c.id and s.active),
    'answers', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'question', a.question, 'answer', a.answer, 'keywords', a.keywords
      ) order by a.question), '[]')
      from public.clinic_answers a where a.clinic_id = c.id))
  from public.clinics c where c.id = p_clinic_id
$$;

alter table public.outbox enable row level security;
alter table public.call_claims enable row level security;
create policy own_clinic on public.outbox for select to authenticated
  using (clinic_id = (select public.auth_clinic_id()));
create policy own_clinic on public.call_claims for select to authenticated
  using (exists (select from public.calls c where c.id = call_id and c.clinic_id = (select public.auth_clinic_id())));
revoke all on public.outbox, public.call_claims from public, anon, authenticated;
grant select on public.outbox, public.call_claims to authenticated;
grant all on public.outbox, public.call_claims to service_role;
grant select (erased_at) on public.patients to authenticated;

revoke execute on function public.add_task(uuid, text, text, jsonb, int, timestamptz, timestamptz, int, uuid, text, timestamptz),
  public.task_number(public.tasks),
  public.take_task(text, text, int, timestamptz, uuid[]),
  public.finish_task(uuid, text, text, jsonb, timestamptz, int),
  public.close_task(uuid, text, jsonb),
  public.queue_message(uuid, int, text, text, text, uuid, uuid, timestamptz, timestamptz),
  public.take_message(text, text, int, timestamptz),
  public.finish_message(uuid, text, text, text, text, timestamptz, int),
  public.record_claims(uuid, int, jsonb),
  public.claim_evidence(uuid, text, timestamptz),
  public.audit_call(uuid),
  public.note_call(uuid, int, text, text),
  public.finish_call_record(uuid, text, text, bigint),
  public.purge_expired(timestamptz, int),
  public.same_number(text, text),
  public.own_phone(uuid),
  public.calls_of_patient(uuid, uuid),
  public.export_patient(uuid, uuid),
  public.person_pattern(text, text),
  public.scrub_text(text, text),
  public.scrub_json(jsonb, text),
  public.scrub_clinic(uuid, text),
  public.erase_call_words(uuid[]),
  public.erase_patient(uuid, uuid, timestamptz)
  from public, anon, authenticated;
grant execute on function public.add_task(uuid, text, text, jsonb, int, timestamptz, timestamptz, int, uuid, text, timestamptz),
  public.task_number(public.tasks),
  public.take_task(text, text, int, timestamptz, uuid[]),
  public.finish_task(uuid, text, text, jsonb, timestamptz, int),
  public.close_task(uuid, text, jsonb),
  public.queue_message(uuid, int, text, text, text, uuid, uuid, timestamptz, timestamptz),
  public.take_message(text, text, int, timestamptz),
  public.finish_message(uuid, text, text, text, text, timestamptz, int),
  public.record_claims(uuid, int, jsonb),
  public.claim_evidence(uuid, text, timestamptz),
  public.audit_call(uuid),
  public.note_call(uuid, int, text, text),
  public.finish_call_record(uuid, text, text, bigint),
  public.purge_expired(timestamptz, int),
  public.same_number(text, text),
  public.own_phone(uuid),
  public.calls_of_patient(uuid, uuid),
  public.export_patient(uuid, uuid),
  public.person_pattern(text, text),
  public.scrub_text(text, text),
  public.scrub_json(jsonb, text),
  public.scrub_clinic(uuid, text),
  public.erase_call_words(uuid[]),
  public.erase_patient(uuid, uuid, timestamptz)
  to service_role;

create or replace function public.schema_version() returns text
language sql immutable set search_path = '' as $$ select '20261122090200' $$;

notify pgrst, 'reload schema';
