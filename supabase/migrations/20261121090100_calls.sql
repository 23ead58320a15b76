-- Calls, as they happen: every row is written the moment it is true, because a process can die at any moment after.

create table public.patients (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references public.clinics,
  full_name text not null check (length(full_name) between 1 and 120 and full_name !~ '[[:cntrl:]]'),
  phone text check (phone ~ '^\+[1-9][0-9]{6,14}$'),
  date_of_birth date,
  created_at timestamptz not null default now(),
  unique (id, clinic_id)
);
-- Two calls that book for the same new patient at once make one patient.
create unique index patients_identity on public.patients (clinic_id, phone, lower(full_name)) where phone is not null;
create index patients_clinic on public.patients (clinic_id);

create table public.calls (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid references public.clinics,
  room text not null unique,
  caller_number text,
  dialled_number text,
  worker_id text,
  started_at timestamptz not null default now(),
  answered_at timestamptz,
  greeting_ms int,
  ended_at timestamptz,
  outcome text check (outcome in
    ('completed', 'booked', 'transferred', 'handed_over', 'callback_owed', 'abandoned', 'after_hours', 'failed')),
  reason text,
  constraint calls_ended_with_outcome check ((ended_at is null) = (outcome is null))
);
comment on column public.calls.clinic_id is 'Null when neither the dialled number nor the slug named a clinic.';
comment on column public.calls.caller_number is 'As the trunk gave it: may be hidden or no telephone number at all.';
comment on column public.calls.greeting_ms is 'From the agent''s start on the call to the first sound of the greeting: ringing included.';
create index calls_clinic on public.calls (clinic_id, started_at desc);
create index calls_open_by_worker on public.calls (worker_id) where ended_at is null;

create table public.call_turns (
  call_id uuid not null references public.calls on delete cascade,
  index int not null check (index >= 0),
  caller_text text check (length(caller_text) <= 4000),
  agent_text text check (length(agent_text) <= 4000),
  started_at timestamptz not null default now(),
  latency_ms int,
  parts jsonb not null default '{}' check (jsonb_typeof(parts) = 'object'),
  tool text,
  interrupted boolean not null default false,
  primary key (call_id, index)
);
comment on column public.call_turns.parts is 'Where each millisecond of latency_ms went: name of the part to its ms.';

create table public.tool_runs (
  id uuid primary key default gen_random_uuid(),
  call_id uuid not null references public.calls on delete cascade,
  turn_index int,
  name text not null,
  arguments jsonb not null default '{}',
  result jsonb,
  error_code text,
  started_at timestamptz not null default now(),
  duration_ms int
);
create index tool_runs_call on public.tool_runs (call_id, started_at);

create table public.tasks (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references public.clinics,
  call_id uuid references public.calls,
  kind text not null check (kind in ('message', 'callback')),
  priority int not null default 0,
  body jsonb not null default '{}',
  status text not null default 'open' check (status in ('open', 'done', 'cancelled')),
  created_at timestamptz not null default now()
);
comment on table public.tasks is 'What the clinic owes a caller; a higher priority comes first.';
create index tasks_clinic on public.tasks (clinic_id, status, priority desc, created_at);
create index tasks_call on public.tasks (call_id);

