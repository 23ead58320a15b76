-- A call that changes hands: each worker that takes it up raises its epoch, and what an earlier one still writes is refused.
--
-- Functions that change the call's row lock it as they check the epoch; those that only add rows about it share the lock, so that whoever
-- takes the call over sees them all.

alter table public.calls
  add column epoch int not null default 1,
  add column state jsonb not null default '{}' check (jsonb_typeof(state) = 'object'),
  add column handovers int not null default 0;
comment on column public.calls.epoch is 'How many workers have had the call; the proof that a writer is the latest.';
comment on column public.calls.state is 'What the next worker needs to go on with the conversation.';
create index calls_caller on public.calls (caller_number, started_at desc) where caller_number is not null;

create unique index tasks_one_callback on public.tasks (call_id) where kind = 'callback';

create table public.rescues (
  room text not null,
  step text not null check (length(step) between 1 and 60),
  claimed_at timestamptz not null default now(),
  claimed_by text,
  primary key (room, step)
);
comment on table public.rescues is 'Who does what about a call without an agent. A room''s rows go when its call is closed, others after a day.';

create function public.check_epoch(p_epoch int, p_current int) returns void
language plpgsql immutable set search_path = '' as $$
begin
  if p_epoch < p_current then
    raise exception using errcode = 'PT409', message = 'call_taken_over', hint = 'Leave the call alone: another worker has it.';
  end if;
end $$;
comment on function public.check_epoch(int, int) is 'Raises PT409 call_taken_over for an epoch that is over; none given is taken.';

create function public.lock_call(p_call_id uuid, p_epoch int) returns public.calls
language plpgsql set search_path = '' as $$
declare
  v_call public.calls;
begin
  select c.* into v_call from public.calls c where c.id = p_call_id for no key update;
  perform public.check_epoch(p_epoch, v_call.epoch);
  return v_call;
end $$;
comment on function public.lock_call(uuid, int) is 'The call''s row, locked to be changed; all null when there is none. Raises PT409 call_taken_over.';

create function public.share_call(p_call_id uuid, p_epoch int) returns void
language plpgsql set search_path = '' as $$
declare
  v_epoch int;
begin
  select c.epoch into v_epoch from public.calls c where c.id = p_call_id for share;
  perform public.check_epoch(p_epoch, v_epoch);
end $$;
comment on function public.share_call(uuid, int) is
  'Keeps the call from changing hands until the transaction ends. Raises PT409 call_taken_over.';

create function public.find_call_clinic(p_dialled text, p_clinic_slug text) returns uuid
language sql stable set search_path = '' as $$
  -- Trunks write the same number as +92…, 92… or 0092….
  select coalesce(
    (select n.clinic_id from public.clinic_numbers n where n.number in ('+' || d.digits, '+' || regexp_replace(d.digits, '^00', '')) limit 1),
    (select c.id from public.clinics c where c.slug = p_clinic_slug))
  from (select regexp_replace(p_dialled, '[^0-9]', '', 'g') as digits) d
$$;
comment on function public.find_call_clinic(text, text) is 'The clinic of the dialled number, else of the slug, else null.';

create function public.is_phone_number(p_number text) returns boolean
language sql immutable set search_path = '' as $$
  select coalesce(p_number ~ '^\+?[0-9]{6,15}$', false)
$$;
comment on function public.is_phone_number(text) is 'Whether somebody can be called back there: false for null and for what trunks write for a hidden number.';

