-- Who works when: workers and their signs of life, shifts, and the leases that make one worker the holder of a clinic's seat.
--
-- Locks are taken in one order everywhere: clinics, leases (by clinic and seat), shifts.

alter table public.clinics add column max_workers int not null default 1 check (max_workers between 1 and 20);
comment on column public.clinics.max_workers is 'Seats: how many workers may work the clinic''s shift at once.';

create table public.workers (
  worker_id text primary key check (length(worker_id) between 1 and 200),
  agent_name text not null,
  execution text,
  state text not null default 'starting',
  active_calls int not null default 0,
  max_calls int not null default 0,
  url text,
  started_at timestamptz not null default now(),
  beat_at timestamptz not null default now(),
  stop_requested_at timestamptz
) with (fillfactor = 50);
comment on table public.workers is
  'Workers of the last day. Written twice a second each, hence the room left in its pages and no index on what changes.';
create index workers_agent on public.workers (agent_name);

create table public.shifts (
  id uuid primary key default gen_random_uuid(),
  worker_id text not null,
  agent_name text not null,
  execution text,
  clinics uuid[] not null check (cardinality(clinics) > 0),
  fencing bigint not null unique generated always as identity,
  state text not null default 'starting' check (state in ('starting', 'standby', 'open', 'draining', 'closed', 'failed')),
  source text not null,
  starts_at timestamptz not null,
  closes_at timestamptz not null,
  ends_at timestamptz not null,
  relay_at timestamptz,
  opened_at timestamptz,
  ended_at timestamptz,
  reason text,
  summary jsonb,
  created_at timestamptz not null default now(),
  constraint shifts_ended_by_state check ((ended_at is null) = (state not in ('closed', 'failed')))
);
comment on column public.shifts.fencing is 'Grows with every shift; proves to move_shift and finish_shift whose shift it is.';
comment on column public.shifts.relay_at is 'From then on the next worker may take the seats; null when this one works to closing time.';
create index shifts_worker on public.shifts (worker_id) where ended_at is null;
create index shifts_agent on public.shifts (agent_name, created_at desc);

create table public.shift_moves (
  shift_id uuid not null references public.shifts on delete cascade,
  from_state text,
  to_state text not null,
  reason text,
  at timestamptz not null default now()
);
create index shift_moves_shift on public.shift_moves (shift_id, at);

create table public.shift_leases (
  clinic_id uuid not null references public.clinics on delete cascade,
  seat int not null check (seat between 1 and 20),
  worker_id text not null,
  shift_id uuid not null references public.shifts on delete cascade,
  fencing bigint not null,
  expires_at timestamptz not null,
  primary key (clinic_id, seat)
) with (fillfactor = 50);
create index shift_leases_shift on public.shift_leases (shift_id);

alter table public.calls
  add column shift_id uuid references public.shifts on delete set null,
  add column usage jsonb not null default '{}' check (jsonb_typeof(usage) = 'object');
comment on column public.calls.shift_id is 'The shift that has the call, or had it last.';
comment on column public.calls.usage is 'What the call has used: a name to a number.';
create index calls_shift on public.calls (shift_id);

create function public.ms_between(p_from timestamptz, p_to timestamptz) returns int
language sql immutable strict set search_path = '' as $$
  select least(greatest(round(extract(epoch from p_to - p_from) * 1000), -2147483648), 2147483647)::int
$$;
comment on function public.ms_between(timestamptz, timestamptz) is 'Whole milliseconds from one instant to another, as far as an int goes; null when either is.';

