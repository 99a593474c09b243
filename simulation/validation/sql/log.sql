-- Rules about the events of the log: each query gives the events that break a part of them.

-- of_the_truth: events of the observable part that only the simulator knows
SELECT position, 'is of the truth' AS fault, event_type, event_id, timestamp
FROM event_log JOIN event_types USING (event_type) WHERE event_types.of_truth;

-- broken: events of an undeclared type, after the close, with a wrong id or out of order
WITH followed AS (
    SELECT *, lag(time_utc) OVER part AS time_before, lag(region) OVER part AS region_before,
        lag((sequence, ordinal)) OVER of_region AS id_before,
        first_value(timestamp - time_utc) OVER of_region AS local_offset,
        lag(time_utc) OVER by_id AS time_by_id, count(*) OVER (PARTITION BY event_id) AS of_this_id
    FROM numbered_events
    WINDOW part AS (PARTITION BY of_truth ORDER BY position),
        of_region AS (PARTITION BY of_truth, region ORDER BY position),
        by_id AS (PARTITION BY region ORDER BY sequence, ordinal, of_truth, position)
), broken AS (
    SELECT *, 'is of an undeclared type' AS fault FROM numbered_events
    WHERE (event_type, of_truth) NOT IN (SELECT (event_type, part) FROM event_types, unnest([of_truth, true]) AS _(part))
    UNION ALL BY NAME SELECT *, 'comes after the window has closed' AS fault FROM numbered_events
    WHERE NOT of_truth AND timestamp > $window_end
        AND event_type NOT IN ('session_completed', 'student_no_show', 'tutor_no_show')
    UNION ALL BY NAME SELECT *, 'has an id that is not of its region' AS fault FROM numbered_events
    WHERE (greatest(sequence - 1, 0) // $events_per_region + 1 = region) IS NOT TRUE
    UNION ALL BY NAME SELECT *, 'has an event_id that occurs more than once' AS fault FROM followed WHERE of_this_id > 1
    UNION ALL BY NAME SELECT *, 'comes after a later one' AS fault FROM followed WHERE time_utc < time_before
    UNION ALL BY NAME SELECT *, 'comes after one of another region at the same time' AS fault FROM followed
    WHERE time_utc = time_before AND region < region_before
    UNION ALL BY NAME SELECT *, 'has a sequence that does not increase in its region' AS fault FROM followed
    WHERE (sequence, ordinal) <= id_before
    UNION ALL BY NAME SELECT *, 'has an id before that of an earlier one in the other part' AS fault FROM followed
    WHERE time_utc < time_by_id
    UNION ALL BY NAME SELECT *, 'has a timestamp that is not its region''s local time throughout' AS fault FROM followed
    WHERE timestamp - time_utc <> local_offset
)
SELECT position, fault, CASE WHEN of_truth THEN 'truth' ELSE 'observable' END AS part, event_type, event_id, region,
    timestamp
FROM broken;