drop function public.open_call(text, text, text, text, text);
create function public.open_call(
  p_room text, p_dialled text, p_clinic_slug text, p_caller text, p_worker_id text, p_shift_id uuid default null
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_clinic uuid := public.find_call_clinic(p_dialled, p_clinic_slug);
  -- A shift that is not on record must not cost the call.
  v_shift uuid := (select s.id from public.shifts s where s.id = p_shift_id);
  v_call public.calls;
  v_previous text;
  v_resumed jsonb;
begin
  insert into public.calls (clinic_id, room, caller_number, dialled_number, worker_id, shift_id)
  values (v_clinic, p_room, left(p_caller, 200), left(p_dialled, 200), p_worker_id, v_shift)
  on conflict (room) do nothing
  returning * into v_call;
  if not found then
    select c.* into v_call from public.calls c where c.room = p_room for no key update;
    if v_call.ended_at is null then
      v_previous := v_call.worker_id;
      update public.calls c set
        epoch = c.epoch + 1, handovers = c.handovers + 1, worker_id = p_worker_id, shift_id = coalesce(v_shift, c.shift_id),
        clinic_id = coalesce(c.clinic_id, v_clinic), caller_number = coalesce(c.caller_number, left(p_caller, 200)),
        dialled_number = coalesce(c.dialled_number, left(p_dialled, 200))
      where c.id = v_call.id
      returning * into v_call;
      v_resumed := public.call_so_far(v_call) || jsonb_build_object('previous_worker', v_previous);
    end if;
  end if;
  return jsonb_build_object(
    'call_id', v_call.id, 'clinic', public.clinic_profile(v_call.clinic_id), 'epoch', v_call.epoch,
    'closed', v_call.ended_at is not null, 'resumed', v_resumed,
    'caller', (
      select jsonb_build_object('active', count(*) filter (where c.ended_at is null), 'last_hour', count(*))
      from public.calls c
      where public.is_phone_number(v_call.caller_number) and c.caller_number = v_call.caller_number
        and c.id <> v_call.id and c.started_at > now() - interval '1 hour'));
end $$;
comment on function public.open_call(text, text, text, text, text, uuid) is
  'Starts a call in one round trip, or takes it over where the room has one that is open (the epoch is then one higher): {call_id, clinic, epoch, closed, resumed, caller}. The clinic is found by the dialled number, else by slug; unknown is null, and the call is on record all the same. A closed call is not changed. caller counts the number''s other calls of the last hour, and those of them in progress.';

create function public.call_so_far(p_call public.calls) returns jsonb
language sql stable set search_path = '' as $$
  select jsonb_build_object(
    'turns', (
      select coalesce(jsonb_agg(to_jsonb(t) order by t.index), '[]')
      from (
        select t.index, t.caller_text, t.agent_text, t.interrupted from public.call_turns t
        where t.call_id = p_call.id order by t.index desc limit 20) t),
    'next_index', (select coalesce(max(t.index) + 1, 0) from public.call_turns t where t.call_id = p_call.id),
    'state', p_call.state,
    'appointments', (
      select coalesce(jsonb_agg(public.appointment_receipt(a.id, false) order by a.created_at, a.id), '[]')
      from public.appointments a where a.call_id = p_call.id and a.status = 'booked'),
    'handovers', p_call.handovers,
    'answered', p_call.answered_at is not null)
$$;
comment on function public.call_so_far(public.calls) is 'What the next worker has to know of a call: its last twenty turns, its state, what it has booked.';

drop function public.answer_call(uuid, int, timestamptz);
create function public.answer_call(
  p_call_id uuid, p_greeting_ms int, p_now timestamptz default now(), p_epoch int default null
) returns void
language plpgsql set search_path = '' as $$
begin
  perform public.lock_call(p_call_id, p_epoch);
  update public.calls
  set answered_at = coalesce(p_now, now()), greeting_ms = p_greeting_ms
  where id = p_call_id and answered_at is null;
end $$;
comment on function public.answer_call(uuid, int, timestamptz, int) is
  'Notes that the caller hears the greeting, and how long it took to come. The first answer sticks. Raises PT409 call_taken_over.';

drop function public.close_call(uuid, text, text, timestamptz);
create function public.close_call(
  p_call_id uuid, p_outcome text, p_reason text default null, p_now timestamptz default now(), p_epoch int default null
) returns boolean
language plpgsql set search_path = '' as $$
declare
  v_call public.calls := public.lock_call(p_call_id, p_epoch);
begin
  if v_call.id is null or v_call.ended_at is not null then
    return false;
  end if;
  update public.calls
  set outcome = p_outcome, reason = p_reason, ended_at = greatest(coalesce(p_now, now()), started_at)
  where id = p_call_id;
  delete from public.rescues where room = v_call.room;
  -- A callback that was promised in case nobody at the clinic answers: somebody has.
  if p_outcome = 'transferred' then
    update public.tasks set status = 'cancelled' where call_id = p_call_id and status = 'open' and body ? 'unless_transferred';
  end if;
  return true;
end $$;
comment on function public.close_call(uuid, text, text, timestamptz, int) is
  'Ends a call; transferred cancels its callback with unless_transferred in the body. The first outcome sticks: true when this very call set it, false when it had one already or does not exist. Raises PT409 call_taken_over.';

drop function public.record_turn(uuid, int, jsonb);
create function public.record_turn(p_call_id uuid, p_index int, p_turn jsonb, p_epoch int default null) returns void
language plpgsql set search_path = '' as $$
begin
  perform public.share_call(p_call_id, p_epoch);
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
    interrupted = case when p_turn ? 'interrupted' then excluded.interrupted else t.interrupted end;
end $$;
comment on function public.record_turn(uuid, int, jsonb, int) is
  'Writes what is known of a turn so far: caller_text, agent_text (cut to 4000 characters), started_at, latency_ms, parts (merged), tool, interrupted. Keys not given stay as they are. Raises PT409 call_taken_over.';

drop function public.record_tool_run(uuid, int, text, jsonb, jsonb, text, timestamptz, int);
create function public.record_tool_run(
  p_call_id uuid, p_turn_index int, p_name text, p_arguments jsonb, p_result jsonb default null,
  p_error_code text default null, p_started_at timestamptz default now(), p_duration_ms int default null, p_epoch int default null
) returns uuid
language plpgsql set search_path = '' as $$
declare
  v_id uuid;
begin
  perform public.share_call(p_call_id, p_epoch);
  insert into public.tool_runs (call_id, turn_index, name, arguments, result, error_code, started_at, duration_ms)
  values (p_call_id, p_turn_index, p_name, coalesce(p_arguments, '{}'), p_result, p_error_code,
          coalesce(p_started_at, now()), p_duration_ms)
  returning id into v_id;
  return v_id;
end $$;
comment on function public.record_tool_run(uuid, int, text, jsonb, jsonb, text, timestamptz, int, int) is
  'Records one use of a tool with its arguments and what came of it; returns its id. Raises PT409 call_taken_over.';

create function public.save_call_state(p_call_id uuid, p_epoch int, p_state jsonb) returns void
language plpgsql set search_path = '' as $$
begin
  perform public.lock_call(p_call_id, p_epoch);
  update public.calls set state = p_state where id = p_call_id;
end $$;
comment on function public.save_call_state(uuid, int, jsonb) is
  'Keeps an object for the next worker, in place of the one kept before. Raises PT409 call_taken_over.';

create function public.record_usage(p_call_id uuid, p_epoch int, p_usage jsonb) returns void
language plpgsql set search_path = '' as $$
begin
  perform public.lock_call(p_call_id, p_epoch);
  update public.calls c set usage = c.usage || (
    select coalesce(jsonb_object_agg(k.key, coalesce((c.usage ->> k.key)::numeric, 0) + (k.value #>> '{}')::numeric), '{}')
    from jsonb_each(p_usage) k where jsonb_typeof(k.value) = 'number')
  where c.id = p_call_id;
end $$;
comment on function public.record_usage(uuid, int, jsonb) is
  'Adds to a call''s usage key by key; what is no number is left out. Raises PT409 call_taken_over.';

create function public.leave_message(
  p_call_id uuid, p_epoch int, p_kind text, p_body jsonb, p_priority int default 0
) returns uuid
language plpgsql set search_path = '' as $$
declare
  v_call public.calls := public.lock_call(p_call_id, p_epoch);
  v_body jsonb := coalesce(p_body, '{}');
  v_id uuid;
begin
  if v_call.id is null then
    raise exception using errcode = 'PT404', message = 'call_unknown', hint = 'Open the call first.';
  elsif v_call.clinic_id is null then
    raise exception using errcode = 'PT404', message = 'clinic_unknown', hint = 'A call of no clinic has nobody to leave a message with.';
  end if;
  select t.id into v_id from public.tasks t
  where t.call_id = p_call_id and t.kind = p_kind and (p_kind = 'callback' or t.body = v_body);
  if found then
    update public.tasks set body = body || v_body, priority = greatest(priority, coalesce(p_priority, 0)) where id = v_id;
  else
    insert into public.tasks (clinic_id, call_id, kind, priority, body)
    values (v_call.clinic_id, p_call_id, p_kind, coalesce(p_priority, 0), v_body)
    returning id into v_id;
  end if;
  return v_id;
end $$;
comment on function public.leave_message(uuid, int, text, jsonb, int) is
  'Stores a task (message or callback) of a call and returns its id. The same message again is the same task; a call has one callback, into which a second one is merged. Raises PT409 call_taken_over, PT404 call_unknown or clinic_unknown.';

create function public.owe_callback(p_call_id uuid, p_epoch int, p_reason text, p_body jsonb default '{}') returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_call public.calls := public.lock_call(p_call_id, p_epoch);
  v_number text;
  v_task uuid;
  v_outcome text;
begin
  if v_call.id is null then
    raise exception using errcode = 'PT404', message = 'call_unknown', hint = 'Open the call first.';
  elsif v_call.ended_at is null then
    v_number := case
      when public.is_phone_number(p_body ->> 'callback_number') then p_body ->> 'callback_number'
      when public.is_phone_number(v_call.caller_number) then v_call.caller_number end;
    if v_number is not null and v_call.clinic_id is not null then
      v_task := public.leave_message(
        p_call_id, null, 'callback',
        coalesce(p_body, '{}') || jsonb_build_object('callback_number', v_number, 'reason', p_reason));
    end if;
    v_outcome := case when v_task is null then 'failed' else 'callback_owed' end;
    perform public.close_call(p_call_id, v_outcome, p_reason);
  else
    v_outcome := v_call.outcome;
    select t.id into v_task from public.tasks t where t.call_id = p_call_id and t.kind = 'callback';
  end if;
  return jsonb_build_object('task_id', v_task, 'outcome', v_outcome);
end $$;
comment on function public.owe_callback(uuid, int, text, jsonb) is
  'Stores a callback (its body has callback_number and reason) and closes the call with callback_owed; with failed, and no task, where no number is known or the call has no clinic. A closed call stays as it is: {task_id, outcome} of then. Raises PT409 call_taken_over, PT404 call_unknown.';

create function public.give_up_call(
  p_room text, p_dialled text, p_clinic_slug text, p_caller text, p_worker_id text, p_outcome text, p_reason text
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_clinic uuid := public.find_call_clinic(p_dialled, p_clinic_slug);
  v_call public.calls;
begin
  insert into public.calls (clinic_id, room, caller_number, dialled_number, worker_id)
  values (v_clinic, p_room, left(p_caller, 200), left(p_dialled, 200), p_worker_id)
  on conflict (room) do nothing;
  select c.* into v_call from public.calls c where c.room = p_room for no key update;
  if v_call.ended_at is null then
    update public.calls c set
      epoch = c.epoch + 1, clinic_id = coalesce(c.clinic_id, v_clinic), worker_id = coalesce(c.worker_id, p_worker_id),
      caller_number = coalesce(c.caller_number, left(p_caller, 200)),
      dialled_number = coalesce(c.dialled_number, left(p_dialled, 200))
    where c.id = v_call.id;
    if p_outcome <> 'callback_owed' then
      perform public.close_call(v_call.id, p_outcome, p_reason);
    end if;
  end if;
  return jsonb_build_object('call_id', v_call.id) || public.owe_callback(v_call.id, null, p_reason);
end $$;
comment on function public.give_up_call(text, text, text, text, text, text, text) is
  'Closes a call that has no agent, whether it was on record or not: {call_id, outcome, task_id}. What its former agent still writes is refused. callback_owed as owe_callback does it. A closed call stays as it is.';

create function public.claim_rescue(p_room text, p_step text, p_by text, p_retry_ms int) returns boolean
language plpgsql set search_path = '' as $$
declare
  v_claimed boolean;
begin
  insert into public.rescues as r (room, step, claimed_at, claimed_by) values (p_room, p_step, clock_timestamp(), p_by)
  on conflict (room, step) do update set claimed_at = excluded.claimed_at, claimed_by = excluded.claimed_by
  where r.claimed_at <= excluded.claimed_at - make_interval(secs => p_retry_ms / 1000.0);
  v_claimed := found;
  delete from public.rescues where claimed_at < now() - interval '1 day';
  return v_claimed;
end $$;
comment on function public.claim_rescue(text, text, text, int) is
  'Claims a step of a room''s rescue: true for one of all who try, and again for one p_retry_ms after the last claim.';

create function public.watched_calls(p_agent_name text) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'room', c.room, 'call_id', c.id, 'clinic_slug', k.slug, 'staff_number', k.staff_number, 'caller_number', c.caller_number,
    'dialled_number', c.dialled_number, 'worker_id', c.worker_id, 'worker_state', w.state,
    'worker_age_ms', public.ms_between(w.beat_at, now()), 'started_at', c.started_at, 'answered_at', c.answered_at,
    'seconds', public.ms_between(c.started_at, now()) / 1000) order by c.started_at, c.id), '[]')
  from public.calls c
  left join public.clinics k on k.id = c.clinic_id
  left join public.workers w on w.worker_id = c.worker_id
  where c.ended_at is null and (k.id is null or k.agent_name = p_agent_name)
$$;
comment on function public.watched_calls(text) is
  'The open calls of an agent name''s clinics and those of no clinic, oldest first, each with its worker''s last sign of life.';

-- As in the migration before, with the epoch checked before anything is answered.
drop function public.book_appointment(uuid, text, uuid, uuid, uuid, timestamptz, text, text, timestamptz);
create function public.book_appointment(
  p_call_id uuid, p_request_id text, p_clinic_id uuid, p_practitioner_id uuid, p_service_id uuid, p_starts_at timestamptz,
  p_patient_name text, p_patient_phone text, p_now timestamptz default now(), p_epoch int default null
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_name text := btrim(p_patient_name);
  v_phone text := nullif(btrim(p_patient_phone), '');
  v_problem text;
  v_call_clinic uuid;
  v_id uuid;
  v_patient uuid;
begin
  -- One booking of a practitioner at a time: two inserts that meet in an exclusion constraint wait for each other until one is shot.
  perform from public.practitioners p where p.id = p_practitioner_id for no key update;
  perform public.share_call(p_call_id, p_epoch);
  select a.id into v_id from public.appointments a where a.call_id = p_call_id and a.request_id = p_request_id;
  if found then
    return public.appointment_receipt(v_id, false);
  end if;

  if v_name is null or length(v_name) not between 1 and 120 or v_name ~ '[[:cntrl:]]' then
    raise exception using errcode = 'PT422', message = 'name_invalid', hint = 'Give 1 to 120 printable characters.';
  elsif v_phone !~ '^\+[1-9][0-9]{6,14}$' then
    raise exception using errcode = 'PT422', message = 'phone_invalid', hint = 'Give the number in E.164, or none.';
  end if;
  if p_call_id is not null then
    select c.clinic_id into v_call_clinic from public.calls c where c.id = p_call_id;
    if not found then
      raise exception using errcode = 'PT404', message = 'call_unknown', hint = 'Open the call first.';
    end if;
  end if;
  v_problem := case when v_call_clinic <> p_clinic_id then 'other_clinic'
    else public.appointment_slot_problem(p_clinic_id, p_practitioner_id, p_service_id, p_starts_at, coalesce(p_now, now())) end;
  if v_problem is not null then
    raise exception using errcode = 'PT422', message = 'slot_invalid', detail = v_problem,
      hint = 'Offer a time that find_free_slots returned.';
  end if;

  insert into public.patients (clinic_id, full_name, phone) values (p_clinic_id, v_name, v_phone)
  on conflict (clinic_id, phone, lower(full_name)) where phone is not null do nothing
  returning id into v_patient;
  if v_patient is null then
    select t.id into v_patient from public.patients t
    where t.clinic_id = p_clinic_id and t.phone = v_phone and lower(t.full_name) = lower(v_name);
  end if;
  begin
    insert into public.appointments
      (clinic_id, patient_id, practitioner_id, service_id, starts_at, ends_at, call_id, request_id)
    select p_clinic_id, v_patient, p_practitioner_id, s.id, p_starts_at,
      p_starts_at + make_interval(mins => s.duration_minutes), p_call_id, p_request_id
    from public.services s where s.id = p_service_id
    returning id into v_id;
    return public.appointment_receipt(v_id, true);
  exception
    when exclusion_violation then
      raise exception using errcode = 'PT409', message = 'slot_taken', hint = 'Offer another time.';
    when unique_violation then
      -- The same request came twice at once, for two practitioners: the lock above did not order them.
      select a.id into strict v_id from public.appointments a where a.call_id = p_call_id and a.request_id = p_request_id;
      return public.appointment_receipt(v_id, false);
  end;
end $$;
comment on function public.book_appointment(uuid, text, uuid, uuid, uuid, timestamptz, text, text, timestamptz, int) is
  'Books, and returns the receipt. Idempotent by call and request: asked again it gives the first answer with created false. Raises PT409 slot_taken or call_taken_over; PT422 slot_invalid (detail: not_offered, too_soon, too_far, outside_hours, other_clinic), name_invalid, phone_invalid; PT404 call_unknown.';

alter table public.rescues enable row level security;
-- The operator's alone: no policy, so no row.
revoke all on public.rescues from public, anon, authenticated;
grant select on public.rescues to authenticated;
grant all on public.rescues to service_role;

revoke execute on function public.check_epoch(int, int),
  public.lock_call(uuid, int),
  public.share_call(uuid, int),
  public.find_call_clinic(text, text),
  public.is_phone_number(text),
  public.open_call(text, text, text, text, text, uuid),
  public.call_so_far(public.calls),
  public.answer_call(uuid, int, timestamptz, int),
  public.close_call(uuid, text, text, timestamptz, int),
  public.record_turn(uuid, int, jsonb, int),
  public.record_tool_run(uuid, int, text, jsonb, jsonb, text, timestamptz, int, int),
  public.save_call_state(uuid, int, jsonb),
  public.record_usage(uuid, int, jsonb),
  public.leave_message(uuid, int, text, jsonb, int),
  public.owe_callback(uuid, int, text, jsonb),
  public.give_up_call(text, text, text, text, text, text, text),
  public.claim_rescue(text, text, text, int),
  public.watched_calls(text),
  public.book_appointment(uuid, text, uuid, uuid, uuid, timestamptz, text, text, timestamptz, int)
  from public, anon, authenticated;
grant execute on function public.check_epoch(int, int),
  public.lock_call(uuid, int),
  public.share_call(uuid, int),
  public.find_call_clinic(text, text),
  public.is_phone_number(text),
  public.open_call(text, text, text, text, text, uuid),
  public.call_so_far(public.calls),
  public.answer_call(uuid, int, timestamptz, int),
  public.close_call(uuid, text, text, timestamptz, int),
  public.record_turn(uuid, int, jsonb, int),
  public.record_tool_run(uuid, int, text, jsonb, jsonb, text, timestamptz, int, int),
  public.save_call_state(uuid, int, jsonb),
  public.record_usage(uuid, int, jsonb),
  public.leave_message(uuid, int, text, jsonb, int),
  public.owe_callback(uuid, int, text, jsonb),
  public.give_up_call(text, text, text, text, text, text, text),
  public.claim_rescue(text, text, text, int),
  public.watched_calls(text),
  public.book_appointment(uuid, text, uuid, uuid, uuid, timestamptz, text, text, timestamptz, int)
  to service_role;

create or replace function public.schema_version() returns text
language sql immutable set search_path = '' as $$ select '20261121100100' $$;

notify pgrst, 'reload schema';