create function public.begin_shift(
  p_worker jsonb, p_clinic_ids uuid[], p_plan jsonb, p_lease_ms int, p_now timestamptz default now()
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := coalesce(p_now, now());
  v_worker text := p_worker ->> 'worker_id';
  v_clinic record;
  v_free record;
  v_clinics uuid[] := '{}';
  v_seats int[] := '{}';
  v_shift public.shifts;
begin
  perform from public.clinics c where c.id = any (p_clinic_ids) order by c.id for no key update;
  if not found then
    raise exception using errcode = 'PT404', message = 'clinic_unknown', hint = 'Name at least one clinic that exists.';
  end if;
  -- A request whose answer was lost is made again: the worker must not find itself in its own way.
  select s.* into v_shift from public.shifts s
  where s.worker_id = v_worker and s.ended_at is null and exists (
    select from public.shift_leases l where l.shift_id = s.id and l.fencing = s.fencing and l.expires_at > v_now)
  order by s.fencing desc limit 1;
  if found then
    return jsonb_build_object('granted', true, 'shift_id', v_shift.id, 'fencing', v_shift.fencing, 'clinics', v_shift.clinics);
  end if;

  -- A sign of life does not wait for the clinic's lock: without these, it could renew what is being given away.
  perform from public.shift_leases l where l.clinic_id = any (p_clinic_ids) order by l.clinic_id, l.seat for update;
  for v_clinic in select c.id, c.max_workers from public.clinics c where c.id = any (p_clinic_ids) order by c.id loop
    select n.seat, l.shift_id, l.expires_at <= v_now as lapsed into v_free
    from generate_series(1, v_clinic.max_workers) n(seat)
    left join public.shift_leases l on l.clinic_id = v_clinic.id and l.seat = n.seat
    left join public.shifts s on s.id = l.shift_id
    where l.seat is null or l.expires_at <= v_now or s.relay_at <= v_now
    order by l.seat is not null, l.expires_at > v_now, n.seat
    limit 1;
    continue when not found;
    v_clinics := v_clinics || v_clinic.id;
    v_seats := v_seats || v_free.seat;
    if v_free.lapsed then
      perform public.lose_shift(v_free.shift_id, v_now);
    end if;
  end loop;
  if cardinality(v_clinics) = 0 then
    return public.seat_holders(p_clinic_ids, v_now);
  end if;

  insert into public.shifts
    (worker_id, agent_name, execution, clinics, source, starts_at, closes_at, ends_at, relay_at, created_at)
  values (
    v_worker, p_worker ->> 'agent_name', p_worker ->> 'execution', v_clinics, p_plan ->> 'source',
    (p_plan ->> 'starts_at')::timestamptz, (p_plan ->> 'closes_at')::timestamptz, (p_plan ->> 'ends_at')::timestamptz,
    (p_plan ->> 'relay_at')::timestamptz, v_now)
  returning * into v_shift;
  insert into public.shift_moves (shift_id, to_state, at) values (v_shift.id, v_shift.state, v_now);
  insert into public.shift_leases as l (clinic_id, seat, worker_id, shift_id, fencing, expires_at)
  select t.clinic_id, t.seat, v_worker, v_shift.id, v_shift.fencing, v_now + make_interval(secs => p_lease_ms / 1000.0)
  from unnest(v_clinics, v_seats) t(clinic_id, seat)
  on conflict (clinic_id, seat) do update set
    worker_id = excluded.worker_id, shift_id = excluded.shift_id, fencing = excluded.fencing, expires_at = excluded.expires_at;
  insert into public.workers (worker_id, agent_name, execution, started_at, beat_at)
  values (v_worker, v_shift.agent_name, v_shift.execution, v_now, v_now)
  on conflict (worker_id) do update set beat_at = v_now;

  delete from public.workers w where w.beat_at < v_now - interval '1 day';
  -- Its worker ended without a word after the next one had taken its seats.
  update public.shifts s set state = 'failed', reason = 'worker_lost', ended_at = v_now
  where s.ended_at is null and s.ends_at < v_now - interval '1 day' and s.id <> v_shift.id
    and not exists (select from public.workers w where w.worker_id = s.worker_id);
  return jsonb_build_object('granted', true, 'shift_id', v_shift.id, 'fencing', v_shift.fencing, 'clinics', v_clinics);
end $$;
comment on function public.begin_shift(jsonb, uuid[], jsonb, int, timestamptz) is
  'Takes a free seat at each clinic: one nobody has, one whose lease has run out (its shift is then failed, lease_lost), or one whose shift''s relay_at has come. {granted: true, shift_id, fencing, clinics} with the clinics that had one; without any, {granted: false, wait_until, holders}. Asked again by the same worker it gives the shift it has. Raises PT404 clinic_unknown.';

create function public.lose_shift(p_shift_id uuid, p_now timestamptz) returns void
language sql set search_path = '' as $$
  with was as (
    select s.id, s.state from public.shifts s where s.id = p_shift_id and s.ended_at is null for no key update
  ), lost as (
    update public.shifts s set state = 'failed', reason = 'lease_lost', ended_at = p_now from was where s.id = was.id
  )
  insert into public.shift_moves (shift_id, from_state, to_state, reason, at)
  select was.id, was.state, 'failed', 'lease_lost', p_now from was
$$;
comment on function public.lose_shift(uuid, timestamptz) is
  'Ends a shift whose lease was lost, unless it is over: what its worker writes of it from now on is refused.';

create function public.seat_holders(p_clinic_ids uuid[], p_now timestamptz) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'granted', false, 'wait_until', min(s.relay_at),
    'holders', coalesce(jsonb_agg(jsonb_build_object(
      'worker_id', l.worker_id, 'execution', s.execution, 'clinic', c.slug, 'since', s.created_at, 'relay_at', s.relay_at,
      'age_ms', public.ms_between(w.beat_at, p_now)) order by c.slug, l.seat), '[]'))
  from public.shift_leases l
  join public.shifts s on s.id = l.shift_id
  join public.clinics c on c.id = l.clinic_id
  left join public.workers w on w.worker_id = l.worker_id
  where l.clinic_id = any (p_clinic_ids)
