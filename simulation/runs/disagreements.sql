-- The events that a run's log (settled) and a longer one of the same world (later) do not share, after the run's window.
--
-- From the end on, a log leaves out what is not of its window, so that the same events have other ids, and in a
-- follow-up another order. It has all that it owes: the events of the days that follow it, the outcomes of sessions
-- that had begun, and the last scores and states, at the midnight when its days are over. Whatever it has, the longer one
-- has, too, and as often.
WITH owed AS (
    SELECT later.*
    FROM later, follow_up
    WHERE timestamp < over
        OR event_type IN ('session_completed', 'student_no_show', 'tutor_no_show')
            AND session_id IN (FROM begun)
        OR event_type IN ('churn_scored', 'tutor_state_recorded') AND timestamp = over
)
(FROM owed EXCEPT ALL FROM settled)
UNION ALL
(FROM settled EXCEPT ALL FROM later)
