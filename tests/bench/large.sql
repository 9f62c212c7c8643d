-- A long history, made by the database itself: the same numbers give the same rows. Read by tests/bench/large.py,
-- which sets bench.months and bench.clients (new ones a month), and takes indexes and keys away before and puts them
-- back after. What stands between two lines of dashes is one statement.
CREATE SCHEMA bench;
----
CREATE FUNCTION bench.number(n bigint, salt int, below int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT ((hashint8extended(n, salt) & 2147483647) % below)::int $$;
----
CREATE FUNCTION bench.uuid7(moment timestamptz, kind text, n bigint) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT substr(ms, 1, 8) || '-' || substr(ms, 9) || '-700' || kind || '-8000-' || lpad(to_hex(n), 12, '0')
   FROM lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') AS ms $$;
----
-- The first day of a month by number; month 0 is the first of the history.
CREATE FUNCTION bench.day(month int) RETURNS date LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT (date '2021-01-01' + make_interval(months => month - current_setting('bench.months')::int))::date $$;
----
-- 345 gemeenten: three large ones with 6, 4 and 3 percent, two small ones, and the others by their rank. Of 10,000
-- draws each has those from `first` on. The larger, the more aanbieders it has.
CREATE TABLE bench.gemeente AS
WITH weights AS (
  SELECT rank, CASE rank WHEN 1 THEN '1708' WHEN 2 THEN '0505' WHEN 3 THEN '0363' WHEN 344 THEN '0482'
                         WHEN 345 THEN '0610' ELSE lpad((2000 + rank)::text, 4, '0') END AS code,
         CASE rank WHEN 1 THEN 600 WHEN 2 THEN 400 WHEN 3 THEN 300 WHEN 344 THEN 3 WHEN 345 THEN 3
                   ELSE 2 + 2200 / (rank + 20) END AS weight
  FROM generate_series(1, 345) AS rank)
SELECT rank, code, weight, 12 + weight / 16 AS aanbieders, sum(weight) OVER (ORDER BY rank) - weight AS first
FROM weights;
----
CREATE TABLE bench.draw AS
SELECT (row_number() OVER (ORDER BY rank, n) - 1)::int AS draw, rank, code, aanbieders
FROM bench.gemeente, generate_series(1, weight) AS n;
----
-- Clients in the order in which they come; those of the twenty months before still have help when the history begins.
CREATE UNLOGGED TABLE bench.client AS
WITH numbered AS (
  SELECT c, 10000000 + c * 37 AS eight, (c / current_setting('bench.clients')::int - 20)::int AS month
  FROM generate_series(0, (current_setting('bench.months')::bigint + 20) * current_setting('bench.clients')::int - 1) AS c),
checked AS (
  SELECT *, (SELECT sum(substr(eight::text, i, 1)::int * (10 - i)) FROM generate_series(1, 8) AS i) % 11 AS last
  FROM numbered)
SELECT c, month, eight::text || last AS bsn, d.rank, d.code AS gemeente, d.aanbieders,
       bench.day(month) + bench.number(c, 2, 25) AS day,
       (bench.day(month) + bench.number(c, 2, 25) + time '08:00') AT TIME ZONE 'UTC'
         + make_interval(secs => bench.number(c, 3, 36000)) AS moment,
       bench.number(c, 4, 2000) = 0 OR c > count(*) OVER () - 300 AS unanswered
FROM checked
JOIN bench.draw d ON d.draw = bench.number(c, 1, (SELECT sum(weight)::int FROM bench.gemeente))
WHERE last < 10;
----
-- Four toewijzingen of each client, for twenty months each. The first six aanbieders of a gemeente work everywhere,
-- the next of it for fifteen gemeenten.
CREATE UNLOGGED TABLE bench.toewijzing AS
SELECT 1 + 4 * c + which AS id, c, which, month, gemeente, bsn, day, moment, unanswered,
       CASE WHEN slot < 6 THEN (42420001 + slot)::text ELSE (98010000 + (rank / 15) * 100 + slot)::text END AS aanbieder,
       (ARRAY['02A01', '04A01', '02A01', '04A06', '02A03', '01A01', '07A03', '02A01'])[1 + bench.number(c * 4 + which, 6, 8)]
         AS code
FROM bench.client, generate_series(0, 3) AS which,
LATERAL (SELECT CASE WHEN which < 2 THEN bench.number(c, 5, aanbieders) ELSE bench.number(c * 4 + which, 5, aanbieders) END AS slot) AS s;
----
-- A 303 for all that an aanbieder did in a month for a gemeente, early in the next month.
CREATE UNLOGGED TABLE bench.line AS
SELECT id AS toewijzing, c, which, gemeente, aanbieder, bsn, code, month + k AS month
FROM bench.toewijzing, generate_series(0, 19) AS k
WHERE month + k BETWEEN 0 AND current_setting('bench.months')::int - 1;
----
CREATE UNLOGGED TABLE bench.declaratie AS
SELECT n, month, gemeente, aanbieder, lines, moment,
       bench.uuid7(moment, '3', n) AS bericht_id, bench.uuid7(moment, '4', n) AS antwoord_id,
       bench.uuid7(moment, 'd', n) AS id, n % 12 = 0 AS with_findings, n % 100 = 7 AS refused
FROM (SELECT row_number() OVER (ORDER BY month, gemeente, aanbieder) AS n, month, gemeente, aanbieder, lines
      FROM (SELECT month, gemeente, aanbieder, count(*) AS lines FROM bench.line GROUP BY 1, 2, 3) AS grouped) AS numbered,
LATERAL (SELECT (bench.day(month + 1) + time '07:00') AT TIME ZONE 'UTC'
                + make_interval(secs => bench.number(n, 7, 12 * 86400)) AS moment) AS m;
----
CREATE UNLOGGED TABLE bench.bericht AS
SELECT bench.uuid7(moment, '1', c) AS id, 'WMO301' AS soort, gemeente, bench_first.aanbieder, moment, c AS n, unanswered,
       NULL AS antwoord_op, bsn
FROM (SELECT * FROM bench.toewijzing WHERE which = 0) AS bench_first
UNION ALL
SELECT bench.uuid7(moment + interval '3 hours', '2', c), 'WMO302', gemeente, aanbieder, moment + interval '3 hours', c, false,
       bench.uuid7(moment, '1', c), bsn
FROM bench.toewijzing WHERE which = 0 AND NOT unanswered
UNION ALL
SELECT bericht_id, 'WMO303', gemeente, aanbieder, moment, n, false, NULL, NULL FROM bench.declaratie
UNION ALL
SELECT antwoord_id, 'WMO304', gemeente, aanbieder, moment + interval '2 minutes', n, false, bericht_id, NULL
FROM bench.declaratie WHERE n <= (SELECT max(n) - 40 FROM bench.declaratie);
----
INSERT INTO bericht (id, soort, release, richting, afzender, ontvanger, gemeente, aanbieder, servicebureau, key_id,
  identificatie, dagtekening, ontvangen_op, status, omvang_bytes, sha256, uniek, eigen, antwoord_op_id, wacht_op_antwoord)
SELECT b.id, b.soort, '2.3', CASE WHEN out THEN 'uitgaand' ELSE 'inkomend' END,
  CASE WHEN out THEN b.gemeente ELSE b.aanbieder END, CASE WHEN out THEN b.aanbieder ELSE b.gemeente END, b.gemeente,
  b.aanbieder, CASE WHEN b.aanbieder = '42420002' THEN '98000009' END, 'sleutel' || b.gemeente,
  substr(b.soort, 6) || lpad(b.n::text, 9, '0'), b.moment::date, b.moment,
  CASE WHEN b.soort = 'WMO303' AND d.refused THEN 'afgekeurd'
       WHEN b.soort = 'WMO303' AND b.n > last.n - 40 THEN 'in-verwerking'
       WHEN b.soort = 'WMO302' THEN 'verwerkt'
       WHEN b.soort <> 'WMO303' AND b.n % 20000 = 9 THEN 'mislukt'
       WHEN b.soort = 'WMO301' AND b.unanswered THEN 'verzonden'
       WHEN b.soort = 'WMO304' THEN CASE WHEN b.n > last.n - 100 THEN 'te-verzenden' ELSE 'afgeleverd' END
       ELSE 'beantwoord' END,
  5200, encode(sha256(b.id::bytea), 'hex'), b.soort || ' ' || b.n, false, b.antwoord_op,
  b.unanswered OR (b.soort = 'WMO303' AND b.n > last.n - 40)
FROM bench.bericht b
LEFT JOIN bench.declaratie d ON b.soort = 'WMO303' AND d.n = b.n,
LATERAL (SELECT b.soort IN ('WMO301', 'WMO304') AS out) AS direction, (SELECT max(n) AS n FROM bench.declaratie) AS last
ORDER BY b.id;
----
INSERT INTO bericht_inhoud (bericht_id, codering, inhoud)
SELECT b.id, 'zlib', e.inhoud FROM bench.bericht b JOIN bench.example e ON e.soort = b.soort ORDER BY b.id;
----
INSERT INTO bericht_client (bericht_id, bsn)
SELECT id, bsn FROM (
  SELECT id, bsn FROM bench.bericht WHERE bsn IS NOT NULL
  UNION ALL
  SELECT DISTINCT d.bericht_id, l.bsn FROM bench.line l JOIN bench.declaratie d USING (month, gemeente, aanbieder)) AS every
ORDER BY id, bsn;
----
INSERT INTO bevinding (bericht_id, volgorde, regel, retourcode, pad, melding, waarden, regelnummer, ernst)
SELECT bericht_id, 0, 'TR307', CASE WHEN refused THEN '0001' ELSE (ARRAY['8640', '9066', '0551', '8641'])[1 + (n / 12 % 4)] END,
  '/Bericht/Clienten/Client[1]/Prestaties/Prestatie[1]', 'Dit klopt niet.', '{}', 61, 'fout'
FROM bench.declaratie WHERE with_findings OR refused ORDER BY bericht_id;
----
INSERT INTO toewijzing (id, gemeente, sleutel, nummer, aanbieder)
SELECT id, gemeente, id::text, id, aanbieder FROM bench.toewijzing ORDER BY 1;
----
-- One in ten was changed after half a year.
INSERT INTO toewijzing_versie (id, toewijzing_id, toewijzingsdatum, toewijzingstijd, bsn, geboortedatum, categorie, code,
  ingangsdatum, einddatum, volume, eenheid, frequentie, bericht_id, vervallen, gemeente, aanbieder, beslist_tot, loopt_tot)
SELECT (SELECT max(id) FROM bench.toewijzing) * v + id, id, day + 180 * v, '12:00', bsn, date '1930-06-10' + (c % 25000)::int,
  substr(code, 1, 2), code, bench.day(month + 6 * v), bench.day(month + 20) - 1, 4 + bench.number(id + v, 8, 980),
  CASE WHEN code = '02A01' THEN '82' ELSE '14' END, '3', bench.uuid7(moment, '1', c), false, gemeente, aanbieder,
  CASE WHEN v = 0 AND bench.number(id, 9, 10) = 0 THEN bench.day(month + 6) END, bench.day(month + 20) - 1
FROM bench.toewijzing, generate_series(0, 1) AS v WHERE v = 0 OR bench.number(id, 9, 10) = 0 ORDER BY 1;
----
INSERT INTO toewijzing_versie_bericht (versie_id, bericht_id, geweigerd)
SELECT id, bericht_id, false FROM toewijzing_versie ORDER BY id;
----
INSERT INTO declaratie (id, bericht_id, gemeente, aanbieder, servicebureau, factuurnummer, vorm, begindatum, einddatum,
  factuur_dagtekening, status, ingediend_cents, toegekend_cents, retour_codes, ontvangen_op, geboekt)
SELECT id, bericht_id, gemeente, aanbieder, CASE WHEN aanbieder = '42420002' THEN '98000009' END,
  '3' || lpad(n::text, 9, '0'), 'declaratie', bench.day(month), bench.day(month + 1) - 1, bench.day(month + 1) - 1,
  'beoordeeld', 10000 * lines, 10000 * (lines - with_findings::int),
  CASE WHEN with_findings THEN '["0200"]' ELSE '["8001"]' END::json, moment, true
FROM bench.declaratie WHERE NOT refused ORDER BY id;
----
INSERT INTO factuurnummer (gemeente, aanbieder, nummer, declaratie_id, gebruikt_op)
SELECT gemeente, aanbieder, factuurnummer, id, einddatum FROM declaratie ORDER BY id;
----
-- One line in a hundred is a credit of the month before.
INSERT INTO prestatie (declaratie_id, volgorde, gemeente, aanbieder, bsn, referentie_nummer, telt, vorig_referentie_nummer,
  beschikking_nummer, toewijzing_nummer, toewijzing_id, categorie, code, begindatum, einddatum, volume, eenheid,
  tarief_cents, bedrag_cents, debet_credit, uitkomst, toegekend_cents, gemeente_berekend_cents, retour_codes, bevindingen)
SELECT id, volgorde, gemeente, aanbieder, bsn, 'P' || toewijzing || '-' || month, NOT rejected,
  CASE WHEN credit THEN 'P' || toewijzing || '-' || month - 1 END, 70001, toewijzing, toewijzing, substr(code, 1, 2), code,
  bench.day(month), bench.day(month + 1) - 1, 100, '82', 100, amount, CASE WHEN credit THEN 'C' ELSE 'D' END,
  CASE WHEN rejected THEN 'afgewezen' ELSE 'toegekend' END, CASE WHEN rejected THEN 0 ELSE amount END, amount,
  CASE WHEN rejected THEN '["8640"]' ELSE '["0200"]' END::json, '[]'
FROM (
  SELECT d.id, d.with_findings, l.*, row_number() OVER (PARTITION BY d.n ORDER BY l.toewijzing) - 1 AS volgorde
  FROM bench.line l JOIN bench.declaratie d USING (month, gemeente, aanbieder) WHERE NOT d.refused ORDER BY d.id, l.toewijzing
) AS ordered,
LATERAL (SELECT with_findings AND volgorde = 0 AS rejected, bench.number(toewijzing * 100 + month, 10, 100) = 0 AS credit) AS s,
LATERAL (SELECT CASE WHEN credit THEN -10000 ELSE 10000 END AS amount) AS a;
----
INSERT INTO boeking (declaratie_id, volgorde, periode_begin, toewijzing_id, volume, toegekend_cents)
SELECT declaratie_id, volgorde, begindatum, toewijzing_id, CASE debet_credit WHEN 'C' THEN -100 ELSE 100 END, toegekend_cents
FROM prestatie WHERE uitkomst = 'toegekend' ORDER BY declaratie_id, volgorde;
----
INSERT INTO prestatie_som (gemeente, begindatum, aanbieder, categorie, code, aantal, bedrag_cents, toegekend_cents)
SELECT gemeente, begindatum, aanbieder, categorie, code, count(*), sum(bedrag_cents), sum(toegekend_cents)
FROM prestatie GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5;
----
INSERT INTO gebeurtenis (id, bericht_id, moment, soort, partij, poging)
SELECT row_number() OVER (ORDER BY id), id, moment + interval '1 second', 'afgeleverd', 'aanbieder:' || aanbieder, 1
FROM bench.bericht WHERE soort IN ('WMO301', 'WMO304');
----
INSERT INTO postbus_item (partij, nummer, bericht_id)
SELECT 'aanbieder:' || aanbieder, row_number() OVER (PARTITION BY aanbieder ORDER BY id), id
FROM bench.bericht WHERE soort IN ('WMO301', 'WMO304') AND moment > '2020-12-01';
----
-- Of the work of the last three months; what is open is in the statuses of the berichten.
INSERT INTO job (id, soort, baan, bericht_id, gemaakt_op, gepland_op, pogingen, onverwacht, afgebroken, status, voortgang, klaar_op)
SELECT overlay(id PLACING '9' FROM 18 FOR 1), 'verwerking', '', id, moment, moment, 1, 0, 0, 'gedaan', 0, moment + interval '1 second'
FROM bench.bericht WHERE soort = 'WMO303' AND moment > '2020-10-01';
----
INSERT INTO logboek (id, moment, gebeurtenis, actie, wie, rol, wijze, uitkomst, object_soort, object_id, aantal, trace_id, span_id,
  begin_ms, eind_ms, activiteit, bewaren_tot, mac)
SELECT overlay(b.id PLACING 'a' || i FROM 16 FOR 2), to_char(b.moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'),
  CASE i WHEN 0 THEN 'bericht-ingediend' ELSE 'bericht-bekeken' END, CASE i WHEN 0 THEN 'C' ELSE 'R' END,
  CASE i WHEN 0 THEN 'sleutel' ELSE 'persoon:operator' END || b.gemeente, 'gemeente', 'sleutel',
  CASE WHEN b.n % 500 = 3 THEN 'geweigerd' ELSE 'gelukt' END, 'bericht', b.id, 1, md5(b.id), substr(md5(b.id), 1, 16),
  (extract(epoch FROM b.moment) * 1000)::bigint, (extract(epoch FROM b.moment) * 1000)::bigint + 5, 'berichtenverkeer', '2031-01-01', encode(sha256(b.id::bytea), 'hex')
FROM bench.bericht b, generate_series(0, 1) AS i ORDER BY 1;
----
INSERT INTO logboek_client (logboek_id, client)
SELECT l.id, encode(sha256(c.bsn::bytea), 'hex')
FROM logboek l JOIN bericht_client c ON c.bericht_id = l.object_id
WHERE l.gebeurtenis = 'bericht-ingediend' ORDER BY 1, 2;
----
INSERT INTO logboek_zegel (volgnummer, logboek_id, keten)
SELECT row_number() OVER (ORDER BY id), id, encode(sha256(id::bytea), 'hex') FROM logboek ORDER BY 1;
----
DELETE FROM logboek_wachtrij;
----
INSERT INTO toekenning (id, gemeente, bsn, gemaakt_op, aanvraag, berekening, waarschuwingen)
SELECT bench.uuid7(moment, 'e', c), gemeente, bsn, moment, '{}', '{}', '[]'
FROM bench.toewijzing WHERE which = 0 AND c % 2 = 0 ORDER BY 1;
----
INSERT INTO toekenning_toewijzing (id, toekenning_id, gemeente, sleutel, bericht_id)
SELECT id, bench.uuid7(moment, 'e', c), gemeente, id::text, bench.uuid7(moment, '1', c)
FROM bench.toewijzing WHERE c % 2 = 0 ORDER BY 1;
----
-- A plan after six weeks, evaluations, and the end; of the past nearly all are met.
INSERT INTO termijn (id, toekenning_id, gemeente, sleutel, aanbieder, soort, datum, gehaald_op)
SELECT 3 * id + which_one, bench.uuid7(moment, 'e', c), gemeente, id::text, aanbieder, soort, datum,
  CASE WHEN soort <> 'einde-indicatie' AND datum < '2021-01-10' AND bench.number(id, 11, 50) > 0 THEN datum - 1 END
FROM bench.toewijzing,
LATERAL (VALUES (0, 'begeleidingsplan', day + 42), (1, 'evaluatie', bench.day(month + 12)), (2, 'einde-indicatie', bench.day(month + 20) - 1))
  AS t (which_one, soort, datum)
WHERE c % 2 = 0 ORDER BY 1;
----
DROP SCHEMA bench CASCADE;