$$;
comment on function public.seat_holders(uuid[], timestamptz) is 'The refusal of begin_shift: who has the seats, and when the first of them is to be relayed.';

create function public.worker_beat(p_worker jsonb, p_lease_ms int, p_now timestamptz default now()) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_now timestamptz := coalesce(p_now, now());
  v_worker text := p_worker ->> 'worker_id';
  v_shift_id uuid := (p_worker ->> 'shift_id')::uuid;
  v_fencing bigint := (p_worker ->> 'fencing')::bigint;
  v_shift public.shifts;
  v_stop timestamptz;
  v_lease text := 'none';
begin
  insert into public.workers as w
    (worker_id, agent_name, execution, state, active_calls, max_calls, url, started_at, beat_at)
  values (
    v_worker, p_worker ->> 'agent_name', p_worker ->> 'execution', coalesce(p_worker ->> 'state', 'starting'),
    coalesce((p_worker ->> 'active_calls')::int, 0), coalesce((p_worker ->> 'max_calls')::int, 0), p_worker ->> 'url', v_now, v_now)
  on conflict (worker_id) do update set
    state = excluded.state, active_calls = excluded.active_calls, max_calls = excluded.max_calls,
    url = excluded.url, beat_at = excluded.beat_at
  returning w.stop_requested_at into v_stop;

  if v_shift_id is not null then
    with mine as (
      select l.clinic_id, l.seat from public.shift_leases l
      where l.shift_id = v_shift_id and l.fencing = v_fencing
      order by l.clinic_id, l.seat for update
    )
    update public.shift_leases l set expires_at = v_now + make_interval(secs => p_lease_ms / 1000.0)
    from mine where l.clinic_id = mine.clinic_id and l.seat = mine.seat;
    v_lease := case when found then 'held' else 'lost' end;
    select s.* into v_shift from public.shifts s where s.id = v_shift_id and s.fencing = v_fencing;
    if v_shift.reason = 'lease_lost' and v_shift.state = 'failed' then
      v_lease := 'lost';
    elsif v_lease = 'lost' and v_shift.ended_at is not null then
      v_lease := 'none';
    elsif v_lease = 'lost' and v_shift.relay_at <= v_now then
      v_lease := 'relayed';
    elsif v_lease = 'lost' then
      -- Its rows were taken away by hand: somebody else may begin at any moment.
      perform public.lose_shift(v_shift.id, v_now);
    end if;
  end if;

  return jsonb_build_object('stop', v_stop is not null, 'lease', v_lease, 'peers', (
    select coalesce(jsonb_agg(jsonb_build_object(
      'worker_id', w.worker_id, 'state', w.state, 'active_calls', w.active_calls, 'max_calls', w.max_calls,
      'age_ms', public.ms_between(w.beat_at, v_now)) order by w.worker_id), '[]')
    from public.workers w
    where w.agent_name = p_worker ->> 'agent_name' and w.worker_id <> v_worker
      and w.beat_at > v_now - interval '10 minutes' and w.state <> 'closed'));
end $$;
comment on function public.worker_beat(jsonb, int, timestamptz) is
  'A sign of life: {stop, lease, peers}. Renews the leases that are still the shift''s by their fencing number. lease is held, relayed (the planned successor has the seats), lost (write no more) or none (no shift, or one that is over). Peers are those of the agent name seen in the last 10 minutes that are not closed.';

create function public.move_shift(p_shift_id uuid, p_fencing bigint, p_to text, p_reason text default null) returns void
language plpgsql set search_path = '' as $$
declare
  v_shift public.shifts := public.own_shift(p_shift_id, p_fencing);