create function public.open_call(
  p_room text, p_dialled text, p_clinic_slug text, p_caller text, p_worker_id text
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  -- Trunks write the same number as +92…, 92… or 0092….
  v_digits text := regexp_replace(p_dialled, '[^0-9]', '', 'g');
  v_call uuid;
  v_clinic uuid;
begin
  select n.clinic_id into v_clinic from public.clinic_numbers n
  where n.number in ('+' || v_digits, '+' || regexp_replace(v_digits, '^00', ''));
  if v_clinic is null then
    select c.id into v_clinic from public.clinics c where c.slug = p_clinic_slug;
  end if;
  insert into public.calls (clinic_id, room, caller_number, dialled_number, worker_id)
  values (v_clinic, p_room, left(p_caller, 200), left(p_dialled, 200), p_worker_id)
  on conflict (room) do nothing
  returning id into v_call;
  if v_call is null then
    select c.id, c.clinic_id into v_call, v_clinic from public.calls c where c.room = p_room;
  end if;
  return jsonb_build_object('call_id', v_call, 'clinic', public.clinic_profile(v_clinic));
end $$;
comment on function public.open_call(text, text, text, text, text) is
  'Starts a call in one round trip: {call_id, clinic}. The clinic is found by the dialled number, else by slug; unknown is null, and the call is on record all the same. Idempotent by room.';

create function public.answer_call(p_call_id uuid, p_greeting_ms int, p_now timestamptz default now()) returns void
language sql set search_path = '' as $$
  update public.calls
  set answered_at = coalesce(p_now, now()), greeting_ms = p_greeting_ms
  where id = p_call_id and answered_at is null
$$;
comment on function public.answer_call(uuid, int, timestamptz) is
  'Notes that the caller hears the greeting, and how long it took to come. The first answer sticks.';

create function public.close_call(
  p_call_id uuid, p_outcome text, p_reason text default null, p_now timestamptz default now()
) returns boolean
language plpgsql set search_path = '' as $$
begin
  update public.calls
  set outcome = p_outcome, reason = p_reason, ended_at = greatest(coalesce(p_now, now()), started_at)
  where id = p_call_id and ended_at is null;
  return found;
end $$;
comment on function public.close_call(uuid, text, text, timestamptz) is
  'Ends a call. The first outcome sticks: true when this very call set it, false when it had one already or does not exist.';

create function public.record_turn(p_call_id uuid, p_index int, p_turn jsonb) returns void
language sql set search_path = '' as $$
  insert into public.call_turns as t
    (call_id, index, caller_text, agent_text, started_at, latency_ms, parts, tool, interrupted)
  values (
    p_call_id, p_index,
    left(p_turn ->> 'caller_text', 4000), left(p_turn ->> 'agent_text', 4000),
    coalesce((p_turn ->> 'started_at')::timestamptz, now()),
    round((p_turn ->> 'latency_ms')::numeric)::int,
    case when jsonb_typeof(p_turn -> 'parts') = 'object' then p_turn -> 'parts' else '{}' end,
    p_turn ->> 'tool',
    coalesce((p_turn ->> 'interrupted')::boolean, false))
  on conflict (call_id, index) do update set
    caller_text = case when p_turn ? 'caller_text' then excluded.caller_text else t.caller_text end,
    agent_text = case when p_turn ? 'agent_text' then excluded.agent_text else t.agent_text end,
    started_at = case when p_turn ? 'started_at' then excluded.started_at else t.started_at end,
    latency_ms = case when p_turn ? 'latency_ms' then excluded.latency_ms else t.latency_ms end,
    parts = t.parts || excluded.parts,
    tool = case when p_turn ? 'tool' then excluded.tool else t.tool end,
    interrupted = case when p_turn ? 'interrupted' then excluded.interrupted else t.interrupted end
$$;
comment on function public.record_turn(uuid, int, jsonb) is
  'Writes what is known of a turn so far: caller_text, agent_text (cut to 4000 characters), started_at, latency_ms, parts (merged), tool, interrupted. Keys not given stay as they are.';

create function public.record_tool_run(
  p_call_id uuid, p_turn_index int, p_name text, p_arguments jsonb, p_result jsonb default null,
  p_error_code text default null, p_started_at timestamptz default now(), p_duration_ms int default null
) returns uuid
language sql set search_path = '' as $$
  insert into public.tool_runs (call_id, turn_index, name, arguments, result, error_code, started_at, duration_ms)
  values (p_call_id, p_turn_index, p_name, coalesce(p_arguments, '{}'), p_result, p_error_code,
          coalesce(p_started_at, now()), p_duration_ms)
  returning id
$$;
comment on function public.record_tool_run(uuid, int, text, jsonb, jsonb, text, timestamptz, int) is
  'Records one use of a tool with its arguments and what came of it; returns its id.';

alter table public.patients enable row level security;
alter table public.calls enable row level security;
alter table public.call_turns enable row level security;
alter table public.tool_runs enable row level security;
alter table public.tasks enable row level security;

create policy own_clinic on public.patients for select to authenticated
  using (clinic_id = (select public.auth_clinic_id()));
create policy own_clinic on public.calls for select to authenticated
  using (clinic_id = (select public.auth_clinic_id()));
create policy own_clinic on public.call_turns for select to authenticated
  using (exists (select from public.calls c where c.id = call_id and c.clinic_id = (select public.auth_clinic_id())));
create policy own_clinic on public.tool_runs for select to authenticated
  using (exists (select from public.calls c where c.id = call_id and c.clinic_id = (select public.auth_clinic_id())));
create policy own_clinic on public.tasks for select to authenticated
  using (clinic_id = (select public.auth_clinic_id()));

revoke all on public.patients, public.calls, public.call_turns, public.tool_runs, public.tasks
  from public, anon, authenticated;
grant select on public.patients, public.calls, public.call_turns, public.tool_runs, public.tasks to authenticated;
grant all on public.patients, public.calls, public.call_turns, public.tool_runs, public.tasks to service_role;

revoke execute on function public.open_call(text, text, text, text, text),
  public.answer_call(uuid, int, timestamptz), public.close_call(uuid, text, text, timestamptz), public.record_turn(uuid, int, jsonb),
  public.record_tool_run(uuid, int, text, jsonb, jsonb, text, timestamptz, int) from public, anon, authenticated;
grant execute on function public.open_call(text, text, text, text, text),
  public.answer_call(uuid, int, timestamptz), public.close_call(uuid, text, text, timestamptz), public.record_turn(uuid, int, jsonb),
  public.record_tool_run(uuid, int, text, jsonb, jsonb, text, timestamptz, int) to service_role;

create or replace function public.schema_version() returns text
language sql immutable set search_path = '' as $$ select '20261121090100' $$;

notify pgrst, 'reload schema';
