-- The tables of OCEL from the events by type, `log_TYPE`. Rows have their `place` in the log, and attributes their
-- `number` among those of an event or object. What stands in braces is made from the declared events and objects.

-- utc: a moment as the standard writes it
CREATE MACRO utc(moment) AS strftime(moment::TIMESTAMP, '%Y-%m-%dT%H:%M:%SZ');

-- named: the objects that events name
CREATE TABLE named AS {named};

-- event: all events
CREATE TABLE event AS {events};

-- event_attribute: what events carry
CREATE TABLE event_attribute AS SELECT * FROM ({carried}) WHERE value IS NOT NULL;

-- event_object: which objects an event has to do with, and as what
CREATE TABLE event_object AS SELECT ocel_event_id AS ocel_id, ocel_object_id, ocel_qualifier FROM named;

-- object: all objects, each placed where an event first names it
CREATE TABLE object AS SELECT min(place) AS place, ocel_object_id AS ocel_id, ocel_type FROM named GROUP BY ALL;

-- object_attribute: what is first told of an object holds from the beginning, and is not `changed`; then, each change
CREATE TABLE object_attribute AS
WITH told AS (SELECT *, min(place) OVER (PARTITION BY ocel_type, ocel_id) AS first FROM ({told})),
known AS (
    SELECT *, lag(value) OVER (PARTITION BY ocel_type, ocel_id, name ORDER BY place) AS before
    FROM told WHERE value IS NOT NULL
)
SELECT place, number, ocel_type, ocel_id, name, value, CASE WHEN place > first THEN name END AS changed,
    CASE WHEN place > first THEN ocel_time ELSE '1970-01-01T00:00:00Z' END AS ocel_time
FROM known WHERE value IS DISTINCT FROM before;

-- object_object: what an object is to another
CREATE TABLE object_object AS SELECT DISTINCT * FROM ({related}) WHERE ocel_id IS NOT NULL AND ocel_object_id IS NOT NULL;