begin
  if v_shift.state = p_to then
    return;
  elsif v_shift.ended_at is not null then
    raise exception using errcode = 'PT409', message = 'shift_ended', hint = 'It is over; begin another.';
  end if;
  update public.shifts set
    state = p_to, reason = p_reason,
    opened_at = case when p_to = 'open' then coalesce(opened_at, now()) else opened_at end,
    ended_at = case when p_to in ('closed', 'failed') then now() end
  where id = p_shift_id;
  insert into public.shift_moves (shift_id, from_state, to_state, reason) values (p_shift_id, v_shift.state, p_to, p_reason);
end $$;
comment on function public.move_shift(uuid, bigint, text, text) is
  'Writes a shift''s new state and the move; nothing when it is in that state. Raises PT409 lease_lost when the shift is not the caller''s any more, PT409 shift_ended when it is over.';

create function public.own_shift(p_shift_id uuid, p_fencing bigint) returns public.shifts
language plpgsql set search_path = '' as $$
declare
  v_shift public.shifts;
begin
  select s.* into v_shift from public.shifts s where s.id = p_shift_id and s.fencing = p_fencing for no key update;
  if not found or (v_shift.state = 'failed' and v_shift.reason = 'lease_lost') then
    raise exception using errcode = 'PT409', message = 'lease_lost', hint = 'Stop: another worker may hold the shift.';
  end if;
  return v_shift;
end $$;
comment on function public.own_shift(uuid, bigint) is
  'The shift, locked, if the fencing number is its own and its lease was not lost. Raises PT409 lease_lost.';

create function public.shift_summary(p_shift_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  with mine as (select c.* from public.calls c where c.shift_id = p_shift_id),
  turns as (select t.latency_ms from public.call_turns t join mine on mine.id = t.call_id),
  runs as (select r.error_code from public.tool_runs r join mine on mine.id = r.call_id)
  select jsonb_build_object(
    'calls', (select count(*) from mine),
    'outcomes', (
      select coalesce(jsonb_object_agg(o.outcome, o.n), '{}')
      from (select m.outcome, count(*) as n from mine m where m.outcome is not null group by m.outcome) o),
    'open', (select count(*) from mine where mine.outcome is null),
    'booked', (select count(*) from public.appointments a join mine on mine.id = a.call_id),
    'turns', (select count(*) from turns),
    'latency', (
      select jsonb_build_object(
        'p50', round(percentile_cont(0.5) within group (order by t.latency_ms)),
        'p95', round(percentile_cont(0.95) within group (order by t.latency_ms)), 'n', count(t.latency_ms)) from turns t),
    'greeting', (
      select jsonb_build_object(
        'p50', round(percentile_cont(0.5) within group (order by m.greeting_ms)),
        'p95', round(percentile_cont(0.95) within group (order by m.greeting_ms)), 'n', count(m.greeting_ms)) from mine m),
    'tools', (select jsonb_build_object('runs', count(*), 'errors', count(r.error_code)) from runs r),
    'usage', (
      select coalesce(jsonb_object_agg(u.key, u.total), '{}')
      from (
        select k.key, sum((k.value #>> '{}')::numeric) as total from mine, jsonb_each(mine.usage) k
        where jsonb_typeof(k.value) = 'number' group by k.key) u),
    'from', coalesce(s.opened_at, s.created_at), 'to', coalesce(s.ended_at, now()))
  from public.shifts s where s.id = p_shift_id
$$;
comment on function public.shift_summary(uuid) is
  'What a shift has done so far. A call counts for the shift that had it last; outcomes and open add up to calls; p50 and p95 are ms.';

create function public.finish_shift(p_shift_id uuid, p_fencing bigint, p_state text, p_reason text default null) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_shift public.shifts;
begin
  perform from public.shift_leases l where l.shift_id = p_shift_id order by l.clinic_id, l.seat for update;
  v_shift := public.own_shift(p_shift_id, p_fencing);
  if v_shift.summary is not null then
    return v_shift.summary;
  elsif v_shift.ended_at is null then
    update public.shifts set state = p_state, reason = p_reason, ended_at = now() where id = p_shift_id;
    insert into public.shift_moves (shift_id, from_state, to_state, reason) values (p_shift_id, v_shift.state, p_state, p_reason);
  end if;
  delete from public.shift_leases l where l.shift_id = p_shift_id and l.fencing = p_fencing;
  update public.shifts set summary = public.shift_summary(p_shift_id) where id = p_shift_id returning * into v_shift;
  return v_shift.summary;
end $$;
comment on function public.finish_shift(uuid, bigint, text, text) is
  'Ends a shift (closed or failed), gives its seats free, stores its summary and returns it; asked again it returns the first one. Raises PT409 lease_lost.';

create function public.request_stop(p_worker_id text) returns boolean
language plpgsql set search_path = '' as $$
begin
  update public.workers set stop_requested_at = coalesce(stop_requested_at, now())
  where worker_id = p_worker_id and state not in ('closed', 'failed');
  return found;
end $$;
comment on function public.request_stop(text) is
  'Asks a worker to stop: its next sign of life is answered with stop. False when no such worker is on record, or it is over.';

create function public.fleet_status(p_agent_name text, p_dead_ms int default 2000) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'workers', (
      select coalesce(jsonb_agg(to_jsonb(w) - 'agent_name' || jsonb_build_object(
        'age_ms', a.age_ms,
        -- One without calls says four times as seldom that it lives.
        'dead', w.state not in ('closed', 'failed') and a.age_ms > p_dead_ms * case when w.active_calls > 0 then 1 else 4 end
      ) order by w.started_at desc, w.worker_id), '[]')
      from public.workers w cross join lateral (select public.ms_between(w.beat_at, now()) as age_ms) a
      where w.agent_name = p_agent_name),
    'leases', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'clinic', c.slug, 'seat', l.seat, 'worker_id', l.worker_id, 'execution', s.execution, 'fencing', l.fencing,
        'expires_in_ms', public.ms_between(now(), l.expires_at), 'relay_at', s.relay_at) order by c.slug, l.seat), '[]')
      from public.shift_leases l
      join public.clinics c on c.id = l.clinic_id
      join public.shifts s on s.id = l.shift_id
      where c.agent_name = p_agent_name),
    'shifts', (
      select coalesce(jsonb_agg(to_jsonb(r) - 'agent_name' order by r.fencing desc), '[]')
      from (
        select * from public.shifts s where s.agent_name = p_agent_name order by s.created_at desc, s.fencing desc limit 10) r))
