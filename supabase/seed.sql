-- A sample clinic. Everyone and everything in it is invented; the numbers are in a range of our own choosing, not anybody's.

insert into public.clinics
  (id, slug, name, time_zone, language, country, staff_number, agent_name, greeting, emergency_line, lead_time_minutes, slot_step_minutes, max_days_ahead)
values
  ('c1000000-0000-4000-8000-000000000001', 'karachi-smiles', 'Karachi Smiles Dental (sample)', 'Asia/Karachi', 'en', 'PK',
   '+922135550199', 'openhours', null, null, 60, 30, 60);

insert into public.clinic_numbers (number, clinic_id) values
  ('+922135550100', 'c1000000-0000-4000-8000-000000000001');

insert into public.clinic_hours (clinic_id, weekday, opens, closes)
select 'c1000000-0000-4000-8000-000000000001'::uuid, weekday, time '09:00', time '17:00' from generate_series(1, 5) weekday
union all
select 'c1000000-0000-4000-8000-000000000001', 6, time '10:00', time '15:00';

insert into public.clinic_closures (clinic_id, from_date, to_date, reason, opens, closes) values
  ('c1000000-0000-4000-8000-000000000001', '2026-12-25', '2026-12-25', 'Quaid-e-Azam Day', null, null),
  ('c1000000-0000-4000-8000-000000000001', '2026-12-31', '2026-12-31', 'Year-end stocktaking', '09:00', '13:00'),
  ('c1000000-0000-4000-8000-000000000001', '2027-03-23', '2027-03-24', 'Pakistan Day and staff training', null, null);

insert into public.practitioners (id, clinic_id, name, title) values
  ('d1000000-0000-4000-8000-000000000001', 'c1000000-0000-4000-8000-000000000001', 'Dr. Sana Sample', 'Dentist'),
  ('d1000000-0000-4000-8000-000000000002', 'c1000000-0000-4000-8000-000000000001', 'Dr. Omar Placeholder', 'Dentist');

insert into public.services (id, clinic_id, slug, name, duration_minutes, aliases, price) values
  ('e1000000-0000-4000-8000-000000000001', 'c1000000-0000-4000-8000-000000000001', 'check-up', 'Check-up', 30,
   '{checkup,"check up",examination,exam,consultation,"dental check-up"}', 2000),
  ('e1000000-0000-4000-8000-000000000002', 'c1000000-0000-4000-8000-000000000001', 'cleaning', 'Cleaning', 45,
   '{"teeth cleaning",scaling,polishing,hygiene}', 4500),
  ('e1000000-0000-4000-8000-000000000003', 'c1000000-0000-4000-8000-000000000001', 'filling', 'Filling', 60,
   '{cavity,"tooth filling",fillings}', 6000),
  ('e1000000-0000-4000-8000-000000000004', 'c1000000-0000-4000-8000-000000000001', 'whitening', 'Whitening', 60,
   '{"teeth whitening",bleaching}', 18000),
  ('e1000000-0000-4000-8000-000000000005', 'c1000000-0000-4000-8000-000000000001', 'emergency', 'Emergency visit', 30,
   '{"emergency appointment",toothache,"broken tooth",pain,urgent}', 3500);

-- Whitening is Dr. Sample's alone.
insert into public.practitioner_services (practitioner_id, service_id)
select p.id, s.id from public.practitioners p join public.services s using (clinic_id)
where p.clinic_id = 'c1000000-0000-4000-8000-000000000001'
  and (s.slug <> 'whitening' or p.name = 'Dr. Sana Sample');

insert into public.patients (id, clinic_id, full_name, phone, date_of_birth)
select ('f1000000-0000-4000-8000-0000000000' || lpad(n::text, 2, '0'))::uuid, 'c1000000-0000-4000-8000-000000000001',
  name, '+9230055501' || lpad(n::text, 2, '0'), date '1960-01-15' + n::int * 1187
from unnest(array[
  'Ayesha Testwala', 'Bilal Sampleton', 'Farah Demo', 'Hamza Fictional', 'Imran Madeup', 'Kiran Nobody',
  'Laila Pretend', 'Nadia Example', 'Rashid Invented', 'Sara Notreal', 'Tariq Mockley', 'Zainab Standin'
]) with ordinality as sample(name, n);

-- The caller of the demo: a name that the local recogniser hears right.
insert into public.patients (id, clinic_id, full_name, phone, date_of_birth) values
  ('f1000000-0000-4000-8000-000000000013', 'c1000000-0000-4000-8000-000000000001', 'David Brown', '+923005550113', '1980-05-03');

insert into public.clinic_answers (clinic_id, question, answer, keywords)
select 'c1000000-0000-4000-8000-000000000001', question, answer, keywords::text[]
from (values
  ('How much does it cost?',
   'A check-up is 2,000 rupees, a cleaning 4,500, a filling 6,000, whitening 18,000, and an emergency visit 3,500.',
   '{price,cost,charge,fee,rupees,expensive}'),
  ('Where are you?',
   'We are at 12 Sample Street, on the second floor above the bakery. There is a lift.',
   '{address,location,where,directions,street,lift}'),
  ('Is there parking?',
   'Yes, there is free parking behind the building, entered from Demo Lane.',
   '{parking,park,car}'),
  ('Do you take insurance?',
   'We take most dental insurance. Please bring your card; we give you a receipt for your insurer.',
   '{insurance,insurer,cover,panel,claim}'),
  ('How do I prepare for my visit?',
   'Please come ten minutes early, bring a list of your medicines, and eat lightly beforehand.',
   '{prepare,preparation,bring,before,eat,medicine}'),
  ('How can I pay?',
   'You can pay in cash, by card or by bank transfer.',
   '{pay,payment,card,cash,transfer}'),
  ('Do you treat children?',
   'Yes, we see children from the age of three. A parent or guardian must come along.',
   '{children,child,kids,son,daughter,age}')
) as sample(question, answer, keywords);

-- The next five open days, not counting today, each have a cleaning an hour after opening and a filling two hours after.
with open_days as (
  select opens_at, row_number() over (order by opens_at)::int as n
  from public.clinic_open_spans('c1000000-0000-4000-8000-000000000001',
    (now() at time zone 'Asia/Karachi')::date + 1, (now() at time zone 'Asia/Karachi')::date + 14)
  limit 5
)
insert into public.appointments (clinic_id, patient_id, practitioner_id, service_id, starts_at, ends_at)
select 'c1000000-0000-4000-8000-000000000001',
  ('f1000000-0000-4000-8000-0000000000' || lpad((2 * d.n - taken.first)::text, 2, '0'))::uuid,
  taken.practitioner_id::uuid, s.id, d.opens_at + taken.after, d.opens_at + taken.after + make_interval(mins => s.duration_minutes)
from open_days d
cross join (values
  (1, 'd1000000-0000-4000-8000-000000000001', 'e1000000-0000-4000-8000-000000000002', interval '1 hour'),
  (0, 'd1000000-0000-4000-8000-000000000002', 'e1000000-0000-4000-8000-000000000003', interval '2 hours')
) as taken(first, practitioner_id, service_id, after)
join public.services s on s.id = taken.service_id::uuid;