$$;
comment on function public.fleet_status(text, int) is
  'The workers of an agent name seen within a day, the seats of its clinics that are taken, and its last ten shifts, newest first. A worker with calls is dead after p_dead_ms without a sign of life.';

alter table public.workers enable row level security;
alter table public.shifts enable row level security;
alter table public.shift_moves enable row level security;
alter table public.shift_leases enable row level security;

-- Workers are the operator's: no policy, so no row. A shift of several clinics is nobody's own.
create policy own_clinic on public.shifts for select to authenticated
  using (clinics = array[(select public.auth_clinic_id())]);
create policy own_clinic on public.shift_moves for select to authenticated
  using (exists (select from public.shifts s where s.id = shift_id and s.clinics = array[(select public.auth_clinic_id())]));
create policy own_clinic on public.shift_leases for select to authenticated
  using (clinic_id = (select public.auth_clinic_id()));

revoke all on public.workers, public.shifts, public.shift_moves, public.shift_leases from public, anon, authenticated;
grant select on public.workers, public.shifts, public.shift_moves, public.shift_leases to authenticated;
grant all on public.workers, public.shifts, public.shift_moves, public.shift_leases to service_role;

revoke execute on function public.ms_between(timestamptz, timestamptz),
  public.begin_shift(jsonb, uuid[], jsonb, int, timestamptz), public.lose_shift(uuid, timestamptz),
  public.seat_holders(uuid[], timestamptz), public.worker_beat(jsonb, int, timestamptz),
  public.move_shift(uuid, bigint, text, text), public.own_shift(uuid, bigint), public.shift_summary(uuid),
  public.finish_shift(uuid, bigint, text, text), public.request_stop(text), public.fleet_status(text, int)
  from public, anon, authenticated;
grant execute on function public.ms_between(timestamptz, timestamptz),
  public.begin_shift(jsonb, uuid[], jsonb, int, timestamptz), public.lose_shift(uuid, timestamptz),
  public.seat_holders(uuid[], timestamptz), public.worker_beat(jsonb, int, timestamptz),
  public.move_shift(uuid, bigint, text, text), public.own_shift(uuid, bigint), public.shift_summary(uuid),
  public.finish_shift(uuid, bigint, text, text), public.request_stop(text), public.fleet_status(text, int)
  to service_role;

create or replace function public.schema_version() returns text
language sql immutable set search_path = '' as $$ select '20261121100000' $$;

notify pgrst, 'reload schema';
